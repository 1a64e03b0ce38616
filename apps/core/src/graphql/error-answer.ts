import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isTransient } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import { RequestError, type RequestErrorCode } from './graphql.errors.js';

/** Errors as the caller may see them, and the HTTP status that goes with them. */
export interface ErrorAnswer {
  statusCode: number;
  errors: GraphQLFormattedError[];
}

/**
 * Turns whatever went wrong into what the caller may know: a typed error as it is; a request that isn't GraphQL, or not of this schema, as
 * `malformedRequest`; everything else as `internal` with an id under which the log has the rest. Never a stack, never a database message.
 */
export function answerErrors(errors: readonly Error[], log: Log): ErrorAnswer {
  const flat = errors.flatMap((error) => validationErrors(error) ?? [error]);
  const answers = flat.map((error) => answerOne(error, log));
  const statusCode = Math.max(...answers.map((answer) => answer.statusCode), 200);
  return { statusCode, errors: answers.map((answer) => answer.error) };
}

/** Mercurius collects the errors of parsing and validation in one error's `errors`; those that aren't graphql-js's own have the holder's status. */
function validationErrors(error: Error): readonly Error[] | undefined {
  const holder = [error, (error as GraphQLError).originalError].find((one) =>
    Array.isArray((one as { errors?: unknown } | undefined)?.errors),
  );
  if (holder === undefined || holder === null) return undefined;
  const { errors, statusCode } = holder as Error & { errors: unknown[]; statusCode?: unknown };
  if (!errors.every((one) => one instanceof Error)) return undefined;
  return errors.map((one) => (one instanceof GraphQLError ? one : Object.assign(new Error(one.message), { statusCode })));
}

function answerOne(error: Error, log: Log): { statusCode: number; error: GraphQLFormattedError } {
  const cause = innermost(error);
  if (cause instanceof RequestError) return told(error, cause.extensions.code, cause.message, cause.statusCode, cause.extensions.field);
  // A GraphQLError without another behind it is graphql-js's own: syntax, validation, variables. With a path it is about what a resolver gave.
  if (cause === undefined) return isAboutAnswer(error) ? bug(error, error, log) : told(error, 'malformedRequest', error.message, 400);
  const status = (cause as { statusCode?: unknown }).statusCode;
  if (status === 405) return told(error, 'methodNotAllowed', cause.message, status);
  if (typeof status === 'number' && status >= 400 && status < 500) return told(error, 'malformedRequest', cause.message, status);
  if (isTransient(cause)) {
    log.warn({ reason: reasonOf(cause) }, 'a resolver met an outage');
    return told(error, 'unavailable', 'A part of the service is not reachable. Try again in a moment.', 503);
  }
  if (isDataException(cause)) {
    log.warn({ reason: reasonOf(cause) }, 'a request held a value the database refuses');
    return told(error, 'malformedRequest', 'A value of the request is out of its range.', 400);
  }
  return bug(error, cause, log);
}

function bug(error: Error, cause: Error, log: Log): ReturnType<typeof told> {
  const id = randomUUID();
  log.error({ errorId: id, reason: reasonOf(cause), stack: cause.stack }, 'a resolver failed');
  return told(error, 'internal', `Something went wrong on our side. The log has it as ${id}.`, 500);
}

/** An error of execution has a path; of those only the ones about arguments are the caller's (graphql-js, getArgumentValues). */
function isAboutAnswer(error: Error): boolean {
  return error instanceof GraphQLError && error.path !== undefined && !error.message.startsWith('Argument "');
}

/** What was thrown in the first place; undefined for an error of graphql-js itself. It wraps errors, those of variables even twice. */
function innermost(error: Error): Error | undefined {
  let cause: Error | undefined = error;
  while (cause instanceof GraphQLError) cause = cause.originalError ?? undefined;
  return cause;
}

/** SQLSTATE class 22: a text with a zero byte, a number or an instant out of range. */
function isDataException(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
}

function told(
  error: Error,
  code: RequestErrorCode,
  message: string,
  statusCode: number,
  field?: string,
): { statusCode: number; error: GraphQLFormattedError } {
  const { locations, path } = error instanceof GraphQLError ? error : {};
  return {
    statusCode,
    error: {
      message,
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
      extensions: field === undefined ? { code } : { code, field },
    },
  };
}
