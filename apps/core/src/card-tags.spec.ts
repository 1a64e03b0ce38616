import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withoutCardNumbers } from '@tillward/statements';
import { afterAll, describe, expect, it } from 'vitest';
import { CardKeyUnusable, CardTags, cardTagsOf, hasStandIn } from './card-tags.js';
import { ConfigError } from './config.js';

const folder = mkdtempSync(join(tmpdir(), 'tillward-tags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers that could be a card's, all with the same end. */
const numbers = Array.from({ length: 400 }, (_, n) => `4556${String(n * 7).padStart(8, '0')}1111`).filter(
  (one) => withoutCardNumbers(one) !== one,
);
const statementsIn = (dir: string) => ({ statements: { dir, maxBytes: 1, inboxDir: undefined, sftpSourcesFile: undefined } });

describe('tags', () => {
  it('tell numbers apart, are the same again, and nothing in them looks like a number', () => {
    const dir = join(folder, 'made', 'here');
    const [one, other] = [cardTagsOf(statementsIn(dir)), cardTagsOf(statementsIn(dir))];
    const tags = numbers.map((number) => one.in(number));
    expect(new Set(tags).size).toBe(numbers.length);
    expect(numbers.map((number) => other.in(`x ${number}`))).toEqual(tags.map((tag) => `x ${tag}`));
    for (const tag of tags) expect(tag).toMatch(/^…1111·[bcdfghjklmnpqrst]{20}$/);
    expect(tags.map((tag) => one.in(tag))).toEqual(tags);
    expect([`T1.${tags[0]}`, withoutCardNumbers(numbers[0]!), 'T1.PSP1'].map(hasStandIn)).toEqual([true, true, false]);
    expect(statSync(join(dir, 'reference.key')).mode & 0o777).toBe(0o600);
  });

  it('need their key: another one makes others', () => {
    const keys = ['a', 'b'].map((digit) => {
      const path = join(folder, `${digit}.key`);
      writeFileSync(path, `${digit.repeat(64)}\n`);
      return cardTagsOf({ statements: undefined, referenceKeyFile: path });
    });
    const [one, other] = keys as [CardTags, CardTags];
    expect(one.in(numbers[0]!)).not.toBe(other.in(numbers[0]!));
    expect(one.fingerprint()).not.toBe(other.fingerprint());
    expect(readFileSync(join(folder, 'a.key'), 'utf8')).not.toContain(one.fingerprint());
  });

  it('are not given without a key: what is compared is refused, what has to be kept is starred', () => {
    const none = cardTagsOf({ statements: undefined });
    expect(() => none.in(numbers[0]!)).toThrow(CardKeyUnusable);
    expect(() => none.fingerprint()).toThrow(CardKeyUnusable);
    expect(none.in('order 1')).toBe('order 1');
    expect(none.orStars(`a ${numbers[0]}`)).toBe('a ************1111');
  });

  it.each([
    ['is not there', undefined],
    ['is empty', ''],
    ['is too short', 'ab'.repeat(16)],
    ['is no hexadecimal number', 'x'.repeat(64)],
  ])('stop the start when the file the setting names %s', (_, content) => {
    const path = join(folder, 'wrong.key');
    rmSync(path, { force: true });
    if (content !== undefined) writeFileSync(path, content);
    expect(() => cardTagsOf({ statements: undefined, referenceKeyFile: path })).toThrow(ConfigError);
    expect(() => cardTagsOf({ statements: undefined, referenceKeyFile: path })).toThrow(/^TILLWARD_REFERENCE_KEY_FILE: expected/);
  });
});
