/** Wrong attempts that still count, and when the last one was (monotonic ms: setting the clock opens nothing). */
export interface Attempts {
  readonly wrong: number;
  readonly lastAt: number;
}

export const NO_ATTEMPTS: Attempts = { wrong: 0, lastAt: Number.NEGATIVE_INFINITY };

/** Wrong attempts that cost no wait: of one person at one place. */
export const FREE_OF_PAIR = 5;
/** …of one person at all places where nobody has given that person's passcode lately. */
export const FREE_OF_PERSON = 20;
/** …at one place, whoever was tried there. */
export const FREE_OF_PLACE = 20;
/** …of one person's one-time code, which has eight digits and a quarter of an hour. */
export const FREE_OF_CODE = 100;

const FIRST_WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 3_600_000;
/** After this time one wrong attempt less counts. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** How many wrong attempts count at an instant: one less for every hour without one. */
export function counted({ wrong, lastAt }: Attempts, now: number): number {
  if (wrong === 0) return 0;
  return Math.max(0, wrong - Math.floor((now - lastAt) / FORGOTTEN_AFTER_MS));
}

/**
 * Whether an attempt may be looked at now. Beyond the free ones each wrong attempt doubles the wait for the next, from a minute to an hour; there it stays, so that somebody who
 * never stops guesses about once an hour.
 */
export function mayTry(attempts: Attempts, now: number, free: number): boolean {
  const beyond = attempts.wrong - free;
  if (beyond < 0) return true;
  return now - attempts.lastAt >= Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(beyond, 16));
}

/** After one more wrong attempt. */
export function afterWrong(attempts: Attempts, now: number): Attempts {
  return { wrong: counted(attempts, now) + 1, lastAt: now };
}

/** After one of them turned out to be right. */
export function afterRight({ wrong, lastAt }: Attempts): Attempts {
  return { wrong: Math.max(0, wrong - 1), lastAt };
}
