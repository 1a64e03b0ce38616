import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { CARD_GROUPS, type CardGroup, type GroupTotals, type IndividualTotals } from '@tillward/driver-zvt';
import { z } from 'zod';
import { Ledger, type LedgerLine } from './ledger.js';

const MAX_TRACE = 999_999;
const MAX_RECEIPT = 9_999;

const storedSale = z.strictObject({
  traceNo: z.int(),
  receiptNo: z.int(),
  amountMinor: z.int(),
  cardGroup: z.enum(CARD_GROUPS),
  cardName: z.string(),
  cardLast4: z.string(),
  authorisationCode: z.string(),
  date: z.string(),
  time: z.string(),
});
/** A booked sale as the terminal keeps it. */
export type StoredSale = z.infer<typeof storedSale>;

const storedState = z.strictObject({
  /** The last ledger line this state includes. */
  ledgerSeq: z.int(),
  traceNo: z.int(),
  receiptNo: z.int(),
  batch: z.int(),
  open: z.array(storedSale),
  last: storedSale.nullable(),
});
type StoredState = z.infer<typeof storedState>;

/** Whose memory this is and where it lives. */
export interface StoreIdentity {
  readonly store: string;
  readonly terminal: string;
  readonly currency: string;
  readonly dataDir: string;
}

/**
 * A terminal's permanent memory: trace and receipt counters, the open batch, the last transaction. The ledger is written first; a crash
 * between ledger and state is repaired from the ledger at the next start. What was never booked here is gone at power-off.
 */
export class TerminalStore {
  private state: StoredState;
  private readonly ledger: Ledger;
  private readonly statePath: string;

  constructor(private readonly identity: StoreIdentity) {
    const name = `${identity.store}.${identity.terminal}`;
    this.statePath = `${identity.dataDir}/state/${name}.json`;
    mkdirSync(dirname(this.statePath), { recursive: true });
    this.ledger = Ledger.open(`${identity.dataDir}/ledger/${name}.ndjson`);
    this.state = existsSync(this.statePath)
      ? storedState.parse(JSON.parse(readFileSync(this.statePath, 'utf8')))
      : { ledgerSeq: 0, traceNo: 0, receiptNo: 0, batch: 1, open: [], last: null };
    for (const line of this.ledger.lines) if (line.seq > this.state.ledgerSeq) this.rollForward(line);
  }

  /** Every line this terminal ever booked. */
  get lines(): readonly LedgerLine[] {
    return this.ledger.lines;
  }

  /** The last booked sale, also after a settlement. */
  get last(): StoredSale | null {
    return this.state.last;
  }

  /** Number of the open batch, and its sales. */
  get batch(): { readonly no: number; readonly sales: readonly StoredSale[] } {
    return { no: this.state.batch, sales: this.state.open };
  }

  /** Takes the next trace number; six digits, from 1 again after 999999. */
  nextTraceNo(): number {
    this.state.traceNo = this.state.traceNo >= MAX_TRACE ? 1 : this.state.traceNo + 1;
    return this.state.traceNo;
  }

  /** Takes the next receipt number; four digits. */
  nextReceiptNo(): number {
    this.state.receiptNo = this.state.receiptNo >= MAX_RECEIPT ? 1 : this.state.receiptNo + 1;
    return this.state.receiptNo;
  }

  /** Books a sale: on the disk, in the ledger and in the open batch, when this returns. */
  bookSale(sale: StoredSale, at: Date): LedgerLine {
    const line = this.append('sale', at, { ...sale });
    this.state.open.push(sale);
    this.state.last = sale;
    this.save();
    return line;
  }

  /** Clears the batch after the host agreed: the only thing that ever does. */
  settle(traceNo: number, receiptNo: number, at: Date): LedgerLine {
    const amountMinor = this.state.open.reduce((sum, sale) => sum + sale.amountMinor, 0);
    const line = this.append('settlement', at, { traceNo, receiptNo, amountMinor });
    this.state.open = [];
    this.state.batch += 1;
    this.save();
    return line;
  }

  /** Totals of the open batch, by card group. */
  totals(): { readonly individual: IndividualTotals; readonly amountMinor: number; readonly count: number } {
    const groups = Object.fromEntries(CARD_GROUPS.map((group) => [group, { count: 0, amountMinor: 0 }])) as Record<CardGroup, GroupTotals>;
    let amountMinor = 0;
    for (const sale of this.state.open) {
      const group = groups[sale.cardGroup];
      groups[sale.cardGroup] = { count: group.count + 1, amountMinor: group.amountMinor + sale.amountMinor };
      amountMinor += sale.amountMinor;
    }
    const receiptFrom = this.state.open[0]?.receiptNo ?? 0;
    const receiptTo = this.state.open.at(-1)?.receiptNo ?? 0;
    return { individual: { receiptFrom, receiptTo, groups }, amountMinor, count: this.state.open.length };
  }

  close(): void {
    this.ledger.close();
  }

  private append(
    kind: 'sale' | 'settlement',
    at: Date,
    entry: Pick<LedgerLine, 'traceNo' | 'receiptNo' | 'amountMinor' | 'cardLast4'>,
  ): LedgerLine {
    const { store, terminal, currency } = this.identity;
    const line: LedgerLine = {
      seq: (this.ledger.lines.at(-1)?.seq ?? 0) + 1,
      at: at.toISOString(),
      store,
      terminal,
      kind,
      traceNo: entry.traceNo,
      receiptNo: entry.receiptNo,
      amountMinor: entry.amountMinor,
      currency,
      ...(entry.cardLast4 === undefined ? {} : { cardLast4: entry.cardLast4 }),
      batch: this.state.batch,
    };
    this.ledger.append(line);
    this.state.ledgerSeq = line.seq;
    return line;
  }

  private rollForward(line: LedgerLine): void {
    this.state.ledgerSeq = line.seq;
    this.state.traceNo = line.traceNo;
    this.state.receiptNo = line.receiptNo;
    if (line.kind === 'settlement') {
      this.state.open = [];
      this.state.batch = line.batch + 1;
      return;
    }
    const { traceNo, receiptNo, amountMinor, cardLast4 = '0000' } = line;
    const sale: StoredSale = {
      traceNo,
      receiptNo,
      amountMinor,
      cardLast4,
      cardGroup: 'other',
      cardName: '',
      authorisationCode: '',
      date: '0000',
      time: '000000',
    };
    this.state.open.push(sale);
    this.state.last = sale;
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
