import { BatchTable, type BatchTotals, type JoinedBatches, joinBatches, KEY_SEPARATOR, MIXED_CURRENCY } from './batch-totals.js';
import { dayNumber } from './calendar-day.js';
import { ALL_COMPARED, type ComparedColumns, comparedNumbers, type NumberedRows } from './csv-header.js';
import { type CurrencySum, CurrencySums } from './currency-sums.js';
import { type BatchKey, batchKeyOf, dayOfKey } from './difference.js';
import { NOT_COMPARED, type ReconciliationRow } from './reconciliation-row.js';
import { RESULT_TYPES, type ResultType } from './result-type.js';
import { currencyCode, currencyText, type RowColumns, RowColumnsBuilder, textStart } from './row-columns.js';
import { FIXED_SEED, hashBytes, RowDigest } from './row-digest.js';
import { RowIdentity } from './row-identity.js';
import { NO_ROW, RowMatcher } from './row-matcher.js';
import { type ReconciliationSettings, reconciliationSettings } from './settings.js';
import { hasControlCharacter } from './utf8.js';

/** What became of a row or a pair of rows. Numbers are indexes of the arrays given; null where a side has no row. */
export interface ReconciliationResult {
  readonly type: ResultType;
  readonly terminal: number | null;
  readonly acquirer: number | null;
}

/** One side's totals of a batch. */
export interface SideTotals {
  readonly count: number;
  readonly sumMinor: number;
  /** Null when the batch has several currencies: then the sum is of no use. */
  readonly currency: string | null;
  /** Sum of the fees that are known. */
  readonly feeMinor: number;
}

/** A batch on both sides; null where a side hasn't got it. */
export interface BatchComparison {
  readonly key: BatchKey;
  readonly terminal: SideTotals | null;
  readonly acquirer: SideTotals | null;
  /** All totals are equal, digests included (R5). */
  readonly equal: boolean;
}

/** What `reconcile` found. */
export interface Reconciliation {
  /** With `drill: 'all'` one for every row or pair; with `'unequal'` only the differences. */
  readonly results: readonly ReconciliationResult[];
  /** Results by type, of all rows. */
  readonly counts: Readonly<Record<ResultType, number>>;
  readonly batches: readonly BatchComparison[];
  readonly sums: { readonly terminal: Readonly<Record<string, CurrencySum>>; readonly acquirer: Readonly<Record<string, CurrencySum>> };
  /** Indexes of rows no terminal books (`NOT_COMPARED`): they are in no result. */
  readonly setAside: { readonly terminal: readonly number[]; readonly acquirer: readonly number[] };
}

/** How `reconcile` works. */
export interface ReconcileOptions extends Partial<ReconciliationSettings> {
  /** `all` (default) looks at every row; `unequal` only at those of batches whose totals differ (R5). */
  readonly drill?: 'all' | 'unequal';
}

interface ReadSide {
  readonly totals: BatchTotals;
  readonly rows: RowColumns;
  readonly sums: Record<string, CurrencySum>;
  readonly setAside: readonly number[];
}

/**
 * Matches two sides' rows (R1 to R7). Throws a RangeError that names side and row for a row that can't be compared: an amount or fee that is no safe integer, a currency that is no ISO 4217 code, a
 * business day that doesn't exist, a control character in its key, sums beyond what is exact.
 */
export function reconcile(
  terminalRows: readonly ReconciliationRow[],
  acquirerRows: readonly ReconciliationRow[],
  { drill = 'all', ...given }: ReconcileOptions = {},
): Reconciliation {
  const settings = reconciliationSettings(given);
  const compared = comparedNumbers(ALL_COMPARED, numbered(terminalRows), numbered(acquirerRows));
  const terminal = readSide('terminal', terminalRows, settings, compared);
  const acquirer = readSide('acquirer', acquirerRows, settings, compared);
  const batches = joinBatches(terminal.totals, acquirer.totals, true, dayOfKey);
  const matcher = new RowMatcher(batches, { settings, compared, keepMatched: drill === 'all' });
  matcher.matchBatches(
    common(terminal.rows, batches.fromTerminal, batches, drill),
    common(acquirer.rows, batches.fromAcquirer, batches, drill),
  );
  const matched = matcher.finish();
  const counts = { ...matched.counts };
  if (drill === 'unequal') {
    for (let i = 0; i < batches.unequal.length; i++)
      if (batches.unequal[i] === 0) counts.matched += terminal.totals.count[batches.atTerminal[i]!]!;
  }
  const indexOf = (rows: RowColumns, row: number) => (row === NO_ROW ? null : rows.line[row]! - 1);
  return {
    results: Array.from({ length: matched.count }, (_, n) => ({
      type: RESULT_TYPES[matched.type[n]!]!,
      terminal: indexOf(matched.terminalRows, matched.terminal[n]!),
      acquirer: indexOf(matched.acquirerRows, matched.acquirer[n]!),
    })),
    counts,
    batches: Array.from({ length: batches.keys.count }, (_, batch) => ({
      key: batchKeyOf(batches.keys, batch),
      terminal: sideTotals(terminal.totals, batches.atTerminal[batch]!),
      acquirer: sideTotals(acquirer.totals, batches.atAcquirer[batch]!),
      equal: batches.unequal[batch] === 0,
    })),
    sums: { terminal: terminal.sums, acquirer: acquirer.sums },
    setAside: { terminal: terminal.setAside, acquirer: acquirer.setAside },
  };
}

/** One side's totals of a batch by its number on that side; null for -1. */
export function sideTotals(totals: BatchTotals, batch: number): SideTotals | null {
  if (batch === -1) return null;
  const currency = totals.currency[batch]!;
  return {
    count: totals.count[batch]!,
    sumMinor: totals.sumMinor[batch]!,
    currency: currency === MIXED_CURRENCY ? null : currencyText(currency),
    feeMinor: totals.feeMinor[batch]!,
  };
}

function numbered(rows: readonly ReconciliationRow[]): NumberedRows {
  let compared = 0;
  let traces = 0;
  let references = 0;
  for (const { type, trace, reference } of rows) {
    if (NOT_COMPARED.includes(type)) continue;
    compared += 1;
    if (trace !== undefined && trace !== '') traces += 1;
    if (reference !== undefined && reference !== '') references += 1;
  }
  return { rows: compared, traces, references };
}

function readSide(
  side: string,
  rows: readonly ReconciliationRow[],
  settings: ReconciliationSettings,
  compared: Pick<ComparedColumns, 'trace' | 'reference'>,
): ReadSide {
  const table = new BatchTable();
  const columns = new RowColumnsBuilder();
  const sums = new CurrencySums();
  const digest = new RowDigest(FIXED_SEED);
  const identity = new RowIdentity(settings.identity, compared);
  const setAside: number[] = [];
  rows.forEach((row, index) => {
    if (NOT_COMPARED.includes(row.type)) {
      setAside.push(index);
      return;
    }
    const mistake = mistakeOf(row);
    if (mistake !== null) throw new RangeError(`${side} row ${index}: ${mistake}`);
    const batch = batchOf(table, row);
    const currency = currencyCode(row.currency);
    const fee = row.feeMinor ?? Number.NaN;
    columns.push(batch, index + 1, row.amountMinor, currency, fee);
    columns.type.pushText(row.type);
    columns.trace.pushText(unpadded(row.trace ?? ''));
    columns.reference.pushText(row.reference ?? '');
    columns.cardKind.pushText(row.cardKind ?? '');
    digestRow(digest, columns, columns.count - 1, identity);
    table.add(batch, row.amountMinor, currency, fee, digest);
    sums.add(currency, row.amountMinor, fee);
  });
  return { totals: table.toTotals(), rows: columns.trimmed(), sums: sums.toRecord(), setAside };
}

function batchOf(table: BatchTable, row: ReconciliationRow): number {
  const { keys } = table;
  keys.begin();
  for (const part of [row.acquirer, row.merchant, row.terminal, unpadded(row.batch)]) {
    keys.appendText(part);
    keys.appendByte(KEY_SEPARATOR);
  }
  keys.appendText(row.businessDay);
  return keys.commit();
}

function digestRow(digest: RowDigest, rows: RowColumns, row: number, identity: RowIdentity): void {
  const name = identity.of(rows, row);
  const column = name === null ? null : rows[name];
  const typeHash = hashBytes(rows.type.bytes, textStart(rows.type, row), rows.type.ends[row]!);
  const start = column === null ? 0 : textStart(column, row);
  const end = column === null ? 0 : column.ends[row]!;
  const tag = name === null ? 0 : name === 'trace' ? 1 : 2;
  digest.row(typeHash, tag, column?.bytes ?? rows.type.bytes, start, end, rows.currency[row]!, rows.amountMinor[row]!, rows.feeMinor[row]!);
}

function mistakeOf(row: ReconciliationRow): string | null {
  if (!Number.isSafeInteger(row.amountMinor)) return `the amount is a safe integer of minor units, not ${row.amountMinor}`;
  if (row.feeMinor !== undefined && !Number.isSafeInteger(row.feeMinor))
    return `the fee is a safe integer of minor units, not ${row.feeMinor}`;
  if (currencyCode(row.currency) === 0) return 'the currency is not an ISO 4217 code';
  if (dayNumber(row.businessDay) === null) return 'the business day is no date YYYY-MM-DD';
  const texts = [row.acquirer, row.merchant, row.terminal, row.batch, row.trace ?? '', row.reference ?? '', row.type];
  return texts.some(hasControlCharacter) ? 'a control character in its key' : null;
}

function unpadded(text: string): string {
  return text.replace(/^0+(?=.)/, '');
}

/** Rows with common batch numbers; with `unequal` without those of equal batches. */
function common(rows: RowColumns, numbers: Int32Array, batches: JoinedBatches, drill: 'all' | 'unequal'): RowColumns {
  const batch = rows.batch.map((one) => numbers[one]!);
  const renumbered = { ...rows, batch };
  if (drill === 'all') return renumbered;
  const wanted = new RowColumnsBuilder();
  for (let row = 0; row < rows.count; row++) if (batches.unequal[batch[row]!] !== 0) wanted.copy(renumbered, row);
  return wanted;
}
