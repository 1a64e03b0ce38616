import type { BankEntry } from './bank-entry.js';
import type { CardNumberStandIn } from './card-number.js';
import { checkWanted, HEAD_BYTES, openReader } from './detect.js';
import type { FormatReader } from './format-reader.js';
import type { CsvProfile } from './profile.js';
import { StatementRefused } from './refusal.js';
import type { RowBatch } from './row-batch.js';
import type { StatementRow } from './statement-row.js';
import type { StatementFormat, StatementSummary } from './summary.js';
import { type StatementSink, Tally } from './tally.js';

/** What is known of a file before it is read. */
export interface ReadOptions {
  /** Read as this format; without it the content decides, never the name. */
  readonly format?: StatementFormat;
  /** Describes a CSV file of a format of its own; taken when no other format is asked for. */
  readonly profile?: CsvProfile;
  /** Refuse a file for a failed check that does not bind (see StatementCheck). Off by default. */
  readonly strict?: boolean;
  /**
   * What stands for a number that could be a card's (couldBeCardNumber) in the texts of rows, entries, statements, checks and notes. Without it all digits but the last four are asterisks, and then two
   * numbers with the same end can't be told apart: who compares texts of rows gives one that tells them apart. What it throws ends the reading.
   */
  readonly cardNumbers?: CardNumberStandIn;
}

/**
 * Reads one file from chunks of any size in bounded memory. `push` and `end` throw a StatementRefused (stable code, line, message) as soon as the file has to be refused; the reader is then
 * finished. What the sink was given counts only when `end` returns: callers keep it apart until then (a transaction, a temporary file, or nothing but the summary).
 */
export class StatementReader {
  private readonly tally: Tally;
  private reader: FormatReader | undefined;
  private head = new Uint8Array(HEAD_BYTES);
  private headSize = 0;
  private over = false;

  constructor(
    private readonly options: ReadOptions = {},
    sink: StatementSink = {},
  ) {
    this.tally = new Tally(sink, options.strict === true, options.cardNumbers);
  }

  /** Takes the next bytes; the caller may reuse them afterwards. */
  push(chunk: Uint8Array): void {
    this.guarded(() => {
      let rest = chunk;
      if (this.reader === undefined) {
        const size = Math.min(rest.length, HEAD_BYTES - this.headSize);
        this.head.set(rest.subarray(0, size), this.headSize);
        this.headSize += size;
        if (this.headSize < HEAD_BYTES) return;
        this.open();
        rest = rest.subarray(size);
      }
      this.reader?.push(rest);
    });
  }

  /** Ends the file and answers what is known of it. */
  end(): StatementSummary {
    return this.guarded(() => {
      if (this.reader === undefined) this.open();
      const format = this.reader!.end();
      checkWanted(format, this.options.format);
      this.over = true;
      return this.tally.summary(format);
    });
  }

  private open(): void {
    const head = this.head.subarray(0, this.headSize);
    if (head.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))) {
      if (this.headSize < HEAD_BYTES) throw new StatementRefused('empty', 1, 'the file has no content');
      throw new StatementRefused('unknown-format', 1, 'the file begins with nothing but blanks');
    }
    const { reader, skip } = openReader(head, this.options.format, this.options.profile, this.tally);
    this.reader = reader;
    reader.push(head.subarray(skip));
    this.head = new Uint8Array(0);
  }

  private guarded<T>(work: () => T): T {
    if (this.over) throw new RangeError('the reader is finished: one reader reads one file');
    try {
      return work();
    } catch (error) {
      this.over = true;
      throw error;
    }
  }
}

/** A file as a whole: for small ones and tests. Throws as StatementReader. */
export function parseStatement(
  bytes: Uint8Array,
  options: ReadOptions = {},
): { readonly rows: StatementRow[]; readonly entries: BankEntry[]; readonly summary: StatementSummary } {
  const rows: StatementRow[] = [];
  const entries: BankEntry[] = [];
  const reader = new StatementReader(options, {
    rows: (batch) => rows.push(...batch.rows()),
    entries: (some) => entries.push(...some),
  });
  reader.push(bytes);
  return { rows, entries, summary: reader.end() };
}

/**
 * The rows of an acquirer's statement (or entries of a bank's) one by one: `for await (const row of statementRows(createReadStream(path)))`. Throws a StatementRefused in the middle or at the
 * end of the loop: what was yielded before counts only when the loop ends by itself. The generator's return value is the summary.
 */
export async function* statementRows(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<StatementRow | BankEntry, StatementSummary> {
  let waiting: (StatementRow | BankEntry)[] = [];
  const reader = new StatementReader(options, {
    rows: (batch: RowBatch) => waiting.push(...batch.rows()),
    entries: (some) => waiting.push(...some),
  });
  for await (const chunk of chunks) {
    reader.push(chunk);
    yield* waiting;
    waiting = [];
  }
  const summary = reader.end();
  yield* waiting;
  return summary;
}
