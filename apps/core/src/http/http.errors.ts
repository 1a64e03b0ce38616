import { isTransient } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';

/** The one shape of core's REST errors. `error` is a stable code, `message` is for people. Some carry more fields, such as `field`. */
export interface HttpError {
  readonly error: string;
  readonly message: string;
}

/** An {@link HttpError} with its status. */
export interface HttpErrorAnswer {
  readonly status: number;
  readonly body: HttpError;
}

/** Codes of what Fastify itself refuses, by its own code. */
const FASTIFY_CODES: Readonly<Record<string, HttpError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { error: 'bodyTooLarge', message: 'The body is too large.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { error: 'unsupportedMediaType', message: 'Send application/json.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { error: 'malformed', message: 'The body is empty, but said to be JSON.' },
  FST_ERR_CTP_INVALID_JSON_BODY: { error: 'malformed', message: 'The body is not JSON.' },
  FST_ERR_BAD_URL: { error: 'badUrl', message: 'The address is not a valid URL.' },
  FST_ERR_MAX_PARAM_LENGTH: { error: 'badUrl', message: 'The address is too long.' },
};

/** What an unknown path answers. */
export const NOT_FOUND: HttpErrorAnswer = { status: 404, body: { error: 'notFound', message: 'There is nothing at this address.' } };

/** Turns what a route threw into what the caller may know; the rest is logged, without a payload. Never a stack, never a database message. */
export function answerHttpError(error: unknown, log: Log): HttpErrorAnswer {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const status = typeof statusCode === 'number' ? statusCode : 500;
  if (status >= 400 && status < 500) {
    const known = typeof code === 'string' ? FASTIFY_CODES[code] : undefined;
    log.debug({ code, status }, 'request refused');
    return { status, body: known ?? { error: 'malformed', message: 'The request is not valid.' } };
  }
  if (isTransient(error)) {
    log.warn({ reason: reasonOf(error) }, 'a route met an outage');
    return { status: 503, body: { error: 'unavailable', message: 'A part of the service is not reachable. Try again in a moment.' } };
  }
  log.error({ reason: reasonOf(error), stack: error instanceof Error ? error.stack : undefined }, 'a route failed');
  return { status: 500, body: { error: 'internal', message: 'Something went wrong on our side.' } };
}
