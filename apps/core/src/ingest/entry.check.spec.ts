import { JOURNAL_KINDS, type JournalKind, LAST_EPOCH_MS } from '@tillward/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEntry } from './entry.check.js';
import { fitsExactly } from './entry.fast-check.js';
import { paymentIds } from './ingest.fixtures.js';

const read = (kind: JournalKind, payload: unknown, terminal: string | null = 't1') =>
  readEntry('s', 'g', 1, 1, 0, kind, terminal, typeof payload === 'string' ? payload : JSON.stringify(payload));

const STARTED = { ...paymentIds(), amountMinor: 100, currency: 'EUR', operatorId: 'anna', tillId: 'till-1', idempotencyKey: 'k' };
const COMPLETED = { ...paymentIds(), booked: { amountMinor: 100, currency: 'EUR', traceNo: 1, cardLast4: '1234' }, receipt: ['APPROVED'] };

describe('readEntry', () => {
  it.each([
    ['PaymentStarted', STARTED],
    ['PaymentCompleted', COMPLETED],
    ['PaymentResolved', { ...paymentIds(), booked: null, asked: '06 20' }],
  ] as const)('reads %s', (kind, payload) => {
    expect(read(kind, payload)).toMatchObject({ kind, terminal: 't1', payload });
  });

  it.each([
    ['not JSON', 'PaymentStarted', '{', 'notJson'],
    ['a wrong shape', 'PaymentStarted', { ...STARTED, amountMinor: 1.5 }, 'wrongShape'],
    ['an unknown field', 'PaymentStarted', { ...STARTED, pan: '4' }, 'wrongShape'],
    [
      'an escaped U+0000, which no text column holds',
      'PaymentFailed',
      { ...paymentIds(), code: 'x', detail: 'a\0b' },
      'unstorableCharacter',
    ],
    ['a batch number beyond an integer', 'PaymentStarted', { ...STARTED, batchNo: 2 ** 31 }, 'outOfRange'],
    ['an amount nobody pays', 'PaymentStarted', { ...STARTED, amountMinor: 2 ** 50 }, 'outOfRange'],
    [
      'a trace number beyond an integer',
      'PaymentCompleted',
      { ...COMPLETED, booked: { ...COMPLETED.booked, traceNo: 2 ** 31 } },
      'outOfRange',
    ],
    ['a business day PostgreSQL does not know', 'PaymentStarted', { ...STARTED, businessDay: '0000-01-01' }, 'outOfRange'],
  ] as const)('refuses %s', (_name, kind, payload, reason) => {
    expect(read(kind, payload)).toMatchObject({ reason });
  });

  it('refuses an instant beyond the year 2199, which no projection could keep', () => {
    const at = (atMs: number) => readEntry('s', 'g', 1, 1, atMs, 'PaymentStarted', 't1', JSON.stringify(STARTED));
    expect(at(LAST_EPOCH_MS)).toMatchObject({ atMs: LAST_EPOCH_MS });
    expect(at(LAST_EPOCH_MS + 1)).toEqual({ reason: 'outOfRange', detail: 'at' });
  });

  it('wants a terminal for kinds about one', () => {
    expect(read('PaymentStarted', STARTED, null)).toMatchObject({ reason: 'terminalMissing' });
    expect(read('AgentStopped', { reason: 'x' }, null)).toMatchObject({ kind: 'AgentStopped' });
  });

  it('never repeats a value in the detail', () => {
    expect(JSON.stringify(read('PaymentStarted', { ...STARTED, operatorId: ['4111', '1111', '1111', '1111'].join(' ') }))).not.toContain(
      '4111',
    );
  });
});

describe('fitsExactly', () => {
  const odd = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.constant(null),
    fc.boolean(),
    fc.array(fc.string()),
    fc.constant(undefined),
    fc.object(),
  );
  const mutated = (payload: object) =>
    fc
      .record({ path: fc.constantFrom(...paths(payload)), value: odd, extra: fc.option(fc.string(), { nil: undefined }) })
      .map(({ path, value, extra }) => {
        const copy = structuredClone(payload) as Record<string, unknown>;
        const [outer, inner] = path;
        if (inner === undefined) copy[outer!] = value;
        else (copy[outer!] as Record<string, unknown>)[inner] = value;
        if (extra !== undefined) copy[extra] = 1;
        return JSON.parse(JSON.stringify(copy)) as unknown;
      });

  it.each([
    ['PaymentStarted', STARTED],
    ['PaymentCompleted', COMPLETED],
  ] as const)('says yes to %s as agents write it', (kind, payload) => {
    expect(fitsExactly(kind, payload)).toBe(true);
  });

  it.each([
    ['PaymentStarted', STARTED],
    ['PaymentCompleted', COMPLETED],
  ] as const)('never says yes to a %s that the contract refuses', (kind, payload) => {
    fc.assert(
      fc.property(mutated(payload), (value) => {
        if (fitsExactly(kind, value)) expect(JOURNAL_KINDS[kind].safeParse(value).success).toBe(true);
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });
});

function paths(payload: object): string[][] {
  return Object.entries(payload).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [[key], ...Object.keys(value).map((inner) => [key, inner])]
      : [[key]],
  );
}
