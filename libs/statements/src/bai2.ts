import { decodeText } from './ascii.js';
import { Bai2Account } from './bai2-account.js';
import { bai2Date, control } from './bai2-record.js';
import type { FormatReader } from './format-reader.js';
import { LineReader } from './line-reader.js';
import { quoted, StatementRefused } from './refusal.js';
import type { StatementFormat } from './summary.js';
import type { Tally } from './tally.js';

/** A record with its continuations (88), and how many lines it took. */
interface Bai2Record {
  readonly code: string;
  readonly line: number;
  text: string;
  lines: number;
  /** Whether its last line ended with the slash that ends a record. */
  closed: boolean;
}

const MOST_CONTINUATIONS = 20_000;

/** What may follow what (BAI2 §2: file, group, account, transaction; each header has its trailer). */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  '01': ['start'],
  '02': ['01', '98'],
  '03': ['02', '49'],
  '16': ['03', '16'],
  '49': ['03', '16'],
  '98': ['02', '49'],
  '99': ['01', '98'],
};

/**
 * Cash management balance reports in the BAI2 format (Bank Administration Institute, version 2), with amounts in minor units by the currency. Control totals and counts of accounts, groups
 * and file are compared as the format defines them, every amount counted.
 */
export class Bai2Reader implements FormatReader {
  private readonly lines: LineReader;
  private record: Bai2Record | undefined;
  private last = 'start';
  private lastLine = 1;
  private account: Bai2Account | undefined;
  private group = { currency: 'USD', date: undefined as string | undefined, number: '', interim: false, total: 0, accounts: 0, records: 0 };
  private readonly file = { total: 0, groups: 0, records: 0 };

  constructor(
    private readonly tally: Tally,
    private readonly encoding: 'utf-8' | 'windows-1252',
  ) {
    this.lines = new LineReader(encoding, (bytes, start, end, line) => this.line(bytes, start, end, line));
  }

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
  }

  end(): StatementFormat {
    this.lines.finish();
    this.endRecord();
    if (this.last !== '99') throw new StatementRefused('truncated', this.lastLine, 'the file ends without its trailer (record 99)');
    return 'bai2';
  }

  private line(bytes: Uint8Array, start: number, end: number, line: number): void {
    let stop = end;
    while (stop > start && bytes[stop - 1]! <= 0x20) stop--;
    if (stop === start) return;
    this.lastLine = line;
    if (stop - start > 10_000) throw new StatementRefused('too-large', line, 'a record of more than 10,000 bytes');
    const text = decodeText(bytes, start, stop, this.encoding);
    const code = text.slice(0, 2);
    if (code === '88') {
      this.continuation(text.slice(text[2] === ',' ? 3 : 2), line);
      return;
    }
    this.endRecord();
    if (!Object.hasOwn(BEFORE, code) || text[2] !== ',')
      throw new StatementRefused('bai2-record', line, `${quoted(code)} begins no record`);
    if (!BEFORE[code]!.includes(this.last))
      throw new StatementRefused(
        'bai2-record',
        line,
        `record ${code} stands ${this.last === 'start' ? 'first' : `behind record ${this.last}`}`,
      );
    this.last = code;
    const closed = text.endsWith('/');
    this.record = { code, line, text: closed ? text.slice(3, -1) : text.slice(3), lines: 1, closed };
  }

  private continuation(text: string, line: number): void {
    const record = this.record;
    if (record === undefined) throw new StatementRefused('bai2-record', line, 'a continuation (record 88) of nothing');
    if (++record.lines > MOST_CONTINUATIONS)
      throw new StatementRefused('too-large', line, `a record of more than ${MOST_CONTINUATIONS} continuations`);
    const closed = text.endsWith('/');
    // A slash ends a field with the record; without one, text runs on.
    record.text += `${record.closed ? ',' : ' '}${closed ? text.slice(0, -1) : text}`;
    record.closed = closed;
    if (record.text.length > 1 << 20) throw new StatementRefused('too-large', line, 'a record of more than a mebibyte');
  }

  private endRecord(): void {
    const record = this.record;
    this.record = undefined;
    if (record === undefined) return;
    const { code, line, lines } = record;
    this.file.records += lines;
    this.group.records += lines;
    const fields = record.text.split(',');
    switch (code) {
      case '01':
        return this.fileHeader(fields, line);
      case '02':
        return this.groupHeader(fields, line, lines);
      case '03':
        this.account = new Bai2Account(this.tally, fields, line, this.group);
        this.account.records = lines;
        return;
      case '16':
        this.account!.records += lines;
        return this.account!.transaction(fields, line);
      case '49':
        return this.accountTrailer(fields, line, lines);
      case '98':
        return this.groupTrailer(fields, line);
      default:
        return this.fileTrailer(fields, line);
    }
  }

  private fileHeader(fields: readonly string[], line: number): void {
    if (fields.length < 8) throw new StatementRefused('bai2-record', line, 'the file header (record 01) has too few fields');
    if (fields[7]!.trim() !== '2')
      throw new StatementRefused('unsupported-version', line, `BAI version ${quoted(fields[7]!)} is not read, only 2`);
  }

  private groupHeader(fields: readonly string[], line: number, lines: number): void {
    if (fields.length < 4) throw new StatementRefused('bai2-record', line, 'a group header (record 02) has too few fields');
    const date = fields[3]!.trim();
    this.group = {
      currency: fields[5]?.trim() || 'USD',
      date: date === '' ? undefined : bai2Date(date, line),
      number: `${date}/${fields[4]?.trim() ?? ''}`,
      // As-of-date modifier (BAI2 §3, record 02): 1 and 3 are interim data of the day before and of this one.
      interim: ['1', '3'].includes(fields[6]?.trim() ?? ''),
      total: 0,
      accounts: 0,
      records: lines,
    };
    this.tally.currencyNamed(this.group.currency, line);
    this.file.groups++;
  }

  private accountTrailer(fields: readonly string[], line: number, lines: number): void {
    const account = this.account!;
    this.account = undefined;
    const total = account.finish(fields, line, account.records + lines);
    this.group.total += total;
    this.group.accounts++;
  }

  private groupTrailer(fields: readonly string[], line: number): void {
    const { group } = this;
    control(this.tally, 'group', fields, line, [group.total, group.accounts, group.records], ['accounts', 'records']);
    this.file.total += group.total;
  }

  private fileTrailer(fields: readonly string[], line: number): void {
    const { file } = this;
    control(this.tally, 'file', fields, line, [file.total, file.groups, file.records], ['groups', 'records']);
  }
}
