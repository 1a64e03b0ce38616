import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { currencyCode } from '@tillward/contracts';
import { z } from 'zod';

/** One line of a terminal's own ledger: the independent witness of what it booked. Of a card never more than the last four digits. */
export const ledgerLine = z.strictObject({
  seq: z.int().positive(),
  at: z.iso.datetime(),
  store: z.string(),
  terminal: z.string(),
  kind: z.enum(['sale', 'settlement']),
  traceNo: z.int().positive(),
  receiptNo: z.int().nonnegative(),
  amountMinor: z.int().nonnegative(),
  currency: currencyCode,
  cardLast4: z.string().optional(),
  batch: z.int().positive(),
});
export type LedgerLine = z.infer<typeof ledgerLine>;

/** An append-only file; `append` returns after the line is on the disk. A last line cut off by a crash was never answered for and is removed. */
export class Ledger {
  private constructor(
    private readonly file: number,
    readonly lines: LedgerLine[],
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

  /** Writes and syncs one line. */
  append(line: LedgerLine): void {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.file);
    this.lines.push(line);
  }

  close(): void {
    closeSync(this.file);
  }
}
