/** Dashboard, REST, GraphQL: everything from here and nobody's frame. Mantine sets styles on elements, hence the inline ones. */
const OWN_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Where mercurius's GraphiQL page loads its scripts and styles from. */
const GRAPHIQL_ASSETS = 'https://unpkg.com';

const GRAPHIQL_POLICY = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-eval' ${GRAPHIQL_ASSETS}`,
  `style-src 'self' 'unsafe-inline' ${GRAPHIQL_ASSETS}`,
  `font-src 'self' data: ${GRAPHIQL_ASSETS}`,
  `connect-src 'self' ${GRAPHIQL_ASSETS}`,
  "img-src 'self' data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What browsers are told with every answer. `route` is the pattern that was matched, not what the caller wrote. */
export function securityHeaders(route?: string): Readonly<Record<string, string>> {
  const isGraphiql = route === '/graphiql' || route?.startsWith('/graphiql/') === true;
  return {
    'content-security-policy': isGraphiql ? GRAPHIQL_POLICY : OWN_POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  };
}
