/** The cookie that names a console session. */
export const SESSION_COOKIE = 'tillward_console';

/** Headers of everything the console serves: only its own files, nothing from or to anywhere else, in nobody's frame. */
export const CONSOLE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};

/** The files of the page, and what they are. */
export const CONSOLE_FILES: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'console.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'actions.js': 'text/javascript; charset=utf-8',
  'dialogs.js': 'text/javascript; charset=utf-8',
  'dom.js': 'text/javascript; charset=utf-8',
  'format.js': 'text/javascript; charset=utf-8',
  'language.js': 'text/javascript; charset=utf-8',
  'team.js': 'text/javascript; charset=utf-8',
  'today.js': 'text/javascript; charset=utf-8',
  'words.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

/** The value of a cookie; null when it was not sent. */
export function cookieOf(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=');
  }
  return null;
}

/**
 * Whether an order comes from the console's own page: browsers say so (Fetch Metadata, Origin), and no other site's page can set the header. The cookie alone, although it is
 * SameSite=Strict, is not relied on.
 */
export function ownPage(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  if (headers['x-tillward-console'] !== '1') return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin, host } = headers;
  return origin === undefined || (typeof host === 'string' && (origin === `http://${host}` || origin === `https://${host}`));
}
