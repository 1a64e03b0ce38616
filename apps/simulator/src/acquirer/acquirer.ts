import { isTimeOfDay } from '@tillward/calendar';
import { z } from 'zod';
import type { LedgerLine } from '../ledger/index.js';
import { SeededRandom } from '../seeded-random.js';
import { writeBankFiles } from './bank-file.js';
import { clear, type Merchant } from './clearing.js';
import { ANOMALIES, type Planted, plant } from './planting.js';
import { type SentFile, STATEMENT_PROFILE, type Statement, writeStatements } from './statement-file.js';

/** What the simulated acquirer is asked to write (`POST /v1/statement`). */
export const statementOrder = z.strictObject({
  store: z.string().min(1),
  /** Its number of the store. */
  merchantNo: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/)
    .optional(),
  /** The local time at which the store's business day changes. */
  cutOff: z.string().refine(isTimeOfDay, 'HH:MM or HH:MM:SS').default('04:00'),
  /** Millionths of each payment that it keeps. */
  feePpm: z.int().min(0).max(1_000_000).default(8_000),
  /** Which sales are struck follows from it; the scenario's own when left out. */
  seed: z.string().min(1).max(80).optional(),
  /** Only batches settled after this instant: what an earlier order had is left out. */
  settledAfter: z.iso.datetime().optional(),
  /** What it gets wrong, each once. */
  anomalies: z.array(z.enum(ANOMALIES)).max(100).default([]),
  account: z
    .string()
    .regex(/^[A-Za-z0-9]{1,34}$/)
    .default('DE00500105175407324931'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default('DE'),
  delayBankDays: z.int().min(0).max(30).default(1),
});
/** A checked order. */
export type StatementOrder = z.output<typeof statementOrder>;

/** Everything an acquirer and the bank send about a store, and what is wrong with it. */
export interface AcquirerFiles {
  /** How to read the statements. */
  readonly profile: typeof STATEMENT_PROFILE;
  readonly statements: readonly Statement[];
  readonly bank: readonly SentFile[];
  readonly planted: readonly Planted[];
  /** Terminals with bookings that are in no statement, because their batch is open. */
  readonly open: readonly string[];
  /** When the last batch of these statements was settled, ISO 8601; empty when there is none. The next order's `settledAfter`. */
  readonly settledAt: string;
}

/**
 * Writes statements and the bank's files from what the terminals' own ledgers say was booked and settled: nothing of core goes in, so it is a witness of its own. The same lines and order give
 * the same bytes.
 */
export function writeAcquirerFiles(
  lines: readonly LedgerLine[],
  order: StatementOrder,
  store: { timeZone: string; seed: string },
): AcquirerFiles {
  const merchant: Merchant = {
    store: order.store,
    merchantNo: order.merchantNo ?? merchantNoOf(order.store),
    timeZone: store.timeZone,
    cutOff: order.cutOff,
    feePpm: order.feePpm,
  };
  const random = new SeededRandom(order.seed ?? store.seed).fork(`acquirer/${order.store}`);
  const { open, settledAt, ...clearing } = clear(lines, merchant, order.settledAfter);
  const { rows, planted } = plant(clearing, order.anomalies, order.feePpm, random);
  const statements = writeStatements(rows, settledAt);
  return { profile: STATEMENT_PROFILE, statements, bank: writeBankFiles(statements, order), planted, open, settledAt };
}

/** The merchant number the simulated acquirer gives a store when nobody says another one. */
export function merchantNoOf(store: string): string {
  return `M-${store}`;
}
