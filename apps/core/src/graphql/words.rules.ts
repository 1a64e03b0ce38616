import { carriesCardNumber } from '@tillward/contracts';
import { isStorableText, TEXT_REFUSED } from '../http/index.js';
import { invalidInput, type RefusalOf } from './refusals.contract.js';

/** Most characters of the reason for a request or an order. */
export const MAX_REASON = 400;
/** Most characters of a note on work that was done. */
export const MAX_NOTE = 1_000;
/** What the schema says of a reason that {@link reasonRefusal} looks at. */
export const REASON_LIMIT = `Needed; one line of at most ${MAX_REASON} characters, no card number.`;
/** What the schema says of a note that {@link noteRefusal} looks at. */
export const NOTE_LIMIT = `At most ${MAX_NOTE} characters, no card number.`;
/** What the schema says of a note that {@link requiredNoteRefusal} looks at. */
export const NEEDED_NOTE_LIMIT = `Needed. ${NOTE_LIMIT}`;

/**
 * What is wrong with a reason somebody gives for a request, an order or a decision: the second person and the auditor read it in one line. Undefined when nothing is. `field` is the input's; P9: no
 * card number is kept in anybody's words.
 */
export function reasonRefusal(text: string, field = 'reason'): RefusalOf<'invalidInput'> | undefined {
  if (text.trim() === '') return invalidInput(field, 'A reason is required.');
  if (text.length > MAX_REASON) return invalidInput(field, `A reason has at most ${MAX_REASON} characters.`);
  if (!isStorableText(text)) return invalidInput(field, TEXT_REFUSED);
  if (/\p{Cc}/u.test(text)) return invalidInput(field, 'A reason is one line of text.');
  return carriesCardNumber(text) ? invalidInput(field, 'A reason must not hold a card number.') : undefined;
}

/** What is wrong with a note on work, which may have several lines and may be empty; undefined when nothing is. P9: no card number is kept in anybody's words. */
export function noteRefusal(text: string, field = 'note'): RefusalOf<'invalidInput'> | undefined {
  if (text.length > MAX_NOTE) return invalidInput(field, `A note has at most ${MAX_NOTE} characters.`);
  if (!isStorableText(text)) return invalidInput(field, TEXT_REFUSED);
  return carriesCardNumber(text) ? invalidInput(field, 'A note must not hold a card number.') : undefined;
}

/** {@link noteRefusal} where something has to be said. */
export function requiredNoteRefusal(text: string, field = 'note'): RefusalOf<'invalidInput'> | undefined {
  return text.trim() === '' ? invalidInput(field, 'A reason is required.') : noteRefusal(text, field);
}
