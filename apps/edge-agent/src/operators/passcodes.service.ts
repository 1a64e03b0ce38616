import { createHash, pbkdf2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { TillRefusalCode } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { Journal, JournalTransaction } from '../journal/index.js';
import { AttemptGate } from './attempts.gate.js';
import { FREE_OF_CODE, FREE_OF_PERSON } from './attempts.rules.js';
import { type KeptCode, PasscodeStore, type Sponsors } from './passcode.store.js';

const derive = promisify(pbkdf2);

/** PBKDF2-HMAC-SHA-256 (RFC 8018); the count is what OWASP's Password Storage Cheat Sheet asks for. Unlike memory-hard functions it costs a small gateway no memory. */
const ITERATIONS = 600_000;
/** How long a one-time code may be used. */
export const CODE_VALID_MS = 15 * 60_000;
/** The salt with which the passcode of nobody is derived, so that an unknown person takes as long as a known one. */
const NOBODYS_SALT = randomBytes(16).toString('hex');

/** Whether somebody is who they say they are. `verified` false: this person has no passcode yet, so that nothing was proven. */
export type Identity = { ok: true; verified: boolean } | { ok: false; code: TillRefusalCode };

export interface PasscodesOptions {
  /** Rounds of the derivation; fewer only in tests. */
  iterations?: number;
}

/** What else changes with a person's passcode: `within` in the same transaction, `after` once that is on disk. */
export interface PasscodeChange {
  within(tx: JournalTransaction, operatorId: string): void;
  after(operatorId: string): void;
}

/**
 * The passcodes with which people of a store prove who they are, offline. Everybody chooses their own with a one-time code from a manager or the installer (docs/adr/0041); from whom it came is
 * kept, because who gives out a code could choose the passcode with it and be that person from then on. Only a salted derivation is kept; wrong attempts are counted.
 */
export class Passcodes {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #change: PasscodeChange;
  readonly #store: PasscodeStore;
  readonly #iterations: number;
  readonly #passcodes = new AttemptGate(FREE_OF_PERSON);
  readonly #codes = new AttemptGate(FREE_OF_CODE);

  constructor(context: { clock: Clock }, journal: Journal, change: PasscodeChange, options: PasscodesOptions = {}) {
    this.#clock = context.clock;
    this.#journal = journal;
    this.#change = change;
    this.#store = new PasscodeStore(journal.store);
    this.#iterations = options.iterations ?? ITERATIONS;
  }

  /** Whether a person has chosen a passcode. */
  has(operatorId: string): boolean {
    return this.#store.find(operatorId) !== undefined;
  }

  /** From whom a person's present passcode comes; null also for somebody who has none. */
  sponsorsOf(operatorId: string): Sponsors {
    return this.#store.find(operatorId)?.sponsors ?? null;
  }

  /**
   * Checks a passcode that was given at a place (a till, a client of the console). A person who has one must give it; one who has none proves nothing, and can't be proven wrong. Whether a
   * person is unknown, has none or has another takes the same time and answer.
   */
  async identify(operatorId: string, passcode: string | undefined, place: string): Promise<Identity> {
    const kept = this.#store.find(operatorId);
    if (passcode === undefined) return kept ? { ok: false, code: 'passcodeRequired' } : { ok: true, verified: false };
    return this.#try(this.#passcodes, { operatorId, place, wrong: 'passcodeWrong' }, async () => {
      const digest = await derived(passcode, kept?.salt ?? NOBODYS_SALT, kept?.iterations ?? this.#iterations);
      return kept !== undefined && timingSafeEqual(Buffer.from(digest, 'hex'), Buffer.from(kept.digest, 'hex'));
    });
  }

  /** Gives out a one-time code with which a person of the store chooses a passcode. `issuedBy` null: with the installer's token. */
  issueCode(operatorId: string, issuedBy: string | null): { code: string; validUntil: number } {
    const code = String(randomInt(10 ** 8)).padStart(8, '0');
    const issuedAt = this.#clock.now();
    const sponsors = issuedBy === null ? [] : this.#withSponsors(issuedBy);
    this.#journal.commit((tx) => {
      this.#store.saveCode(tx, operatorId, { digest: digestOf(operatorId, code), issuedAt, sponsors });
      tx.append('OperatorCodeIssued', null, { operatorId, issuedBy });
    });
    // Only what was tried of the code before: guesses at the passcode go on counting, or a manager could guess another's without end.
    this.#codes.forget(operatorId);
    return { code, validUntil: issuedAt + CODE_VALID_MS };
  }

  /** Chooses a passcode with a code, which is then used up. */
  async choose(operatorId: string, code: string, passcode: string, place: string): Promise<Identity> {
    const used: { code?: KeptCode } = {};
    const identity = await this.#try(this.#codes, { operatorId, place, wrong: 'setupCodeWrong' }, async () => {
      const issued = this.#store.code(operatorId);
      const age = this.#clock.now() - (issued?.issuedAt ?? Number.NEGATIVE_INFINITY);
      const valid = issued !== undefined && age >= 0 && age < CODE_VALID_MS;
      const given = Buffer.from(digestOf(operatorId, code), 'hex');
      if (issued) used.code = issued;
      return timingSafeEqual(given, valid ? Buffer.from(issued.digest, 'hex') : Buffer.alloc(given.length)) && valid;
    });
    if (!identity.ok) return identity;
    const salt = randomBytes(16).toString('hex');
    const digest = await derived(passcode, salt, this.#iterations);
    const { sponsors, digest: codeDigest } = used.code!;
    // The derivation took its time: somebody may have been faster with the same code, or another one has been given out.
    if (this.#store.code(operatorId)?.digest !== codeDigest) return { ok: false, code: 'setupCodeWrong' };
    this.#journal.commit((tx) => {
      this.#store.save(tx, operatorId, { salt, digest, iterations: this.#iterations, sponsors }, this.#clock.now());
      this.#change.within(tx, operatorId);
      tx.append('OperatorPasscodeChanged', null, { operatorId });
    });
    this.#change.after(operatorId);
    this.#passcodes.forget(operatorId);
    return identity;
  }

  /** A person and everybody that person's passcode comes from; null when that is not known. */
  #withSponsors(operatorId: string): Sponsors {
    const own = this.sponsorsOf(operatorId);
    return own && [...new Set([operatorId, ...own])];
  }

  async #try(
    gate: AttemptGate,
    { operatorId, place, wrong }: { operatorId: string; place: string; wrong: TillRefusalCode },
    check: () => Promise<boolean>,
  ): Promise<Identity> {
    const isRight = await gate.try(operatorId, place, this.#clock.monotonic(), check);
    if (isRight === null) return { ok: false, code: 'tooManyAttempts' };
    return isRight ? { ok: true, verified: true } : { ok: false, code: wrong };
  }
}

async function derived(passcode: string, salt: string, iterations: number): Promise<string> {
  return (await derive(passcode, Buffer.from(salt, 'hex'), iterations, 32, 'sha256')).toString('hex');
}

/** A code has too few digits to need more than this for a quarter of an hour. */
function digestOf(operatorId: string, code: string): string {
  return createHash('sha256').update(`${operatorId}\n${code}`).digest('hex');
}
