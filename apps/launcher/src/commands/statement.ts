import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import {
  type CsvProfile,
  parseProfile,
  STATEMENT_FORMATS,
  type StatementFormat,
  StatementReader,
  StatementRefused,
  type StatementSink,
  type StatementSummary,
  withoutCardNumbers,
} from '@tillward/statements';
import { ConfigMistake } from './command-errors.js';
import { FILE_PROBLEMS } from './file-problems.js';
import { entryLine, rowLine, summaryText } from './statement-text.js';

/** Flags of `tillward statement parse`. */
export interface StatementFlags {
  readonly format?: string;
  readonly profile?: string;
  readonly json?: boolean;
  /** Leave the rows out. */
  readonly summary?: boolean;
  readonly strict?: boolean;
}

/** Where the command writes to. */
export interface StatementStreams {
  readonly output: { write(text: string): boolean; once(event: 'drain', then: () => void): unknown };
  readonly errors: { write(text: string): unknown };
}

const CHUNK_BYTES = 1 << 18;
/** Rows are written in pieces of about this many characters. */
const PIECE_CHARACTERS = 1 << 16;

/**
 * Reads an acquirer's or bank's statement and prints its rows in their normal form and a summary with the checks made. The file is read once to its end before anything is printed, so that
 * of a refused file nothing but the reason appears: `FILE:LINE: reason (code)` on the standard error, exit status 1. Rows are then streamed in a second pass, in bounded memory.
 */
export async function statementParse(file: string, flags: StatementFlags, streams: StatementStreams): Promise<number> {
  const format = formatOf(flags.format);
  const profile = flags.profile === undefined ? undefined : profileOf(flags.profile);
  if (format === 'csv' && profile === undefined)
    throw new ConfigMistake('--format csv needs --profile FILE, the description of its columns');
  const options = {
    ...(format === undefined ? {} : { format }),
    ...(profile === undefined ? {} : { profile }),
    strict: flags.strict === true,
  };
  const read = (sink: StatementSink, between: () => Promise<void>) => readFile(file, new StatementReader(options, sink), between);
  try {
    const summary = await read({}, async () => undefined);
    const printer = new Printer(streams, flags.json === true);
    printer.begin();
    if (flags.summary !== true) await read(printer.sink, () => printer.drain());
    await printer.end(summary);
    return 0;
  } catch (error) {
    const said = reasonOf(file, error);
    if (said === undefined) throw error;
    streams.errors.write(`${withoutCardNumbers(said)}\n`);
    return 1;
  }
}

function formatOf(name: string | undefined): StatementFormat | undefined {
  if (name === undefined) return undefined;
  const format = STATEMENT_FORMATS.find((one) => one === name);
  if (format === undefined) throw new ConfigMistake(`--format is one of ${STATEMENT_FORMATS.join(', ')}`);
  return format;
}

function profileOf(path: string): CsvProfile {
  try {
    return parseProfile(readFileSync(path, 'utf8'));
  } catch (error) {
    const said = reasonOf(path, error);
    if (said === undefined) throw error;
    throw new ConfigMistake(`--profile: ${said}`);
  }
}

async function readFile(path: string, reader: StatementReader, between: () => Promise<void>): Promise<StatementSummary> {
  const file = openSync(path, 'r');
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const size = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (size === 0) break;
      reader.push(size === CHUNK_BYTES ? chunk : chunk.subarray(0, size));
      await between();
    }
    const summary = reader.end();
    await between();
    return summary;
  } finally {
    closeSync(file);
  }
}

/** The sentence for what is expected to go wrong with files; undefined for a bug. */
function reasonOf(file: string, error: unknown): string | undefined {
  if (error instanceof StatementRefused) return `${file}:${error.line}: ${error.message} (${error.code})`;
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) return undefined;
  return `cannot read ${file}: ${FILE_PROBLEMS[code] ?? code}`;
}

/** Writes rows as they come, as text or as the elements of one JSON object. */
class Printer {
  private waiting = '';
  private full = false;
  private first = true;

  readonly sink: StatementSink = {
    rows: (batch) => {
      for (const row of batch.rows()) this.add(this.json ? JSON.stringify(row) : rowLine(row));
    },
    entries: (entries) => {
      for (const entry of entries) this.add(this.json ? JSON.stringify(entry) : entryLine(entry));
    },
  };

  constructor(
    private readonly streams: StatementStreams,
    private readonly json: boolean,
  ) {}

  begin(): void {
    if (this.json) this.waiting = '{"rows":[';
  }

  async end(summary: StatementSummary): Promise<void> {
    if (this.json) {
      const { format, notes, ...rest } = summary;
      this.waiting += `${this.first ? '' : '\n'}],"format":${JSON.stringify(format)},"summary":${JSON.stringify(rest)},"notes":${JSON.stringify(notes)}}\n`;
    } else this.waiting += `${this.first ? '' : '\n'}${summaryText(summary)}`;
    this.write();
    await this.drain();
  }

  /** Resolves once the reader of the output has caught up: rows are not gathered in memory. */
  async drain(): Promise<void> {
    if (!this.full) return;
    await new Promise<void>((resolve) => this.streams.output.once('drain', resolve));
    this.full = false;
  }

  private add(text: string): void {
    this.waiting += this.json ? `${this.first ? '\n' : ',\n'}${text}` : `${text}\n`;
    this.first = false;
    if (this.waiting.length >= PIECE_CHARACTERS) this.write();
  }

  private write(): void {
    if (!this.streams.output.write(this.waiting)) this.full = true;
    this.waiting = '';
  }
}
