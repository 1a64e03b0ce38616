import { describe, expect, it } from 'vitest';
import { decideEpoch, type EpochEvidence } from './journal.rules.js';

describe('decideEpoch', () => {
  const evidence = (inDatabase: number | null, beside: number | null, tailIntact = true): EpochEvidence => ({
    inDatabase,
    beside,
    tailIntact,
  });

  it.each([
    ['a new gateway', evidence(null, null), 1, 'first'],
    ['an ordinary start', evidence(3, 3), 3, 'continued'],
    ['the file beside was lost', evidence(3, null), 3, 'continued'],
    ['the database was lost', evidence(null, 3), 4, 'new'],
    ['the database is an old copy', evidence(2, 3), 4, 'new'],
    ['the end is damaged', evidence(3, 3, false), 4, 'new'],
  ] as const)('%s', (_name, given, epoch, kind) => {
    expect(decideEpoch(given)).toMatchObject({ epoch, kind });
  });
});
