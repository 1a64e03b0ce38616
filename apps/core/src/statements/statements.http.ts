import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { UnitOfWork } from '../database/index.js';
import { STATEMENT_SPOOL } from './statements.config.js';
import { FileRefused, type StatementRefusal, type StatementRefusalCode } from './statements.errors.js';
import { Statements } from './statements.service.js';
import type { StatementSpool } from './statements.spool.js';
import type { StatementFileRow } from './statements.store.js';

/** Where files are uploaded. */
export const UPLOAD_PATH = '/api/statements';
/** Uploads one core takes at the same time: each may fill the disk with as much as one file may have. */
const UPLOADS_AT_ONCE = 4;

const STATUS: Readonly<Record<StatementRefusalCode, number>> = {
  duplicateFile: 409,
  alreadyImported: 409,
  acquirerUnknown: 404,
  supersedesUnknown: 404,
  supersedesOther: 422,
  futureDay: 422,
  sumTooLarge: 422,
  unreadable: 422,
  failed: 500,
  tooLarge: 413,
  empty: 400,
  badRequest: 400,
  statementsOff: 503,
  busy: 429,
};

const query = z.strictObject({
  kind: z.enum(['acquirer', 'bank']).default('acquirer'),
  acquirer: z.string().min(1).max(48).optional(),
  name: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^/\\\p{Cc}]+$/u),
  supersedes: z.uuid().optional(),
});

/**
 * Upload of a file by HQ: its bytes as they are, `application/octet-stream`. No form: a foreign page can send a form's types without asking, this one it can't (Fetch standard,
 * section 2.2.2), and nothing has to be unpacked. The answer comes when the bytes are safe; reading them follows.
 */
@Injectable()
export class StatementsHttp implements OnModuleInit {
  readonly #fastify: FastifyInstance;
  #uploads = 0;

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Statements) private readonly statements: Statements,
    @Inject(STATEMENT_SPOOL) private readonly spool: StatementSpool | undefined,
  ) {
    this.#fastify = host.httpAdapter.getInstance<FastifyInstance>();
  }

  async onModuleInit(): Promise<void> {
    await this.#fastify.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('application/octet-stream', (_request: FastifyRequest, payload: IncomingMessage, done: Parsed) =>
        done(null, payload),
      );
      const bodyLimit = this.spool?.maxBytes ?? 1;
      scope.post(UPLOAD_PATH, { bodyLimit, config: { takesBytes: true } }, (request, reply) => this.#upload(request, reply));
    });
  }

  async #upload(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    void reply.header('cache-control', 'no-store');
    const { viewer } = request;
    if (viewer === undefined) return reply.code(401).send({ error: 'unauthenticated', message: 'Sign in first.' });
    if (viewer.actor.role !== 'hq') return reply.code(403).send({ error: 'notAllowed', message: 'Statements are for headquarters.' });
    const asked = query.safeParse(request.query);
    if (!asked.success) {
      const field = asked.error.issues[0]?.path.join('.') ?? '';
      return refused(reply, {
        code: 'badRequest',
        message: `The query needs kind, acquirer (of a statement), name, and may have supersedes; wrong: ${field}.`,
      });
    }
    if (this.spool === undefined)
      return refused(reply, { code: 'statementsOff', message: 'This core has no folder for statements (TILLWARD_STATEMENTS_DIR).' });
    if (this.#uploads >= UPLOADS_AT_ONCE)
      return refused(reply.header('retry-after', '5'), { code: 'busy', message: 'Other uploads are under way. Try again in a moment.' });
    this.#uploads += 1;
    try {
      const taken = await this.#take(request, this.spool, asked.data, viewer.actor);
      if ('code' in taken && taken.code === 'tooLarge') {
        // The rest would still be sent, and nobody would read it.
        void reply.header('connection', 'close');
        reply.raw.once('finish', () => request.raw.destroy());
      }
      if ('code' in taken) return refused(reply, taken);
      return reply.code(202).send({ fileId: taken.id, digest: taken.digest, bytes: taken.bytes, state: taken.state });
    } finally {
      this.#uploads -= 1;
    }
  }

  /** What was taken, or why not; nothing of a file that isn't taken is left when this resolves. */
  async #take(
    request: FastifyRequest,
    spool: StatementSpool,
    asked: z.output<typeof query>,
    actor: NonNullable<FastifyRequest['viewer']>['actor'],
  ): Promise<StatementFileRow | StatementRefusal> {
    let storedAs: string | undefined;
    let kept = false;
    try {
      const spooled = await spool.take(request.body as IncomingMessage);
      storedAs = spooled.storedAs;
      const arrival = {
        ...spooled,
        kind: asked.kind,
        acquirerId: asked.kind === 'acquirer' ? (asked.acquirer ?? null) : null,
        name: asked.name,
        channel: 'upload',
        from: request.ip,
        supersedes: asked.supersedes ?? null,
      } as const;
      const taken = await this.work.run(actor, (ctx) => this.statements.register(ctx, arrival));
      kept = !('code' in taken);
      return taken;
    } catch (error) {
      if (error instanceof FileRefused) return error.refusal;
      throw error;
    } finally {
      if (storedAs !== undefined && !kept) await spool.remove(storedAs);
    }
  }
}

type Parsed = (error: Error | null, body?: unknown) => void;

function refused(reply: FastifyReply, { code, message, other }: StatementRefusal): FastifyReply {
  return reply.code(STATUS[code]).send({ error: code, message, ...(other === undefined ? {} : { other }) });
}
