import { describe, expect, it } from 'vitest';
import { catchUpNeeded, readyToSell } from './opening.rules.js';

describe('catchUpNeeded', () => {
  it.each([
    ['nothing open', undefined, 'ready', false],
    ['today’s batch', { businessDay: '2026-05-04', state: 'open' }, 'ready', false],
    ['yesterday’s batch', { businessDay: '2026-05-03', state: 'open' }, 'ready', true],
    ['a settlement in doubt', { businessDay: '2026-05-04', state: 'inDoubt' }, 'ready', true],
    ['the terminal insists', undefined, 'settlementNeeded', true],
  ] as const)('%s', (_name, batch, service, needed) => {
    expect(catchUpNeeded(batch, '2026-05-04', service)).toBe(needed);
  });
});

describe('readyToSell', () => {
  it.each([
    ['ready', true],
    ['printerNotReady', true],
    ['signOnNeeded', false],
    ['clockWrong', false],
    ['unknown', false],
  ] as const)('%s: %s', (service, ready) => {
    expect(readyToSell(service)).toBe(ready);
  });
});
