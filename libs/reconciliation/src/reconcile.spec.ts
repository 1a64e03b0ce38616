import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairType } from './pair.rules.js';
import { saleRow, seeded, shuffled } from './reconcile.fixtures.js';
import { type ReconcileOptions, type Reconciliation, reconcile } from './reconcile.js';
import { NOT_COMPARED, type ReconciliationRow } from './reconciliation-row.js';
import { RESULT_TYPES, type ResultType } from './result-type.js';
import { reconciliationSettings } from './settings.js';

const row = saleRow;
const types = (terminal: ReconciliationRow[], acquirer: ReconciliationRow[], options: ReconcileOptions = {}) =>
  reconcile(terminal, acquirer, options)
    .results.map(({ type }) => type)
    .sort();

/** Results by the content of their rows: what must not depend on the order of the input (R2). */
function contents(found: Reconciliation, terminal: readonly ReconciliationRow[], acquirer: readonly ReconciliationRow[]): string[] {
  const text = (side: readonly ReconciliationRow[], n: number | null) => (n === null ? '-' : JSON.stringify(side[n]));
  return found.results.map((one) => `${one.type} ${text(terminal, one.terminal)} ${text(acquirer, one.acquirer)}`).sort();
}

describe('reconcile, one row on each side', () => {
  it.each<[string, Partial<ReconciliationRow>, ResultType[]]>([
    ['equal', {}, ['matched']],
    ['leading zeros of batch and trace', { batch: '000012', trace: '000077' }, ['matched']],
    ['another reference beside the same trace', { reference: '999' }, ['matched']],
    ['more', { amountMinor: 1_251 }, ['amountOver']],
    ['less', { amountMinor: 1_249 }, ['amountUnder']],
    ['the other way', { amountMinor: -1_250 }, ['amountUnder']],
    ['another currency, even with another amount', { currency: 'USD', amountMinor: 1_300 }, ['currency']],
    ['another fee', { feeMinor: -9 }, ['feeWrong']],
    ['amount before fee', { amountMinor: 1_251, feeMinor: -9 }, ['amountOver']],
    ['the next day, same batch', { businessDay: '2026-03-03' }, ['timing']],
    ['the next day, next batch', { businessDay: '2026-03-03', batch: '13' }, ['timing']],
    ['the next day, but another amount', { businessDay: '2026-03-03', amountMinor: 1_251 }, ['missingAtAcquirer', 'missingAtTerminal']],
    ['two days later', { businessDay: '2026-03-04' }, ['missingAtAcquirer', 'missingAtTerminal']],
    ['a day earlier', { businessDay: '2026-03-01' }, ['missingAtAcquirer', 'missingAtTerminal']],
    [
      'the next day with a reference of another transaction',
      { businessDay: '2026-03-03', reference: '1' },
      ['missingAtAcquirer', 'missingAtTerminal'],
    ],
    ['a batch nobody had', { batch: '99' }, ['unknownBatch']],
    ['a batch nobody had and another amount', { batch: '99', amountMinor: 1 }, ['missingAtAcquirer', 'unknownBatch']],
    ['another terminal', { terminal: '60000002' }, ['missingAtAcquirer', 'unknownBatch']],
    ['another merchant', { merchant: '898000000000002' }, ['missingAtAcquirer', 'unknownBatch']],
    ['another acquirer', { acquirer: 'XX' }, ['missingAtAcquirer', 'unknownBatch']],
    ['another type', { type: 'refund' }, ['missingAtAcquirer', 'missingAtTerminal']],
    ['another trace', { trace: '78', reference: '260000000078' }, ['missingAtAcquirer', 'missingAtTerminal']],
    ['no trace, but the reference', { trace: '' }, ['matched']],
  ])('%s', (_, changes, expected) => {
    expect(types([row()], [row(changes)])).toEqual(expected);
  });

  it('compares fees only when both sides know one (R7)', () => {
    const { feeMinor: _, ...unknown } = row();
    expect(types([unknown], [row({ feeMinor: -9_000 })])).toEqual(['matched']);
    expect(types([row()], [unknown])).toEqual(['matched']);
  });

  it.each<[string, ReconcileOptions, Partial<ReconciliationRow>, ResultType]>([
    ['an amount at its tolerance', { amountToleranceMinor: { EUR: 2 } }, { amountMinor: 1_252 }, 'matched'],
    ['an amount beyond it', { amountToleranceMinor: { EUR: 2 } }, { amountMinor: 1_253 }, 'amountOver'],
    ["another currency's tolerance", { amountToleranceMinor: { USD: 2 } }, { amountMinor: 1_252 }, 'amountOver'],
    ['a fee at its tolerance', { feeToleranceMinor: 1 }, { feeMinor: -9 }, 'matched'],
    ['a fee beyond it', { feeToleranceMinor: 1 }, { feeMinor: -10 }, 'feeWrong'],
    ['three days over a weekend', { timingDays: 3 }, { businessDay: '2026-03-05' }, 'timing'],
  ])('%s', (_, options, changes, expected) => {
    expect(types([row()], [row(changes)], options)).toEqual([expected]);
  });

  it('looks at no other day with a timing of 0', () => {
    expect(types([row()], [row({ businessDay: '2026-03-03' })], { timingDays: 0 })).toEqual(['missingAtAcquirer', 'missingAtTerminal']);
  });

  it('identifies by reference where that is asked for', () => {
    expect(types([row()], [row({ trace: '5' })], { identity: 'reference' })).toEqual(['matched']);
    expect(types([row()], [row({ reference: '5' })], { identity: 'reference' })).toEqual(['matched']);
    expect(types([row()], [row({ reference: '5', trace: '5' })], { identity: 'reference' })).toEqual([
      'missingAtAcquirer',
      'missingAtTerminal',
    ]);
  });

  it('never takes two rows whose only numbers differ for one, alone as they may be', () => {
    const numbered = (trace: string, reference: string) => [row({ trace, reference })];
    expect(types(numbered('1', ''), numbered('2', ''))).toEqual(['missingAtAcquirer', 'missingAtTerminal']);
    expect(types(numbered('', 'r1'), numbered('', 'r2'))).toEqual(['missingAtAcquirer', 'missingAtTerminal']);
  });

  it('lets a number that one side never has identify nothing (R11)', () => {
    const acquirer = ['r1', 'r2'].map((reference) => row({ reference }));
    expect(types([row({ reference: '' })], acquirer)).toEqual(['duplicateAtAcquirer', 'matched']);
    expect(types([row({ trace: '', reference: '' })], acquirer)).toEqual(['matched', 'missingAtTerminal']);
    // A side without rows has nothing to say about numbers.
    expect(types([row({ reference: 'a' }), row({ reference: 'a' })], [])).toEqual(['duplicateAtTerminal', 'missingAtAcquirer']);
  });

  it('goes by the reference before the trace number', () => {
    const terminal = [row({ trace: '1', reference: 'r1', amountMinor: 100 }), row({ trace: '2', reference: 'r2', amountMinor: 200 })];
    const acquirer = [row({ trace: '2', reference: 'r1', amountMinor: 100 }), row({ trace: '1', reference: 'r2', amountMinor: 200 })];
    expect(types(terminal, acquirer)).toEqual(['matched', 'matched']);
    expect(types(terminal, acquirer, { identity: 'trace' })).toEqual(['amountOver', 'amountUnder']);
  });

  it('matches rows that nothing identifies only when their money agrees', () => {
    const bare = (amountMinor: number) => row({ trace: '', reference: '', amountMinor });
    expect(types([bare(1), bare(2)], [bare(2), bare(3)])).toEqual(['matched', 'missingAtAcquirer', 'missingAtTerminal']);
  });
});

describe('reconcile, several rows of one key (R1, R4)', () => {
  it.each<[string, number[], number[], ResultType[]]>([
    ['twice on both sides', [1, 1], [1, 1], ['matched', 'matched']],
    ['twice at the acquirer', [1], [1, 1], ['duplicateAtAcquirer', 'matched']],
    ['three times at the acquirer', [1], [1, 1, 1], ['duplicateAtAcquirer', 'duplicateAtAcquirer', 'matched']],
    ['twice at the terminal', [1, 1], [1], ['duplicateAtTerminal', 'matched']],
    ['twice at the terminal and nowhere else', [1, 1], [], ['duplicateAtTerminal', 'missingAtAcquirer']],
    ['equal amounts first', [5, 7], [7, 9], ['amountOver', 'matched']],
    ['equal amounts first, then a duplicate', [5], [7, 5], ['duplicateAtAcquirer', 'matched']],
  ])('%s', (_, terminal, acquirer, expected) => {
    const rows = (amounts: number[]) => amounts.map((amountMinor) => row({ amountMinor }));
    expect(types(rows(terminal), rows(acquirer))).toEqual(expected);
  });

  it('takes the one with the same reference for the match, the other for the duplicate', () => {
    const acquirer = [row({ reference: '260000000999' }), row()];
    const { results } = reconcile([row()], acquirer);
    expect(results.find(({ type }) => type === 'matched')?.acquirer).toBe(1);
  });

  it('takes the earliest of equal rows', () => {
    const { results } = reconcile([row()], [row(), row()]);
    expect(results).toContainEqual({ type: 'matched', terminal: 0, acquirer: 0 });
    expect(results).toContainEqual({ type: 'duplicateAtAcquirer', terminal: null, acquirer: 1 });
  });

  it('uses a late row once, also when an earlier one contradicts', () => {
    const late = (reference: string) => row({ businessDay: '2026-03-03', reference });
    const { counts } = reconcile([row({ reference: 'r1' }), row({ batch: '13', reference: 'r1' })], [late('a'), late('r1')]);
    expect(counts).toMatchObject({ timing: 1, missingAtAcquirer: 1 });
  });

  it('uses a late row once, and the earliest that fits', () => {
    const days = ['2026-03-03', '2026-03-04'];
    const late = days.map((businessDay) => row({ businessDay }));
    const { results } = reconcile([row(), row({ businessDay: '2026-03-02', batch: '11' })], late, { timingDays: 2 });
    expect(results.map(({ type }) => type).sort()).toEqual(['timing', 'timing']);
  });
});

describe('batches', () => {
  it('stand side by side with their totals', () => {
    const { batches, sums } = reconcile([row(), row({ trace: '78', amountMinor: 50, currency: 'USD' })], [row(), row({ batch: '13' })]);
    expect(batches).toEqual([
      {
        key: { acquirer: 'UP', merchant: '898000000000001', terminal: '60000001', batch: '12', businessDay: '2026-03-02' },
        terminal: { count: 2, sumMinor: 1_300, currency: null, feeMinor: -16 },
        acquirer: { count: 1, sumMinor: 1_250, currency: 'EUR', feeMinor: -8 },
        equal: false,
      },
      {
        key: { acquirer: 'UP', merchant: '898000000000001', terminal: '60000001', batch: '13', businessDay: '2026-03-02' },
        terminal: null,
        acquirer: { count: 1, sumMinor: 1_250, currency: 'EUR', feeMinor: -8 },
        equal: false,
      },
    ]);
    expect(sums.terminal).toEqual({
      EUR: { rows: 1, amountMinor: 1_250, feeMinor: -8, feeRows: 1 },
      USD: { rows: 1, amountMinor: 50, feeMinor: -8, feeRows: 1 },
    });
  });

  it('hide nothing when count and sum agree but rows do not (R5)', () => {
    const other = { trace: '78', reference: '260000000078' };
    const swapped = [row({ amountMinor: 100 }), row({ ...other, amountMinor: 200 })];
    const acquirer = [row({ amountMinor: 200 }), row({ ...other, amountMinor: 100 })];
    expect(types(swapped, acquirer, { drill: 'unequal' })).toEqual(['amountOver', 'amountUnder']);
    expect(
      types(
        [row({ trace: '1' })],
        [row({ trace: '2' })].map(({ reference: _, ...rest }) => rest),
        { drill: 'unequal' },
      ),
    ).toEqual(['missingAtAcquirer', 'missingAtTerminal']);
    expect(types([row(), row({ trace: '78' })], [row({ feeMinor: -7 }), row({ trace: '78', feeMinor: -9 })], { drill: 'unequal' })).toEqual(
      ['feeWrong', 'feeWrong'],
    );
  });

  it('with equal totals are not drilled into, yet counted', () => {
    const found = reconcile([row(), row({ batch: '13' })], [row(), row({ batch: '13', amountMinor: 1 })], { drill: 'unequal' });
    expect(found.results).toHaveLength(1);
    expect(found.counts.matched).toBe(1);
    expect(found.counts.amountUnder).toBe(1);
  });
});

describe('what is not compared or not possible', () => {
  it('sets aside what no terminal books', () => {
    const acquirer = [row(), ...NOT_COMPARED.map((type) => row({ type }))];
    const found = reconcile([row()], acquirer);
    expect(found.counts.matched).toBe(1);
    expect(found.results).toHaveLength(1);
    expect(found.setAside.acquirer).toHaveLength(NOT_COMPARED.length);
  });

  it.each<[Partial<ReconciliationRow>, RegExp]>([
    [{ amountMinor: 0.5 }, /terminal row 1.*amount/],
    [{ amountMinor: 2 ** 53 }, /amount/],
    [{ feeMinor: Number.NaN }, /fee/],
    [{ currency: 'eur' }, /currency/],
    [{ businessDay: '2026-02-29' }, /business day/],
    [{ businessDay: '20260301' }, /business day/],
    [{ batch: '1\u001f2' }, /control character/],
  ])('refuses %j', (changes, message) => {
    expect(() => reconcile([row(), row(changes)], [])).toThrow(message);
  });

  it('refuses sums beyond what is exact (R6)', () => {
    const most = row({ amountMinor: Number.MAX_SAFE_INTEGER });
    expect(() => reconcile([most, most], [])).toThrow(RangeError);
    expect(() => reconcile([most, { ...most, currency: 'USD' }], [])).toThrow(RangeError);
    expect(() => reconcile([most, { ...most, batch: '13' }], [])).toThrow(RangeError);
  });

  it.each([
    { timingDays: -1 },
    { timingDays: 1.5 },
    { timingDays: 99 },
    { feeToleranceMinor: -1 },
    { amountToleranceMinor: { eur: 1 } },
    { amountToleranceMinor: { EUR: -1 } },
  ])('refuses the setting %j', (given) => {
    expect(() => reconciliationSettings(given)).toThrow(RangeError);
  });
});

describe('any rows', () => {
  const anyRow = fc.record({
    acquirer: fc.constant('UP'),
    merchant: fc.constantFrom('m', 'n'),
    terminal: fc.constantFrom('1', '2'),
    batch: fc.constantFrom('1', '01', '2', ''),
    trace: fc.constantFrom('', '1', '2', '003'),
    reference: fc.constantFrom('', 'r1', 'r2'),
    businessDay: fc.constantFrom('2026-02-28', '2026-03-01', '2026-03-02'),
    type: fc.constantFrom('sale', 'refund', 'payout'),
    amountMinor: fc.constantFrom(100, 101, -100, 5_000_000_000),
    currency: fc.constantFrom('EUR', 'JPY'),
    feeMinor: fc.constantFrom(-1, -2, 6_000_000_000),
  });
  const anyRows = fc.array(anyRow, { maxLength: 25 });
  const anyOptions = fc.record({ timingDays: fc.constantFrom(0, 1, 2), identity: fc.constantFrom('trace' as const, 'reference' as const) });

  it('R1: results partition both sides', () => {
    fc.assert(
      fc.property(anyRows, anyRows, anyOptions, (terminal, acquirer, options) => {
        const { results, counts, setAside } = reconcile(terminal, acquirer, options);
        for (const [side, rows] of [['terminal', terminal] as const, ['acquirer', acquirer] as const]) {
          const consumed = results.flatMap((result) => result[side] ?? []);
          expect([...consumed, ...setAside[side]].sort((a, b) => a - b)).toEqual(rows.map((_, n) => n));
        }
        for (const type of RESULT_TYPES) expect(counts[type]).toBe(results.filter((result) => result.type === type).length);
      }),
    );
  });

  it('R2: the order of rows changes nothing', () => {
    fc.assert(
      fc.property(anyRows, anyRows, anyOptions, fc.nat(), (terminal, acquirer, options, seed) => {
        const random = seeded(seed);
        const otherTerminal = shuffled(terminal, random);
        const otherAcquirer = shuffled(acquirer, random);
        expect(contents(reconcile(otherTerminal, otherAcquirer, options), otherTerminal, otherAcquirer)).toEqual(
          contents(reconcile(terminal, acquirer, options), terminal, acquirer),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('R5: drilling into unequal batches only finds the same differences', () => {
    fc.assert(
      fc.property(anyRows, anyRows, anyOptions, (terminal, acquirer, options) => {
        const all = reconcile(terminal, acquirer, { ...options, drill: 'all' });
        const unequal = reconcile(terminal, acquirer, { ...options, drill: 'unequal' });
        expect(unequal.counts).toEqual(all.counts);
        const differences = (found: Reconciliation) => contents(found, terminal, acquirer).filter((text) => !text.startsWith('matched'));
        expect(differences(unequal)).toEqual(differences(all));
      }),
      { numRuns: 300 },
    );
  });

  it('equal sides match entirely', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(), (rows, seed) => {
        const { counts, results } = reconcile(rows, shuffled(rows, seeded(seed)));
        expect(counts.matched).toBe(results.length);
      }),
    );
  });

  it('pairs end as pairType says', () => {
    fc.assert(
      fc.property(anyRows, anyRows, (terminal, acquirer) => {
        const settings = reconciliationSettings();
        for (const { type, ...pair } of reconcile(terminal, acquirer).results) {
          if (pair.terminal === null || pair.acquirer === null || type === 'timing' || type === 'unknownBatch') continue;
          expect(type).toBe(pairType(terminal[pair.terminal]!, acquirer[pair.acquirer]!, settings));
        }
      }),
    );
  });
});

describe('planted differences', () => {
  /** What both sides have of a row when this is wrong with it. */
  const plants: Record<
    Exclude<ResultType, 'matched'> | 'none',
    (one: ReconciliationRow) => { terminal?: ReconciliationRow[]; acquirer?: ReconciliationRow[] }
  > = {
    none: (one) => ({ terminal: [one], acquirer: [one] }),
    amountOver: (one) => ({ terminal: [one], acquirer: [{ ...one, amountMinor: one.amountMinor + 3 }] }),
    amountUnder: (one) => ({ terminal: [one], acquirer: [{ ...one, amountMinor: one.amountMinor - 3 }] }),
    missingAtAcquirer: (one) => ({ terminal: [one] }),
    missingAtTerminal: (one) => ({ acquirer: [one] }),
    duplicateAtAcquirer: (one) => ({ terminal: [one], acquirer: [one, { ...one }] }),
    duplicateAtTerminal: (one) => ({ terminal: [one, { ...one }], acquirer: [one] }),
    currency: (one) => ({ terminal: [one], acquirer: [{ ...one, currency: 'USD' }] }),
    timing: (one) => ({ terminal: [one], acquirer: [{ ...one, businessDay: '2026-03-11', batch: '901' }] }),
    feeWrong: (one) => ({ terminal: [one], acquirer: [{ ...one, feeMinor: -99 }] }),
    unknownBatch: (one) => ({ terminal: [one], acquirer: [{ ...one, batch: '77777' }] }),
  };
  const kinds = Object.keys(plants) as (keyof typeof plants)[];

  it('are found exactly, whatever else is right', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds), { maxLength: 120 }), fc.nat(), (what, seed) => {
        const terminal: ReconciliationRow[] = [];
        const acquirer: ReconciliationRow[] = [];
        // Batches 1 and 2 have rows on both sides, so that none of them is unknown.
        for (const batch of ['1', '2']) {
          const anchor = row({ batch, trace: '9999', businessDay: '2026-03-10' });
          terminal.push(anchor);
          acquirer.push(anchor);
        }
        what.forEach((kind, n) => {
          const one = row({
            batch: String((n % 2) + 1),
            trace: String(n + 1),
            reference: `r${n}`,
            businessDay: '2026-03-10',
            amountMinor: 500 + (n % 7),
          });
          const both = plants[kind](one);
          terminal.push(...(both.terminal ?? []));
          acquirer.push(...(both.acquirer ?? []));
        });
        const random = seeded(seed);
        const mixedTerminal = shuffled(terminal, random);
        const mixedAcquirer = shuffled(acquirer, random);
        for (const drill of ['all', 'unequal'] as const) {
          const { results, counts } = reconcile(mixedTerminal, mixedAcquirer, { drill });
          const found = results
            .filter(({ type }) => type !== 'matched')
            .map((one) => `${one.type} ${(one.terminal === null ? mixedAcquirer[one.acquirer!]! : mixedTerminal[one.terminal]!).trace}`);
          const planted = what.flatMap((kind, n) => (kind === 'none' ? [] : [`${kind} ${n + 1}`]));
          expect(found.sort()).toEqual(planted.sort());
          expect(counts.matched).toBe(2 + what.filter((kind) => kind === 'none' || kind.startsWith('duplicate')).length);
        }
      }),
      { numRuns: 100 },
    );
  });
});
