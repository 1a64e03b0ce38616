import { grown, type KeyBytes, KeyTable } from './key-table.js';
import type { RowDigest } from './row-digest.js';

/** Between the parts of a batch's key; no part holds a control character. */
export const KEY_SEPARATOR = 0x1f;

/** Currency of a batch whose rows have more than one. */
export const MIXED_CURRENCY = -1;

const FIRST_BATCHES = 256;

/** Rows of a batch are dealt into so many slices by what identifies them, so that one wrong row makes few others be looked at. */
export const SLICES = 16;
/** All slices of a batch, one bit each. */
export const ALL_SLICES = 0xffff;

/** Totals of one side's batches (R5). Keys are acquirer, merchant, terminal, batch number and `YYYY-MM-DD`, each but the last followed by `KEY_SEPARATOR`. */
export interface BatchTotals {
  readonly keys: KeyBytes;
  readonly count: Uint32Array;
  readonly sumMinor: Float64Array;
  /** A `currencyCode`, or MIXED_CURRENCY. */
  readonly currency: Int32Array;
  /** How many rows know their fee, and the sum of those. */
  readonly feeCount: Uint32Array;
  readonly feeMinor: Float64Array;
  /** Two numbers for each slice of each batch: sums modulo 2^32 of both halves of the rows' digests. */
  readonly digest: Uint32Array;
}

/** A sum has become too large to be exact (R6). */
export class SumTooLargeError extends RangeError {
  override name = 'SumTooLargeError';
  constructor() {
    super('the amounts of one batch add up to more than can be summed exactly');
  }
}

/** Adds rows up by batch. */
export class BatchTable implements BatchTotals {
  readonly keys = new KeyTable();
  count = new Uint32Array(FIRST_BATCHES);
  sumMinor = new Float64Array(FIRST_BATCHES);
  currency = new Int32Array(FIRST_BATCHES);
  feeCount = new Uint32Array(FIRST_BATCHES);
  feeMinor = new Float64Array(FIRST_BATCHES);
  digest = new Uint32Array(FIRST_BATCHES * SLICES * 2);

  /** Adds a row whose digest is made; a fee that is NaN isn't known. Throws SumTooLargeError. */
  add(batch: number, amountMinor: number, currency: number, feeMinor: number, digest: RowDigest): void {
    if (batch >= this.count.length) this.grow();
    this.count[batch]!++;
    const sum = this.sumMinor[batch]! + amountMinor;
    // Both were exact, so a sum in this range is exact too.
    if (!Number.isSafeInteger(sum)) throw new SumTooLargeError();
    this.sumMinor[batch] = sum;
    const known = this.currency[batch]!;
    if (known !== currency) this.currency[batch] = known === 0 ? currency : MIXED_CURRENCY;
    const at = (batch * SLICES + digest.slice) * 2;
    this.digest[at]! += digest.first;
    this.digest[at + 1]! += digest.second;
    if (Number.isNaN(feeMinor)) return;
    this.feeCount[batch]!++;
    const fees = this.feeMinor[batch]! + feeMinor;
    if (!Number.isSafeInteger(fees)) throw new SumTooLargeError();
    this.feeMinor[batch] = fees;
  }

  /** A copy without room to spare, fit to be handed to another thread. */
  toTotals(): BatchTotals {
    const { count } = this.keys;
    return {
      keys: this.keys.toBytes(),
      count: this.count.slice(0, count),
      sumMinor: this.sumMinor.slice(0, count),
      currency: this.currency.slice(0, count),
      feeCount: this.feeCount.slice(0, count),
      feeMinor: this.feeMinor.slice(0, count),
      digest: this.digest.slice(0, count * SLICES * 2),
    };
  }

  private grow(): void {
    const size = this.count.length * 2;
    this.count = grown(this.count, new Uint32Array(size));
    this.sumMinor = grown(this.sumMinor, new Float64Array(size));
    this.currency = grown(this.currency, new Int32Array(size));
    this.feeCount = grown(this.feeCount, new Uint32Array(size));
    this.feeMinor = grown(this.feeMinor, new Float64Array(size));
    this.digest = grown(this.digest, new Uint32Array(size * SLICES * 2));
  }
}

/** The batches of both sides under common numbers. */
export interface JoinedBatches {
  readonly keys: KeyBytes;
  /** Common number → number on a side, or -1 where the side hasn't got the batch. */
  readonly atTerminal: Int32Array;
  readonly atAcquirer: Int32Array;
  /** Number on a side → common number. */
  readonly fromTerminal: Int32Array;
  readonly fromAcquirer: Int32Array;
  /** Slices that differ, one bit each; 0: both sides have the batch with the same totals. */
  readonly unequal: Uint16Array;
  /** Same number for the same acquirer, merchant and terminal. */
  readonly account: Int32Array;
  /** 1: the terminal's side has this batch number of this account on some day. */
  readonly known: Uint8Array;
  /** Business day as days from 1970-01-01. */
  readonly day: Int32Array;
}

/** Brings the batches of both sides together and compares their totals (R5), fees only when both sides have them. `dayOf` reads the last part of a key. */
export function joinBatches(
  terminal: BatchTotals,
  acquirer: BatchTotals,
  compareFees: boolean,
  dayOf: (keys: KeyBytes, batch: number) => number,
): JoinedBatches {
  const keys = new KeyTable();
  const fromTerminal = numbered(keys, terminal.keys);
  const fromAcquirer = numbered(keys, acquirer.keys);
  const atTerminal = inverse(fromTerminal, keys.count);
  const atAcquirer = inverse(fromAcquirer, keys.count);
  const unequal = new Uint16Array(keys.count);
  const account = new Int32Array(keys.count);
  const day = new Int32Array(keys.count);
  const known = new Uint8Array(keys.count);
  const accounts = new KeyTable();
  const numbers = new KeyTable();
  const number = new Int32Array(keys.count);
  for (let batch = 0; batch < keys.count; batch++) {
    unequal[batch] = unequalSlices(terminal, atTerminal[batch]!, acquirer, atAcquirer[batch]!, compareFees);
    account[batch] = prefix(accounts, keys, batch, 3);
    number[batch] = prefix(numbers, keys, batch, 4);
    day[batch] = dayOf(keys, batch);
  }
  const numberKnown = new Uint8Array(numbers.count);
  for (let batch = 0; batch < keys.count; batch++) if (atTerminal[batch] !== -1) numberKnown[number[batch]!] = 1;
  for (let batch = 0; batch < keys.count; batch++) known[batch] = numberKnown[number[batch]!]!;
  return { keys, atTerminal, atAcquirer, fromTerminal, fromAcquirer, unequal, account, known, day };
}

/** The slices in which two batches differ, one bit each; all of them when one is not there (-1). */
function unequalSlices(a: BatchTotals, atA: number, b: BatchTotals, atB: number, compareFees: boolean): number {
  if (atA === -1 || atB === -1) return ALL_SLICES;
  let unequal = 0;
  for (let slice = 0; slice < SLICES; slice++) {
    const left = (atA * SLICES + slice) * 2;
    const right = (atB * SLICES + slice) * 2;
    if (a.digest[left] !== b.digest[right] || a.digest[left + 1] !== b.digest[right + 1]) unequal |= 1 << slice;
  }
  if (unequal !== 0) return unequal;
  const same = a.count[atA] === b.count[atB] && a.sumMinor[atA] === b.sumMinor[atB] && a.currency[atA] === b.currency[atB];
  const sameFees = !compareFees || (a.feeCount[atA] === b.feeCount[atB] && a.feeMinor[atA] === b.feeMinor[atB]);
  return same && sameFees ? 0 : ALL_SLICES;
}

function numbered(keys: KeyTable, side: KeyBytes): Int32Array {
  const numbers = new Int32Array(side.count);
  for (let i = 0; i < side.count; i++) {
    keys.begin();
    keys.append(side.bytes, side.starts[i]!, side.starts[i]! + side.lengths[i]!);
    numbers[i] = keys.commit();
  }
  return numbers;
}

function inverse(numbers: Int32Array, count: number): Int32Array {
  const at = new Int32Array(count).fill(-1);
  for (let i = 0; i < numbers.length; i++) at[numbers[i]!] = i;
  return at;
}

/** The number of a key's first parts. */
function prefix(table: KeyTable, keys: KeyBytes, key: number, parts: number): number {
  const start = keys.starts[key]!;
  const end = start + keys.lengths[key]!;
  let left = parts;
  let at = start;
  while (at < end && left > 0) if (keys.bytes[at++] === KEY_SEPARATOR) left -= 1;
  table.begin();
  table.append(keys.bytes, start, at);
  return table.commit();
}
