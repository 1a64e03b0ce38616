/** Deterministic randomness: the same seed gives the same simulated day. Not for secrets. */
export class SeededRandom {
  private state: number;

  constructor(readonly seed: string) {
    // FNV-1a, then one mixing round, so that seeds "1" and "2" start far apart.
    let hash = 0x811c9dc5;
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
    this.state = hash >>> 0;
    this.next();
  }

  /** A number in [0, 1) (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items. Throws for an empty list: a bug of the caller. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.integer(0, items.length - 1)]!;
  }

  /** A waiting time with this mean, as independent customers arrive (exponential), at most five times the mean. */
  waiting(mean: number): number {
    return Math.min(-Math.log(1 - this.next()) * mean, mean * 5);
  }

  /** Independent randomness for one part, so that one part's use doesn't shift another's. */
  fork(part: string): SeededRandom {
    return new SeededRandom(`${this.seed}/${part}`);
  }
}
