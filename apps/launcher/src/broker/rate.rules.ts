/** How much may pass: `burst` at once, `perSecond` for as long as one likes. The unit is the caller's. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What is left at an instant of a monotonic clock; below zero it is owed. */
export interface Allowance {
  readonly level: number;
  readonly atMs: number;
}

/** Nothing used yet. */
export function fullAllowance({ burst }: Rate, nowMs: number): Allowance {
  return { level: burst, atMs: nowMs };
}

/** What is left once time has filled it up again. */
export function refilled({ level, atMs }: Allowance, { perSecond, burst }: Rate, nowMs: number): Allowance {
  return { level: Math.min(burst, level + (Math.max(0, nowMs - atMs) / 1000) * perSecond), atMs: nowMs };
}

/** Takes `cost`, which has passed already; `waitMs` is how long nothing more may. */
export function taken(before: Allowance, cost: number, rate: Rate, nowMs: number): { allowance: Allowance; waitMs: number } {
  const now = refilled(before, rate, nowMs);
  const allowance = { level: now.level - cost, atMs: nowMs };
  return { allowance, waitMs: allowance.level >= 0 ? 0 : Math.ceil((-allowance.level / rate.perSecond) * 1000) };
}
