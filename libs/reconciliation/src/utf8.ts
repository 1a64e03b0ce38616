/** Room that `writeUtf8` may need for a text. */
export function utf8Room(text: string): number {
  return text.length * 3;
}

/**
 * Writes a text as UTF-8 and returns the position behind it. A lone surrogate is written as three bytes of its own, as no valid text has them: different texts never become the same bytes.
 */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  let to = at;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      target[to++] = unit;
      continue;
    }
    const point = text.codePointAt(i)!;
    if (point < 0x800) {
      target[to++] = 0xc0 | (point >> 6);
    } else {
      if (point < 0x10000) {
        target[to++] = 0xe0 | (point >> 12);
      } else {
        target[to++] = 0xf0 | (point >> 18);
        target[to++] = 0x80 | ((point >> 12) & 0x3f);
        i += 1;
      }
      target[to++] = 0x80 | ((point >> 6) & 0x3f);
    }
    target[to++] = 0x80 | (point & 0x3f);
  }
  return to;
}

/** The text of valid UTF-8 bytes. */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; ) {
    const first = bytes[at]!;
    const length = sequenceLength(first);
    let point = length === 1 ? first : first & (0x7f >> length);
    for (let i = 1; i < length; i++) point = (point << 6) | (bytes[at + i]! & 0x3f);
    text += String.fromCodePoint(point);
    at += length;
  }
  return text;
}

/** Whether bytes are UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const first = bytes[at]!;
    const length = sequenceLength(first);
    if (length === 0 || at + length > end) return false;
    for (let i = 1; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return false;
    const second = bytes[at + 1]!;
    if (first === 0xe0 && second < 0xa0) return false;
    if (first === 0xed && second > 0x9f) return false;
    if (first === 0xf0 && second < 0x90) return false;
    if (first === 0xf4 && second > 0x8f) return false;
    at += length;
  }
  return true;
}

/** Whether a text has a character below the space. */
export function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20) return true;
  return false;
}

/** How many bytes a character has by its first one; 0 where none begins. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}
