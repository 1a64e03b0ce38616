import { CHECK_NAMES } from '@tillward/statements';
import { describe, expect, it } from 'vitest';
import en from '../i18n/en.json' with { type: 'json' };
import zh from '../i18n/zh-CN.json' with { type: 'json' };
import { checkWords } from './check-names.rules.js';

describe('names of checks', () => {
  it.each(CHECK_NAMES)('“%s” has words in both languages', (name) => {
    const words = checkWords(name);
    for (const { statement } of [en, zh]) {
      switch (words?.kind) {
        case 'name':
          expect(statement.check).toHaveProperty(words.name);
          break;
        case 'part':
          expect(statement.checkWord).toHaveProperty(words.part);
          expect(statement.checkWord).toHaveProperty(words.stated);
          break;
        case 'payout':
          expect(words.payout).toBe('1');
          break;
        case undefined:
          expect.unreachable(`nobody has words for “${name}”`);
      }
    }
  });

  it('are all different in words, within a language', () => {
    const names = new Set(CHECK_NAMES.map(checkWords).flatMap((words) => (words?.kind === 'name' ? [words.name] : [])));
    for (const { statement } of [en, zh]) {
      expect(Object.keys(statement.check).sort()).toEqual([...names].sort());
      expect(new Set(Object.values(statement.check)).size).toBe(names.size);
    }
  });

  it('say what a part of the file states', () => {
    expect(checkWords('准贷记卡 资金清算差额')).toEqual({ kind: 'part', part: 'semiCreditCards', stated: 'net' });
    expect(checkWords('account: control total')).toEqual({ kind: 'part', part: 'account', stated: 'controlTotal' });
    expect(checkWords('payout 2026-11/7 a')).toEqual({ kind: 'payout', payout: '2026-11/7 a' });
  });

  it('that nobody knows have no words', () => {
    for (const name of ['总计', '总计 别的', 'account: others', 'constructor', 'toString toString', ''])
      expect(checkWords(name)).toBeUndefined();
  });
});
