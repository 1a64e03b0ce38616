import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const entry = z.strictObject({
  kind: z.enum(['sale', 'void', 'refund']),
  traceNo: z.int().positive(),
  amountMinor: z.int().nonnegative(),
  originalTraceNo: z.int().positive().optional(),
});

const memory = z.strictObject({
  signedOn: z.boolean(),
  batchNo: z.int().positive(),
  nextTraceNo: z.int().positive(),
  entries: z.array(entry),
  /** A transaction whose answer did not come, until the host has confirmed its reversal. */
  reversal: z.strictObject({ kind: z.enum(['sale', 'void']), traceNo: z.int().positive(), amountMinor: z.int().nonnegative() }).nullable(),
  /** Whether totals were said to differ and the upload is not finished. */
  uploadDue: z.boolean(),
});
/** What a terminal must still know after a power cut. */
export type TerminalMemory = z.infer<typeof memory>;

const MAX_TRACE_NO = 999_999;
const FRESH: TerminalMemory = { signedOn: false, batchNo: 1, nextTraceNo: 1, entries: [], reversal: null, uploadDue: false };

/** A terminal's flash: every change is on the disk before the next message leaves. */
export class TerminalStore {
  private held: TerminalMemory;

  constructor(private readonly path: string) {
    this.held = existsSync(path) ? memory.parse(JSON.parse(readFileSync(path, 'utf8'))) : FRESH;
  }

  get now(): TerminalMemory {
    return this.held;
  }

  /** Replaces what changed; the old file stays whole until the new one is. */
  change(part: Partial<TerminalMemory>): void {
    this.held = { ...this.held, ...part };
    mkdirSync(dirname(this.path), { recursive: true });
    const next = `${this.path}.next`;
    const file = openSync(next, 'w');
    writeSync(file, JSON.stringify(this.held));
    fsyncSync(file);
    closeSync(file);
    renameSync(next, this.path);
  }

  /** The next trace number; after 999999 comes 1. */
  takeTraceNo(): number {
    const traceNo = this.held.nextTraceNo;
    this.change({ nextTraceNo: traceNo === MAX_TRACE_NO ? 1 : traceNo + 1 });
    return traceNo;
  }
}
