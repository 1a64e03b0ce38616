/** What whoever sends other text is told. */
export const TEXT_REFUSED = 'A text is no well-formed Unicode, or has a zero byte in it: it can’t be kept as it was sent.';

/**
 * True for text that is kept, shown and digested as it was sent. PostgreSQL's text holds no zero byte, and half a surrogate pair (Unicode, section 3.9, D75) has no UTF-8: what is stored in its place is
 * U+FFFD, which no digest of the original is right for.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** True when every text within a JSON value, keys of objects too, is {@link isStorableText}. Takes any depth. */
export function holdsStorableText(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') {
      if (!isStorableText(next)) return false;
    } else if (Array.isArray(next)) {
      for (const item of next) left.push(item);
    } else if (typeof next === 'object' && next !== null) {
      for (const [key, member] of Object.entries(next)) left.push(key, member);
    }
  }
  return true;
}
