import { describe, expect, it } from 'vitest';
import { holdsStorableText, isStorableText } from './text.rules.js';

describe('text', () => {
  it.each([
    ['words', 'the host was down', true],
    ['nothing', '', true],
    ['several lines', 'a\n\tb\u0085', true],
    ['a character beyond the first plane', '\ud83d\ude00', true],
    ['a zero byte', 'a\0', false],
    ['the first half of a surrogate pair', 'a\ud83d b', false],
    ['the second half', '\ude00', false],
    ['the halves the wrong way round', '\ude00\ud83d', false],
  ])('with %s', (_, text, expected) => expect([isStorableText(text), holdsStorableText(text)]).toEqual([expected, expected]));

  it.each([
    ['in a list', [1, ['a', 'b\0']], false],
    ['in an object', { a: { b: null, c: ['\ud800'] } }, false],
    ['as a key', { a: { 'b\0': 1 } }, false],
    ['nowhere', { a: [null, true, 1.5, 'b', {}], c: undefined }, true],
  ])('that can’t be kept is found %s', (_, value, expected) => expect(holdsStorableText(value)).toBe(expected));

  it('is found at any depth', () => {
    let deep: unknown = '\0';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(holdsStorableText(deep)).toBe(false);
  });
});
