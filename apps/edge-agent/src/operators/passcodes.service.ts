import { createHash, pbkdf2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { TillRefusalCode } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { Journal } from '../journal/index.js';
import type { PolicyService } from '../policy/index.js';
import { type Attempts, afterWrong, mayTry, NO_ATTEMPTS } from './attempts.rules.js';
import { PasscodeStore } from './passcode.store.js';

const derive = promisify(pbkdf2);

/** PBKDF2-HMAC-SHA-256 (RFC 8018); the count is what OWASP's Password Storage Cheat Sheet asks for. Unlike memory-hard functions it costs a small gateway no memory. */
const ITERATIONS = 600_000;
/** How long a one-time code may be used. */
export const CODE_VALID_MS = 15 * 60_000;
/** Checks that may wait for the processor at once: beyond that somebody is guessing, not working. */
const CHECKS_AT_ONCE = 4;

/** Whether somebody is who they say they are. `verified` false: this person has no passcode yet, so that nothing was proven. */
export type Identity = { ok: true; verified: boolean } | { ok: false; code: TillRefusalCode };

export interface PasscodesOptions {
  /** Rounds of the derivation; fewer only in tests. */
  iterations?: number;
}

/**
 * The passcodes with which people of a store prove who they are, offline. Everybody chooses their own with a one-time code from a manager (docs/adr/0041), so that
 * nobody knows another person's. Only a salted derivation is kept; wrong attempts are counted.
 */
export class Passcodes {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #policy: PolicyService;
  readonly #store: PasscodeStore;
  readonly #iterations: number;
  readonly #attempts = new Map<string, Attempts>();
  #checking = 0;

  constructor(context: { clock: Clock }, journal: Journal, policy: PolicyService, options: PasscodesOptions = {}) {
    this.#clock = context.clock;
    this.#journal = journal;
    this.#policy = policy;
    this.#store = new PasscodeStore(journal.store);
    this.#iterations = options.iterations ?? ITERATIONS;
  }

  /** Whether a person has chosen a passcode. */
  has(operatorId: string): boolean {
    return this.#store.find(operatorId) !== undefined;
  }

  /** Checks a passcode. A person who has one must give it; one who has none proves nothing, and can't be proven wrong. */
  async identify(operatorId: string, passcode: string | undefined): Promise<Identity> {
    const kept = this.#store.find(operatorId);
    if (!kept) return passcode === undefined ? { ok: true, verified: false } : { ok: false, code: 'passcodeWrong' };
    if (passcode === undefined) return { ok: false, code: 'passcodeRequired' };
    return this.#try(operatorId, 'passcodeWrong', async () => {
      const digest = await derived(passcode, kept.salt, kept.iterations);
      return timingSafeEqual(Buffer.from(digest, 'hex'), Buffer.from(kept.digest, 'hex'));
    });
  }

  /** Gives out a one-time code with which a person of the store chooses a passcode. `issuedBy` null: with the installer's token. */
  issueCode(operatorId: string, issuedBy: string | null): { code: string; validUntil: number } {
    const code = String(randomInt(10 ** 8)).padStart(8, '0');
    const now = this.#clock.now();
    this.#journal.commit((tx) => {
      this.#store.saveCode(tx, operatorId, digestOf(operatorId, code), now);
      tx.append('OperatorCodeIssued', null, { operatorId, issuedBy });
    });
    this.#attempts.delete(operatorId);
    return { code, validUntil: now + CODE_VALID_MS };
  }

  /** Chooses a passcode with a code, which is then used up. */
  async choose(operatorId: string, code: string, passcode: string): Promise<Identity> {
    if (!this.#policy.current?.operators.has(operatorId)) return { ok: false, code: 'setupCodeWrong' };
    const identity = await this.#try(operatorId, 'setupCodeWrong', async () => {
      const issued = this.#store.code(operatorId);
      const age = this.#clock.now() - (issued?.issuedAt ?? Number.NEGATIVE_INFINITY);
      const valid = issued !== undefined && age >= 0 && age < CODE_VALID_MS;
      const given = Buffer.from(digestOf(operatorId, code), 'hex');
      return timingSafeEqual(given, valid ? Buffer.from(issued.digest, 'hex') : Buffer.alloc(given.length)) && valid;
    });
    if (!identity.ok) return identity;
    const salt = randomBytes(16).toString('hex');
    const digest = await derived(passcode, salt, this.#iterations);
    this.#journal.commit((tx) => {
      this.#store.save(tx, operatorId, { salt, digest, iterations: this.#iterations }, this.#clock.now());
      tx.append('OperatorPasscodeChanged', null, { operatorId });
    });
    return identity;
  }

  async #try(operatorId: string, wrong: TillRefusalCode, check: () => Promise<boolean>): Promise<Identity> {
    const before = this.#attempts.get(operatorId) ?? NO_ATTEMPTS;
    if (this.#checking >= CHECKS_AT_ONCE || !mayTry(before, this.#clock.monotonic())) return { ok: false, code: 'tooManyAttempts' };
    // Counted before it is looked at, so that attempts at the same moment count too.
    this.#attempts.set(operatorId, afterWrong(before, this.#clock.monotonic()));
    this.#checking += 1;
    try {
      if (!(await check())) return { ok: false, code: wrong };
    } finally {
      this.#checking -= 1;
    }
    this.#attempts.delete(operatorId);
    return { ok: true, verified: true };
  }
}

async function derived(passcode: string, salt: string, iterations: number): Promise<string> {
  return (await derive(passcode, Buffer.from(salt, 'hex'), iterations, 32, 'sha256')).toString('hex');
}

/** A code has too few digits to need more than this for a quarter of an hour. */
function digestOf(operatorId: string, code: string): string {
  return createHash('sha256').update(`${operatorId}\n${code}`).digest('hex');
}
