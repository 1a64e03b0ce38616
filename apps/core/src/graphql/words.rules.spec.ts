import { describe, expect, it } from 'vitest';
import { MAX_NOTE, MAX_REASON, noteRefusal, reasonRefusal, requiredNoteRefusal } from './words.rules.js';

/** Sixteen digits that pass the check of card numbers; no issuer's begin like this. */
const CARD_LIKE = `${'9'.repeat(15)}5`;

describe('words of people', () => {
  it.each<[string, string, boolean, boolean, boolean]>([
    ['words', 'the host was down', false, false, false],
    ['nothing', ' ', true, false, true],
    ['the longest reason', 'x'.repeat(MAX_REASON), false, false, false],
    ['more than a reason', 'x'.repeat(MAX_REASON + 1), true, false, false],
    ['the longest note', 'x'.repeat(MAX_NOTE), true, false, false],
    ['more than a note', 'x'.repeat(MAX_NOTE + 1), true, true, true],
    ['two lines', 'a\nb', true, false, false],
    ['half a surrogate pair', 'till \ud83d receipt', true, true, true],
    ['a zero byte', 'a\0b', true, true, true],
    ['a character of two halves', 'thanks \ud83d\ude00', false, false, false],
    ['a card number', `card ${CARD_LIKE}`, true, true, true],
  ])('%s', (_, text, reason, note, requiredNote) => {
    expect([reasonRefusal(text), noteRefusal(text), requiredNoteRefusal(text)].map((refusal) => refusal !== undefined)).toEqual([
      reason,
      note,
      requiredNote,
    ]);
  });

  it('name the field they are about', () => {
    expect([reasonRefusal('', 'why')?.field, noteRefusal(CARD_LIKE)?.field, reasonRefusal('')?.field]).toEqual(['why', 'note', 'reason']);
  });
});
