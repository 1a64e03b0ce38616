import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { currencyCode } from '@tillward/contracts';
import { z } from 'zod';
import { Ledger, type LedgerEntry, type LedgerLine, ledgerPath } from '../ledger/index.js';

/** How many transactions a terminal can be asked about. */
const REMEMBERED = 200;
const MAX_TRACE = 999_999;
const MAX_RECEIPT = 9_999;

const transaction = z.strictObject({
  serviceId: z.string(),
  /** Empty in an entry repaired from the ledger, which doesn't know it. */
  saleId: z.string(),
  kind: z.enum(['sale', 'refund', 'reversal']),
  at: z.iso.datetime(),
  amountMinor: z.int().nonnegative(),
  currency: currencyCode,
  /** Null when it booked. */
  refused: z.strictObject({ condition: z.string(), message: z.string() }).nullable(),
  traceNo: z.int().positive(),
  receiptNo: z.int().nonnegative(),
  brand: z.string(),
  cardLast4: z.string(),
  approvalCode: z.string(),
  /** Of a reversal: the trace number of what it takes back. */
  reverses: z.int().positive().optional(),
});
/** A finished Payment or Reversal as the terminal remembers it: enough to give its answer again. */
export type NexoTransaction = z.infer<typeof transaction>;

const storedState = z.strictObject({
  ledgerSeq: z.int(),
  traceNo: z.int(),
  receiptNo: z.int(),
  batch: z.int(),
  transactions: z.array(transaction),
});
type StoredState = z.infer<typeof storedState>;

/** Whose memory this is and where it lives. */
export interface NexoIdentity {
  readonly store: string;
  readonly terminal: string;
  readonly poiId: string;
  readonly currency: string;
  readonly dataDir: string;
}

/**
 * A terminal's permanent memory: counters, the open period, the transactions it can be asked about. The ledger is written first; a crash between
 * ledger and state is repaired from the ledger at the next start. What was never booked or refused here is gone at power-off.
 */
export class NexoStore {
  private state: StoredState;
  private readonly ledger: Ledger;
  private readonly statePath: string;

  constructor(private readonly identity: NexoIdentity) {
    this.statePath = `${identity.dataDir}/state/${identity.store}.${identity.terminal}.nexo.json`;
    mkdirSync(dirname(this.statePath), { recursive: true });
    this.ledger = Ledger.open(ledgerPath(identity.dataDir, identity.store, identity.terminal));
    this.state = existsSync(this.statePath)
      ? storedState.parse(JSON.parse(readFileSync(this.statePath, 'utf8')))
      : { ledgerSeq: 0, traceNo: 0, receiptNo: 0, batch: 1, transactions: [] };
    for (const line of this.ledger.lines) if (line.seq > this.state.ledgerSeq) this.rollForward(line);
  }

  /** Every line this terminal ever booked. */
  get lines(): readonly LedgerLine[] {
    return this.ledger.lines;
  }

  /** Number of the open period. */
  get batch(): number {
    return this.state.batch;
  }

  /** What it booked in a period, settlements left out. */
  linesOf(batch: number): LedgerLine[] {
    return this.ledger.lines.filter((line) => line.batch === batch && line.kind !== 'settlement');
  }

  /** The last transaction, booked or refused. */
  get last(): NexoTransaction | undefined {
    return this.state.transactions.at(-1);
  }

  /** What became of a message of a sale system; undefined when it isn't remembered. */
  find(serviceId: string, saleId: string): NexoTransaction | undefined {
    return this.state.transactions.findLast((entry) => entry.serviceId === serviceId && (entry.saleId === saleId || entry.saleId === ''));
  }

  /** The booked transaction of a name the terminal gave. */
  findByName(transactionId: string): NexoTransaction | undefined {
    return this.state.transactions.findLast((entry) => entry.refused === null && this.nameOf(entry.traceNo) === transactionId);
  }

  /** How much of a booked transaction was taken back, in minor units. */
  reversedOf(traceNo: number): number {
    return this.state.transactions
      .filter((entry) => entry.reverses === traceNo && entry.refused === null)
      .reduce((sum, entry) => sum + entry.amountMinor, 0);
  }

  /** Brand of the card of a booked line, as far back as it is remembered. */
  brandOf(traceNo: number): string {
    return this.state.transactions.findLast((entry) => entry.traceNo === traceNo)?.brand || 'card';
  }

  /** The name it gives a transaction (POITransactionID): the same after every restart, and nothing that could be taken for a card number. */
  nameOf(traceNo: number): string {
    const digest = createHash('sha256').update(`${this.identity.poiId}/${traceNo}`).digest();
    const letters = Array.from(digest.subarray(0, 16), (byte) => String.fromCharCode(0x41 + (byte % 26))).join('');
    return `SIM${String(traceNo).padStart(6, '0')}.${letters}`;
  }

  /** Takes the next trace and receipt numbers. */
  nextNumbers(): { traceNo: number; receiptNo: number } {
    this.state.traceNo = this.state.traceNo >= MAX_TRACE ? 1 : this.state.traceNo + 1;
    this.state.receiptNo = this.state.receiptNo >= MAX_RECEIPT ? 1 : this.state.receiptNo + 1;
    return { traceNo: this.state.traceNo, receiptNo: this.state.receiptNo };
  }

  /** Books a transaction: on the disk, in the ledger and in memory, when this returns. */
  book(entry: NexoTransaction): LedgerLine {
    const original = entry.reverses === undefined ? undefined : this.ledger.lines.findLast((line) => line.traceNo === entry.reverses);
    const line = this.append({
      ...this.where(entry),
      kind: entry.kind,
      amountMinor: entry.amountMinor,
      cardLast4: entry.cardLast4,
      reference: entry.serviceId,
      ...(entry.kind === 'reversal' ? { reversedReceiptNo: original?.receiptNo ?? 0 } : {}),
    });
    this.remember(entry);
    return line;
  }

  /** Keeps a transaction that ended in a no, so that it can be asked about. */
  refuse(entry: NexoTransaction): void {
    this.remember(entry);
  }

  /** Closes the period after the host agreed: the only thing that ever does. */
  settle(amountMinor: number, at: Date): LedgerLine {
    const line = this.append({ ...this.where({ ...this.nextNumbers(), at: at.toISOString() }), kind: 'settlement', amountMinor });
    this.state.batch += 1;
    this.save();
    return line;
  }

  close(): void {
    this.ledger.close();
  }

  private where({ traceNo, receiptNo, at }: Pick<NexoTransaction, 'traceNo' | 'receiptNo' | 'at'>) {
    const { store, terminal, currency } = this.identity;
    return { store, terminal, currency, traceNo, receiptNo, at, batch: this.state.batch };
  }

  private append(entry: LedgerEntry): LedgerLine {
    const line = this.ledger.append(entry);
    this.state.ledgerSeq = line.seq;
    return line;
  }

  private remember(entry: NexoTransaction): void {
    this.state.transactions = [...this.state.transactions, entry].slice(-REMEMBERED);
    this.save();
  }

  private rollForward(line: LedgerLine): void {
    this.state.ledgerSeq = line.seq;
    this.state.traceNo = line.traceNo;
    this.state.receiptNo = line.receiptNo;
    if (line.kind === 'settlement') {
      this.state.batch = line.batch + 1;
      return;
    }
    const original = this.ledger.lines.find((entry) => entry.receiptNo === line.reversedReceiptNo && entry.kind === 'sale');
    this.state.transactions.push({
      serviceId: line.reference ?? '',
      saleId: '',
      kind: line.kind,
      at: line.at,
      amountMinor: line.amountMinor,
      currency: line.currency,
      refused: null,
      traceNo: line.traceNo,
      receiptNo: line.receiptNo,
      brand: '',
      cardLast4: line.cardLast4 ?? '0000',
      approvalCode: '',
      ...(line.kind === 'reversal' && original ? { reverses: original.traceNo } : {}),
    });
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
