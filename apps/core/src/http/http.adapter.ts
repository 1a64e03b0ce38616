import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../logging.js';
import { answerHttpError, type HttpErrorAnswer, NOT_FOUND } from './http.errors.js';
import { securityHeaders } from './http.security.js';
import { holdsStorableText, TEXT_REFUSED } from './text.rules.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes bytes as they are (`application/octet-stream`), which no form can send. */
    takesBytes?: boolean;
  }
}

const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Nest's adapter with core's own answers to errors, which Nest would otherwise replace by its own when it initialises. */
class CoreAdapter extends FastifyAdapter {
  override setErrorHandler(): never {
    return undefined as never;
  }

  override setNotFoundHandler(): never {
    return undefined as never;
  }
}

/**
 * The HTTP server of core: security headers on every answer, one shape of errors, JSON the only body anybody can send but where a route asks for bytes. To be used with
 * `bodyParser: false`, or Nest adds its parser of forms, which browsers send across origins without asking.
 */
export function createHttpAdapter(log: Log): FastifyAdapter {
  const adapter = new CoreAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: 'loopback',
    // Before any route is matched no hook runs: the headers are set here.
    frameworkErrors: (error: unknown, _request: unknown, reply: unknown) => {
      void send((reply as FastifyReply).headers(securityHeaders()), answerHttpError(error, log));
    },
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  fastify.removeContentTypeParser('text/plain');
  fastify.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(request.routeOptions.url));
    if (!isTaken(request)) {
      const message = takesBytes(request)
        ? 'Send the bytes of the file as they are, declared as application/octet-stream.'
        : 'Send application/json.';
      const body = { error: 'unsupportedMediaType', message };
      return send(reply, { status: 415, body });
    }
  });
  // GraphQL has answers of its own (graphql/request-text.ts), and a file's bytes are no text yet.
  fastify.addHook('preValidation', async (request, reply) => {
    if (request.routeOptions.url === '/graphql') return;
    const { query, params, body } = request;
    const isKept = holdsStorableText([query, params]) && (takesBytes(request) || holdsStorableText(body));
    if (!isKept) return send(reply, { status: 400, body: { error: 'malformed', message: TEXT_REFUSED } });
  });
  fastify.setErrorHandler((error, _request, reply) => send(reply, answerHttpError(error, log)));
  fastify.setNotFoundHandler((_request, reply) => send(reply, NOT_FOUND));
  return adapter;
}

/** Whatever route is asked: mercurius, for one, registers a parser of its own. */
function isTaken(request: FastifyRequest): boolean {
  const type = request.headers['content-type'];
  if (BODILESS.has(request.method)) return true;
  // Without a body nothing needs a type; where a file is expected, there is one.
  if (type === undefined) return !takesBytes(request);
  const essence = type.split(';', 1)[0]!.trim().toLowerCase();
  return essence === (takesBytes(request) ? 'application/octet-stream' : 'application/json');
}

function takesBytes({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.takesBytes === true;
}

function send(reply: FastifyReply, { status, body }: HttpErrorAnswer): FastifyReply {
  return reply.code(status).send(body);
}
