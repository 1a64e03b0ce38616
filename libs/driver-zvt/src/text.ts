import { maskCardNumbers } from '@tillward/driver';

/**
 * How a terminal writes text. CP437 unless the terminal is known to differ (spec 13.08, chapter 15; a setting per terminal, since some send
 * Latin-1 unasked): `zvt7` is the 7-bit character set with umlauts, `utf8` has to be asked for and granted (tag 14).
 */
export type CharacterSet = 'cp437' | 'zvt7' | 'latin1' | 'utf8';

/** Values of tag 14. The 7-bit set has none. */
const CODES: ReadonlyMap<number, CharacterSet> = new Map([
  [0x01, 'latin1'],
  [0xfe, 'utf8'],
  [0xff, 'cp437'],
]);

/** The character set a tag 14 names; undefined for one we can't read. */
export function characterSetOf(code: number | undefined): CharacterSet | undefined {
  return code === undefined ? undefined : CODES.get(code);
}

/** The value of tag 14 for a character set; undefined for the 7-bit set, which has none. */
export function characterSetCode(characterSet: CharacterSet): number | undefined {
  for (const [code, name] of CODES) if (name === characterSet) return code;
  return undefined;
}

/** Upper half of code page 437, positions 80 to FF. */
const CP437_UPPER =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
/** What the 7-bit character set has in place of ASCII's brackets, and its letter ß. */
const ZVT7: readonly (readonly [code: number, character: string])[] = [
  [0x5b, 'Ä'],
  [0x5c, 'Ö'],
  [0x5d, 'Ü'],
  [0x7b, 'ä'],
  [0x7c, 'ö'],
  [0x7d, 'ü'],
  [0x7e, 'ß'],
];

/** For each character set with one byte a character, the character of every byte; control characters are spaces. */
const TABLES: Readonly<Record<Exclude<CharacterSet, 'utf8'>, readonly string[]>> = {
  cp437: table((byte) => CP437_UPPER[byte - 0x80]!),
  latin1: table((byte) => (byte < 0xa0 ? ' ' : String.fromCharCode(byte))),
  zvt7: (() => {
    const characters = [...table((byte) => CP437_UPPER[byte - 0x80]!)];
    for (const [code, character] of ZVT7) characters[code] = character;
    return characters;
  })(),
};

function table(upper: (byte: number) => string): readonly string[] {
  return Array.from({ length: 256 }, (_, byte) =>
    byte < 0x20 || byte === 0x7f ? ' ' : byte < 0x80 ? String.fromCharCode(byte) : upper(byte),
  );
}

/** Fewer digits than this in one text are no card number, so that most texts need no search. */
const SUSPICIOUS_DIGITS = 12;

/** Reads text for people: control characters become spaces (NUL ends nothing, it is padding), card numbers are masked. */
export function readText(bytes: Uint8Array, characterSet: CharacterSet, start = 0, end = bytes.length): string {
  if (start >= end) return '';
  let digits = 0;
  let plain = characterSet !== 'zvt7';
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) digits += 1;
    else if (byte < 0x20 || byte >= 0x7f) plain = false;
  }
  const text = plain ? ascii(bytes, start, end) : decode(bytes.subarray(start, end), characterSet);
  return (digits < SUSPICIOUS_DIGITS ? text : maskCardNumbers(text)).trimEnd();
}

/** Writes text in a character set, `?` for what it doesn't have. */
export function writeText(text: string, characterSet: CharacterSet = 'cp437'): Uint8Array {
  if (characterSet === 'utf8') return Uint8Array.from(Buffer.from(text, 'utf8'));
  return Uint8Array.from(text, (character) => code(character, characterSet));
}

function code(character: string, characterSet: Exclude<CharacterSet, 'utf8'>): number {
  const point = character.codePointAt(0) ?? 0x3f;
  if (characterSet === 'zvt7') {
    const special = ZVT7.find(([, letter]) => letter === character);
    if (special) return special[0];
    return point < 0x80 && !ZVT7.some(([taken]) => taken === point) ? point : 0x3f;
  }
  if (point < 0x80) return point;
  if (characterSet === 'latin1') return point >= 0xa0 && point <= 0xff ? point : 0x3f;
  const upper = CP437_UPPER.indexOf(character);
  return upper < 0 ? 0x3f : 0x80 + upper;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

function decode(bytes: Uint8Array, characterSet: CharacterSet): string {
  if (characterSet === 'utf8') {
    return (
      Buffer.from(bytes)
        .toString('utf8')
        // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
        .replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ')
        // Digits of other scripts would carry a card number past the search for it.
        .replace(/(?![0-9])\p{Nd}/gu, '#')
    );
  }
  const characters = TABLES[characterSet];
  let text = '';
  for (const byte of bytes) text += characters[byte];
  return text;
}
