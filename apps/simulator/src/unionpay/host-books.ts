import { Ledger, type LedgerLine, ledgerPath } from '../ledger/index.js';
import { type BatchEntry, readTotalsField, totalsField, totalsOf } from './batch-totals.js';

/** Response codes of the host (Q/CUP 009, appendix "response codes"). */
export const CODE = {
  approved: '00',
  invalidMerchant: '03',
  invalidTransaction: '12',
  notFound: '25',
  formatError: '30',
  wrongAmount: '64',
  signOnAgain: '77',
  duplicate: '94',
} as const;

/** What the host answers: a code, and for a settlement field 48. */
export interface HostDecision {
  readonly responseCode: string;
  readonly field48?: string;
}

/** The clock and the name the books are kept under. */
export interface BooksOptions {
  readonly dataDir: string;
  readonly terminalId: string;
  readonly now: () => number;
  /** False lets a terminal sell without a sign-on, as a careless host would. */
  readonly requireSignOn: boolean;
}

const CURRENCY = 'CNY';
/** The store under which the host's ledgers lie. */
const HOST_STORE = 'unionpay-host';

/**
 * What the host knows of one terminal. Every booking is in its ledger, synced, before the answer is made; batch and bookings are read back from there
 * after a restart, the sign-on is not.
 */
export class HostBooks {
  private readonly ledger: Ledger;
  private signedOn = false;
  private batch = 1;
  private entries: BatchEntry[] = [];
  /** Trace numbers of this batch that were taken back, so that asking twice has one effect. */
  private readonly reversed = new Set<number>();
  private uploaded = 0;

  constructor(private readonly options: BooksOptions) {
    this.ledger = Ledger.open(ledgerPath(options.dataDir, HOST_STORE, options.terminalId));
    for (const line of this.ledger.lines) this.replay(line);
  }

  get batchNo(): number {
    return this.batch;
  }

  get lines(): readonly LedgerLine[] {
    return this.ledger.lines;
  }

  /** What it is, for people. */
  view(): Readonly<Record<string, unknown>> {
    return { signedOn: this.signedOn, batchNo: this.batch, ...totalsOf(this.entries) };
  }

  signOn(): HostDecision {
    this.signedOn = true;
    return { responseCode: CODE.approved };
  }

  signOff(): HostDecision {
    this.signedOn = false;
    return { responseCode: CODE.approved };
  }

  sale(traceNo: number, amountMinor: number): HostDecision {
    const refusal = this.refusalOf(traceNo);
    if (refusal !== null) return { responseCode: refusal };
    this.book({ kind: 'sale', traceNo, amountMinor });
    return { responseCode: CODE.approved };
  }

  /** Takes back a sale of this batch at the customer's wish; `originalTraceNo` names it. */
  void(traceNo: number, originalTraceNo: number, amountMinor: number): HostDecision {
    const refusal = this.refusalOf(traceNo);
    if (refusal !== null) return { responseCode: refusal };
    const original = this.entries.find((entry) => entry.kind === 'sale' && entry.traceNo === originalTraceNo);
    if (original === undefined) return { responseCode: CODE.notFound };
    if (this.reversed.has(originalTraceNo)) return { responseCode: CODE.invalidTransaction };
    if (original.amountMinor !== amountMinor) return { responseCode: CODE.wrongAmount };
    this.reversed.add(originalTraceNo);
    this.book({ kind: 'void', traceNo, amountMinor, originalTraceNo });
    return { responseCode: CODE.approved };
  }

  refund(traceNo: number, amountMinor: number): HostDecision {
    const refusal = this.refusalOf(traceNo);
    if (refusal !== null) return { responseCode: refusal };
    this.book({ kind: 'refund', traceNo, amountMinor });
    return { responseCode: CODE.approved };
  }

  /** Undoes the sale or void whose answer the terminal did not get; a void undone is the sale booked again. What was never booked, or is undone already, is not undone twice. */
  reverse(traceNo: number): HostDecision {
    const original = this.entries.find((entry) => entry.traceNo === traceNo && entry.kind !== 'refund');
    if (original === undefined) return { responseCode: this.reversed.has(traceNo) ? CODE.approved : CODE.notFound };
    if (original.kind === 'sale') this.append('reversal', traceNo, original.amountMinor, traceNo);
    else this.append('sale', traceNo, original.amountMinor);
    this.undo(original);
    return { responseCode: CODE.approved };
  }

  /** Compares totals; when they agree the batch is closed. `disagree` makes them differ whatever they are. */
  settle(traceNo: number, field48: string, disagree: boolean): HostDecision {
    const theirs = readTotalsField(field48);
    if (theirs === null) return { responseCode: CODE.formatError };
    const ours = totalsOf(this.entries);
    const agree =
      !disagree &&
      ours.debitMinor === theirs.debitMinor &&
      ours.debits === theirs.debits &&
      ours.creditMinor === theirs.creditMinor &&
      ours.credits === theirs.credits;
    this.uploaded = 0;
    if (agree) this.close(traceNo);
    return { responseCode: CODE.approved, field48: totalsField(ours, agree ? 1 : 2) };
  }

  /** Takes a part of the terminal's own list: two digits say how many entries of forty digits follow. */
  upload(field48: string): HostDecision {
    const count = Number(field48.slice(0, 2));
    if (field48.length !== 2 + count * 40) return { responseCode: CODE.formatError };
    this.uploaded += count;
    return { responseCode: CODE.approved };
  }

  /** The terminal says how many it has sent; when all came, the batch is closed with the host's totals. */
  uploadEnd(traceNo: number, field48: string): HostDecision {
    if (Number(field48) !== this.uploaded) return { responseCode: CODE.formatError };
    this.close(traceNo);
    return { responseCode: CODE.approved };
  }

  /** Lets go of the ledger. */
  closeFile(): void {
    this.ledger.close();
  }

  private refusalOf(traceNo: number): string | null {
    if (this.options.requireSignOn && !this.signedOn) return CODE.signOnAgain;
    return this.entries.some((entry) => entry.traceNo === traceNo) ? CODE.duplicate : null;
  }

  private book(entry: BatchEntry): void {
    this.append(entry.kind === 'void' ? 'reversal' : entry.kind, entry.traceNo, entry.amountMinor, entry.originalTraceNo);
    this.entries.push(entry);
  }

  private undo(original: BatchEntry): void {
    this.entries = this.entries.filter((entry) => entry !== original);
    this.reversed.add(original.traceNo);
    if (original.originalTraceNo !== undefined) this.reversed.delete(original.originalTraceNo);
  }

  private close(traceNo: number): void {
    const { debitMinor, creditMinor } = totalsOf(this.entries);
    this.append('settlement', traceNo, debitMinor - creditMinor);
    this.nextBatch();
  }

  private nextBatch(): void {
    this.batch += 1;
    this.entries = [];
    this.reversed.clear();
  }

  private append(kind: LedgerLine['kind'], traceNo: number, amountMinor: number, reversedReceiptNo?: number): void {
    this.ledger.append({
      at: new Date(this.options.now()).toISOString(),
      store: HOST_STORE,
      terminal: this.options.terminalId,
      kind,
      traceNo,
      receiptNo: traceNo,
      amountMinor,
      currency: CURRENCY,
      batch: this.batch,
      ...(reversedReceiptNo === undefined ? {} : { reversedReceiptNo }),
    });
  }

  private replay(line: LedgerLine): void {
    const { kind, traceNo, amountMinor, reversedReceiptNo } = line;
    if (kind === 'settlement') return this.nextBatch();
    // What undoes a booking has its trace number; a void has one of its own and counts against its sale.
    const undone = this.entries.find((entry) => entry.traceNo === traceNo);
    if (undone !== undefined) return this.undo(undone);
    if (kind !== 'reversal') {
      this.entries.push({ kind, traceNo, amountMinor });
      return;
    }
    this.reversed.add(reversedReceiptNo!);
    this.entries.push({ kind: 'void', traceNo, amountMinor, originalTraceNo: reversedReceiptNo! });
  }
}
