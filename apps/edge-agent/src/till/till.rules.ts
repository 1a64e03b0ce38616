import { TILL_REFUSALS, type TillRefusal, type TillRefusalCode } from '@tillward/contracts';

/** The body of a refusal, in both languages. */
export function refusalOf(code: TillRefusalCode, field?: string): TillRefusal {
  const { en, zh } = TILL_REFUSALS[code];
  return { code, message: { en, zh }, ...(field === undefined ? {} : { field }) };
}

/** What may be written to a reader that doesn't read before it is cut off: it then resumes with what it missed. */
export const MAX_UNREAD_BYTES = 256 * 1024;
/** Readers at once, and of one till. */
export const MAX_STREAMS = 48;
export const MAX_STREAMS_OF_ONE = 6;

/** One event as Server-Sent Events have it (WHATWG HTML section 9.2.6). JSON has no line breaks outside of its strings, and escapes them inside. */
export function eventText(id: string, event: { type: string }): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
