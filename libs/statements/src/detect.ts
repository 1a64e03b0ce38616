import { adyenFormat, isAdyenHeader } from './adyen.js';
import { alipayFormat, isAlipayHead } from './alipay.js';
import { ArchiveReader, textEncoding, ZmFileReader } from './archive.js';
import { byteOrderMark, decodeText, isText, LF, type TextEncoding } from './ascii.js';
import { Bai2Reader } from './bai2.js';
import { CamtReader } from './camt.js';
import { CsvScanner } from './csv-scanner.js';
import { CsvTable, type TableFormat } from './csv-table.js';
import type { FormatReader } from './format-reader.js';
import { MtReader } from './mt940.js';
import { type CsvProfile, profileFormat } from './profile.js';
import { quoted, StatementRefused } from './refusal.js';
import { isStripeHeader, stripeFormat } from './stripe.js';
import type { StatementFormat } from './summary.js';
import type { Tally } from './tally.js';
import { isZmLine } from './unionpay-detail.js';
import { isZmeLine } from './unionpay-disputes.js';
import { isWechatHeader, wechatFormat } from './wechat.js';

/** Bytes of a file that are enough to tell its format. */
export const HEAD_BYTES = 1 << 14;

const TABLES: Partial<Record<StatementFormat, TableFormat>> = {
  adyen: adyenFormat,
  stripe: stripeFormat,
  wechat: wechatFormat,
  alipay: alipayFormat,
};

/** A reader, and how many bytes of a byte order mark it is not to see. */
export interface Opened {
  readonly reader: FormatReader;
  readonly skip: number;
}

/** Chooses the reader by the content of the file's head; a format that was asked for is taken at its word, and refuses later what it can't read. */
export function openReader(head: Uint8Array, wanted: StatementFormat | undefined, profile: CsvProfile | undefined, tally: Tally): Opened {
  if (isUtf16(head)) throw new StatementRefused('encoding', 1, 'the file is UTF-16: save it as UTF-8');
  const skip = byteOrderMark(head);
  if (wanted === undefined && profile === undefined)
    return { reader: reader(detect(head.subarray(skip)), head.subarray(skip), tally), skip };
  if (wanted === undefined || wanted === 'csv') {
    if (profile === undefined) throw new StatementRefused('profile', 1, 'the format csv needs a profile that describes its columns');
    return { reader: new TableReader(profileFormat(profile), tally, profile.encoding), skip };
  }
  return { reader: reader(wantedKind(head, wanted), head.subarray(skip), tally), skip };
}

/** How a file is to be opened: more than the formats, since UnionPay's comes in two wrappings and camt shows its kind inside. */
type Kind = 'archive' | 'zm' | 'camt' | 'mt' | 'bai2' | 'adyen' | 'stripe' | 'wechat' | 'alipay';

function wantedKind(head: Uint8Array, wanted: Exclude<StatementFormat, 'csv'>): Kind {
  switch (wanted) {
    case 'unionpay':
      return isZip(head) ? 'archive' : 'zm';
    case 'alipay':
      return isZip(head) ? 'archive' : 'alipay';
    case 'camt053':
    case 'camt054':
      return 'camt';
    case 'mt940':
    case 'mt942':
      return 'mt';
    default:
      return wanted;
  }
}

function reader(kind: Kind, head: Uint8Array, tally: Tally): FormatReader {
  switch (kind) {
    case 'archive':
      return new ArchiveReader(tally);
    case 'zm':
      return new ZmFileReader(tally);
    case 'camt':
      return new CamtReader(tally);
    case 'mt':
      return new MtReader(tally, singleByteOr(head));
    case 'bai2':
      return new Bai2Reader(tally, singleByteOr(head));
    case 'alipay':
      return new TableReader(alipayFormat, tally, textEncoding(head) ?? 'gb18030');
    default:
      return new TableReader(TABLES[kind]!, tally, 'utf-8');
  }
}

function detect(head: Uint8Array): Kind {
  if (isZip(head)) return 'archive';
  let at = 0;
  while (at < head.length && (head[at] === 0x20 || head[at] === 0x0a || head[at] === 0x0d || head[at] === 0x09)) at++;
  if (head[at] === 0x3c) return 'camt';
  const line = firstLine(head);
  if (isZmLine(head, line.start, line.end)) return 'zm';
  if (isZmeLine(head, line.start, line.end))
    throw new StatementRefused(
      'unknown-format',
      1,
      'a dispute file (ZME) alone has no clearing date: it is read in the archive it came in, with its summary (RD)',
    );
  const encoding = textEncoding(head) ?? 'windows-1252';
  const text = decodeText(head, 0, wholeEnd(head, encoding), encoding);
  if (isAlipayHead(text)) return 'alipay';
  if (/(?:^|[\r\n])(?:\{[^\r\n]{0,200}\r?\n?)?:20:/.test(text)) return 'mt';
  if (/^\d\d,[^\r\n]*\/[ \t]*(?:[\r\n]|$)/.test(text) || /^01,/.test(text)) return 'bai2';
  const names = headerNames(text);
  if (isAdyenHeader(names)) return 'adyen';
  if (isStripeHeader(names)) return 'stripe';
  if (isWechatHeader(names)) return 'wechat';
  throw new StatementRefused('unknown-format', 1, 'the content is none of the known formats; other CSV files need a profile');
}

function firstLine(head: Uint8Array): { start: number; end: number } {
  let end = head.indexOf(0x0a);
  if (end < 0) end = head.length;
  return { start: 0, end: end > 0 && head[end - 1] === 0x0d ? end - 1 : end };
}

function headerNames(text: string): string[] {
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  return line.split(',').map((name) => name.replaceAll(/["`]/g, '').trim().toLowerCase());
}

function wholeEnd(head: Uint8Array, encoding: TextEncoding): number {
  for (let end = head.length; end > Math.max(0, head.length - 4); end--) if (isText(head, 0, end, encoding)) return end;
  return 0;
}

function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

function isUtf16(head: Uint8Array): boolean {
  return (
    (head[0] === 0xff && head[1] === 0xfe) ||
    (head[0] === 0xfe && head[1] === 0xff) ||
    (head[0] === 0x3c && head[1] === 0) ||
    (head[0] === 0 && head[1] === 0x3c)
  );
}

/** Banks' text formats are UTF-8 today and Latin by tradition; whoever writes neither is read as Latin, where every byte is a letter. */
function singleByteOr(head: Uint8Array): 'utf-8' | 'windows-1252' {
  return isText(head, 0, wholeEnd(head, 'utf-8') || head.length, 'utf-8') ? 'utf-8' : 'windows-1252';
}

class TableReader implements FormatReader {
  private readonly scanner: CsvScanner;
  private readonly table: CsvTable;
  private lastByte = 0;

  constructor(
    private readonly format: TableFormat,
    tally: Tally,
    encoding: TextEncoding,
  ) {
    const dialect = format.dialect(encoding);
    this.table = new CsvTable(format, tally, encoding, dialect.quotes === 'strict');
    this.scanner = new CsvScanner(dialect, this.table);
  }

  push(chunk: Uint8Array): void {
    this.lastByte = chunk[chunk.length - 1] ?? this.lastByte;
    this.scanner.push(chunk);
  }

  end(): StatementFormat {
    this.scanner.finish();
    this.table.end(this.lastByte === LF);
    return this.format.format;
  }
}

/** Refuses a file that turned out to be of another format than was asked for. */
export function checkWanted(found: StatementFormat, wanted: StatementFormat | undefined): void {
  if (wanted !== undefined && wanted !== found)
    throw new StatementRefused('unknown-format', 1, `the file is ${found}, not ${quoted(wanted)}`);
}
