/** Bytes that the formats are made of. */
export const TAB = 0x09;
/** Line feed. */
export const LF = 0x0a;
/** Carriage return. */
export const CR = 0x0d;
/** Blank. */
export const SPACE = 0x20;
/** Quotation mark. */
export const QUOTE = 0x22;
/** Number sign, which opens Alipay's comment lines. */
export const HASH = 0x23;
/** Back-tick, which WeChat writes before every value. */
export const BACKTICK = 0x60;

/** Encodings statements come in, by the names of the WHATWG Encoding Standard. GBK is read as GB 18030, its superset. */
export type TextEncoding = 'utf-8' | 'gb18030' | 'windows-1252';

/** What the platform's TextDecoder offers of the WHATWG Encoding Standard; declared here because pure code compiles without the platform's types. */
interface Decoder {
  decode(bytes?: Uint8Array): string;
}
declare const TextDecoder: new (encoding: string, options: { fatal: boolean; ignoreBOM: boolean }) => Decoder;

const decoders = new Map<TextEncoding, Decoder>();

/** The text of `bytes[start..end)`. Throws the platform's TypeError for bytes that are no text in that encoding. */
export function decodeText(bytes: Uint8Array, start: number, end: number, encoding: TextEncoding): string {
  if (end - start <= 48) {
    let text = '';
    let at = start;
    // Most fields are short and ASCII: building them here is several times faster than a call into the decoder.
    for (; at < end && bytes[at]! < 0x80; at++) text += String.fromCharCode(bytes[at]!);
    if (at === end) return text;
  }
  let decoder = decoders.get(encoding);
  if (decoder === undefined) {
    decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    decoders.set(encoding, decoder);
  }
  return decoder.decode(bytes.subarray(start, end));
}

/** Whether the bytes are text in that encoding. */
export function isText(bytes: Uint8Array, start: number, end: number, encoding: TextEncoding): boolean {
  try {
    decodeText(bytes, start, end, encoding);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** How many bytes of a UTF-8 byte order mark the content begins with. */
export function byteOrderMark(bytes: Uint8Array): 0 | 3 {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}
