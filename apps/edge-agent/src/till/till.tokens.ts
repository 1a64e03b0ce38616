import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.js';
import type { Journal } from '../journal/index.js';

/** Who sends a request: a till that was paired, or whoever has the installer's token, who may speak for any till. */
export type Caller = { readonly kind: 'till'; readonly tillId: string } | { readonly kind: 'installer' };

/** A till that was given a token. */
export interface PairedTill {
  readonly tillId: string;
  readonly pairedBy: string;
  readonly pairedAt: number;
}

/**
 * The tills' tokens (docs/adr/0040): one for each till, given out at the store console by a manager, shown once; only their digests are kept. 256 random bits need
 * no slow derivation.
 */
export class TillTokens {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #installer: Buffer | null;
  readonly #byDigest = new Map<string, PairedTill>();

  /** `installerToken` null: only paired tills are served. */
  constructor(context: { clock: Clock }, journal: Journal, installerToken: string | null) {
    this.#clock = context.clock;
    this.#journal = journal;
    this.#installer = installerToken === null ? null : digestOf(installerToken);
    for (const row of journal.store.prepare('SELECT * FROM till_tokens').all()) {
      const till = { tillId: String(row['till_id']), pairedBy: String(row['paired_by']), pairedAt: Number(row['paired_at']) };
      this.#byDigest.set(String(row['digest']), till);
    }
  }

  /** Who an Authorization header speaks for; null: nobody known. Compares digests, so that the time says nothing about a token. */
  callerOf(header: string | undefined): Caller | null {
    const token = /^Bearer (.+)$/.exec(header ?? '')?.[1];
    if (token === undefined) return null;
    if (this.isInstaller(token)) return { kind: 'installer' };
    const till = this.#byDigest.get(digestOf(token).toString('hex'));
    return till ? { kind: 'till', tillId: till.tillId } : null;
  }

  /** Whether this is the installer's token. */
  isInstaller(token: string): boolean {
    return this.#installer !== null && timingSafeEqual(digestOf(token), this.#installer);
  }

  /** All paired tills. */
  all(): PairedTill[] {
    return [...this.#byDigest.values()].sort((a, b) => (a.tillId < b.tillId ? -1 : 1));
  }

  /** Gives a till a token, which is told now and never again; one it had before stops working. */
  pair(tillId: string, by: string): string {
    const token = randomBytes(32).toString('base64url');
    const digest = digestOf(token).toString('hex');
    const pairedAt = this.#clock.now();
    this.#journal.commit((tx) => {
      this.#journal.store
        .prepare('REPLACE INTO till_tokens (till_id, digest, paired_by, paired_at) VALUES (?, ?, ?, ?)')
        .run(tillId, digest, by, pairedAt);
      tx.append('TillPaired', null, { tillId, by });
    });
    this.#forget(tillId);
    this.#byDigest.set(digest, { tillId, pairedBy: by, pairedAt });
    return token;
  }

  /** Takes a till's token away. False: there is no such till. */
  unpair(tillId: string, by: string): boolean {
    if (!this.all().some((till) => till.tillId === tillId)) return false;
    this.#journal.commit((tx) => {
      this.#journal.store.prepare('DELETE FROM till_tokens WHERE till_id = ?').run(tillId);
      tx.append('TillUnpaired', null, { tillId, by });
    });
    this.#forget(tillId);
    return true;
  }

  #forget(tillId: string): void {
    for (const [digest, till] of this.#byDigest) if (till.tillId === tillId) this.#byDigest.delete(digest);
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
