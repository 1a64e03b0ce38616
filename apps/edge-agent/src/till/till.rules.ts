import { TILL_REFUSALS, type TillRefusal, type TillRefusalCode } from '@tillward/contracts';

/** What the interface was asked for. `unknown`: there is no such path; `method`: there is, but not with this method. */
export type Route =
  | { kind: 'health' | 'ready' | 'terminals' | 'signOn' | 'pay' }
  | { kind: 'signOff'; terminal: string }
  | { kind: 'payment'; paymentId: string }
  | { kind: 'unknown' }
  | { kind: 'method'; allow: string };

/** Reads method and path (without query). */
export function routeOf(method: string, path: string): Route {
  const only = (allow: string, route: Route): Route => (method === allow ? route : { kind: 'method', allow });
  switch (path) {
    case '/healthz':
      return only('GET', { kind: 'health' });
    case '/readyz':
      return only('GET', { kind: 'ready' });
    case '/v1/terminals':
      return only('GET', { kind: 'terminals' });
    case '/v1/operator-sessions':
      return only('POST', { kind: 'signOn' });
    case '/v1/payments':
      return only('POST', { kind: 'pay' });
  }
  const session = /^\/v1\/operator-sessions\/([a-z0-9-]{1,48})$/.exec(path);
  if (session) return only('DELETE', { kind: 'signOff', terminal: session[1]! });
  const payment = /^\/v1\/payments\/([0-9a-f-]{36})$/.exec(path);
  if (payment) return only('GET', { kind: 'payment', paymentId: payment[1]! });
  return { kind: 'unknown' };
}

/** The body of a refusal, in both languages. */
export function refusalOf(code: TillRefusalCode, field?: string): TillRefusal {
  const { en, zh } = TILL_REFUSALS[code];
  return { code, message: { en, zh }, ...(field === undefined ? {} : { field }) };
}
