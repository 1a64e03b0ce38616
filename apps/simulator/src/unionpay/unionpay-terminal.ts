import { Ledger, type LedgerLine, ledgerPath } from '../ledger/index.js';
import type { SeededRandom } from '../seeded-random.js';
import { type BatchEntry, readTotalsField, totalsField, totalsOf } from './batch-totals.js';
import { digitsThatAreNoCard, randomCardFields } from './card-fields.js';
import { HostLine, type LineOptions } from './host-line.js';
import type { IsoMessage } from './iso-message.js';
import { TerminalStore } from './terminal-memory.js';

/** A terminal's settings. */
export interface UnionpayTerminalOptions extends LineOptions {
  /** Field 41, eight letters or digits. */
  readonly terminalId: string;
  /** Field 42, fifteen. */
  readonly merchantId: string;
  readonly dataDir: string;
  readonly random: SeededRandom;
  /** Fills the fields where card data would be with digits of chance; without it they are left out. */
  readonly cardFields: boolean;
  readonly now: () => number;
}

/** How an operation ended, by what the terminal itself knows. `reversalPending`: it may not go on before the host has taken a reversal. */
export type OperationOutcome = {
  readonly outcome: 'approved' | 'declined' | 'noAnswer' | 'notSent' | 'reversalPending';
  readonly traceNo: number;
  readonly responseCode: string | null;
};

/** How a settlement ended: totals agreed at once, or after the upload, or not at all. */
export type SettlementEnd = 'balanced' | 'uploaded' | 'refused' | 'noAnswer' | 'reversalPending';

type Fields = Record<number, string>;

const CURRENCY = 'CNY';
const CURRENCY_NUMBER = '156';
const TERMINAL_STORE = 'unionpay-terminal';
const REVERSAL_ATTEMPTS = 3;
const UPLOAD_PER_MESSAGE = 8;

/** A UnionPay terminal that keeps its batch, takes back what was never answered, and settles. Does one thing at a time, in the order asked. */
export class UnionpayTerminal {
  private readonly line: HostLine;
  private readonly store: TerminalStore;
  private readonly ledger: Ledger;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly sentAsCard: string[] = [];

  constructor(private readonly options: UnionpayTerminalOptions) {
    const { dataDir, terminalId } = options;
    this.line = new HostLine(options);
    this.store = new TerminalStore(`${dataDir}/unionpay/${terminalId}.json`);
    this.ledger = Ledger.open(ledgerPath(dataDir, TERMINAL_STORE, terminalId));
  }

  /** What it booked. */
  get lines(): readonly LedgerLine[] {
    return this.ledger.lines;
  }

  /** Every value it has sent where card data would be, for tests that look for traces of them. */
  get cardFieldsSent(): readonly string[] {
    return this.sentAsCard;
  }

  /** What it is doing, for people. */
  view(): Readonly<Record<string, unknown>> {
    const { signedOn, batchNo, reversal, uploadDue, entries } = this.store.now;
    return {
      terminalId: this.options.terminalId,
      signedOn,
      batchNo,
      uploadDue,
      reversalPending: reversal?.traceNo ?? null,
      ...totalsOf(entries),
    };
  }

  /** 0800 with 60.3 = 003; takes the batch number the host says. */
  signOn(): Promise<OperationOutcome> {
    return this.inTurn(async () => {
      const { result, answer } = await this.manage('0800', '003', { 63: '001' });
      if (result.outcome === 'approved') {
        const batchNo = Number(answer?.fields[60]?.slice(2, 8));
        const { entries } = this.store.now;
        this.store.change({ signedOn: true, ...(batchNo > 0 && entries.length === 0 ? { batchNo } : {}) });
      }
      return result;
    });
  }

  /** 0820 with 60.3 = 002. */
  signOff(): Promise<OperationOutcome> {
    return this.inTurn(async () => {
      const { result } = await this.manage('0820', '002', {});
      if (result.outcome === 'approved') this.store.change({ signedOn: false });
      return result;
    });
  }

  /** 0820 with 60.3 = 301. */
  echo(): Promise<OperationOutcome> {
    return this.inTurn(async () => (await this.manage('0820', '301', {})).result);
  }

  /** 0820 with 60.3 = 362 and a report in field 62. */
  status(): Promise<OperationOutcome> {
    return this.inTurn(async () => (await this.manage('0820', '362', { 62: '0000000000' })).result);
  }

  /** 0200. An answer that does not come makes it send 0400 before anything else that moves money. */
  sale(amountMinor: number): Promise<OperationOutcome> {
    return this.inTurn(() => this.transact('0200', '000000', '22', { kind: 'sale', amountMinor }, {}));
  }

  /** 0200 with field 3 = 200000: takes back the sale with this trace number, whose batch is open. */
  void(originalTraceNo: number): Promise<OperationOutcome> {
    return this.inTurn(() => {
      const { entries, batchNo } = this.store.now;
      const original = entries.find((entry) => entry.kind === 'sale' && entry.traceNo === originalTraceNo);
      const amountMinor = original?.amountMinor ?? 1;
      const field61 = `${six(batchNo)}${six(originalTraceNo)}`;
      return this.transact('0200', '200000', '23', { kind: 'void', amountMinor, originalTraceNo }, { 61: field61 });
    });
  }

  /** 0220. Never reversed: when its answer is lost the next settlement finds out. */
  refund(amountMinor: number): Promise<OperationOutcome> {
    return this.inTurn(() => this.transact('0220', '200000', '25', { kind: 'refund', amountMinor }, { 61: '0'.repeat(16) }));
  }

  /** 0500, and 0320 for each part of the batch when the totals differ. */
  settle(): Promise<SettlementEnd> {
    return this.inTurn(async () => {
      if (!(await this.reverseDue())) return 'reversalPending';
      const { entries, batchNo } = this.store.now;
      const field48 = totalsField(totalsOf(entries), 0);
      const traceNo = this.store.takeTraceNo();
      const answer = await this.ask('0500', { 11: six(traceNo), 48: field48, 49: CURRENCY_NUMBER, 60: `00${six(batchNo)}201`, 63: '01 ' });
      if (typeof answer === 'string') return 'noAnswer';
      const flag = readTotalsField(answer.fields[48] ?? '')?.flag;
      if (answer.fields[39] !== '00' || flag === undefined) return 'refused';
      if (flag === '1') {
        this.closeBatch(traceNo);
        return 'balanced';
      }
      this.store.change({ uploadDue: true });
      return this.upload();
    });
  }

  /** Pulls the cable: what waits for an answer gets none, and nothing is sent any more. */
  hangUp(): void {
    this.line.close();
  }

  /** Hangs up and lets go of the ledger. */
  async stop(): Promise<void> {
    this.hangUp();
    await this.queue;
    this.ledger.close();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = Promise.allSettled([turn]);
    return turn;
  }

  private async manage(type: string, networkCode: string, more: Fields): Promise<{ result: OperationOutcome; answer: IsoMessage | null }> {
    const traceNo = this.store.takeTraceNo();
    const answer = await this.ask(type, { 11: six(traceNo), 60: `00${six(this.store.now.batchNo)}${networkCode}`, ...more });
    return { result: outcomeOf(answer, traceNo), answer: typeof answer === 'string' ? null : answer };
  }

  private async transact(
    type: string,
    processing: string,
    transaction: string,
    wanted: Omit<BatchEntry, 'traceNo'>,
    more: Fields,
  ): Promise<OperationOutcome> {
    if (!(await this.reverseDue())) return { outcome: 'reversalPending', traceNo: 0, responseCode: null };
    const traceNo = this.store.takeTraceNo();
    const { kind, amountMinor } = wanted;
    // Stored before the first byte leaves: a power cut must not forget what may have been booked.
    if (kind !== 'refund') this.store.change({ reversal: { kind, traceNo, amountMinor } });
    const fields = { ...this.moneyFields(processing, transaction, traceNo, amountMinor), ...this.cardFields(), ...more };
    const result = outcomeOf(await this.ask(type, fields), traceNo);
    if (result.outcome === 'noAnswer') return result;
    if (result.outcome === 'approved') this.book({ ...wanted, traceNo });
    this.store.change({ reversal: null });
    return result;
  }

  private async reverseDue(): Promise<boolean> {
    const due = this.store.now.reversal;
    if (due === null) return true;
    const processing = due.kind === 'void' ? '200000' : '000000';
    const transaction = due.kind === 'void' ? '23' : '22';
    for (let attempt = 0; attempt < REVERSAL_ATTEMPTS; attempt++) {
      // 98: no answer came.
      const answer = await this.ask('0400', { ...this.moneyFields(processing, transaction, due.traceNo, due.amountMinor), 39: '98' });
      if (typeof answer !== 'string' && ['00', '12', '25'].includes(answer.fields[39] ?? '')) {
        this.store.change({ reversal: null });
        return true;
      }
    }
    return false;
  }

  private async upload(): Promise<SettlementEnd> {
    const { entries, batchNo } = this.store.now;
    for (let from = 0; from < entries.length; from += UPLOAD_PER_MESSAGE) {
      const part = entries.slice(from, from + UPLOAD_PER_MESSAGE);
      const lines = part.map((entry) => `00${six(entry.traceNo)}${this.uploadedCard()}${String(entry.amountMinor).padStart(12, '0')}`);
      const field48 = `${String(part.length).padStart(2, '0')}${lines.join('')}`;
      const sent = await this.ask('0320', { 11: six(this.store.takeTraceNo()), 48: field48, 60: `00${six(batchNo)}201` });
      if (typeof sent === 'string') return 'noAnswer';
    }
    const traceNo = this.store.takeTraceNo();
    const count = String(entries.length).padStart(4, '0');
    const ended = await this.ask('0320', { 11: six(traceNo), 48: count, 60: `00${six(batchNo)}207` });
    if (typeof ended === 'string') return 'noAnswer';
    if (ended.fields[39] !== '00') return 'refused';
    this.closeBatch(traceNo);
    return 'uploaded';
  }

  private ask(type: string, fields: Fields): ReturnType<HostLine['ask']> {
    const { terminalId, merchantId } = this.options;
    return this.line.ask({ type, fields: { ...fields, 41: terminalId, 42: merchantId } });
  }

  private moneyFields(processing: string, transaction: string, traceNo: number, amountMinor: number): Fields {
    return {
      3: processing,
      4: String(amountMinor).padStart(12, '0'),
      11: six(traceNo),
      22: '021',
      25: '00',
      49: CURRENCY_NUMBER,
      60: `${transaction}${six(this.store.now.batchNo)}00060`,
      // Whoever has no key can't check it.
      64: this.hex(8),
    };
  }

  private cardFields(): Fields {
    if (!this.options.cardFields) return {};
    const fields = randomCardFields(this.options.random);
    this.sentAsCard.push(...Object.values(fields));
    return fields;
  }

  private uploadedCard(): string {
    if (!this.options.cardFields) return '0'.repeat(20);
    const digits = digitsThatAreNoCard(this.options.random, 20);
    this.sentAsCard.push(digits);
    return digits;
  }

  private hex(bytes: number): string {
    return Array.from({ length: bytes * 2 }, () => this.options.random.integer(0, 15).toString(16)).join('');
  }

  private book(entry: BatchEntry): void {
    const { kind, traceNo, amountMinor, originalTraceNo } = entry;
    this.append(kind === 'void' ? 'reversal' : kind, traceNo, amountMinor, originalTraceNo);
    this.store.change({ entries: [...this.store.now.entries, entry] });
  }

  private closeBatch(traceNo: number): void {
    const { entries, batchNo } = this.store.now;
    const { debitMinor, creditMinor } = totalsOf(entries);
    this.append('settlement', traceNo, debitMinor - creditMinor);
    this.store.change({ entries: [], batchNo: batchNo + 1, uploadDue: false });
  }

  private append(kind: LedgerLine['kind'], traceNo: number, amountMinor: number, reversedReceiptNo?: number): void {
    this.ledger.append({
      at: new Date(this.options.now()).toISOString(),
      store: TERMINAL_STORE,
      terminal: this.options.terminalId,
      kind,
      traceNo,
      receiptNo: traceNo,
      amountMinor,
      currency: CURRENCY,
      batch: this.store.now.batchNo,
      ...(reversedReceiptNo === undefined ? {} : { reversedReceiptNo }),
    });
  }
}

function outcomeOf(answer: IsoMessage | 'notSent' | 'noAnswer', traceNo: number): OperationOutcome {
  if (typeof answer === 'string') return { outcome: answer, traceNo, responseCode: null };
  const responseCode = answer.fields[39] ?? null;
  return { outcome: responseCode === '00' ? 'approved' : 'declined', traceNo, responseCode };
}

function six(value: number): string {
  return String(value).padStart(6, '0');
}
