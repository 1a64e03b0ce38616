import { alipayFormat, isAlipayHead } from './alipay.js';
import { AlipaySummary } from './alipay-summary.js';
import { byteOrderMark, decodeText, isText, type TextEncoding } from './ascii.js';
import { CsvScanner } from './csv-scanner.js';
import { CsvTable } from './csv-table.js';
import type { FormatReader } from './format-reader.js';
import { LineReader } from './line-reader.js';
import { quoted, StatementRefused } from './refusal.js';
import type { StatementFormat } from './summary.js';
import type { Tally } from './tally.js';
import { isZmLine, ZmReader } from './unionpay-detail.js';
import { isZmeLine, ZmeReader } from './unionpay-disputes.js';
import { isUnionpaySummary, UnionpaySummary } from './unionpay-summary.js';
import { LARGEST_ZIP_BYTES, type ZipMember, zipMembers } from './zip.js';

const HEAD_BYTES = 4096;

/** What a member of an archive is, by its content. */
type MemberKind = 'zm' | 'zme' | 'rd' | 'alipay' | 'alipaySummary' | 'empty' | 'other';

/** A zip archive as acquirers send them: UnionPay's day (detail ZM, disputes ZME and summary RD) or Alipay's bill (detail and 汇总). Held packed until its directory, at its end, is there. */
export class ArchiveReader implements FormatReader {
  private pieces: Uint8Array[] = [];
  private size = 0;

  constructor(private readonly tally: Tally) {}

  push(chunk: Uint8Array): void {
    this.size += chunk.length;
    if (this.size > LARGEST_ZIP_BYTES)
      throw new StatementRefused('too-large', 1, `the zip archive is larger than ${LARGEST_ZIP_BYTES} bytes`);
    // A copy by constructor: slice() of a Buffer would share memory that the caller reuses.
    this.pieces.push(new Uint8Array(chunk));
  }

  end(): StatementFormat {
    const archive = new Uint8Array(this.size);
    let at = 0;
    for (const piece of this.pieces) {
      archive.set(piece, at);
      at += piece.length;
    }
    this.pieces = [];
    const members = zipMembers(archive).map((member) => ({ member, ...kindOf(member) }));
    const of = (kind: MemberKind) => members.filter((one) => one.kind === kind);
    for (const { member } of of('other'))
      throw new StatementRefused(
        'zip-member',
        1,
        `the zip archive holds a file that is part of no statement: ${quoted(member.name.slice(-60))}`,
      );
    if (of('zm').length > 0 || of('zme').length > 0 || of('rd').length > 0) {
      this.unionpay(of('zm'), of('zme'), of('rd'));
      return 'unionpay';
    }
    const bills = of('alipay');
    if (bills.length !== 1)
      throw new StatementRefused('zip-member', 1, `the zip archive holds ${bills.length} statements, one is expected`);
    readTable(bills[0]!.member, bills[0]!.encoding, this.tally);
    for (const { member, encoding } of of('alipaySummary')) {
      const summary = new AlipaySummary(encoding);
      readLines(member, encoding, (bytes, start, end, line) => summary.line(bytes, start, end, line));
      inMember(member, () => summary.check(this.tally));
    }
    return 'alipay';
  }

  private unionpay(
    details: readonly { member: ZipMember }[],
    disputes: readonly { member: ZipMember }[],
    summaries: readonly { member: ZipMember }[],
  ): void {
    if (summaries.length !== 1)
      throw new StatementRefused('zip-member', 1, `the zip archive holds ${summaries.length} summaries (RD), one is expected`);
    const summary = new UnionpaySummary();
    const lines = readLines(summaries[0]!.member, 'gb18030', (bytes, start, end, line) => summary.line(bytes, start, end, line));
    const reader = new ZmReader(this.tally, summary.businessDay);
    for (const { member } of details)
      readLines(
        member,
        'gb18030',
        (bytes, start, end, line) => reader.line(bytes, start, end, line),
        () => this.tally.flush(),
      );
    const disputeReader = new ZmeReader(this.tally, summary.businessDay);
    for (const { member } of disputes)
      readLines(
        member,
        'gb18030',
        (bytes, start, end, line) => disputeReader.line(bytes, start, end, line),
        () => this.tally.flush(),
      );
    summary.check(reader.sums, disputeReader.sums, this.tally, lines);
  }
}

/** A ZM detail file without its archive: read, but there is nothing to compare it with. */
export class ZmFileReader implements FormatReader {
  private readonly lines: LineReader;

  constructor(private readonly tally: Tally) {
    const reader = new ZmReader(tally, undefined);
    this.lines = new LineReader(
      'gb18030',
      (bytes, start, end, line) => reader.line(bytes, start, end, line),
      () => tally.flush(),
    );
  }

  push(chunk: Uint8Array): void {
    this.lines.push(chunk);
  }

  end(): StatementFormat {
    this.lines.finish();
    this.tally.note(1, 'the detail file (ZM) came without its summary (RD): its sums are not checked, and it has no clearing date');
    return 'unionpay';
  }
}

function readLines(
  member: ZipMember,
  encoding: TextEncoding,
  handler: ConstructorParameters<typeof LineReader>[1],
  release?: () => void,
): number {
  let last = 1;
  const lines = new LineReader(
    encoding,
    (bytes, start, end, line) => {
      last = line;
      handler(bytes, start, end, line);
    },
    release,
  );
  inMember(member, () => {
    member.read((piece) => lines.push(piece));
    lines.finish();
  });
  return last;
}

function readTable(member: ZipMember, encoding: TextEncoding, tally: Tally): void {
  inMember(member, () => {
    const dialect = alipayFormat.dialect(encoding);
    const table = new CsvTable(alipayFormat, tally, encoding, false);
    const scanner = new CsvScanner(dialect, table);
    let first = true;
    member.read((piece) => {
      scanner.push(first ? piece.subarray(byteOrderMark(piece)) : piece);
      first = false;
    });
    scanner.finish();
    // A member is as long as the archive says, so it is not cut.
    table.end(true);
  });
}

/** Says which member a line number belongs to. */
function inMember(member: ZipMember, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    throw new StatementRefused(error.code, error.line, `${shortName(member.name)}: ${error.message}`);
  }
}

function shortName(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, '·').slice(-60);
}

class EnoughError extends Error {}

function kindOf(member: ZipMember): { kind: MemberKind; encoding: TextEncoding } {
  const head = headOf(member);
  if (head.length === 0) return { kind: 'empty', encoding: 'utf-8' };
  let line = head.indexOf(0x0a);
  if (line < 0) line = head.length;
  if (isZmLine(head, 0, head[line - 1] === 0x0d ? line - 1 : line)) return { kind: 'zm', encoding: 'gb18030' };
  if (isZmeLine(head, 0, head[line - 1] === 0x0d ? line - 1 : line)) return { kind: 'zme', encoding: 'gb18030' };
  const encoding = textEncoding(head);
  if (encoding === undefined) return { kind: 'other', encoding: 'utf-8' };
  const text = decodeText(head, byteOrderMark(head), lastWhole(head, encoding), encoding);
  if (isUnionpaySummary(text)) return { kind: 'rd', encoding };
  if (isAlipayHead(text)) return { kind: text.includes('汇总') ? 'alipaySummary' : 'alipay', encoding };
  return { kind: 'other', encoding };
}

function headOf(member: ZipMember): Uint8Array {
  let head = new Uint8Array(0);
  try {
    member.read((piece) => {
      const joined = new Uint8Array(head.length + piece.length);
      joined.set(head);
      joined.set(piece, head.length);
      head = joined;
      if (head.length >= HEAD_BYTES) throw new EnoughError();
    });
  } catch (error) {
    // Reading on would only serve the checksum, which is looked at when the member is read.
    if (!(error instanceof EnoughError)) throw error;
  }
  return head.subarray(0, HEAD_BYTES);
}

/** UTF-8 where the head is valid UTF-8, else GBK where it is valid GBK. A character cut by the end of the head does not count. */
export function textEncoding(head: Uint8Array): 'utf-8' | 'gb18030' | undefined {
  for (const encoding of ['utf-8', 'gb18030'] as const) if (isText(head, 0, lastWhole(head, encoding), encoding)) return encoding;
  return undefined;
}

/** Where the last whole character of a head that may be cut anywhere ends. */
function lastWhole(head: Uint8Array, encoding: TextEncoding): number {
  for (let end = head.length; end > Math.max(0, head.length - 4); end--) if (isText(head, 0, end, encoding)) return end;
  return head.length;
}
