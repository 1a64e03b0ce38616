import { decimalText } from '@tillward/money';
import {
  type CurrencySum,
  daysLater,
  RESULT_TYPES,
  type ResultRow,
  type ResultType,
  type Side,
  type SpeltResult,
  spellResult,
} from '@tillward/reconciliation';
import { withoutCardNumbers } from '@tillward/statements';
import type { ReconciledFiles } from './reconcile-files.js';

/** One difference, flat. Key and numbers are the terminal's where it has a row, else the acquirer's; `acquirerBatch` and `acquirerBusinessDay` say where the acquirer has it. */
export interface ReportedException {
  readonly type: ResultType;
  readonly acquirer: string;
  readonly merchant: string;
  readonly terminal: string;
  readonly batch: string;
  readonly businessDay: string;
  readonly transaction: string;
  readonly trace: string;
  readonly reference: string;
  readonly cardKind: string;
  readonly terminalLine: number | null;
  readonly acquirerLine: number | null;
  readonly terminalAmountMinor: number | null;
  readonly acquirerAmountMinor: number | null;
  readonly terminalCurrency: string | null;
  readonly acquirerCurrency: string | null;
  readonly terminalFeeMinor: number | null;
  readonly acquirerFeeMinor: number | null;
  /** Acquirer's amount less terminal's, in one currency. */
  readonly differenceMinor: number | null;
  readonly acquirerBatch: string | null;
  readonly acquirerBusinessDay: string | null;
  readonly daysLater: number | null;
}

/** The sums of a currency on both sides. */
export interface ReportedSums {
  readonly terminalMinor: number;
  readonly acquirerMinor: number;
  readonly differenceMinor: number;
  /** Of the rows whose fee is known; null where none is. */
  readonly terminalFeeMinor: number | null;
  readonly acquirerFeeMinor: number | null;
}

/** What `--json` prints. */
export interface ReconcileReport {
  /** No difference at all. */
  readonly clean: boolean;
  readonly rows: Readonly<Record<Side, number>>;
  /** Rows no terminal books (fees, payouts, chargebacks…), not compared. */
  readonly setAside: Readonly<Record<Side, number>>;
  readonly batches: {
    readonly compared: number;
    readonly equal: number;
    readonly unequal: number;
    readonly onlyTerminal: number;
    readonly onlyAcquirer: number;
  };
  readonly counts: { readonly byType: Readonly<Record<ResultType, number>> };
  readonly sums: { readonly byCurrency: Readonly<Record<string, ReportedSums>> };
  readonly exceptions: readonly ReportedException[];
  /** Exceptions beyond the limit: they are counted, and `--exceptions` writes them. */
  readonly exceptionsOmitted: number;
  /** Both files are the same byte for byte. */
  readonly identicalFiles: boolean;
  readonly seconds: number;
}

/** Differences in the order of their types, then as the files have them; at most `limit`. */
export function* exceptionsOf({ matched, batches }: ReconciledFiles, limit = Number.POSITIVE_INFINITY): Generator<ReportedException> {
  let given = 0;
  const order = Int32Array.from({ length: matched.count }, (_, n) => n);
  const lineOf = (n: number) => matched.terminalRows.line[matched.terminal[n]!] ?? matched.acquirerRows.line[matched.acquirer[n]!]!;
  order.sort((a, b) => matched.type[a]! - matched.type[b]! || lineOf(a) - lineOf(b) || a - b);
  for (const n of order) {
    if (given === limit) return;
    given += 1;
    yield reported(spellResult(matched, batches, n));
  }
}

/** The whole report with at most `limit` exceptions. */
export function reportOf(found: ReconciledFiles, limit: number, seconds: number): ReconcileReport {
  const { scans, batches, counts, identical } = found;
  const sides = batches.atTerminal.reduce(
    (sum, atTerminal, batch) => {
      const atAcquirer = batches.atAcquirer[batch]!;
      if (atTerminal === -1) sum.onlyAcquirer += 1;
      else if (atAcquirer === -1) sum.onlyTerminal += 1;
      else if (batches.unequal[batch] === 0) sum.equal += 1;
      else sum.unequal += 1;
      return sum;
    },
    { compared: batches.keys.count, equal: 0, unequal: 0, onlyTerminal: 0, onlyAcquirer: 0 },
  );
  const currencies = [...new Set([...Object.keys(scans.terminal.sums), ...Object.keys(scans.acquirer.sums)])].sort();
  const byCurrency = Object.fromEntries(
    currencies.map((currency) => {
      const terminal = scans.terminal.sums[currency];
      const acquirer = scans.acquirer.sums[currency];
      const terminalMinor = terminal?.amountMinor ?? 0;
      const acquirerMinor = acquirer?.amountMinor ?? 0;
      const fees = { terminalFeeMinor: feesOf(terminal), acquirerFeeMinor: feesOf(acquirer) };
      return [currency, { terminalMinor, acquirerMinor, differenceMinor: acquirerMinor - terminalMinor, ...fees }];
    }),
  );
  const exceptions = [...exceptionsOf(found, limit)];
  return {
    clean: found.matched.count === 0,
    rows: { terminal: scans.terminal.rows, acquirer: scans.acquirer.rows },
    setAside: { terminal: scans.terminal.setAside, acquirer: scans.acquirer.setAside },
    batches: sides,
    counts: { byType: counts },
    sums: { byCurrency },
    exceptions,
    exceptionsOmitted: found.matched.count - exceptions.length,
    identicalFiles: identical,
    seconds,
  };
}

/** The report for people. */
export function reportText(report: ReconcileReport): string {
  const { rows, setAside, batches, counts, sums, exceptions, exceptionsOmitted } = report;
  const lines = [
    `rows      ${number(rows.terminal)} at the terminal, ${number(rows.acquirer)} at the acquirer`,
    ...(setAside.terminal + setAside.acquirer > 0
      ? [
          `set aside ${number(setAside.terminal)} and ${number(setAside.acquirer)}: fees, payouts, chargebacks and the like are not compared`,
        ]
      : []),
    `batches   ${number(batches.compared)}: ${number(batches.equal)} with equal totals, ${number(batches.unequal)} unequal, ${number(batches.onlyTerminal)} only at the terminal, ${number(batches.onlyAcquirer)} only at the acquirer`,
    '',
    ...RESULT_TYPES.map((type) => `${type.padEnd(20)} ${number(counts.byType[type]).padStart(12)}`),
    '',
    ...Object.entries(sums.byCurrency).flatMap(([currency, sum]) => [
      `${currency}  terminal ${decimalText(sum.terminalMinor, currency)}, acquirer ${decimalText(sum.acquirerMinor, currency)}, difference ${decimalText(sum.differenceMinor, currency)}`,
      `     fees: terminal ${feesText(sum.terminalFeeMinor, currency)}, acquirer ${feesText(sum.acquirerFeeMinor, currency)}`,
    ]),
    '',
    ...exceptions.map(exceptionLine),
    ...(exceptionsOmitted > 0 ? [`and ${number(exceptionsOmitted)} more (--limit shows more, --exceptions FILE writes all)`] : []),
    report.clean ? 'everything matched' : counted(exceptions.length + exceptionsOmitted, 'difference'),
    ...(report.identicalFiles ? ['note: both files are the same byte for byte; is one of them really the acquirer’s?'] : []),
    `${report.seconds.toFixed(2)} s`,
  ];
  return `${lines.join('\n')}\n`;
}

const EXCEPTION_COLUMNS: readonly (readonly [string, keyof ReportedException])[] = [
  ['type', 'type'],
  ['acquirer', 'acquirer'],
  ['merchant', 'merchant'],
  ['terminal', 'terminal'],
  ['batch', 'batch'],
  ['business_day', 'businessDay'],
  ['transaction', 'transaction'],
  ['trace', 'trace'],
  ['reference', 'reference'],
  ['card_kind', 'cardKind'],
  ['terminal_line', 'terminalLine'],
  ['acquirer_line', 'acquirerLine'],
  ['terminal_amount_minor', 'terminalAmountMinor'],
  ['acquirer_amount_minor', 'acquirerAmountMinor'],
  ['terminal_currency', 'terminalCurrency'],
  ['acquirer_currency', 'acquirerCurrency'],
  ['terminal_fee_minor', 'terminalFeeMinor'],
  ['acquirer_fee_minor', 'acquirerFeeMinor'],
  ['difference_minor', 'differenceMinor'],
  ['acquirer_batch', 'acquirerBatch'],
  ['acquirer_business_day', 'acquirerBusinessDay'],
  ['days_later', 'daysLater'],
];

/** The header of the exceptions' file. */
export const EXCEPTIONS_HEADER = `${EXCEPTION_COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One line of the exceptions' file. */
export function exceptionCsv(exception: ReportedException): string {
  return `${EXCEPTION_COLUMNS.map(([, key]) => csvCell(exception[key])).join(',')}\r\n`;
}

/**
 * A cell that no spreadsheet takes for a formula: a text that begins with = + - @, tab or return gets an apostrophe before it (OWASP, CSV injection). Numbers are ours and stay numbers. Quoted as RFC
 * 4180 asks for.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Texts come out without card numbers: a file may have one in any column. They were compared as they are. */
function reported(result: SpeltResult): ReportedException {
  const { terminal, acquirer } = result;
  const row = (terminal ?? acquirer)!;
  return {
    type: result.type,
    acquirer: withoutCardNumbers(row.acquirer),
    merchant: withoutCardNumbers(row.merchant),
    terminal: withoutCardNumbers(row.terminal),
    batch: withoutCardNumbers(row.batch),
    businessDay: row.businessDay,
    transaction: withoutCardNumbers(row.type),
    trace: withoutCardNumbers(row.trace),
    reference: withoutCardNumbers(row.reference || (acquirer?.reference ?? '')),
    cardKind: withoutCardNumbers(row.cardKind),
    terminalLine: terminal?.line ?? null,
    acquirerLine: acquirer?.line ?? null,
    terminalAmountMinor: terminal?.amountMinor ?? null,
    acquirerAmountMinor: acquirer?.amountMinor ?? null,
    terminalCurrency: terminal?.currency ?? null,
    acquirerCurrency: acquirer?.currency ?? null,
    terminalFeeMinor: terminal?.feeMinor ?? null,
    acquirerFeeMinor: acquirer?.feeMinor ?? null,
    differenceMinor: difference(terminal, acquirer),
    acquirerBatch: acquirer === null ? null : withoutCardNumbers(acquirer.batch),
    acquirerBusinessDay: acquirer?.businessDay ?? null,
    daysLater: daysLater(result),
  };
}

function difference(terminal: ResultRow | null, acquirer: ResultRow | null): number | null {
  if (terminal !== null && acquirer !== null && terminal.currency !== acquirer.currency) return null;
  return (acquirer?.amountMinor ?? 0) - (terminal?.amountMinor ?? 0);
}

function exceptionLine(one: ReportedException): string {
  const where = `terminal ${one.terminal} batch ${one.batch} ${one.businessDay} ${one.transaction} ${one.trace === '' ? `reference ${one.reference}` : `trace ${one.trace}`}`;
  const side = (minor: number | null, currency: string | null, line: number | null) =>
    minor === null || currency === null ? 'nothing' : `${decimalText(minor, currency)} ${currency} (line ${line})`;
  const money = `terminal ${side(one.terminalAmountMinor, one.terminalCurrency, one.terminalLine)}, acquirer ${side(one.acquirerAmountMinor, one.acquirerCurrency, one.acquirerLine)}`;
  return `${one.type.padEnd(20)} ${where}: ${money}${detail(one)}`;
}

function detail(one: ReportedException): string {
  if (one.type === 'feeWrong') {
    const fee = (minor: number | null, currency: string | null) =>
      minor === null || currency === null ? 'none' : `${decimalText(minor, currency)} ${currency}`;
    return `, fees ${fee(one.terminalFeeMinor, one.terminalCurrency)} and ${fee(one.acquirerFeeMinor, one.acquirerCurrency)}`;
  }
  if (one.type === 'timing') return `, ${counted(one.daysLater ?? 0, 'day')} later, in batch ${one.acquirerBatch}`;
  if (one.type === 'unknownBatch' && one.terminalLine !== null) return `, in batch ${one.acquirerBatch}`;
  return '';
}

/** A side without rows of the currency has no fees; one whose rows have none written doesn't say. */
function feesOf(sum: CurrencySum | undefined): number | null {
  if (sum === undefined) return 0;
  return sum.feeRows === 0 ? null : sum.feeMinor;
}

function feesText(minor: number | null, currency: string): string {
  return minor === null ? 'unknown' : decimalText(minor, currency);
}

function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
