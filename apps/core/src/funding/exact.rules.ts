/** Half of what is exact as an integer of 53 bits: two such sums together are exact too. */
const MOST_MINOR = BigInt(Number.MAX_SAFE_INTEGER) / 2n;

/** Money that adds up to more than is exact in integer minor units; what made it so is refused, because an inexact amount would be a false one. */
export class InexactSum extends Error {
  override name = 'InexactSum';

  constructor() {
    super('the amounts add up to more than is exact in integer minor units');
  }
}

/** A sum of PostgreSQL's `numeric` without decimals as integer minor units, of which two together are exact. Throws {@link InexactSum} for more. */
export function exactMinor(sum: string): number {
  const minor = BigInt(sum);
  if (minor > MOST_MINOR || minor < -MOST_MINOR) throw new InexactSum();
  return Number(minor);
}
