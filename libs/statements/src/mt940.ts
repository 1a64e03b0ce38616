import { decodeText, LF } from './ascii.js';
import type { FormatReader } from './format-reader.js';
import { LineReader } from './line-reader.js';
import { type MtField, MtMessage } from './mt-message.js';
import { StatementRefused } from './refusal.js';
import type { StatementFormat } from './summary.js';
import type { Tally } from './tally.js';

/** Lines before, between and after messages that belong to nothing: envelopes of portals, blocks 1 to 3. */
const MOST_STRAY_LINES = 20;
const MOST_FIELD_LINES = 200;

/**
 * SWIFT customer statements MT940 and interim reports MT942 (Category 9 message reference guide), alone or several in a file, with or without the blocks of the SWIFT envelope. Lines are
 * gathered into fields, fields into messages; a message ends with `-`, and a new one begins with field 20. Many banks leave `-` out of their files: a file without one where the file itself shows that there
 * should be one (block 4 or SOH was opened, an earlier message has it) is cut; where nothing shows it, what may be missing is told in a note.
 */
export class MtReader implements FormatReader {
  private readonly lines: LineReader;
  private field: { tag: string; line: number; text: string; lines: number } | undefined;
  private message: MtMessage | undefined;
  private stray = 0;
  private lastLine = 1;
  private lastByte = 0;
  /** An envelope that ends with the message has begun: blocks 1 to 4, or SOH, which old transfer protocols end with ETX. */
  private enveloped = false;
  /** A message has ended with its mark. */
  private marked = false;
  /** Where an interim report ended that doesn't say it is whole. */
  private open: number | undefined;
  /** First line of what stands before the first message, and behind the last one so far. */
  private readonly between = { head: '', last: '' };
  private readonly formats = new Set<StatementFormat>();

  constructor(
    private readonly tally: Tally,
    private readonly encoding: 'utf-8' | 'windows-1252',
  ) {
    this.lines = new LineReader(encoding, (bytes, start, end, line) => this.line(bytes, start, end, line));
  }

  push(chunk: Uint8Array): void {
    this.lastByte = chunk[chunk.length - 1] ?? this.lastByte;
    this.lines.push(chunk);
  }

  end(): StatementFormat {
    this.lines.finish();
    const inside = this.message !== undefined;
    if (this.enveloped || (inside && this.marked))
      throw new StatementRefused('truncated', this.lastLine, 'the file ends inside a message, before the mark that ends it (- or -})');
    this.endMessage();
    this.tellOfCuts(inside);
    if (this.formats.size === 0) throw new StatementRefused('truncated', this.lastLine, 'the file holds no message');
    if (this.formats.size > 1)
      throw new StatementRefused('mt-field', this.lastLine, 'statements (MT940) and interim reports (MT942) in one file');
    const [format] = this.formats;
    return format!;
  }

  private line(bytes: Uint8Array, start: number, end: number, line: number): void {
    this.lastLine = line;
    if (end - start > 2_000) throw new StatementRefused('too-large', line, 'a line of more than 2,000 bytes');
    const text = decodeText(bytes, start, end, this.encoding);
    // The text block may open on the line of its first field.
    const tagged = /^(?:\{4:)?:(\d{2}[A-Z]?|NS):(.*)$/.exec(text);
    if (tagged !== null) {
      this.endField();
      if (tagged[1] === '20') {
        this.endMessage();
        this.message = new MtMessage(this.tally, line);
        this.between.last = '';
      } else if (this.message === undefined) throw new StatementRefused('mt-field', line, `field ${tagged[1]} stands before field 20`);
      this.field = { tag: tagged[1]!, line, text: tagged[2]!, lines: 1 };
      this.stray = 0;
      if (text.startsWith('{')) this.enveloped = true;
      return;
    }
    if (isEnd(text)) {
      if (this.message !== undefined) this.marked = true;
      this.endMessage(true);
      this.enveloped = false;
      return;
    }
    if (this.field !== undefined) this.continued(this.field, text, line);
    else this.outside(text, line);
  }

  /** A line that belongs to no message. */
  private outside(text: string, line: number): void {
    if (beginsEnvelope(text)) this.enveloped = true;
    const plain = text.replaceAll(/\p{Cc}/gu, '').trim();
    if (plain === '') return;
    if (++this.stray > MOST_STRAY_LINES)
      throw new StatementRefused('mt-field', line, `more than ${MOST_STRAY_LINES} lines that belong to no field`);
    if (this.between.last !== '') return;
    this.between.last = plain;
    if (this.formats.size === 0) this.between.head = plain;
  }

  /** `inside`: the file has no mark that ends its last message. */
  private tellOfCuts(inside: boolean): void {
    const { between, tally, lastLine } = this;
    if (this.open !== undefined)
      tally.note(this.open, 'an interim report without a mark that ends it (-) and without both its sums (90D, 90C): it may be cut');
    if (inside && this.lastByte !== LF) tally.note(lastLine, 'the file ends without a mark (-) and without a line end: it may be cut');
    if (!inside && between.last !== '' && between.head.startsWith(between.last))
      tally.note(lastLine, 'the file ends with what stands before a message: another may be missing');
  }

  private continued(field: NonNullable<MtReader['field']>, text: string, line: number): void {
    if (text.trim() === '') return;
    if (/^:[0-9A-Z]{1,4}:?/.test(text)) throw new StatementRefused('mt-field', line, 'a line that begins like a field and is none');
    if (field.lines >= MOST_FIELD_LINES) throw new StatementRefused('too-large', line, `a field of more than ${MOST_FIELD_LINES} lines`);
    field.text += `\n${text}`;
    field.lines++;
  }

  private endField(): void {
    const { field, message } = this;
    this.field = undefined;
    if (field === undefined || message === undefined) return;
    message.field(field satisfies MtField);
  }

  private endMessage(byMark = false): void {
    this.endField();
    if (this.message === undefined) return;
    const message = this.message;
    this.message = undefined;
    this.formats.add(message.finish(this.lastLine));
    if (!byMark && !message.saysItIsWhole) this.open ??= this.lastLine;
  }
}

/** Blocks 1 to 4 of the SWIFT envelope, also where the line is cut inside their number, or SOH. Block 5 and the trailers stand behind a message. */
function beginsEnvelope(text: string): boolean {
  return text.startsWith('\u0001') || /^\{(?:$|[1-4])/.test(text) || text.includes('{4:');
}

/** `-` alone, `-}` with what closes the envelope, or with a bank's word behind it; control characters of old transfer protocols do not count. */
function isEnd(text: string): boolean {
  return /^-(?:\}.*|[A-Z]{0,8})$/u.test(text.replaceAll(/\p{Cc}/gu, '').trimEnd());
}
