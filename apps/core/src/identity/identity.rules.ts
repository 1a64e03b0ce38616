/** I2: a session unused this long is over. */
export const SESSION_IDLE_MS = 12 * 60 * 60_000;
/** I2: a session this old is over, used or not. */
export const SESSION_ABSOLUTE_MS = 7 * 24 * 60 * 60_000;
/** A session's last use is written at most this often. */
export const SESSION_TOUCH_MS = 60_000;

/** When a session began and was last used, in epoch milliseconds. */
export interface SessionTimes {
  createdAtMs: number;
  lastSeenAtMs: number;
}

/** I2: whether a session still counts. */
export function sessionIsValid(times: SessionTimes, nowMs: number): boolean {
  return nowMs - times.createdAtMs < SESSION_ABSOLUTE_MS && nowMs - times.lastSeenAtMs < SESSION_IDLE_MS;
}

/** Whether this use should be written down. */
export function sessionNeedsTouch(times: SessionTimes, nowMs: number): boolean {
  return nowMs - times.lastSeenAtMs >= SESSION_TOUCH_MS;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a request says about where it comes from. */
export interface RequestOrigin {
  method: string;
  isUpgrade: boolean;
  /** `Origin` header, absent from programs that are no browser. */
  origin: string | undefined;
  /** `Host` header. */
  host: string | undefined;
  /** `Sec-Fetch-Site` header. */
  fetchSite: string | undefined;
}

/**
 * I4: whether a state-changing request or a WebSocket comes from our own pages or from no browser at all. A browser always sends `Origin`
 * with those (Fetch standard, section 3.2), so one that is absent can't carry somebody's cookie from a foreign page.
 */
export function originIsOwn(request: RequestOrigin): boolean {
  if (SAFE_METHODS.has(request.method) && !request.isUpgrade) return true;
  if (request.fetchSite !== undefined && request.fetchSite !== 'same-origin' && request.fetchSite !== 'none') return false;
  if (request.origin === undefined) return true;
  if (request.host === undefined || !URL.canParse(request.origin)) return false;
  return new URL(request.origin).host === request.host.toLowerCase();
}

const COOKIE = 'tillward_session';

/** The session cookie's name. */
export const SESSION_COOKIE = COOKIE;

/** `Set-Cookie` text for a token; an empty token removes the cookie (RFC 6265 section 5.2.2). */
export function sessionCookie(token: string, secure: boolean): string {
  const age = token === '' ? 0 : SESSION_ABSOLUTE_MS / 1000;
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure ? '; Secure' : ''}`;
}

/** The session token in a `Cookie` header; undefined when there is none or it can't be one of ours. */
export function tokenInCookies(header: string | undefined): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === COOKIE && value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return undefined;
}
