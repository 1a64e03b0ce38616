import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { currencyCode } from '@tillward/contracts';
import { z } from 'zod';

/** What a simulated terminal books: money taken, taken back, given back, and a batch closed with the host. */
export const LEDGER_KINDS = ['sale', 'reversal', 'refund', 'settlement'] as const;
/** One of {@link LEDGER_KINDS}. */
export type LedgerKind = (typeof LEDGER_KINDS)[number];

/**
 * One line of a terminal's own ledger: the independent witness of what it booked. `kind` gives the amount its sign, so an amount is never negative; only
 * a settlement's can be, when a batch gave back more than it took. Of a card never more than the last four digits.
 */
export const ledgerLine = z
  .strictObject({
    seq: z.int().positive(),
    at: z.iso.datetime(),
    store: z.string(),
    terminal: z.string(),
    kind: z.enum(LEDGER_KINDS),
    traceNo: z.int().positive(),
    receiptNo: z.int().nonnegative(),
    /** Minor units. */
    amountMinor: z.int(),
    currency: currencyCode,
    cardLast4: z
      .string()
      .regex(/^[0-9]{4}$/)
      .optional(),
    batch: z.int().positive(),
    /** What the caller called it, in protocols that let the caller name a transaction (nexo: ServiceID). */
    reference: z.string().min(1).max(64).optional(),
    /** Of a reversal: the receipt number of the booking it takes back, as a whole or in part. */
    reversedReceiptNo: z.int().nonnegative().optional(),
    /** Booked without asking the host, who hears of it later. */
    offline: z.literal(true).optional(),
  })
  .refine((line) => line.amountMinor >= 0 || line.kind === 'settlement', 'only a settlement can have a negative amount')
  .refine((line) => (line.kind === 'reversal') === (line.reversedReceiptNo !== undefined), 'a reversal, and nothing else, names a receipt');
export type LedgerLine = z.infer<typeof ledgerLine>;
/** A line before it has its place. */
export type LedgerEntry = Omit<LedgerLine, 'seq'>;

/** Where a terminal's ledger lies in the simulator's data folder. */
export function ledgerPath(dataDir: string, store: string, terminal: string): string {
  return `${dataDir}/ledger/${store}.${terminal}.ndjson`;
}

/** An append-only file; `append` returns after the line is on the disk. A last line cut off by a crash was never answered for and is removed. */
export class Ledger {
  private constructor(
    private readonly file: number,
    private readonly written: LedgerLine[],
  ) {}

  /** Opens or creates the ledger. Throws when a line that isn't the last one is damaged: the witness can't be trusted any more. */
  static open(path: string): Ledger {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a+');
    const text = readFileSync(path, 'utf8');
    const complete = text.slice(0, text.lastIndexOf('\n') + 1);
    if (complete.length < text.length) {
      ftruncateSync(file, Buffer.byteLength(complete));
      fsyncSync(file);
    }
    const lines = complete
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ledgerLine.parse(JSON.parse(line)));
    return new Ledger(file, lines);
  }

  /** Every line, oldest first. */
  get lines(): readonly LedgerLine[] {
    return this.written;
  }

  /** Writes and syncs one line and gives it the next number. Throws for one that a ledger can't hold: a bug of the caller. */
  append(entry: LedgerEntry): LedgerLine {
    const line = ledgerLine.parse({ seq: (this.written.at(-1)?.seq ?? 0) + 1, ...entry });
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.file);
    this.written.push(line);
    return line;
  }

  /** Lets go of the file. */
  close(): void {
    closeSync(this.file);
  }
}
