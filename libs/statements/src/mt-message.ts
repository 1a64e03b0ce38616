import { bankAmount } from './bank-amount.js';
import type { BankBalance, BankEntry } from './bank-entry.js';
import { daysInMonth, fullYear, isoDate } from './dates.js';
import { quoted, StatementRefused } from './refusal.js';
import type { StatementFormat } from './summary.js';
import type { Tally } from './tally.js';

/** A field of a message, its lines joined by line feeds. */
export interface MtField {
  readonly tag: string;
  readonly line: number;
  readonly text: string;
}

/** Field 61: value date, entry date, mark, funds code, amount, type, reference, bank's reference; the supplementary details are on the next line. */
const STATEMENT_LINE = /^(\d{6})(\d{4})?(RC|RD|EC|ED|C|D)([A-Z])?(\d[\d]*,\d*)([A-Z][A-Z0-9]{3})(.*)$/;
/** Fields 60a and 62a. */
const BALANCE = /^([CD])(\d{6})([A-Z]{3})(\d[\d]*,\d*)\s*$/;
/** Fields 90D and 90C: number, currency, sum. */
const SUMMARY = /^(\d{1,5})([A-Z]{3})(\d[\d]*,\d*)\s*$/;

const KNOWN = new Set([
  '20',
  '21',
  '25',
  '25P',
  '28',
  '28C',
  '13',
  '13D',
  '34F',
  '60F',
  '60M',
  '61',
  '62F',
  '62M',
  '64',
  '65',
  '86',
  '90C',
  '90D',
  'NS',
]);

interface Waiting {
  readonly field: MtField;
  information: string;
}

/** One message while its fields come in. */
export class MtMessage {
  private id = '';
  private number: string | undefined;
  private account: { readonly text: string; readonly line: number } | undefined;
  private opening: BankBalance | undefined;
  private closing: (BankBalance & { readonly line: number }) | undefined;
  private floor: string | undefined;
  private interim = false;
  private waiting: Waiting | undefined;
  private readonly sums = { credits: 0, credit: 0, debits: 0, debit: 0 };
  private readonly unknown = new Set<string>();
  private readonly summaries: MtField[] = [];

  constructor(
    private readonly tally: Tally,
    private readonly firstLine: number,
  ) {}

  field(field: MtField): void {
    switch (field.tag) {
      case '20':
        this.id = field.text.trim();
        return;
      case '25':
      case '25P':
        this.account = { text: field.text.split('\n')[0]!.trim(), line: field.line };
        if (this.account.text === '') throw new StatementRefused('mt-field', field.line, 'field 25 names no account');
        return;
      case '28':
      case '28C':
      case '13D':
        // An interim report's time is its number where the bank doesn't count them.
        this.number = this.number === undefined ? field.text.trim() : `${this.number} ${field.text.trim()}`;
        return;
      case '60F':
      case '60M':
        if (this.opening !== undefined) throw new StatementRefused('mt-field', field.line, 'a second opening balance');
        this.opening = this.balance(field);
        return;
      case '61':
        this.endEntry();
        this.waiting = { field, information: '' };
        return;
      case '86':
        // Behind the closing balance, field 86 is about the whole statement.
        if (this.waiting !== undefined && this.closing === undefined) this.waiting.information = field.text;
        return;
      case '62F':
      case '62M':
        this.endEntry();
        if (this.closing !== undefined) throw new StatementRefused('mt-field', field.line, 'a second closing balance');
        this.closing = { ...this.balance(field), line: field.line };
        return;
      default:
        this.other(field);
    }
  }

  /** Whether the message itself says that no entry follows: a closing balance does, and sums of debits and of credits do. */
  get saysItIsWhole(): boolean {
    return this.closing !== undefined || ['90C', '90D'].every((tag) => this.summaries.some((summary) => summary.tag === tag));
  }

  /** The end of the message: complete, and its sums as it states them. */
  finish(lastLine: number): StatementFormat {
    this.endEntry();
    const { opening, closing, tally, sums } = this;
    const account = this.accountOr(lastLine);
    if (opening === undefined && !this.interim)
      throw new StatementRefused('truncated', lastLine, 'a statement without an opening balance (field 60)');
    if (opening !== undefined && closing === undefined)
      throw new StatementRefused('truncated', lastLine, 'a statement without a closing balance (field 62)');
    if (opening !== undefined && closing !== undefined) {
      if (opening.currency !== closing.currency)
        throw new StatementRefused('mt-field', closing.line, 'opening and closing balance are in different currencies');
      // Portals cut entries out of statements and leave the balances: that makes the file no less readable, so it is told, not refused.
      tally.check({
        name: 'closing balance',
        expected: closing.amountMinor,
        actual: opening.amountMinor + sums.credit + sums.debit,
        currency: closing.currency,
        line: closing.line,
        binding: false,
        refusal: 'balance',
      });
    }
    for (const summary of this.summaries) this.checkSummary(summary);
    const currency = opening?.currency ?? this.floor;
    tally.statement({
      line: this.firstLine,
      id: this.id,
      ...(this.number === undefined ? {} : { number: this.number }),
      account,
      ...(currency === undefined ? {} : { currency }),
      interim: opening === undefined,
      ...(opening === undefined ? {} : { opening }),
      ...(closing === undefined ? {} : { closing: withoutLine(closing) }),
      entries: sums.credits + sums.debits,
      creditMinor: sums.credit,
      debitMinor: sums.debit,
    });
    return opening === undefined ? 'mt942' : 'mt940';
  }

  private other(field: MtField): void {
    if (field.tag === '34F') {
      const currency = /^([A-Z]{3})[CD]?\d/.exec(field.text)?.[1];
      if (currency === undefined) throw new StatementRefused('mt-field', field.line, 'field 34F is no currency and floor limit');
      this.floor ??= currency;
      this.interim = true;
    } else if (field.tag === '90C' || field.tag === '90D') {
      this.endEntry();
      this.summaries.push(field);
    } else if (!KNOWN.has(field.tag) && !this.unknown.has(field.tag)) {
      this.unknown.add(field.tag);
      this.tally.note(field.line, `field ${field.tag} is not known and passed over`);
    }
  }

  private endEntry(): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting !== undefined) this.tally.entry(this.entry(waiting));
  }

  private entry({ field, information }: Waiting): BankEntry {
    const { line } = field;
    const [first, ...more] = field.text.split('\n');
    const found = STATEMENT_LINE.exec(first!.trimEnd());
    if (found === null) throw new StatementRefused('mt-field', line, 'field 61 is not laid out as it should be');
    const [, value, entered, mark, , amount, typeCode, references] = found;
    const currency = this.opening?.currency ?? this.floor;
    if (currency === undefined)
      throw new StatementRefused('mt-field', line, 'an entry (field 61) before any field that names the currency');
    const minor = bankAmount(amount!.endsWith(',') ? amount!.slice(0, -1) : amount!, ',', this.tally.currencyNamed(currency, line), line);
    // RD takes a debit back: it is money in; RC the other way round. EC and ED are only expected.
    const credit = mark === 'C' || mark === 'RD' || mark === 'EC';
    const amountMinor = credit ? minor : 0 - minor;
    const expected = mark === 'EC' || mark === 'ED';
    if (!expected) this.add(amountMinor);
    const valueDate = this.date(value!, line);
    const booking = entered === undefined ? undefined : this.date(yearOfEntry(valueDate, entered) + entered, line, true);
    const [reference, bankReference] = references!.split('//', 2).map((text) => text.trim());
    return {
      line,
      account: this.accountOr(line),
      ...(booking === undefined ? {} : { bookingDate: booking }),
      valueDate,
      amountMinor,
      currency,
      status: expected ? 'pending' : 'booked',
      reversal: mark === 'RC' || mark === 'RD',
      ...(reference === undefined || reference === '' || reference === 'NONREF' ? {} : { reference }),
      ...(bankReference === undefined || bankReference === '' ? {} : { bankReference }),
      remittance: joined([...more, ...information.split('\n')]),
      typeCode: typeCode!,
      details: [],
    };
  }

  private add(amountMinor: number): void {
    if (amountMinor < 0) {
      this.sums.debits++;
      this.sums.debit += amountMinor;
    } else {
      this.sums.credits++;
      this.sums.credit += amountMinor;
    }
  }

  private balance({ text, line, tag }: MtField): BankBalance {
    const found = BALANCE.exec(text);
    if (found === null) throw new StatementRefused('mt-field', line, `field ${tag} is no balance`);
    const [, mark, day, currency, amount] = found;
    const minor = bankAmount(amount!.endsWith(',') ? amount!.slice(0, -1) : amount!, ',', this.tally.currencyNamed(currency!, line), line);
    return { amountMinor: mark === 'D' ? 0 - minor : minor, currency: currency!, date: this.date(day!, line) };
  }

  private checkSummary({ text, line, tag }: MtField): void {
    const found = SUMMARY.exec(text);
    if (found === null) throw new StatementRefused('summary', line, `field ${tag} is no number, currency and sum`);
    const [, count, currency, amount] = found;
    const minor = bankAmount(amount!.endsWith(',') ? amount!.slice(0, -1) : amount!, ',', this.tally.currencyNamed(currency!, line), line);
    const debit = tag === '90D';
    const { sums, tally } = this;
    tally.check({
      name: debit ? 'number of debits' : 'number of credits',
      expected: Number(count),
      actual: debit ? sums.debits : sums.credits,
      line,
    });
    tally.check({
      name: debit ? 'sum of debits' : 'sum of credits',
      expected: minor,
      actual: debit ? 0 - sums.debit : sums.credit,
      currency: currency!,
      line,
    });
  }

  /**
   * A date of six digits, or eight with the year in full. Banks that reckon with months of thirty days write 29 and 30 February: it is read as the last day of that February, and a note says so.
   */
  private date(digits: string, line: number, full = false): string {
    const year = full ? Number(digits.slice(0, 4)) : fullYear(Number(digits.slice(0, 2)));
    const month = Number(digits.slice(full ? 4 : 2, full ? 6 : 4));
    const day = Number(digits.slice(-2));
    if (month === 2 && day <= 30 && day > daysInMonth(year, 2)) {
      const last = isoDate(year, 2, daysInMonth(year, 2))!;
      this.tally.note(line, `the date ${day} February ${year} does not exist; it is read as ${last}`);
      return last;
    }
    const date = isoDate(year, month, day);
    if (date === undefined) throw new StatementRefused('date', line, `${quoted(digits)} is no date`);
    return date;
  }

  private accountOr(line: number): string {
    if (this.account === undefined) throw new StatementRefused('mt-field', line, 'a message without an account (field 25)');
    return this.account.text;
  }
}

/** The entry date has no year: it is the one that brings it within half a year of the value date. */
function yearOfEntry(valueDate: string, entered: string): string {
  const away = Number(entered.slice(0, 2)) - Number(valueDate.slice(5, 7));
  const year = Number(valueDate.slice(0, 4)) + (away > 6 ? -1 : away < -6 ? 1 : 0);
  return String(year).padStart(4, '0');
}

function joined(lines: readonly string[]): string {
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}

function withoutLine({ amountMinor, currency, date }: BankBalance): BankBalance {
  return { amountMinor, currency, ...(date === undefined ? {} : { date }) };
}
