import rateLimit from '@fastify/rate-limit';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { slug } from '@tillward/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CoreConfig } from '../config.js';
import type { PersonActor } from '../graphql/index.js';
import { type Log, reasonOf } from '../logging.js';
import { CONFIG, LOG } from '../platform.js';
import { originIsOwn, sessionCookie, tokenInCookies } from './identity.rules.js';
import { Identity } from './identity.service.js';

/** I5: sign-in tries per person and address in {@link SIGN_IN_WINDOW_MS}. */
const SIGN_IN_TRIES = 20;
/** I5: sign-in tries per address in {@link SIGN_IN_WINDOW_MS}, whoever they are for: a store's people share one address. */
const SIGN_IN_TRIES_PER_ADDRESS = 120;
/** I5: how long tries are counted. */
const SIGN_IN_WINDOW_MS = 60_000;
/** The protocol of subscriptions. */
const WEBSOCKET_PROTOCOL = 'graphql-transport-ws';

const UNAUTHENTICATED = { error: 'unauthenticated', message: 'Sign in first.' } as const;

const signIn = z.strictObject({ person: slug, password: z.string().min(1).max(200) });

/** What GET and POST /api/session answer: who is signed in. */
interface SessionView {
  id: string;
  name: string;
  role: string;
  language: string;
  /** Store ids; null when the person sees all stores. */
  stores: readonly string[] | null;
}

/** Sessions over HTTP, and the hook that puts the viewer on every request and refuses foreign origins. */
@Injectable()
export class IdentityHttp implements OnModuleInit {
  readonly #fastify: FastifyInstance;

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(Identity) private readonly identity: Identity,
    @Inject(CONFIG) private readonly config: CoreConfig,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.#fastify = host.httpAdapter.getInstance<FastifyInstance>();
    // In the constructor, because the hook must stand before any module registers a route.
    this.#fastify.addHook('onRequest', (request, reply) => this.#identify(request, reply));
    // A refused upgrade was answered on a socket that the HTTP server gave away: nobody else closes it.
    this.#fastify.addHook('onResponse', async (request) => {
      if (request.headers.upgrade !== undefined) request.raw.socket.destroySoon();
    });
  }

  async onModuleInit(): Promise<void> {
    await this.#fastify.register(async (scope) => {
      await scope.register(rateLimit, { global: false });
      const limits = [
        scope.createRateLimit({
          max: SIGN_IN_TRIES_PER_ADDRESS,
          timeWindow: SIGN_IN_WINDOW_MS,
          keyGenerator: (request) => `address ${request.ip}`,
        }),
        scope.createRateLimit({ max: SIGN_IN_TRIES, timeWindow: SIGN_IN_WINDOW_MS, keyGenerator: personAndAddress }),
      ];
      scope.post('/api/session', async (request, reply) => {
        for (const limit of limits) {
          const tries = await limit(request);
          if (!tries.isAllowed && tries.isExceeded) return tooMany(reply, tries.ttlInSeconds);
        }
        return this.#open(request, reply);
      });
      scope.get('/api/session', (request, reply) => show(request, reply));
      scope.delete('/api/session', (request, reply) => this.#close(request, reply));
    });
  }

  async #identify(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const isUpgrade = request.headers.upgrade !== undefined;
    const { origin, host } = request.headers;
    const fetchSite = request.headers['sec-fetch-site'];
    const from = { method: request.method, isUpgrade, origin, host, fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined };
    if (!originIsOwn(from)) {
      this.log.warn({ origin, route: request.routeOptions.url }, 'request from a foreign page refused');
      return void (await reply.code(403).send({ error: 'foreignOrigin', message: 'Requests come from the dashboard’s own pages.' }));
    }
    if (!isUpgrade && !wantsSession(request.routeOptions.url)) return;
    const token = tokenInCookies(request.headers.cookie);
    try {
      request.viewer = token === undefined ? undefined : await this.identity.viewer(token);
    } catch (error) {
      this.log.warn({ reason: reasonOf(error) }, 'session could not be read');
      const body = { error: 'unavailable', message: 'A part of the service is not reachable. Try again in a moment.' };
      return void (await reply.code(503).header('retry-after', '2').send(body));
    }
    if (!isUpgrade) return;
    if (request.viewer === undefined) return void (await reply.code(401).send(UNAUTHENTICATED));
    if (!speaksOurs(request.headers['sec-websocket-protocol'])) {
      this.log.warn({ protocol: request.headers['sec-websocket-protocol'] }, 'WebSocket of another protocol refused');
      await reply.code(400).send({ error: 'wrongProtocol', message: `Ask for the WebSocket protocol ${WEBSOCKET_PROTOCOL}.` });
    }
  }

  async #open(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = signIn.safeParse(request.body);
    if (!body.success) {
      const field = body.error.issues[0]?.path.join('.') ?? '';
      return reply.code(400).send({ error: 'malformed', message: 'Expected {"person": an id, "password": text}.', field });
    }
    const opened = await this.identity.open(body.data.person, body.data.password);
    if (opened === undefined)
      return reply.code(401).send({ error: 'signInRefused', message: 'Person and password don’t belong together.' });
    if (request.viewer !== undefined) await this.identity.close(request.viewer);
    return reply.header('set-cookie', sessionCookie(opened.token, this.config.secureCookies)).send(view(opened.actor));
  }

  async #close(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (request.viewer !== undefined) await this.identity.close(request.viewer);
    return reply.code(204).header('set-cookie', sessionCookie('', this.config.secureCookies)).send();
  }
}

/** Routes on which a session means something, by the pattern the router matched: what the caller wrote may be spelled in many ways. */
function wantsSession(route: string | undefined): boolean {
  return route === '/graphql' || route?.startsWith('/api/') === true;
}

function speaksOurs(protocols: string | undefined): boolean {
  return protocols?.split(',').some((one) => one.trim() === WEBSOCKET_PROTOCOL) === true;
}

function show(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  void reply.header('cache-control', 'no-store');
  return request.viewer === undefined ? reply.code(401).send(UNAUTHENTICATED) : reply.send(view(request.viewer.actor));
}

function view({ id, name, role, language, stores }: PersonActor): SessionView {
  return { id, name, role, language, stores: stores === '*' ? null : stores };
}

function personAndAddress(request: FastifyRequest): string {
  const body = signIn.safeParse(request.body);
  return `person ${body.success ? body.data.person : ''} ${request.ip}`;
}

function tooMany(reply: FastifyReply, retryAfterS: number): FastifyReply {
  return reply
    .code(429)
    .header('retry-after', retryAfterS)
    .send({ error: 'tooManyTries', message: `Try again in ${retryAfterS} s.`, retryAfterS });
}
