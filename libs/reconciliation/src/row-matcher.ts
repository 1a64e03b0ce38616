import type { JoinedBatches } from './batch-totals.js';
import type { ComparedColumns } from './csv-header.js';
import { grown, KeyTable } from './key-table.js';
import { compareAmounts, feesAgree } from './pair.rules.js';
import { noResults, RESULT_TYPES, type ResultType } from './result-type.js';
import { currencyCode, type RowColumns, RowColumnsBuilder } from './row-columns.js';
import { groupRows, pairInOrder, pairWithin } from './row-groups.js';
import { NO_KEY, RowIdentity, rowKey } from './row-identity.js';
import { COMPARED_PARTS, compareKeys, compareRows } from './row-order.js';
import type { ReconciliationSettings } from './settings.js';

/** No row of that side. */
export const NO_ROW = -1;

/** Results as columns: result `n` is of type `RESULT_TYPES[type[n]]` and of the rows `terminal[n]` and `acquirer[n]` of the kept rows, NO_ROW where a side has none. */
export interface MatchedColumns {
  readonly count: number;
  readonly type: Uint8Array;
  readonly terminal: Int32Array;
  readonly acquirer: Int32Array;
  /** The rows results are about; of what was given, the others matched. */
  readonly terminalRows: RowColumns;
  readonly acquirerRows: RowColumns;
  /** Results by type; `matched` counts those that were not kept as well. */
  readonly counts: Record<ResultType, number>;
}

/** How the matcher works. */
export interface RowMatching {
  readonly settings: ReconciliationSettings;
  readonly compared: Pick<ComparedColumns, 'trace' | 'reference'>;
  /** Whether matched pairs are among the results; otherwise they are only counted. */
  readonly keepMatched: boolean;
  /** How many rows of a side may be part of a result that is kept; more throw TooManyDifferencesError. */
  readonly maxRows?: number;
}

/** More rows differ than the caller has memory for: these are hardly files of the same days. */
export class TooManyDifferencesError extends Error {
  override name = 'TooManyDifferencesError';
  constructor(readonly limit: number) {
    super(`more than ${limit} rows of one side differ or have no partner: are these files of the same days?`);
  }
}

/** Which of its numbers a row is looked up by in one round; null leaves it out. */
type Lookup = (rows: RowColumns, row: number) => 'trace' | 'reference' | null;

const FIRST_RESULTS = 64;
/** What has become of a row of the batches at hand. */
const USED = 1;
const TWIN = 2;

/**
 * Matches rows (R1 to R4). Give it the rows of some batches, all rows of a batch on both sides in one call, as often as needed; `finish` then looks for what is left in other batches. Rows carry common
 * batch numbers (`JoinedBatches`).
 */
export class RowMatcher {
  private readonly identity: RowIdentity;
  private readonly tolerances = new Map<number, number>();
  private readonly terminalRows = new RowColumnsBuilder();
  private readonly acquirerRows = new RowColumnsBuilder();
  /** Kept rows without a result so far. */
  private terminalLeft: number[] = [];
  private acquirerLeft: number[] = [];
  /** Those of them whose key an earlier row of their side and batch has too. */
  private readonly terminalTwins = new Set<number>();
  private readonly acquirerTwins = new Set<number>();
  private readonly counts = noResults();
  private count = 0;
  private type = new Uint8Array(FIRST_RESULTS);
  private terminal = new Int32Array(FIRST_RESULTS);
  private acquirer = new Int32Array(FIRST_RESULTS);

  constructor(
    private readonly batches: JoinedBatches,
    private readonly matching: RowMatching,
  ) {
    this.identity = new RowIdentity(matching.settings.identity, matching.compared);
    for (const [currency, minor] of Object.entries(matching.settings.amountToleranceMinor))
      this.tolerances.set(currencyCode(currency), minor);
  }

  /** Matches rows within their batches. Throws TooManyDifferencesError. */
  matchBatches(terminal: RowColumns, acquirer: RowColumns): void {
    const terminalState = new Uint8Array(terminal.count);
    const acquirerState = new Uint8Array(acquirer.count);
    this.matchByKey(terminal, acquirer, terminalState, acquirerState, (rows, row) => this.identity.of(rows, row), true);
    // What its first number didn't find, its second one may: a terminal that lost its trace number still knows the reference.
    this.matchByKey(terminal, acquirer, terminalState, acquirerState, (rows, row) => this.identity.second(rows, row), false);
    keepUnused(terminal, terminalState, this.terminalRows, this.terminalLeft, this.terminalTwins);
    keepUnused(acquirer, acquirerState, this.acquirerRows, this.acquirerLeft, this.acquirerTwins);
    const limit = this.matching.maxRows ?? Number.POSITIVE_INFINITY;
    if (this.terminalRows.count > limit || this.acquirerRows.count > limit) throw new TooManyDifferencesError(limit);
  }

  /** Looks for what is left in other batches and days, then says what is missing or there twice. Call it once, at the end. */
  finish(): MatchedColumns {
    const { known } = this.batches;
    const inUnknownBatch = (row: number) => known[this.acquirerRows.batch[row]!] === 0;
    const anywhere = () => true;
    const { timingDays } = this.matching.settings;
    for (const lookup of [(rows, row) => this.identity.of(rows, row), (rows, row) => this.identity.second(rows, row)] as Lookup[]) {
      this.matchElsewhere('unknownBatch', 0, 0, lookup, inUnknownBatch);
      if (timingDays > 0) this.matchElsewhere('timing', 1, timingDays, lookup, anywhere);
    }
    for (const row of this.terminalLeft)
      this.result(this.terminalTwins.has(row) ? 'duplicateAtTerminal' : 'missingAtAcquirer', row, NO_ROW);
    for (const row of this.acquirerLeft) {
      if (inUnknownBatch(row)) this.result('unknownBatch', NO_ROW, row);
      else this.result(this.acquirerTwins.has(row) ? 'duplicateAtAcquirer' : 'missingAtTerminal', NO_ROW, row);
    }
    const { count, type, terminal, acquirer, terminalRows, acquirerRows, counts } = this;
    return { count, type, terminal, acquirer, terminalRows, acquirerRows, counts };
  }

  private matchByKey(
    terminal: RowColumns,
    acquirer: RowColumns,
    terminalState: Uint8Array,
    acquirerState: Uint8Array,
    lookup: Lookup,
    findTwins: boolean,
  ): void {
    const keys = new KeyTable();
    const terminalOf = unusedByKey(keys, terminal, terminalState, lookup, findTwins);
    const acquirerOf = unusedByKey(keys, acquirer, acquirerState, lookup, findTwins);
    const t = groupRows(terminalOf.rows, terminalOf.keys, keys.count);
    const a = groupRows(acquirerOf.rows, acquirerOf.keys, keys.count);
    const pair = (left: number, right: number) => {
      terminalState[left] = USED;
      acquirerState[right] = USED;
      this.pair(terminal, left, acquirer, right);
    };
    for (let key = 0; key < keys.count; key++) {
      const terminals = t.starts[key + 1]! - t.starts[key]!;
      const acquirers = a.starts[key + 1]! - a.starts[key]!;
      // Most keys of a second round, and most missing rows, are alone.
      if (terminals + acquirers < 2) continue;
      const identified =
        lookup(terminals > 0 ? terminal : acquirer, terminals > 0 ? t.rows[t.starts[key]!]! : a.rows[a.starts[key]!]!) !== null;
      if (terminals === 1 && acquirers === 1 && identified) {
        pair(t.rows[t.starts[key]!]!, a.rows[a.starts[key]!]!);
        continue;
      }
      const terminalKey = t.rows.subarray(t.starts[key]!, t.starts[key + 1]!);
      const acquirerKey = a.rows.subarray(a.starts[key]!, a.starts[key + 1]!);
      sortRows(terminalKey, terminal);
      sortRows(acquirerKey, acquirer);
      pairInOrder(
        terminalKey,
        acquirerKey,
        pairingSteps(identified),
        (left, right, parts) => compareRows(terminal, left, acquirer, right, parts),
        pair,
      );
      if (!findTwins || !identified) continue;
      markTwins(terminalKey, terminalState);
      markTwins(acquirerKey, acquirerState);
    }
  }

  /** Pairs rows left over in different batches of an account: same type, number, currency and amount, `minDays` to `maxDays` later at the acquirer, nothing that speaks against it. */
  private matchElsewhere(
    type: ResultType,
    minDays: number,
    maxDays: number,
    lookup: Lookup,
    allowed: (acquirerRow: number) => boolean,
  ): void {
    const { terminalRows, acquirerRows, batches } = this;
    const keys = new KeyTable();
    const keyOf = (rows: RowColumns, row: number) => {
      const identity = lookup(rows, row);
      if (identity === null) return NO_KEY;
      return rowKey(keys, batches.account[rows.batch[row]!]!, rows, row, identity, true);
    };
    const terminalLeft = Int32Array.from(this.terminalLeft);
    const acquirerLeft = Int32Array.from(this.acquirerLeft);
    const t = groupRows(
      terminalLeft,
      terminalLeft.map((row) => keyOf(terminalRows, row)),
      keys.count,
    );
    const acquirerKeys = acquirerLeft.map((row) => (allowed(row) ? keyOf(acquirerRows, row) : NO_KEY));
    const a = groupRows(acquirerLeft, acquirerKeys, keys.count);
    const usedTerminal = new Set<number>();
    const usedAcquirer = new Set<number>();
    const keyCount = t.starts.length - 1;
    for (let key = 0; key < keyCount; key++) {
      const terminalKey = t.rows.subarray(t.starts[key]!, t.starts[key + 1]!);
      const acquirerKey = a.rows.subarray(a.starts[key]!, a.starts[key + 1]!);
      if (terminalKey.length === 0 || acquirerKey.length === 0) continue;
      terminalKey.sort((left, right) => this.byDay(terminalRows, left, right));
      acquirerKey.sort((left, right) => this.byDay(acquirerRows, left, right));
      const daysLater = (left: number, right: number) => batches.day[acquirerRows.batch[right]!]! - batches.day[terminalRows.batch[left]!]!;
      const fits = (left: number, right: number) => !this.identity.contradict(terminalRows, left, acquirerRows, right);
      pairWithin(terminalKey, acquirerKey, { daysLater, minDays, maxDays, fits }, (left, right) => {
        usedTerminal.add(left);
        usedAcquirer.add(right);
        this.result(type, left, right);
      });
    }
    if (usedTerminal.size === 0) return;
    this.terminalLeft = this.terminalLeft.filter((row) => !usedTerminal.has(row));
    this.acquirerLeft = this.acquirerLeft.filter((row) => !usedAcquirer.has(row));
  }

  private byDay(rows: RowColumns, left: number, right: number): number {
    const { day, keys } = this.batches;
    const leftBatch = rows.batch[left]!;
    const rightBatch = rows.batch[right]!;
    return (
      day[leftBatch]! - day[rightBatch]! ||
      compareRows(rows, left, rows, right, COMPARED_PARTS.everything) ||
      compareKeys(keys, leftBatch, rightBatch) ||
      rows.line[left]! - rows.line[right]!
    );
  }

  /** A pair with the same key (R4). */
  private pair(terminal: RowColumns, left: number, acquirer: RowColumns, right: number): void {
    const type = this.pairType(terminal, left, acquirer, right);
    if (type === 'matched' && !this.matching.keepMatched) this.counts.matched += 1;
    else this.result(type, this.terminalRows.copy(terminal, left), this.acquirerRows.copy(acquirer, right));
  }

  /** As `pairType` of pair.rules.ts, on columns. */
  private pairType(terminal: RowColumns, left: number, acquirer: RowColumns, right: number): ResultType {
    const currency = terminal.currency[left]!;
    if (currency !== acquirer.currency[right]) return 'currency';
    const amounts = compareAmounts(terminal.amountMinor[left]!, acquirer.amountMinor[right]!, this.tolerances.get(currency) ?? 0);
    if (amounts !== 'matched') return amounts;
    return feesAgree(terminal.feeMinor[left]!, acquirer.feeMinor[right]!, this.matching.settings.feeToleranceMinor)
      ? 'matched'
      : 'feeWrong';
  }

  private result(type: ResultType, terminal: number, acquirer: number): void {
    const { count } = this;
    if (count === this.type.length) {
      this.type = grown(this.type, new Uint8Array(count * 2));
      this.terminal = grown(this.terminal, new Int32Array(count * 2));
      this.acquirer = grown(this.acquirer, new Int32Array(count * 2));
    }
    this.type[count] = RESULT_TYPES.indexOf(type);
    this.terminal[count] = terminal;
    this.acquirer[count] = acquirer;
    this.counts[type] += 1;
    this.count = count + 1;
  }
}

/** In which steps rows with one key are paired (R4): rows without identity only when their money agrees. */
function pairingSteps(identified: boolean): readonly number[] {
  const { numbers, fee, amount, nothing } = COMPARED_PARTS;
  return identified ? [numbers, fee, amount, nothing] : [numbers, fee, amount];
}

/** The rows left and their keys. The `first` round also takes rows nothing identifies; a second number must be there. */
function unusedByKey(
  keys: KeyTable,
  rows: RowColumns,
  state: Uint8Array,
  lookup: Lookup,
  first: boolean,
): { rows: Int32Array; keys: Int32Array } {
  const unused = new Int32Array(rows.count);
  const keyOf = new Int32Array(rows.count);
  let count = 0;
  for (let row = 0; row < rows.count; row++) {
    if (state[row] === USED) continue;
    const identity = lookup(rows, row);
    unused[count] = row;
    keyOf[count++] = identity === null && !first ? NO_KEY : rowKey(keys, rows.batch[row]!, rows, row, identity, false);
  }
  return { rows: unused.subarray(0, count), keys: keyOf.subarray(0, count) };
}

function sortRows(rows: Int32Array, columns: RowColumns): void {
  if (rows.length < 2) return;
  rows.sort((a, b) => compareRows(columns, a, columns, b, COMPARED_PARTS.everything) || columns.line[a]! - columns.line[b]!);
}

/** Marks the rows of a key that are left over beside another one of it. */
function markTwins(rows: Int32Array, state: Uint8Array): void {
  let others = rows.some((row) => state[row] === USED);
  for (const row of rows) {
    if (state[row] === USED) continue;
    if (others) state[row] = TWIN;
    others = true;
  }
}

function keepUnused(rows: RowColumns, state: Uint8Array, kept: RowColumnsBuilder, left: number[], twins: Set<number>): void {
  for (let row = 0; row < rows.count; row++) {
    if (state[row] === USED) continue;
    const copy = kept.copy(rows, row);
    left.push(copy);
    if (state[row] === TWIN) twins.add(copy);
  }
}
