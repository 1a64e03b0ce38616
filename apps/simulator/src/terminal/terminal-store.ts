import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Ledger, type LedgerLine, ledgerPath } from '../ledger/index.js';
import { type StoredTransaction, storedTransaction, type Turnover, turnoverOf } from './turnover.rules.js';

const MAX_TRACE = 999_999;
const MAX_RECEIPT = 9_999;

const storedState = z.strictObject({
  /** The last ledger line this state includes. */
  ledgerSeq: z.int(),
  traceNo: z.int(),
  receiptNo: z.int(),
  batch: z.int(),
  open: z.array(storedTransaction),
  last: storedTransaction.nullable(),
});
type StoredState = z.infer<typeof storedState>;

/** Whose memory this is and where it lives. */
export interface StoreIdentity {
  readonly store: string;
  readonly terminal: string;
  readonly currency: string;
  readonly dataDir: string;
}

/** A transaction to be booked: everything but its numbers. */
export type NewTransaction = Omit<StoredTransaction, 'traceNo' | 'receiptNo' | 'reversedMinor'>;

/**
 * A terminal's permanent memory: trace and receipt counters, the open batch (the turnover store), the last transaction. The ledger is written
 * first; a crash between ledger and state is repaired from the ledger at the next start. What was never saved is gone after `reload`.
 */
export class TerminalStore {
  private state: StoredState;
  private readonly ledger: Ledger;
  private readonly statePath: string;

  constructor(private readonly identity: StoreIdentity) {
    this.statePath = `${identity.dataDir}/state/${identity.store}.${identity.terminal}.json`;
    mkdirSync(dirname(this.statePath), { recursive: true });
    this.ledger = Ledger.open(ledgerPath(identity.dataDir, identity.store, identity.terminal));
    this.state = this.load();
  }

  /** Every line this terminal ever booked. */
  get lines(): readonly LedgerLine[] {
    return this.ledger.lines;
  }

  /** The last booked transaction, also after a settlement. */
  get last(): StoredTransaction | null {
    return this.state.last;
  }

  /** Number of the open batch, and its transactions. */
  get batch(): { readonly no: number; readonly transactions: readonly StoredTransaction[] } {
    return { no: this.state.batch, transactions: this.state.open };
  }

  /** Transactions that the host hasn't heard of yet. */
  get unsent(): readonly StoredTransaction[] {
    return this.state.open.filter((entry) => entry.unsent);
  }

  /** Forgets what is in working memory and reads what is on the disk: what a power cut leaves. */
  reload(): void {
    this.state = this.load();
  }

  /** Takes a trace number for something that books nothing, and keeps it taken. */
  useTraceNo(): number {
    const traceNo = this.nextTraceNo();
    this.save();
    return traceNo;
  }

  /** Books a transaction: on the disk, in the ledger and in the open batch, when this returns. With a trace number of its own it doesn't take the next one. */
  book(transaction: NewTransaction, at: Date, ownTraceNo?: number): { readonly stored: StoredTransaction; readonly line: LedgerLine } {
    const stored: StoredTransaction = {
      ...transaction,
      traceNo: ownTraceNo ?? this.nextTraceNo(),
      receiptNo: this.nextReceiptNo(),
      reversedMinor: 0,
    };
    const { kind, traceNo, receiptNo, amountMinor, cardLast4, reversedReceiptNo, unsent } = stored;
    const line = this.ledger.append({
      ...this.head(at),
      kind,
      traceNo,
      receiptNo,
      amountMinor,
      cardLast4,
      ...(reversedReceiptNo === undefined ? {} : { reversedReceiptNo }),
      ...(unsent ? { offline: true } : {}),
    });
    this.include(stored, line.seq);
    this.save();
    return { stored, line };
  }

  /** Remembers that the host has heard of every transaction; says how many were new to it. */
  markSent(): number {
    const count = this.unsent.length;
    for (const entry of this.state.open) entry.unsent = false;
    this.save();
    return count;
  }

  /** Clears the batch after the host agreed: the only thing that ever does. */
  settle(at: Date): LedgerLine {
    const { amountMinor } = this.turnover();
    const line = this.ledger.append({
      ...this.head(at),
      kind: 'settlement',
      traceNo: this.nextTraceNo(),
      receiptNo: this.nextReceiptNo(),
      amountMinor,
    });
    this.state.ledgerSeq = line.seq;
    this.state.open = [];
    this.state.batch += 1;
    this.save();
    return line;
  }

  /** Totals of the open batch, by card group. */
  turnover(): Turnover {
    return turnoverOf(this.state.open);
  }

  /** Lets go of the files. */
  close(): void {
    this.ledger.close();
  }

  /** Six digits, from 1 again after 999999. */
  private nextTraceNo(): number {
    this.state.traceNo = this.state.traceNo >= MAX_TRACE ? 1 : this.state.traceNo + 1;
    return this.state.traceNo;
  }

  /** Four digits. */
  private nextReceiptNo(): number {
    this.state.receiptNo = this.state.receiptNo >= MAX_RECEIPT ? 1 : this.state.receiptNo + 1;
    return this.state.receiptNo;
  }

  private head(at: Date) {
    const { store, terminal, currency } = this.identity;
    return { at: at.toISOString(), store, terminal, currency, batch: this.state.batch };
  }

  private include(stored: StoredTransaction, ledgerSeq: number): void {
    this.state.ledgerSeq = ledgerSeq;
    const original = this.state.open.findLast((entry) => entry.receiptNo === stored.reversedReceiptNo);
    if (original) original.reversedMinor += stored.amountMinor;
    this.state.open.push(stored);
    this.state.last = stored;
  }

  private load(): StoredState {
    const state = existsSync(this.statePath)
      ? storedState.parse(JSON.parse(readFileSync(this.statePath, 'utf8')))
      : { ledgerSeq: 0, traceNo: 0, receiptNo: 0, batch: 1, open: [], last: null };
    this.state = state;
    for (const line of this.ledger.lines) if (line.seq > state.ledgerSeq) this.rollForward(line);
    return state;
  }

  /** Takes in a booking that the state missed. What the ledger doesn't keep is empty; the card counts as one of the others. */
  private rollForward(line: LedgerLine): void {
    this.state.traceNo = line.traceNo;
    this.state.receiptNo = line.receiptNo;
    if (line.kind === 'settlement') {
      this.state.ledgerSeq = line.seq;
      this.state.open = [];
      this.state.batch = line.batch + 1;
      return;
    }
    const { kind, traceNo, receiptNo, amountMinor, cardLast4 = '0000', reversedReceiptNo, offline = false } = line;
    const original = this.state.open.findLast((entry) => entry.receiptNo === reversedReceiptNo);
    const stored: StoredTransaction = {
      kind,
      traceNo,
      receiptNo,
      amountMinor,
      cardLast4,
      cardGroup: original?.cardGroup ?? 'other',
      cardName: original?.cardName ?? '',
      authorisationCode: '',
      date: '0000',
      time: '000000',
      ...(reversedReceiptNo === undefined ? {} : { reversedReceiptNo }),
      ...(original === undefined ? {} : { originalTraceNo: original.traceNo }),
      reversedMinor: 0,
      unsent: offline,
    };
    this.include(stored, line.seq);
  }

  /** Replaces the state file as a whole, synced: a power cut leaves the old one or the new one. */
  private save(): void {
    const next = `${this.statePath}.next`;
    const file = openSync(next, 'w');
    writeSync(file, JSON.stringify(this.state));
    fsyncSync(file);
    closeSync(file);
    renameSync(next, this.statePath);
  }
}
