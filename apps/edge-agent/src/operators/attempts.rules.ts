/** Wrong attempts of one person in a row, and until when no further one is looked at (monotonic ms: setting the clock opens nothing). */
export interface Attempts {
  readonly wrong: number;
  readonly lockedUntil: number;
}

export const NO_ATTEMPTS: Attempts = { wrong: 0, lockedUntil: Number.NEGATIVE_INFINITY };

/** Six digits with five attempts in five minutes: guessing takes longer than anybody is employed. */
const ATTEMPTS = 5;
const LOCKED_MS = 5 * 60_000;

/** Whether an attempt may be looked at now. */
export function mayTry({ lockedUntil }: Attempts, now: number): boolean {
  return now >= lockedUntil;
}

/** After a wrong attempt: every fifth in a row locks. */
export function afterWrong({ wrong }: Attempts, now: number): Attempts {
  return { wrong: wrong + 1, lockedUntil: (wrong + 1) % ATTEMPTS === 0 ? now + LOCKED_MS : Number.NEGATIVE_INFINITY };
}
