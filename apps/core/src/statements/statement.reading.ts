import type { Readable } from 'node:stream';
import {
  type BankEntry,
  type BankStatement,
  type CardNumberStandIn,
  parseProfile,
  type ReadOptions,
  STATEMENT_FORMATS,
  type StatementFormat,
  StatementReader,
  StatementRefused,
  type StatementRow,
  type StatementSummary,
  withoutCardNumbers,
} from '@tillward/statements';
import type { AcquirerRow } from './acquirers.store.js';
import { FileRefused } from './statements.errors.js';
import type { StatementCheck, StatementKind } from './statements.store.js';

/** Rows handed on at a time: as many as one COPY takes. */
const ROWS_AT_ONCE = 20_000;

/** What a file was, when all of it was read. */
export interface StatementReading {
  readonly format: StatementFormat;
  /** The file's own count of its corrections; none of the formats read here has one. */
  readonly version: number | null;
  readonly checks: StatementCheck[];
}

/** Takes what a file tells. */
export interface FileSink {
  /** Rows (of a bank's file: entries) and how many bytes of the file were read. */
  take(rows: readonly (StatementRow | BankEntry)[], bytesRead: number): Promise<void>;
  /** A bank's statement, some time around its entries, and the first and last day its booked ones are of. */
  statement?(statement: BankStatement, days: readonly [from: string, to: string] | undefined): void;
}

/**
 * Reads a file in chunks and hands its rows on. Throws {@link FileRefused} for content that is not what its format demands, and for a bank's file where a statement was announced or the other
 * way round; what was handed on then counts nothing.
 */
export async function readFile(
  source: Readable,
  expected: { readonly kind: StatementKind; readonly acquirer: AcquirerRow | undefined; readonly cardNumbers: CardNumberStandIn },
  sink: FileSink,
): Promise<StatementReading> {
  let waiting: (StatementRow | BankEntry)[] = [];
  let rows = 0;
  let entries = 0;
  let days: [string, string] | undefined;
  const reader = new StatementReader(
    { ...optionsOf(expected.acquirer), cardNumbers: expected.cardNumbers },
    {
      rows: (batch) => {
        rows += batch.count;
        for (const row of batch.rows()) waiting.push(row);
      },
      entries: (some) => {
        entries += some.length;
        for (const entry of some) {
          waiting.push(entry);
          const day = entry.bookingDate ?? entry.valueDate;
          // What is only announced may be told again tomorrow.
          if (entry.status === 'booked' && day !== undefined)
            days = days === undefined ? [day, day] : [day < days[0] ? day : days[0], day > days[1] ? day : days[1]];
        }
      },
      statement: (statement) => {
        sink.statement?.(statement, days);
        days = undefined;
      },
    },
  );
  let bytes = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      reader.push(chunk);
      if (waiting.length < ROWS_AT_ONCE) continue;
      await sink.take(waiting, bytes);
      waiting = [];
    }
    const summary = reader.end();
    if (waiting.length > 0) await sink.take(waiting, bytes);
    if ((expected.kind === 'bank' ? rows : entries) > 0 || isBank(summary.format) !== (expected.kind === 'bank')) {
      const message =
        expected.kind === 'bank' ? `This is an acquirer's statement (${summary.format}).` : `This is a bank's file (${summary.format}).`;
      throw new FileRefused({ code: 'unreadable', reason: 'unknown-format', message });
    }
    return { format: summary.format, version: null, checks: checksOf(summary) };
  } catch (error) {
    if (error instanceof StatementRefused)
      throw new FileRefused({ code: 'unreadable', reason: error.code, line: error.line, message: error.message });
    throw error;
  } finally {
    source.destroy();
  }
}

const BANK_FORMATS: ReadonlySet<StatementFormat> = new Set(['camt053', 'camt054', 'mt940', 'mt942', 'bai2']);

function isBank(format: StatementFormat): boolean {
  return BANK_FORMATS.has(format);
}

/** True for a word that names a format. */
export function isFormat(word: string): word is StatementFormat {
  return (STATEMENT_FORMATS as readonly string[]).includes(word);
}

/** Why a CSV profile can't be used; undefined when it can. */
export function profileMistake(profile: string): string | undefined {
  try {
    parseProfile(profile);
    return undefined;
  } catch (error) {
    if (error instanceof StatementRefused) return error.message;
    throw error;
  }
}

function optionsOf(acquirer: AcquirerRow | undefined): ReadOptions {
  const { format, profile } = acquirer ?? {};
  return {
    ...(format === null || format === undefined || !isFormat(format) ? {} : { format }),
    ...(profile === null || profile === undefined ? {} : { profile: parseProfile(profile) }),
  };
}

function checksOf(summary: StatementSummary): StatementCheck[] {
  return summary.checks.map(({ name, ok, expected, actual, currency, line }) => ({
    name,
    passed: ok,
    // A sum may be anything a file says, also a card number.
    detail: withoutCardNumbers(`${expected} expected, ${actual} found${currency === undefined ? '' : ` ${currency}`}, line ${line}`),
  }));
}
