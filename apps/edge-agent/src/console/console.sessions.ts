import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.js';

/** Somebody who forgot to sign out is signed out after this time without doing anything, and after that time in any case. */
const IDLE_MS = 20 * 60_000;
const LONGEST_MS = 10 * 3_600_000;
/** More people than work in a store; the one who did nothing for longest goes. */
const MAX_SESSIONS = 60;

interface Session {
  operatorId: string;
  since: number;
  usedAt: number;
}

/** Who is signed in at the console. Kept in memory only: a start of the agent signs everybody out. */
export class ConsoleSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(context: { clock: Clock }) {
    this.#clock = context.clock;
  }

  /** Begins a session; returns the secret that names it, which is kept nowhere here. */
  begin(operatorId: string): string {
    const secret = randomBytes(32).toString('base64url');
    const now = this.#clock.monotonic();
    if (this.#sessions.size >= MAX_SESSIONS) {
      const [oldest] = [...this.#sessions].sort(([, a], [, b]) => a.usedAt - b.usedAt)[0]!;
      this.#sessions.delete(oldest);
    }
    this.#sessions.set(digestOf(secret), { operatorId, since: now, usedAt: now });
    return secret;
  }

  /** Who a secret stands for; null when nobody, or not any more. `active`: the person did something, which keeps the session. */
  personOf(secret: string | null, active: boolean): string | null {
    if (secret === null) return null;
    const key = digestOf(secret);
    const session = this.#sessions.get(key);
    if (!session) return null;
    const now = this.#clock.monotonic();
    if (now - session.usedAt >= IDLE_MS || now - session.since >= LONGEST_MS) {
      this.#sessions.delete(key);
      return null;
    }
    if (active) session.usedAt = now;
    return session.operatorId;
  }

  /** Ends a session. */
  end(secret: string): void {
    this.#sessions.delete(digestOf(secret));
  }

  /** Ends every session of a person: whoever had them may not be that person any more. */
  endAllOf(operatorId: string): void {
    for (const [key, session] of this.#sessions) if (session.operatorId === operatorId) this.#sessions.delete(key);
  }
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
