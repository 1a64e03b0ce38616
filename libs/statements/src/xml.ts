import { decodeText, isText, LF } from './ascii.js';
import { ByteLexicon } from './byte-lexicon.js';
import { ByteWindow } from './byte-window.js';
import { quoted, StatementRefused } from './refusal.js';

/** Elements one inside the other at most: camt needs about fifteen. */
const DEEPEST = 64;
const MOST_ATTRIBUTES = 64;

/** An element's name, one object per name. */
export interface XmlName {
  readonly prefix: string;
  /** The name without its prefix. */
  readonly local: string;
  readonly qualified: string;
}

/** Who takes what is read. */
export interface XmlHandler {
  /** An element begins; `attributes` only where `wantsAttributes` answers true for it. */
  open(name: XmlName, attributes: ReadonlyMap<string, string> | undefined, line: number): void;
  wantsAttributes(name: XmlName): boolean;
  /** Whether the text of the element that is open now is wanted: all of it then comes with `close`. */
  wantsText(): boolean;
  /** The element that is open ends. */
  close(text: string, line: number): void;
}

/** Name characters beyond ASCII are taken as such without a look at their class: no name of a camt message has one, so such a name is never acted on. */
const NAME_START = classOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:');
const NAME = classOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:0123456789-.');

const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * A small reader of XML 1.0 (fifth edition) for messages: well-formedness is checked (§2.1: one root, matching tags, quoted and unique attributes), a document type declaration is refused
 * before any of it is read (§2.8), and so is every entity reference but the five predefined ones and characters by number (§4.1, §4.6): nothing is fetched and nothing expands. UTF-8 only.
 * Works on bytes; text nobody wants is looked at but never made a string.
 */
export class XmlReader extends ByteWindow {
  private line = 1;
  private readonly names = new ByteLexicon<XmlName>((bytes, start, end) => this.nameOf(bytes, start, end), 2048);
  private readonly stack: XmlName[] = [];
  private text = '';
  private wanted = false;
  private rooted = false;
  private begun = false;

  constructor(private readonly handler: XmlHandler) {
    super();
  }

  /** Call after `finish`: refuses a document without an end. */
  complete(): void {
    if (this.stack.length > 0)
      throw new StatementRefused('truncated', this.line, `the file ends inside ${quoted(this.stack[this.stack.length - 1]!.qualified)}`);
    if (!this.rooted) throw new StatementRefused('xml', this.line, 'there is no element');
  }

  protected override currentLine(): number {
    return this.line;
  }

  protected override consume(bytes: Uint8Array, start: number, end: number, final: boolean): number {
    let at = start;
    while (at < end) {
      const next = bytes[at] === 0x3c ? this.markup(bytes, at, end, final) : this.characters(bytes, at, end, final);
      if (next < 0) {
        if (final) throw new StatementRefused('truncated', this.line, 'the file ends inside a tag, comment or section');
        break;
      }
      at = next;
      this.begun = true;
    }
    return at;
  }

  /** Text up to the next `<`. A piece that is cut by the end of the window is handed on as it is, but never inside a character or reference. */
  private characters(bytes: Uint8Array, start: number, end: number, final: boolean): number {
    let at = start;
    let lines = 0;
    let all = 0;
    let blank = true;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === 0x3c || byte === 0x26) break;
      all |= byte;
      if (byte === LF) lines++;
      else if (byte > 0x20) {
        blank = false;
        if (byte === 0x3e && at >= start + 2 && bytes[at - 1] === 0x5d && bytes[at - 2] === 0x5d) this.refuse(']]> in text (§2.4)', lines);
      } else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) this.refuse('a control character (§2.2)', lines);
    }
    if (at === end && !final) {
      // The last bytes may be the beginning of a character or of ]]>.
      if (at - start <= 8) return -1;
      at -= 4;
      while (at > start && (bytes[at]! & 0xc0) === 0x80) at--;
      if (at === start) return -1;
      lines = countLines(bytes, start, at);
      blank = isBlank(bytes, start, at);
    }
    if (at > start) this.take(bytes, start, at, all >= 0x80, blank);
    this.line += lines;
    if (at < end && bytes[at] === 0x26) return this.reference(bytes, at, end, final);
    return at;
  }

  private take(bytes: Uint8Array, start: number, end: number, high: boolean, blank: boolean): void {
    if (high) this.checkText(bytes, start, end);
    if (this.stack.length === 0) {
      if (!blank) this.refuse('text outside the root element');
      return;
    }
    if (!this.wanted) return;
    this.text += decodeText(bytes, start, end, 'utf-8');
    if (this.text.length > 65_536)
      throw new StatementRefused('too-large', this.line, 'an element with more than 65,536 characters of text');
  }

  /** §4.1: a character by its number, or one of the five names. */
  private reference(bytes: Uint8Array, start: number, end: number, final: boolean): number {
    let at = start + 1;
    while (at < end && at - start < 40 && bytes[at] !== 0x3b && bytes[at] !== 0x3c && bytes[at]! > 0x20) at++;
    if (at >= end && !final) return -1;
    if (at >= end || bytes[at] !== 0x3b) throw new StatementRefused('xml-entity', this.line, 'an ampersand that begins no reference');
    const character = this.referred(ascii(bytes, start + 1, at));
    if (this.stack.length === 0) this.refuse('text outside the root element');
    if (this.wanted) this.text += character;
    return at + 1;
  }

  private referred(name: string): string {
    const number = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
    if (number === null) {
      if (Object.hasOwn(PREDEFINED, name)) return PREDEFINED[name]!;
      throw new StatementRefused('xml-entity', this.line, 'a reference to an entity that is not predefined');
    }
    const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
    // §2.2: what is a character.
    const valid =
      code === 9 ||
      code === 10 ||
      code === 13 ||
      (code >= 0x20 && code <= 0xd7ff) ||
      (code >= 0xe000 && code <= 0xfffd) ||
      (code >= 0x10000 && code <= 0x10ffff);
    if (!valid) throw new StatementRefused('xml-entity', this.line, 'a reference to a character that XML does not allow');
    return String.fromCodePoint(code);
  }

  private markup(bytes: Uint8Array, start: number, end: number, final: boolean): number {
    if (start + 1 >= end) return -1;
    switch (bytes[start + 1]) {
      case 0x2f:
        return this.endTag(bytes, start, end);
      case 0x21:
        return this.declaration(bytes, start, end, final);
      case 0x3f:
        return this.instruction(bytes, start, end);
      default:
        return this.startTag(bytes, start, end);
    }
  }

  private endTag(bytes: Uint8Array, start: number, end: number): number {
    let at = start + 2;
    while (at < end && NAME[bytes[at]!] === 1) at++;
    const nameEnd = at;
    while (at < end && isSpace(bytes[at]!)) at++;
    if (at >= end) return -1;
    if (bytes[at] !== 0x3e) this.refuse('an end tag with more than a name');
    const open = this.stack.pop();
    const name = this.names.get(bytes, start + 2, nameEnd);
    if (open === undefined || (name !== open && name.qualified !== open.qualified))
      this.refuse(open === undefined ? 'an end tag where nothing is open' : `an end tag that does not match ${quoted(open.qualified)}`);
    this.handler.close(this.text, this.line);
    this.text = '';
    this.wanted = this.stack.length > 0 && this.handler.wantsText();
    if (at > nameEnd) this.line += countLines(bytes, nameEnd, at);
    return at + 1;
  }

  private startTag(bytes: Uint8Array, start: number, end: number): number {
    let at = start + 1;
    if (NAME_START[bytes[at]!] !== 1) this.refuse('< that begins no tag');
    while (at < end && NAME[bytes[at]!] === 1) at++;
    const nameEnd = at;
    // The whole tag has to be there: looking for its end first keeps the rest free of half-read states.
    const close = at < end && bytes[at] === 0x3e ? at : tagEnd(bytes, at, end);
    if (close < 0) return -1;
    if (this.stack.length === 0) {
      if (this.rooted) this.refuse('a second root element');
      this.rooted = true;
    }
    if (this.stack.length >= DEEPEST)
      throw new StatementRefused('too-large', this.line, `more than ${DEEPEST} elements one inside the other`);
    const name = this.names.get(bytes, start + 1, nameEnd);
    const selfClosed = bytes[close - 1] === 0x2f;
    const attributesEnd = selfClosed ? close - 1 : close;
    let attributes: Map<string, string> | undefined;
    if (attributesEnd > nameEnd) {
      const wanted = this.handler.wantsAttributes(name);
      if (wanted) attributes = new Map();
      this.readAttributes(bytes, nameEnd, attributesEnd, attributes);
    }
    this.stack.push(name);
    this.handler.open(name, attributes, this.line);
    this.text = '';
    this.wanted = this.handler.wantsText();
    if (close > nameEnd) this.line += countLines(bytes, nameEnd, close);
    if (selfClosed) {
      this.stack.pop();
      this.handler.close('', this.line);
      this.wanted = this.stack.length > 0 && this.handler.wantsText();
    }
    return close + 1;
  }

  private readAttributes(bytes: Uint8Array, start: number, end: number, into: Map<string, string> | undefined): void {
    const seen: XmlName[] = [];
    for (let at = start; ; ) {
      const blanks = at;
      while (at < end && isSpace(bytes[at]!)) at++;
      if (at >= end) return;
      if (at === blanks || NAME_START[bytes[at]!] !== 1) this.refuse('an attribute that is none');
      const nameStart = at;
      while (at < end && NAME[bytes[at]!] === 1) at++;
      const name = this.names.get(bytes, nameStart, at);
      while (at < end && isSpace(bytes[at]!)) at++;
      if (bytes[at] !== 0x3d) this.refuse('an attribute without a value');
      at++;
      while (at < end && isSpace(bytes[at]!)) at++;
      const mark = bytes[at]!;
      if (at >= end || (mark !== 0x22 && mark !== 0x27)) this.refuse('an attribute value without quotation marks');
      const valueStart = ++at;
      while (at < end && bytes[at] !== mark) at++;
      if (at >= end) this.refuse('an attribute value that does not end');
      const value = this.attributeValue(bytes, valueStart, at);
      if (seen.some((one) => one.qualified === name.qualified)) this.refuse('an attribute that stands there twice');
      seen.push(name);
      if (seen.length > MOST_ATTRIBUTES) throw new StatementRefused('too-large', this.line, `more than ${MOST_ATTRIBUTES} attributes`);
      into?.set(name.qualified, value);
      at++;
    }
  }

  private attributeValue(bytes: Uint8Array, start: number, end: number): string {
    this.checkText(bytes, start, end);
    const raw = decodeText(bytes, start, end, 'utf-8');
    if (raw.includes('<')) this.refuse('< in an attribute value');
    if (!raw.includes('&')) return raw;
    return raw.replaceAll(/&([^;&]{0,40})(;?)/g, (_, name: string, semicolon: string) => this.referred(semicolon === ';' ? name : ''));
  }

  /** Comments and CDATA sections; anything else that begins with <! is (part of) a document type declaration. */
  private declaration(bytes: Uint8Array, start: number, end: number, final: boolean): number {
    const shown = ascii(bytes, start, Math.min(start + 9, end));
    if (shown.startsWith('<!--')) {
      const close = findBytes(bytes, '-->', start + 4, end);
      if (close < 0) return -1;
      if (findBytes(bytes, '--', start + 4, close + 2) !== close) this.refuse('-- in a comment (§2.5)');
      this.checkText(bytes, start, close);
      this.line += countLines(bytes, start, close);
      return close + 3;
    }
    if (shown === '<![CDATA[') {
      const close = findBytes(bytes, ']]>', start + 9, end);
      if (close < 0) return -1;
      if (this.stack.length === 0) this.refuse('text outside the root element');
      this.take(bytes, start + 9, close, true, false);
      this.line += countLines(bytes, start, close);
      return close + 3;
    }
    if (!final && end - start < 9 && ('<!--'.startsWith(shown) || '<![CDATA['.startsWith(shown))) return -1;
    throw new StatementRefused('xml-doctype', this.line, 'a document type declaration: messages have none, and none is read');
  }

  /** Processing instructions are passed over; the XML declaration must stand first and name UTF-8. */
  private instruction(bytes: Uint8Array, start: number, end: number): number {
    const close = findBytes(bytes, '?>', start + 2, end);
    if (close < 0) return -1;
    this.checkText(bytes, start, close);
    const shown = ascii(bytes, start + 2, Math.min(close, start + 200));
    if (/^xml(?:\s|$)/i.test(shown)) {
      if (this.begun) this.refuse('an XML declaration that does not stand first (§2.8)');
      if (!/^xml\s+version\s*=\s*["']1\.\d["']/.test(shown)) this.refuse('an XML declaration of another version than 1');
      const encoding = /\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/.exec(shown)?.[1]?.toLowerCase() ?? 'utf-8';
      if (encoding !== 'utf-8' && encoding !== 'us-ascii')
        throw new StatementRefused('encoding', this.line, 'XML in another encoding than UTF-8 is not read: ISO 20022 messages are UTF-8');
    }
    this.line += countLines(bytes, start, close);
    return close + 2;
  }

  private nameOf(bytes: Uint8Array, start: number, end: number): XmlName {
    this.checkText(bytes, start, end);
    const qualified = decodeText(bytes, start, end, 'utf-8');
    const parts = qualified.split(':');
    if (parts.length > 2 || parts.some((part) => !/^[^\d.-]/.test(part))) this.refuse('a name that is none (Namespaces in XML §4)');
    return parts.length === 2 ? { prefix: parts[0]!, local: parts[1]!, qualified } : { prefix: '', local: qualified, qualified };
  }

  private checkText(bytes: Uint8Array, start: number, end: number): void {
    if (!isText(bytes, start, end, 'utf-8')) throw new StatementRefused('encoding', this.line, 'bytes that are no text in utf-8');
  }

  private refuse(reason: string, lines = 0): never {
    throw new StatementRefused('xml', this.line + lines, `not well-formed: ${reason}`);
  }
}

/** Where the `>` of a tag stands, quotation marks considered; -1 where the bytes end before. */
function tagEnd(bytes: Uint8Array, start: number, end: number): number {
  let mark = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (mark !== 0) {
      if (byte === mark) mark = 0;
    } else if (byte === 0x3e) return at;
    else if (byte === 0x22 || byte === 0x27) mark = byte;
  }
  return -1;
}

function findBytes(bytes: Uint8Array, text: string, start: number, end: number): number {
  const first = text.charCodeAt(0);
  outer: for (let at = bytes.indexOf(first, start); at >= 0 && at + text.length <= end; at = bytes.indexOf(first, at + 1)) {
    for (let i = 1; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) continue outer;
    return at;
  }
  return -1;
}

function countLines(bytes: Uint8Array, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; at++) if (bytes[at] === LF) lines++;
  return lines;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isSpace(bytes[at]!)) return false;
  return true;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function classOf(characters: string): Uint8Array {
  const set = new Uint8Array(256).fill(1, 0x80);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}
