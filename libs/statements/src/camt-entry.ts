import { asciiBytes, bankAmount } from './bank-amount.js';
import type { BankEntry, BankEntryDetail } from './bank-entry.js';
import { checkDateTime } from './dates.js';
import { quoted, StatementRefused } from './refusal.js';
import type { Tally } from './tally.js';

/** Parts of one batch booking at most: what a bank puts into one entry is at most a file of payments. */
const MOST_DETAILS = 100_000;

/** The values of elements by path, each with the line it ended in. */
export type CamtValues = Map<string, { readonly text: string; readonly currency: string | undefined; readonly line: number }>;

/** What is gathered of one entry (Ntry) while it is read. */
export class CamtEntry {
  readonly values: CamtValues = new Map();
  private readonly details: BankEntryDetail[] = [];
  private detail: CamtValues = new Map();
  private remittance: string[] = [];
  private lastReference: string | undefined;
  private lastBankReference: string | undefined;
  private lastInfo = '';

  constructor(
    readonly line: number,
    private readonly tally: Tally,
  ) {}

  /** A value within a transaction's details. */
  inDetail(path: string, text: string, currency: string | undefined, line: number): void {
    if (path.startsWith('RmtInf/')) this.remittance.push(text);
    // The first of repeated elements stands for them.
    else if (!this.detail.has(path)) this.detail.set(path, { text, currency, line });
  }

  /** The end of a transaction's details. */
  endDetail(line: number): void {
    if (this.details.length === MOST_DETAILS)
      throw new StatementRefused('too-large', line, `an entry of more than ${MOST_DETAILS} transactions`);
    const { detail } = this;
    const amount = detail.get('Amt') ?? detail.get('AmtDtls/TxAmt/Amt');
    const reference = provided(detail.get('Refs/EndToEndId')?.text) ?? detail.get('Refs/TxId')?.text ?? detail.get('Refs/InstrId')?.text;
    const info = detail.get('AddtlTxInf')?.text ?? '';
    const remittance = this.remittance.length > 0 ? this.remittance.join(' ') : info;
    const made: { -readonly [K in keyof BankEntryDetail]: BankEntryDetail[K] } = { remittance };
    if (amount !== undefined) {
      const signed = amountOf(amount, this.tally);
      made.amountMinor = this.isDebit(detail.get('CdtDbtInd')) ? 0 - signed.minor : signed.minor;
      made.currency = signed.currency;
    }
    if (reference !== undefined) made.reference = reference;
    this.details.push(made);
    this.lastReference = reference;
    this.lastBankReference = detail.get('Refs/AcctSvcrRef')?.text;
    this.lastInfo = made.remittance;
    this.detail = new Map();
    this.remittance = [];
  }

  /** The entry, checked: mandatory elements there, values as the standard allows them. */
  finish(account: string): BankEntry {
    const { values, line, details } = this;
    const { minor, currency } = amountOf(need(values, 'Amt', line), this.tally);
    const debit = this.isDebit(need(values, 'CdtDbtInd', line));
    this.checkBatch(debit ? 0 - minor : minor, currency);
    const single = details.length === 1;
    const additional = values.get('AddtlNtryInf')?.text ?? '';
    const reference = (single ? this.lastReference : undefined) ?? values.get('NtryRef')?.text;
    const bankReference = values.get('AcctSvcrRef')?.text ?? (single ? this.lastBankReference : undefined);
    const booking = dateOf(values, 'BookgDt');
    const value = dateOf(values, 'ValDt');
    return {
      line,
      account,
      ...(booking === undefined ? {} : { bookingDate: booking }),
      ...(value === undefined ? {} : { valueDate: value }),
      amountMinor: debit ? 0 - minor : minor,
      currency,
      status: statusOf(values, line),
      reversal: /^(?:true|1)$/.test(values.get('RvslInd')?.text ?? ''),
      ...(reference === undefined ? {} : { reference }),
      ...(bankReference === undefined ? {} : { bankReference }),
      remittance: single && this.lastInfo !== '' ? this.lastInfo : additional,
      typeCode: typeCodeOf(values),
      details: single ? [] : details,
    };
  }

  private checkBatch(amountMinor: number, currency: string): void {
    const { values, details, line, tally } = this;
    const count = values.get('NtryDtls/Btch/NbOfTxs');
    // A bank may book a batch without telling what it consists of.
    if (details.length === 0) return;
    if (count !== undefined && /^\d{1,9}$/.test(count.text))
      tally.check({
        name: 'transactions of a batch booking',
        expected: Number(count.text),
        actual: details.length,
        line: count.line,
        binding: false,
      });
    if (details.length < 2 || details.some((detail) => detail.amountMinor === undefined || detail.currency !== currency)) return;
    const sum = details.reduce((all, detail) => all + detail.amountMinor!, 0);
    tally.check({ name: 'amount of a batch booking', expected: amountMinor, actual: sum, currency, line, binding: false });
  }

  private isDebit(value: { readonly text: string; readonly line: number } | undefined): boolean {
    const text = value?.text ?? this.values.get('CdtDbtInd')?.text;
    if (text !== 'CRDT' && text !== 'DBIT')
      throw new StatementRefused('camt', value?.line ?? this.line, 'CdtDbtInd is neither CRDT nor DBIT');
    return text === 'DBIT';
  }
}

/** A mandatory element; refuses where it is missing. */
export function need(
  values: CamtValues,
  path: string,
  line: number,
): { readonly text: string; readonly currency: string | undefined; readonly line: number } {
  const value = values.get(path);
  if (value === undefined) throw new StatementRefused('camt', line, `the mandatory element ${path} is missing`);
  return value;
}

/** An amount with its currency, in minor units; never negative, as its direction stands in an element of its own. */
export function amountOf(
  value: { readonly text: string; readonly currency: string | undefined; readonly line: number },
  tally: Tally,
): { minor: number; currency: string } {
  const sums = tally.currencyNamed(value.currency ?? '', value.line);
  if (value.text === '') throw new StatementRefused('amount', value.line, 'an amount is empty');
  return { minor: bankAmount(value.text, '.', sums, value.line), currency: sums.currency };
}

/** The day of a date or moment below `path`. */
export function dateOf(values: CamtValues, path: string): string | undefined {
  const value = values.get(`${path}/Dt`) ?? values.get(`${path}/DtTm`);
  if (value === undefined) return undefined;
  const { bytes, length } = asciiBytes(value.text);
  // A date of XML Schema may carry a zone, which says nothing about the day.
  const end = length > 10 && /^\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:\d\d)$/.test(value.text) ? 10 : length;
  if (end === 0) throw new StatementRefused('date', value.line, 'a date is empty');
  checkDateTime(bytes, 0, end, value.line);
  return value.text.slice(0, 10);
}

function statusOf(values: CamtValues, line: number): BankEntry['status'] {
  const status = values.get('Sts/Cd') ?? values.get('Sts/Prtry') ?? values.get('Sts');
  if (status === undefined) throw new StatementRefused('camt', line, 'the mandatory element Sts is missing');
  switch (status.text) {
    case 'BOOK':
      return 'booked';
    case 'PDNG':
    case 'FUTR':
      return 'pending';
    case 'INFO':
      return 'information';
    default:
      throw new StatementRefused('camt', status.line, `an entry of the unknown status ${quoted(status.text)}`);
  }
}

function typeCodeOf(values: CamtValues): string {
  const domain = values.get('BkTxCd/Domn/Cd')?.text;
  if (domain === undefined) return values.get('BkTxCd/Prtry/Cd')?.text ?? '';
  const family = values.get('BkTxCd/Domn/Fmly/Cd')?.text;
  const subFamily = values.get('BkTxCd/Domn/Fmly/SubFmlyCd')?.text;
  return `${domain}${family === undefined ? '' : `/${family}`}${subFamily === undefined ? '' : `/${subFamily}`}`;
}

function provided(reference: string | undefined): string | undefined {
  return reference === undefined || reference === 'NOTPROVIDED' || reference === '' ? undefined : reference;
}
