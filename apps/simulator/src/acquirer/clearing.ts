import { businessDayOf, type TimeOfDay } from '@tillward/calendar';
import type { LedgerLine } from '../ledger/index.js';

/** What the simulated acquirer knows of a merchant, which is one store. */
export interface Merchant {
  readonly store: string;
  readonly merchantNo: string;
  readonly timeZone: string;
  /** The local time at which its business day changes. */
  readonly cutOff: TimeOfDay;
  /** What it keeps of each payment, in millionths, rounded half up; it gives it back with the money. */
  readonly feePpm: number;
}

/** One payment as the acquirer cleared it. Amounts are signed as seen from the merchant. */
export interface ClearedRow {
  readonly type: 'sale' | 'refund' | 'reversal';
  readonly store: string;
  readonly merchantNo: string;
  readonly terminal: string;
  readonly batch: number;
  readonly trace: number;
  readonly businessDay: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly cardLast4: string;
  readonly currency: string;
  readonly grossMinor: number;
  /** Negative costs the merchant. */
  readonly feeMinor: number;
}

/** What reached the acquirer of a merchant's terminals. */
export interface Clearing {
  readonly rows: readonly ClearedRow[];
  /** Payments with a trace number their batch had already: the host took them for repetitions of the first one and cleared that alone. */
  readonly repeated: readonly ClearedRow[];
  /** Terminals that have booked something they didn't settle yet. */
  readonly open: readonly string[];
  /** When the last of these batches was settled, ISO 8601; empty when none was. */
  readonly settledAt: string;
}

/**
 * Clears what terminals booked in batches that they settled, after `settledAfter` (ISO 8601) when it is given; a batch that is still open is none of the acquirer's business yet. The day of a payment is the acquirer's own reckoning from the instant
 * in the ledger. Lines of other stores are passed over. Throws a RangeError for a time zone nobody knows.
 */
export function clear(lines: readonly LedgerLine[], merchant: Merchant, settledAfter = ''): Clearing {
  const own = lines.filter(({ store }) => store === merchant.store);
  const settlements = own.filter(({ kind }) => kind === 'settlement');
  const closed = new Set(settlements.map(batchOf));
  const fresh = settlements.filter(({ at }) => at > settledAfter);
  const cleared = new Set(fresh.map(batchOf));
  const open = new Set(own.filter((line) => !closed.has(batchOf(line))).map(({ terminal }) => terminal));
  const known = new Set<string>();
  const rows: ClearedRow[] = [];
  const repeated: ClearedRow[] = [];
  for (const line of own) {
    if (line.kind === 'settlement' || !cleared.has(batchOf(line))) continue;
    const row = clearedRow(line, line.kind, merchant);
    const key = `${batchOf(line)}/${line.kind}/${line.traceNo}`;
    (known.has(key) ? repeated : rows).push(row);
    known.add(key);
  }
  const settledAt = fresh.reduce((last, { at }) => (at > last ? at : last), '');
  return { rows, repeated, open: [...open], settledAt };
}

/** The fee of an amount: costs for money in, returned for money out. Exact, rounded once. */
export function feeOf(grossMinor: number, feePpm: number): number {
  const MILLION = 1_000_000n;
  const fee = Number((BigInt(Math.abs(grossMinor)) * BigInt(feePpm) + MILLION / 2n) / MILLION);
  return grossMinor < 0 ? fee : 0 - fee;
}

function clearedRow(line: LedgerLine, type: ClearedRow['type'], { merchantNo, timeZone, cutOff, feePpm }: Merchant): ClearedRow {
  const grossMinor = type === 'sale' ? line.amountMinor : 0 - line.amountMinor;
  return {
    type,
    store: line.store,
    merchantNo,
    terminal: line.terminal,
    batch: line.batch,
    trace: line.traceNo,
    businessDay: businessDayOf(Date.parse(line.at), timeZone, cutOff),
    at: line.at,
    cardLast4: line.cardLast4 ?? '',
    currency: line.currency,
    grossMinor,
    feeMinor: feeOf(grossMinor, feePpm),
  };
}

function batchOf({ terminal, batch }: Pick<LedgerLine, 'terminal' | 'batch'>): string {
  return `${terminal}/${batch}`;
}
