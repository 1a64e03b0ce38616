import { decodeText } from './ascii.js';
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
 * gathered into fields, fields into messages; a message ends with `-`, and a new one begins with field 20.
 */
export class MtReader implements FormatReader {
  private readonly lines: LineReader;
  private field: { tag: string; line: number; text: string; lines: number } | undefined;
  private message: MtMessage | undefined;
  private stray = 0;
  private lastLine = 1;
  private readonly formats = new Set<StatementFormat>();

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
    this.endMessage();
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
      } else if (this.message === undefined) throw new StatementRefused('mt-field', line, `field ${tagged[1]} stands before field 20`);
      this.field = { tag: tagged[1]!, line, text: tagged[2]!, lines: 1 };
      this.stray = 0;
      return;
    }
    if (isEnd(text)) {
      this.endMessage();
      return;
    }
    if (this.field !== undefined) this.continued(this.field, text, line);
    else if (text.replaceAll(/\p{Cc}/gu, '').trim() !== '' && ++this.stray > MOST_STRAY_LINES)
      throw new StatementRefused('mt-field', line, `more than ${MOST_STRAY_LINES} lines that belong to no field`);
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

  private endMessage(): void {
    this.endField();
    if (this.message === undefined) return;
    const message = this.message;
    this.message = undefined;
    this.formats.add(message.finish(this.lastLine));
  }
}

/** `-` alone, `-}` with what closes the envelope, or with a bank's word behind it; control characters of old transfer protocols do not count. */
function isEnd(text: string): boolean {
  return /^-(?:\}.*|[A-Z]{0,8})$/u.test(text.replaceAll(/\p{Cc}/gu, '').trimEnd());
}
