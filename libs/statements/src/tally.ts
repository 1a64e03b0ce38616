import { decimalText, isCurrency, minorUnitExponent } from '@tillward/money';
import { decodeText } from './ascii.js';
import type { BankEntry, BankStatement } from './bank-entry.js';
import { ByteLexicon } from './byte-lexicon.js';
import { type CardNumberStandIn, withoutCardNumbers } from './card-number.js';
import { REMAINDERS_PER_MINOR } from './decimal.js';
import { quoted, type RefusalCode, StatementRefused } from './refusal.js';
import { BATCH_ROWS, RowBatch } from './row-batch.js';
import { STATEMENT_ROW_TYPES, type StatementRowType } from './statement-row.js';
import type { StatementCheck, StatementFormat, StatementNote, StatementSummary, StatementTotals } from './summary.js';

const MOST_CHECKS = 200;
const MOST_NOTES = 100;
const MOST_STATEMENTS = 1_000;

/** Numbers of the row types, as `RowBatch.types` holds them. */
export const ROW_TYPE_INDEX = Object.fromEntries(STATEMENT_ROW_TYPES.map((type, index) => [type, index])) as Record<
  StatementRowType,
  number
>;

const PAYOUT = ROW_TYPE_INDEX.payout;
const BALANCE = ROW_TYPE_INDEX.balance;

/** Who takes what a reader finds. Everything handed on counts only when the reader's `end()` returns: a file refused in its last line has handed on all rows before. */
export interface StatementSink {
  /** Rows of an acquirer's statement; the batch is valid during the call only. */
  rows?(batch: RowBatch): void;
  /** Entries of a bank's file. */
  entries?(entries: readonly BankEntry[]): void;
  /** A bank statement after its entries. */
  statement?(statement: BankStatement): void;
}

/** Sums of one currency. */
export class CurrencySums {
  readonly exponent: number;
  gross = 0;
  fee = 0;
  net = 0;
  remainder = 0;
  payout = 0;
  /** All amounts without their signs. */
  moved = 0;
  /** Rows or entries in this currency: balances alone make no totals. */
  rows = 0;

  constructor(
    readonly currency: string,
    readonly index: number,
  ) {
    this.exponent = minorUnitExponent(currency);
  }
}

/** Texts of entries and of their parts that may hold anything. */
const ENTRY_TEXTS = ['reference', 'bankReference', 'remittance', 'typeCode'] as const;
type EntryText = (typeof ENTRY_TEXTS)[number];

/** Gathers rows into batches, adds them up, and keeps the checks and notes of a file. One per file. */
export class Tally {
  private made: RowBatch | undefined;
  private readonly sums = new Map<string, CurrencySums>();
  private readonly byBytes = new ByteLexicon<CurrencySums | undefined>((bytes, start, end) => this.currencyOrNone(bytes, start, end), 256);
  private readonly counts = new Float64Array(STATEMENT_ROW_TYPES.length);
  private readonly checks: StatementCheck[] = [];
  private readonly notes: StatementNote[] = [];
  private readonly statements: BankStatement[] = [];
  private readonly bank = { credit: 0, debit: 0 };
  private checksMade = 0;
  private checksFailed = 0;
  private notesMade = 0;

  constructor(
    private readonly sink: StatementSink,
    private readonly strict: boolean,
    /** Stands for what could be a card number in everything that is handed on; see ReadOptions. */
    private readonly standIn?: CardNumberStandIn,
  ) {}

  /** The rows gathered so far; made when first asked for, since bank files have none. */
  get batch(): RowBatch {
    this.made ??= new RowBatch(this.standIn);
    return this.made;
  }

  /** The sums of a currency written as ISO 4217 letters of either case; refuses anything else. */
  currency(bytes: Uint8Array, start: number, end: number, line: number): CurrencySums {
    return this.byBytes.get(bytes, start, end) ?? refuseCurrency(bytes, start, end, line);
  }

  /** Refuses what is no currency, where nothing is added up in it. */
  checkCurrency(bytes: Uint8Array, start: number, end: number, line: number): void {
    const code = end - start === 3 ? String.fromCharCode(bytes[start]!, bytes[start + 1]!, bytes[start + 2]!).toUpperCase() : '';
    if (!isCurrency(code)) refuseCurrency(bytes, start, end, line);
  }

  /** As `currency`, of a text. */
  currencyNamed(code: string, line: number): CurrencySums {
    if (!isCurrency(code)) throw new StatementRefused('currency', line, `${quoted(code)} is no ISO 4217 currency with a minor unit`);
    let sums = this.sums.get(code);
    if (sums === undefined) {
      sums = new CurrencySums(code, this.sums.size);
      this.sums.set(code, sums);
    }
    return sums;
  }

  private currencyOrNone(bytes: Uint8Array, start: number, end: number): CurrencySums | undefined {
    if (end - start !== 3) return undefined;
    const code = String.fromCharCode(bytes[start]!, bytes[start + 1]!, bytes[start + 2]!).toUpperCase();
    return isCurrency(code) ? this.currencyNamed(code, 0) : undefined;
  }

  /** Adds a row and answers its slot in the batch, whose texts the caller then sets. A fee that is not told is 0. */
  add(line: number, type: number, sums: CurrencySums, gross: number, fee: number, remainder: number, feeTold = true): number {
    const batch = this.batch;
    if (batch.count === BATCH_ROWS) this.flush();
    const slot = batch.take();
    const net = gross + fee;
    batch.lines[slot] = line;
    batch.types[slot] = type;
    batch.currencies[slot] = sums.currency;
    batch.grossMinor[slot] = gross;
    batch.feeMinor[slot] = fee;
    batch.netMinor[slot] = net;
    batch.feeRemainders[slot] = remainder;
    batch.feesTold[slot] = feeTold ? 1 : 0;
    this.counts[type]!++;
    sums.rows++;
    if (type === PAYOUT) sums.payout += net;
    else if (type !== BALANCE) {
      sums.gross += gross;
      sums.fee += fee;
      sums.net += net;
      sums.remainder += remainder;
    }
    moved(sums, Math.abs(gross) + Math.abs(fee), line);
    return slot;
  }

  /** Hands the gathered rows on. Readers call it before the bytes below the batch change. */
  flush(): void {
    if (this.made === undefined || this.made.count === 0) return;
    this.sink.rows?.(this.made);
    this.made.count = 0;
  }

  /** Counts a bank entry and hands it on; what is not booked is not summed. */
  entry(entry: BankEntry): void {
    const sums = this.currencyNamed(entry.currency, entry.line);
    if (entry.amountMinor < 0) this.bank.debit++;
    else this.bank.credit++;
    sums.rows++;
    if (entry.status === 'booked') {
      sums.gross += entry.amountMinor;
      sums.net += entry.amountMinor;
    }
    moved(sums, Math.abs(entry.amountMinor), entry.line);
    this.sink.entries?.([this.entryToHandOn(entry)]);
  }

  /** Ends a bank statement. */
  statement(told: BankStatement): void {
    const { id, number } = told;
    const statement = { ...told, id: this.without(id), ...(number === undefined ? {} : { number: this.without(number) }) };
    if (this.statements.length < MOST_STATEMENTS) this.statements.push(statement);
    this.sink.statement?.(statement);
  }

  /** Compares what a file says with what its rows come to; refuses when they differ and the check binds (or everything has to, in strict reading). */
  check(check: Omit<StatementCheck, 'ok' | 'binding'> & { readonly binding?: boolean; readonly refusal?: RefusalCode }): boolean {
    const { refusal = 'trailer-mismatch', binding = true, name, ...compared } = check;
    const said = { ...compared, name: this.without(name) as typeof name };
    if (!Number.isSafeInteger(said.expected) || !Number.isSafeInteger(said.actual)) throw inexact(said.line);
    const ok = said.expected === said.actual;
    if (!ok && (binding || this.strict)) throw new StatementRefused(refusal, said.line, mismatch(said));
    this.checksMade++;
    if (!ok) this.checksFailed++;
    const kept: StatementCheck = { ...said, ok, binding };
    if (this.checks.length < MOST_CHECKS) this.checks.push(kept);
    else if (!ok) {
      const passed = this.checks.findIndex((one) => one.ok);
      if (passed >= 0) this.checks[passed] = kept;
    }
    if (!ok) this.note(said.line, mismatch(said));
    return ok;
  }

  /** Says something; what comes after the first hundred is only counted. */
  note(line: number, message: string): void {
    this.notesMade++;
    if (this.notes.length < MOST_NOTES) this.notes.push({ line, message: this.without(message) });
  }

  /** How many rows there are of a type so far. */
  countOf(type: StatementRowType): number {
    return this.counts[ROW_TYPE_INDEX[type]]!;
  }

  /** All rows so far. */
  rowCount(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** The sums of every currency seen. */
  allSums(): CurrencySums[] {
    return [...this.sums.values()];
  }

  /** What the file came to. */
  summary(format: StatementFormat): StatementSummary {
    const rowsByType: Partial<Record<StatementRowType | 'debit', number>> = {};
    for (const [index, type] of STATEMENT_ROW_TYPES.entries()) if (this.counts[index]! > 0) rowsByType[type] = this.counts[index]!;
    if (this.bank.credit > 0) rowsByType.credit = this.bank.credit;
    if (this.bank.debit > 0) rowsByType.debit = this.bank.debit;
    const notes = [...this.notes];
    if (this.notesMade > notes.length) notes.push({ line: 0, message: `and ${this.notesMade - notes.length} more notes` });
    return {
      format,
      rowCount: this.rowCount() + this.bank.credit + this.bank.debit,
      rowsByType,
      totals: this.totals(),
      checks: [...this.checks],
      checksMade: this.checksMade,
      checksFailed: this.checksFailed,
      notes,
      statements: [...this.statements],
    };
  }

  private without(text: string): string {
    return withoutCardNumbers(text, this.standIn);
  }

  /** An entry as the bank wrote it, but for what could be a card number. An account stays as it is: it is the chain's own, and told by its number. */
  private entryToHandOn(entry: BankEntry): BankEntry {
    const texts = this.textsWithout(entry);
    const details = entry.details.map((detail) => this.textsWithout(detail) ?? detail);
    const same = texts === undefined && details.every((detail, i) => detail === entry.details[i]);
    // Nearly all: copying every entry would cost more than looking at it.
    return same ? entry : { ...(texts ?? entry), details };
  }

  /** The same with other texts; undefined where all of them stay. */
  private textsWithout<T extends Partial<Record<EntryText, string>>>(value: T): T | undefined {
    let changed: T | undefined;
    for (const key of ENTRY_TEXTS) {
      const text = value[key];
      const without = text === undefined ? undefined : this.without(text);
      if (without !== text) changed = { ...(changed ?? value), [key]: without };
    }
    return changed;
  }

  private totals(): StatementTotals[] {
    return this.allSums()
      .filter(({ rows }) => rows > 0)
      .map((sums) => {
        const { fee, remainder } = carried(sums.fee, sums.remainder);
        return {
          currency: sums.currency,
          grossMinor: sums.gross,
          feeMinor: fee,
          netMinor: sums.net + (fee - sums.fee),
          feeRemainder: remainder,
          payoutMinor: sums.payout,
        };
      })
      .sort((a, b) => (a.currency < b.currency ? -1 : 1));
  }
}

/** A sum of fees with its remainders carried into whole minor units, as a single number would be cut: both parts have the sign of the whole. */
export function carried(fee: number, remainder: number): { fee: number; remainder: number } {
  const over = Math.trunc(remainder / REMAINDERS_PER_MINOR);
  const whole = fee + over;
  const rest = remainder - over * REMAINDERS_PER_MINOR;
  if (whole > 0 && rest < 0) return { fee: whole - 1, remainder: rest + REMAINDERS_PER_MINOR };
  if (whole < 0 && rest > 0) return { fee: whole + 1, remainder: rest - REMAINDERS_PER_MINOR };
  return { fee: whole, remainder: rest };
}

/** Counts money whichever way it moves: while all of it together is exact, so is every sum of some of it, at every moment and whatever the signs. */
function moved(sums: CurrencySums, amount: number, line: number): void {
  sums.moved += amount;
  if (sums.moved > Number.MAX_SAFE_INTEGER) throw inexact(line);
}

function inexact(line: number): StatementRefused {
  return new StatementRefused('amount-too-large', line, 'the amounts add up to more than is exact in integer minor units');
}

function mismatch({ name, expected, actual, currency }: Pick<StatementCheck, 'name' | 'expected' | 'actual' | 'currency'>): string {
  const shown = (value: number) => (currency === undefined ? String(value) : `${decimalText(value, currency)} ${currency}`);
  // A sum may be anything a file says, also a card number.
  return withoutCardNumbers(`${name}: the file says ${shown(expected)}, its rows come to ${shown(actual)}`);
}

function refuseCurrency(bytes: Uint8Array, start: number, end: number, line: number): never {
  if (start === end) throw new StatementRefused('currency', line, 'a row with an amount has no currency');
  const shown = decodeText(bytes, start, Math.min(end, start + 48), 'windows-1252');
  throw new StatementRefused('currency', line, `${quoted(shown)} is no ISO 4217 currency with a minor unit`);
}
