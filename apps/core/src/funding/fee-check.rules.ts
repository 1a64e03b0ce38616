import { expectedBatchFee, expectedFee, type FeeableRow, type FeeRounding, type FeeSchedule } from '@tillward/reconciliation';
import type { CardFunding } from '@tillward/statements';
import { cardKindName, cardKinds } from './card-kinds.rules.js';

/** A row of a statement with the fee it was charged. Amounts are signed as the merchant sees them. */
export interface ChargedRow extends FeeableRow {
  readonly storeId: string;
  readonly account: string;
  readonly batchNo: string;
  readonly rowNo: number;
  readonly traceNo: string;
  readonly feeMinor: number;
  /** What the fee has beyond minor units, in 100,000ths of one. */
  readonly feeRemainder: number;
  readonly scheme: string | null;
  readonly cardFunding: CardFunding | null;
}

/** Sums of a batch, or of one card kind in it. Negative fees cost the merchant. */
export interface FeeSums {
  readonly rows: number;
  readonly wrongRows: number;
  readonly rowsWithoutRate: number;
  readonly grossMinor: number;
  /** Of the rows a rate is for. */
  readonly expectedMinor: number;
  /** Of all rows: what it was compared as. Less `unratedMinor` and `expectedMinor` nothing is left exactly where nothing is wrong. */
  readonly chargedMinor: number;
  /** Of the rows no rate is for, whole minor units. */
  readonly unratedMinor: number;
}

/** A row whose fee is not what was agreed; of a schedule that rounds by batch, its first row stands for the whole batch. */
export interface WrongFee {
  readonly row: ChargedRow;
  readonly expectedMinor: number;
  readonly chargedMinor: number;
}

/** A batch's fees held against a schedule. */
export interface CheckedBatch extends FeeSums {
  readonly storeId: string;
  readonly account: string;
  readonly batchNo: string;
  readonly businessDay: string;
  readonly currency: string;
  readonly wrong: readonly WrongFee[];
  /** By {@link cardKindName}; they add up to the batch. */
  readonly kinds: ReadonlyMap<string, FeeSums>;
}

const PARTS = 100_000;
const PARTS_EXACT = BigInt(PARTS);

/**
 * P2: holds the rows of one batch and currency against a schedule, each row of one that rounds by row, else the rows that have a rate as a whole. Rows no line of the schedule is for are counted and their
 * fees kept apart; they don't keep the others from being checked. Throws for no rows.
 */
export function checkBatch(schedule: FeeSchedule, rows: readonly ChargedRow[]): CheckedBatch {
  const { storeId, account, batchNo, businessDay, currency } = rows[0]!;
  const checked = rows.map((row) => checkRow(schedule, row));
  const byKind = Map.groupBy(checked, ({ row }) => cardKindName(row.scheme, row.cardFunding));
  const kinds = new Map([...byKind].map(([kind, own]) => [kind, sumsOf(schedule, own)]));
  const sums = sumsOf(schedule, checked);
  const wrong = schedule.basis === 'row' ? checked.flatMap((one) => one.wrong ?? []) : wrongWhole(checked, sums);
  // Of a batch that is right, parts of a minor unit are rounding: the report has no gap the check doesn't know of.
  const whole = schedule.basis === 'batch' && wrong.length === 0 ? { ...sums, chargedMinor: sums.expectedMinor + sums.unratedMinor } : sums;
  settleRest(kinds, whole, 'expectedMinor');
  settleRest(kinds, whole, 'chargedMinor');
  settleRest(kinds, whole, 'unratedMinor');
  if (schedule.basis === 'batch' && wrong.length > 0) markWrong(kinds);
  return { storeId, account, batchNo, businessDay, currency, ...whole, wrongRows: wrong.length, wrong, kinds };
}

interface CheckedRow {
  readonly row: ChargedRow;
  readonly feeable: FeeableRow;
  readonly hasRate: boolean;
  readonly expectedMinor: number;
  /** Rounded as its rate rounds; of a row without one, as it is cut off. */
  readonly chargedMinor: number;
  readonly wrong: WrongFee | undefined;
}

function checkRow(schedule: FeeSchedule, row: ChargedRow): CheckedRow {
  const feeable: FeeableRow = { ...row, cardKind: cardKinds(row.scheme, row.cardFunding) };
  const fee = expectedFee(schedule, feeable);
  if (fee.kind === 'noRate') return { row, feeable, hasRate: false, expectedMinor: 0, chargedMinor: row.feeMinor, wrong: undefined };
  const { feeMinor: expectedMinor, rate } = fee;
  const chargedMinor = roundedFee(row, rate.rounding);
  return {
    row,
    feeable,
    hasRate: true,
    expectedMinor,
    chargedMinor,
    wrong: chargedMinor === expectedMinor ? undefined : { row, expectedMinor, chargedMinor },
  };
}

/** A file may write fees finer than minor units: what counts is what they are rounded to, as the schedule rounds. */
function roundedFee({ feeMinor, feeRemainder }: ChargedRow, rounding: FeeRounding): number {
  const beyond = Math.abs(feeRemainder) * 2;
  const up = rounding === 'down' ? false : beyond === PARTS ? rounding === 'halfUp' || feeMinor % 2 !== 0 : beyond > PARTS;
  return up ? feeMinor + Math.sign(feeRemainder) : feeMinor;
}

function sumsOf(schedule: FeeSchedule, rows: readonly CheckedRow[]): FeeSums {
  const rated = rows.filter(({ hasRate }) => hasRate);
  const unratedMinor = charged(rows.filter(({ hasRate }) => !hasRate));
  const ratedMinor = schedule.basis === 'row' ? rated.reduce((sum, { chargedMinor }) => sum + chargedMinor, 0) : charged(rated);
  return {
    rows: rows.length,
    wrongRows: schedule.basis === 'row' ? rated.filter(({ wrong }) => wrong !== undefined).length : 0,
    rowsWithoutRate: rows.length - rated.length,
    grossMinor: rows.reduce((sum, { row }) => sum + row.amountMinor, 0),
    expectedMinor: schedule.basis === 'row' ? rated.reduce((sum, { expectedMinor }) => sum + expectedMinor, 0) : batchFee(schedule, rated),
    chargedMinor: ratedMinor + unratedMinor,
    unratedMinor,
  };
}

function batchFee(schedule: FeeSchedule, rated: readonly CheckedRow[]): number {
  const fee = expectedBatchFee(
    schedule,
    rated.map(({ feeable }) => feeable),
  );
  if (fee.kind === 'noRate') throw new Error('a row with a rate has none in its batch');
  return fee.feeMinor;
}

/** Fees of rows together, whole minor units: what they have beyond adds up before it is cut off, as in payouts. */
function charged(rows: readonly CheckedRow[]): number {
  const remainder = rows.reduce((sum, { row }) => sum + row.feeRemainder, 0);
  return rows.reduce((sum, { row }) => sum + row.feeMinor, 0) + Math.trunc(remainder / PARTS);
}

/** A batch's fee is wrong by a whole minor unit or more: parts of one are rounding, of which the schedule has one rule for each of its lines. */
function wrongWhole(rows: readonly CheckedRow[], { expectedMinor }: FeeSums): WrongFee[] {
  const rated = rows.filter(({ hasRate }) => hasRate);
  const first = rated[0];
  if (first === undefined) return [];
  // In parts of a minor unit large fees are beyond 2^53.
  const gap = rated.reduce(
    (sum, { row }) => sum + BigInt(row.feeMinor) * PARTS_EXACT + BigInt(row.feeRemainder),
    BigInt(-expectedMinor) * PARTS_EXACT,
  );
  if (gap > -PARTS_EXACT && gap < PARTS_EXACT) return [];
  return [{ row: first.row, expectedMinor, chargedMinor: charged(rated) }];
}

/** Parts that were rounded one by one miss the whole by a few minor units: the kind with most money takes them. */
function settleRest(kinds: Map<string, FeeSums>, whole: FeeSums, name: 'expectedMinor' | 'chargedMinor' | 'unratedMinor'): void {
  const rest = whole[name] - [...kinds.values()].reduce((sum, kind) => sum + kind[name], 0);
  if (rest === 0) return;
  const [largest, sums] = [...kinds].reduce((best, one) => (Math.abs(one[1].grossMinor) > Math.abs(best[1].grossMinor) ? one : best));
  kinds.set(largest, { ...sums, [name]: sums[name] + rest });
}

/** One wrong batch counts once: at the kind whose fees are farthest off. */
function markWrong(kinds: Map<string, FeeSums>): void {
  const gap = (sums: FeeSums) => Math.abs(sums.chargedMinor - sums.unratedMinor - sums.expectedMinor);
  const [worst, sums] = [...kinds].reduce((best, one) => (gap(one[1]) > gap(best[1]) ? one : best));
  kinds.set(worst, { ...sums, wrongRows: 1 });
}
