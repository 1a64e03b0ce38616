import { learnServerTime } from '../app/clock.js';
import { noteConnection } from './connection.js';
import { NotReachable, ServerFault, SessionEnded } from './failures.js';

const TIMEOUT_MS = 15_000;
const SESSION_CODES = new Set(['UNAUTHENTICATED', 'unauthenticated', 'notSignedIn', 'sessionEnded']);
/** Answers of a proxy or a starting server: the request may be sent again later. */
const AWAY = new Set([502, 503, 504]);

/** A generated operation: its text, with the types of its answer and its variables. */
export interface Operation<TResult, TVariables> {
  readonly __apiType?: (variables: TVariables) => TResult;
  toString(): string;
}

interface GraphqlAnswer<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** A same-origin request that says what kind of failure it met and keeps the connection's state current. */
export async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    noteConnection({ reachable: false });
    throw new NotReachable('The server could not be reached.', { cause });
  }
  const receivedAt = Date.now();
  if (AWAY.has(response.status)) {
    noteConnection({ reachable: false });
    throw new NotReachable(`The server is not ready (${response.status}).`);
  }
  learnServerTime(response.headers.get('date'), receivedAt);
  noteConnection({ reachable: true, lastContactAt: receivedAt });
  return response;
}

/**
 * Runs a GraphQL operation. Expected failures are part of the result (unions with `__typename`).
 * @throws NotReachable, SessionEnded, ServerFault
 */
export async function execute<TResult, TVariables>(
  document: Operation<TResult, TVariables>,
  ...[variables]: TVariables extends Record<string, never> ? [] : [TVariables]
): Promise<TResult> {
  const response = await request('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: document.toString(), variables: variables ?? {} }),
  });
  if (response.status === 401) throw new SessionEnded('Nobody is signed in.');
  let answer: GraphqlAnswer<TResult>;
  try {
    answer = (await response.json()) as GraphqlAnswer<TResult>;
  } catch (cause) {
    throw new ServerFault(`The server's answer was not JSON (${response.status}).`, 'malformedAnswer', { cause });
  }
  const [error] = answer.errors ?? [];
  if (error) {
    const code = error.extensions?.code ?? 'unknown';
    if (SESSION_CODES.has(code)) throw new SessionEnded(error.message);
    throw new ServerFault(error.message, code);
  }
  if (answer.data === undefined || answer.data === null) throw new ServerFault('The server sent no data.', 'noData');
  return answer.data;
}
