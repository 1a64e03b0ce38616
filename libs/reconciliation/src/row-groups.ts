import { NO_KEY } from './row-identity.js';

/** Rows of one side, those with the same key next to each other. */
export interface RowGroups {
  /** Rows of key `k` are `rows[starts[k] .. starts[k + 1]]`, in the order they were given. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** How far ahead a partner is looked for when the next one is spoken against; rows with one key that contradict each other are rare. */
const LOOK_AHEAD = 64;

/** Groups `rows[i]` by `keys[i]` (0 to `keyCount` - 1), leaving out NO_KEY: a counting sort. */
export function groupRows(rows: Int32Array, keys: Int32Array, keyCount: number): RowGroups {
  const starts = new Int32Array(keyCount + 1);
  for (const key of keys) if (key !== NO_KEY) starts[key + 1]!++;
  for (let key = 0; key < keyCount; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice();
  const grouped = new Int32Array(starts[keyCount]!);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (key !== NO_KEY) grouped[next[key]!++] = rows[i]!;
  }
  return { starts, rows: grouped };
}

/**
 * Pairs two sorted lists in steps: in each, rows still alone that are equal in the first `steps[n]` parts of the order both lists are sorted by. Every row is paired at most once (R1).
 */
export function pairInOrder(
  left: Int32Array,
  right: Int32Array,
  steps: readonly number[],
  compare: (left: number, right: number, parts: number) => number,
  pair: (left: number, right: number) => void,
): void {
  let lefts: readonly number[] = [...left];
  let rights: readonly number[] = [...right];
  for (const parts of steps) {
    const nextLefts: number[] = [];
    const nextRights: number[] = [];
    let i = 0;
    let j = 0;
    while (i < lefts.length && j < rights.length) {
      const order = compare(lefts[i]!, rights[j]!, parts);
      if (order === 0) pair(lefts[i++]!, rights[j++]!);
      else if (order < 0) nextLefts.push(lefts[i++]!);
      else nextRights.push(rights[j++]!);
    }
    lefts = [...nextLefts, ...lefts.slice(i)];
    rights = [...nextRights, ...rights.slice(j)];
  }
}

/** Which pairs `pairWithin` makes. */
export interface PairWindow {
  /** How many days the right row is later than the left one. */
  readonly daysLater: (left: number, right: number) => number;
  readonly minDays: number;
  readonly maxDays: number;
  readonly fits: (left: number, right: number) => boolean;
}

/** Pairs rows of two lists, both sorted by day, that lie within a window of days; each row at most once (R1), the earliest that fits first. */
export function pairWithin(left: Int32Array, right: Int32Array, window: PairWindow, pair: (left: number, right: number) => void): void {
  const used = new Set<number>();
  let first = 0;
  for (const row of left) {
    // Days of the left list only grow: what was too early stays too early.
    while (first < right.length && (used.has(right[first]!) || window.daysLater(row, right[first]!) < window.minDays)) first += 1;
    for (let j = first; j < right.length && j < first + LOOK_AHEAD; j++) {
      const other = right[j]!;
      if (window.daysLater(row, other) > window.maxDays) break;
      if (used.has(other) || !window.fits(row, other)) continue;
      used.add(other);
      pair(row, other);
      break;
    }
  }
}
