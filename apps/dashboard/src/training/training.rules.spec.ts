import { describe, expect, it } from 'vitest';
import { certificateState, type TrainingRow, trainingDue } from './training.rules.js';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const record = (name: string, validUntil: string | null, role: TrainingRow['person']['role'] = 'cashier'): TrainingRow => ({
  person: { id: name, name, role, stores: [] },
  course: { id: 'safe-closing', titleEn: '', titleZh: '' },
  certificate: validUntil === null ? null : { id: 'c', issuedAt: '', validUntil, score: 100 },
  lastScore: null,
  lastAttemptAt: null,
});

describe('training', () => {
  it.each([
    [null, 'none'],
    ['2026-11-21T12:00:00.000Z', 'expired'],
    ['2026-11-30T12:00:00.000Z', 'ending'],
    ['2027-11-21T12:00:00.000Z', 'valid'],
  ] as const)('a certificate until %s is %s', (until, state) => {
    expect(certificateState(record('a', until), NOW)).toBe(state);
  });

  it('is due for cashiers only; those who may not work come first', () => {
    const due = trainingDue(
      [record('b', '2026-11-25T00:00:00.000Z'), record('a', null), record('m', null, 'manager'), record('v', '2028-01-01T00:00:00.000Z')],
      NOW,
    );
    expect(due.map(({ person }) => person.name)).toEqual(['a', 'b']);
  });
});
