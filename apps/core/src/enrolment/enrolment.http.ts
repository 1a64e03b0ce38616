import rateLimit from '@fastify/rate-limit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ENROLMENT_PATH, type EnrolmentRefusal, enrolmentRequest, RENEWAL_PATH, renewalRequest } from '@tillward/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Log } from '../logging.js';
import { LOG } from '../platform.js';
import { Enrolment, isRefused } from './enrolment.service.js';

/** E7: tries per address and {@link WINDOW_MS}. A claim has 80 random bits: the limit protects core's time, not the claim. */
const ENROLMENT_TRIES = 20;
/** E7: many gateways may come through one address. */
const RENEWAL_TRIES = 120;
const WINDOW_MS = 60_000;

const ANSWERS: Readonly<Record<EnrolmentRefusal, { status: number; message: string }>> = {
  claimRefused: { status: 403, message: 'This claim is not valid, used up or too old. Ask headquarters for another one.' },
  csrRefused: { status: 400, message: 'Expected a PKCS #10 request that was never used before, with an ECDSA P-256 key.' },
  proofRefused: { status: 403, message: 'A signature is not that of the key it should be of.' },
  certificateUnknown: { status: 403, message: 'There is no such certificate. The gateway must be enrolled again.' },
  certificateRevoked: { status: 403, message: 'This gateway was revoked. It must be enrolled again.' },
  certificateSuperseded: { status: 403, message: 'This certificate was renewed long ago. The gateway must be enrolled again.' },
  enrolmentOff: { status: 503, message: 'This core has no certificate authority.' },
};

/** How gateways enrol and renew: two routes without a session, because what a gateway knows is in the request. */
@Injectable()
export class EnrolmentHttp implements OnModuleInit {
  readonly #fastify: FastifyInstance;

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(Enrolment) private readonly enrolment: Enrolment,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#fastify = host.httpAdapter.getInstance<FastifyInstance>();
  }

  async onModuleInit(): Promise<void> {
    await this.#fastify.register(async (scope) => {
      await scope.register(rateLimit, { global: false });
      const route = <S extends z.ZodType>(path: string, tries: number, schema: S, work: (request: z.output<S>) => Promise<object>) => {
        const limit = scope.createRateLimit({ max: tries, timeWindow: WINDOW_MS, keyGenerator: (request) => `${path} ${request.ip}` });
        scope.post(path, async (request, reply) => {
          const used = await limit(request);
          if (!used.isAllowed && used.isExceeded) return tooMany(reply, used.ttlInSeconds);
          return this.#answer(request, reply, schema, work);
        });
      };
      route(ENROLMENT_PATH, ENROLMENT_TRIES, enrolmentRequest, (request) => this.enrolment.enrol(request));
      route(RENEWAL_PATH, RENEWAL_TRIES, renewalRequest, (request) => this.enrolment.renew(request));
    });
  }

  async #answer<S extends z.ZodType>(
    request: FastifyRequest,
    reply: FastifyReply,
    schema: S,
    work: (request: z.output<S>) => Promise<object>,
  ): Promise<FastifyReply> {
    void reply.header('cache-control', 'no-store');
    const body = schema.safeParse(request.body);
    if (!body.success) {
      const field = body.error.issues[0]?.path.join('.') ?? '';
      return reply
        .code(400)
        .send({ error: 'malformed', message: 'The request is not of the form documented in docs/guide/enrolment.md.', field });
    }
    const answer = await work(body.data);
    if (!isRefused(answer)) return reply.send(answer);
    const { status, message } = ANSWERS[answer.refused];
    this.log.warn({ refused: answer.refused, route: request.routeOptions.url, address: request.ip }, 'enrolment refused');
    return reply.code(status).send({ error: answer.refused, message });
  }
}

function tooMany(reply: FastifyReply, retryAfterS: number): FastifyReply {
  return reply
    .code(429)
    .header('retry-after', retryAfterS)
    .send({ error: 'tooManyTries', message: `Try again in ${retryAfterS} s.`, retryAfterS });
}
