import { bai2Date, control } from './bai2-record.js';
import type { BankBalance } from './bank-entry.js';
import { quoted, StatementRefused } from './refusal.js';
import type { Tally } from './tally.js';

/** Type codes of the account header (BAI2 appendix A): opening and closing ledger balance. */
const OPENING_LEDGER = '010';
const CLOSING_LEDGER = '015';

/** What a group's header (02) says about its accounts. */
export interface Bai2Group {
  readonly currency: string;
  readonly date: string | undefined;
  readonly number: string;
  readonly interim: boolean;
}

/** One account of a group: its header (03), transactions (16) and trailer (49). */
export class Bai2Account {
  /** Lines of its records so far. */
  records = 0;
  private readonly account: string;
  private readonly currency: string;
  private readonly date: string | undefined;
  private opening: BankBalance | undefined;
  private closing: BankBalance | undefined;
  private total = 0;
  private readonly sums = { entries: 0, credit: 0, debit: 0 };

  constructor(
    private readonly tally: Tally,
    fields: readonly string[],
    private readonly line: number,
    private readonly group: Bai2Group,
  ) {
    this.date = group.date;
    this.account = (fields[0] ?? '').trim();
    if (this.account === '') throw new StatementRefused('bai2-record', line, 'an account header (record 03) names no account');
    this.currency = fields[1]?.trim() || group.currency;
    tally.currencyNamed(this.currency, line);
    this.header(fields);
  }

  /** Type, amount, count and funds type, repeated; the funds type says how many fields follow it. */
  private header(fields: readonly string[]): void {
    const { line } = this;
    for (let at = 2; at < fields.length; ) {
      const code = fields[at]!.trim();
      const amount = (fields[at + 1] ?? '').trim();
      if (code === '') {
        // Fields left out at the end.
        if (fields.slice(at).some((field) => field.trim() !== ''))
          throw new StatementRefused('bai2-record', line, 'an account header (record 03) has an amount without a type');
        return;
      }
      if (!/^\d{3}$/.test(code)) throw new StatementRefused('bai2-record', line, `${quoted(code)} is no type code of three digits`);
      const minor = amount === '' ? 0 : this.amount(amount, line);
      this.total = this.sum(this.total, minor, line);
      if (amount !== '' && code === OPENING_LEDGER) this.opening = this.balance(minor);
      if (amount !== '' && code === CLOSING_LEDGER) this.closing = this.balance(minor);
      at = this.afterFunds(fields, at + 3);
    }
  }

  /** One transaction: type, amount, funds type, the bank's and the customer's reference, text to the end. */
  transaction(fields: readonly string[], line: number): void {
    const code = (fields[0] ?? '').trim();
    if (!/^\d{3}$/.test(code)) throw new StatementRefused('bai2-record', line, `${quoted(code)} is no type code of three digits`);
    const minor = this.amount((fields[1] ?? '').trim() || '0', line);
    this.total = this.sum(this.total, minor, line);
    const rest = this.afterFunds(fields, 2);
    const amountMinor = this.signed(code, minor, line);
    const [bankReference, reference] = [fields[rest]?.trim() ?? '', fields[rest + 1]?.trim() ?? ''];
    const text = fields
      .slice(rest + 2)
      .join(',')
      .trim();
    const value = fields[2]?.trim() === 'V' ? (fields[3] ?? '').trim() : '';
    this.sums.entries++;
    if (amountMinor < 0) this.sums.debit = this.sum(this.sums.debit, amountMinor, line);
    else this.sums.credit = this.sum(this.sums.credit, amountMinor, line);
    this.tally.entry({
      line,
      account: this.account,
      ...(this.date === undefined ? {} : { bookingDate: this.date }),
      ...(value === '' ? {} : { valueDate: bai2Date(value, line) }),
      amountMinor,
      currency: this.currency,
      status: 'booked',
      reversal: false,
      ...(reference === '' ? {} : { reference }),
      ...(bankReference === '' ? {} : { bankReference }),
      remittance: text,
      typeCode: code,
      details: [],
    });
  }

  /** Compares the trailer and ends the account; answers its control total. */
  finish(fields: readonly string[], line: number, records: number): number {
    const opening = this.opening;
    const closing = this.closing;
    const { tally, sums } = this;
    control(tally, 'account', fields, line, [this.total, records], ['records']);
    // Reports without transactions, and such with a part of them, are usual: the balances bind nobody.
    if (opening !== undefined && closing !== undefined && sums.entries > 0)
      tally.check({
        name: 'closing ledger balance',
        expected: closing.amountMinor,
        actual: opening.amountMinor + sums.credit + sums.debit,
        currency: this.currency,
        line,
        binding: false,
        refusal: 'balance',
      });
    tally.statement({
      line: this.line,
      id: this.date ?? '',
      number: this.group.number,
      account: this.account,
      currency: this.currency,
      interim: this.group.interim,
      ...(opening === undefined ? {} : { opening }),
      ...(closing === undefined ? {} : { closing }),
      entries: sums.entries,
      creditMinor: sums.credit,
      debitMinor: sums.debit,
    });
    return this.total;
  }

  private balance(amountMinor: number): BankBalance {
    return { amountMinor, currency: this.currency, ...(this.date === undefined ? {} : { date: this.date }) };
  }

  /** 100 to 399 are credits, 400 to 699 debits; of the codes a bank defines itself 920 to 959 are credits, 960 to 999 debits. */
  private signed(code: string, minor: number, line: number): number {
    const number = Number(code);
    if ((number >= 100 && number <= 399) || (number >= 920 && number <= 959)) return minor;
    if ((number >= 400 && number <= 699) || number >= 960) return 0 - minor;
    this.tally.note(line, `transactions of type ${code} are neither credits nor debits by the format: the sign of the amount decides`);
    return minor;
  }

  /** Where the fields after a funds type at `at` begin: V has a date and a time, S three amounts, D as many pairs as it says. */
  private afterFunds(fields: readonly string[], at: number): number {
    const type = (fields[at] ?? '').trim();
    switch (type) {
      case '':
      case 'Z':
      case '0':
      case '1':
      case '2':
        return at + 1;
      case 'V':
        return at + 3;
      case 'S':
        return at + 4;
      case 'D': {
        const count = (fields[at + 1] ?? '').trim();
        if (!/^\d{1,4}$/.test(count) || at + 2 + Number(count) * 2 > fields.length)
          throw new StatementRefused('bai2-record', this.line, 'a distribution of funds (type D) that is not complete');
        return at + 2 + Number(count) * 2;
      }
      default:
        throw new StatementRefused('bai2-record', this.line, `${quoted(type)} is no funds type`);
    }
  }

  private amount(text: string, line: number): number {
    if (!/^[+-]?\d{1,40}$/.test(text)) throw new StatementRefused('amount', line, `${quoted(text)} is no amount in minor units`);
    const amount = Number(text);
    if (Math.abs(amount) > 1e15) throw new StatementRefused('amount-too-large', line, 'an amount has more than 15 digits');
    return amount + 0;
  }

  private sum(one: number, other: number, line: number): number {
    const sum = one + other;
    if (!Number.isSafeInteger(sum))
      throw new StatementRefused('amount-too-large', line, 'the amounts add up to more than is exact in integer minor units');
    return sum;
  }
}
