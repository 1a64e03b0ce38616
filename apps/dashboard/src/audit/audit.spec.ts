import type { TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import en from '../i18n/en.json' with { type: 'json' };
import { auditFilterOf, linked } from './audit-queries.js';
import { AUDIT_ACTIONS, auditKey } from './audit-words.js';
import { MONEY_ACTIONS, moneyWords } from './money-words.js';

describe('the log', () => {
  it('asks for whole UTC days, the last one included', () => {
    expect(auditFilterOf({ from: '2026-11-20', to: '2026-11-21', store: 'berlin', text: 'policy', entry: 3 })).toEqual({
      from: '2026-11-20T00:00:00.000Z',
      to: '2026-11-21T23:59:59.999Z',
      storeId: 'berlin',
      text: 'policy',
    });
  });

  it('leaves out a day there is not', () => {
    expect(auditFilterOf({ from: '2026-02-30', to: '0001-01-01', text: 'policy' })).toEqual({ text: 'policy' });
  });

  it('says only what it can see of the chain', () => {
    expect(linked({ hash: 'a' }, { prevHash: 'a' })).toBe(true);
    expect(linked({ hash: 'a' }, { prevHash: 'b' })).toBe(false);
    expect(linked(undefined, { prevHash: 'b' })).toBeNull();
  });
});

describe('entries about money', () => {
  const t = ((key: string, values: Record<string, unknown> = {}) =>
    [key.replace('auditWords.', ''), ...Object.values(values).filter((value) => value !== '')].join(' ')) as unknown as TFunction;
  const words = (action: string, summary: string, detail: unknown) => moneyWords(t, { action, summary, detail }, (id) => `terminal ${id}`);

  it.each([
    [
      'difference.resolved',
      '1 difference resolved',
      { differenceIds: ['d'], act: { note: 'paid in cash' } },
      'differences 1 · paid in cash',
    ],
    ['provider.terms', 'Terms 2 of a saved', { acquirerId: 'a', version: 2 }, 'a · version 2'],
    ['provider.termsProposed', 'Terms of a requested: by letter', { acquirerId: 'a' }, 'a · by letter'],
    ['statement.imported', 'x imported: y.csv imported: 7 rows', { rows: 7 }, 'x · rows 7'],
    ['statement.arrived', 'day one.csv arrived by folder', {}, 'day one.csv'],
    ['batch.evidenceFrozen', 'Evidence of unbalanced batch 4 of be-1 frozen', {}, 'batch 4 · terminal be-1'],
    ['reconciliation.done', '', { acquirerId: 'a', fromDay: '2026-11-01', toDay: '2026-11-02' }, 'a · 2026-11-01 – 2026-11-02'],
    ['statement.withdrawn', 'Withdrawal of one.csv approved: not ours: wrong', {}, 'one.csv · not ours: wrong'],
    ['session.opened', 'Signed in', {}, undefined],
  ] as const)('%s is told from its detail', (action, summary, detail, said) => {
    expect(words(action, summary, detail)).toBe(said);
  });

  it('have a title each, like all others', () => {
    expect(AUDIT_ACTIONS.filter((action) => !(auditKey(action) in en.auditAction))).toEqual([]);
    expect(AUDIT_ACTIONS).toEqual(expect.arrayContaining([...MONEY_ACTIONS]));
  });
});
