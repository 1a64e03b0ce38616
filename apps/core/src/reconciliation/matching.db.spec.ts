import { randomUUID } from 'node:crypto';
import { type ReconciliationResult, reconcile } from '@tillward/reconciliation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditLog } from '../audit/index.js';
import { createTestDatabase, type TestDatabase } from '../database/database.fixtures.js';
import { systemActor, UnitOfWork } from '../database/index.js';
import { BatchLifeService } from '../settlement/index.js';
import { Differences } from './differences.service.js';
import { Matching, type MatchingOutcome } from './matching.service.js';
import type { MatchingScope } from './matching.sql.js';
import { prepareStore, type StoredSides, storeSides, type TwoSides, tangledSides } from './reconciliation.fixtures.js';
import { requestRun } from './reconciliation.store.js';

const CASES = Number(process.env['RECONCILIATION_DB_CASES'] ?? 12);
const SCOPE: MatchingScope = {
  acquirerId: 'acq',
  fromDay: '2026-11-20',
  toDay: '2026-11-23',
  identity: 'reference',
  timingDays: 1,
  amountToleranceMinor: {},
};

let database: TestDatabase;
let work: UnitOfWork;
const matching = new Matching(new Differences(new AuditLog()), new BatchLifeService());
beforeAll(async () => {
  database = await createTestDatabase();
  work = new UnitOfWork(await database.dataSource(), { now: () => new Date() });
});
afterAll(() => database.drop());

const run = (scope: MatchingScope): Promise<MatchingOutcome> =>
  work.run(systemActor('test'), async (ctx) => matching.run(ctx, await requestRun(ctx, 'acq', scope.fromDay, scope.toDay, 'test'), scope));

async function withSides(sides: TwoSides, test: (stored: StoredSides) => Promise<void>): Promise<void> {
  const store = `s-${randomUUID().slice(0, 8)}`;
  await prepareStore(database, store);
  try {
    await test(await storeSides(database, store, sides));
  } finally {
    for (const table of [
      'difference_event',
      'difference',
      'reconciliation_match',
      'reconciliation_batch',
      'statement_row',
      'statement_file',
      'acquirer_terminal',
      'card_transaction',
    ])
      await database.query(`DELETE FROM ${table}`);
  }
}

/** Results as texts: type, row of the terminal, row of the acquirer. */
function spelt(results: readonly Pick<ReconciliationResult, 'type' | 'terminal' | 'acquirer'>[]): string[] {
  return results.map(({ type, terminal, acquirer }) => `${type} ${terminal ?? '-'} ${acquirer ?? '-'}`).sort();
}

/** What PostgreSQL holds, as the engine would tell it: pairs and what is left over, without the rows of equal batches. */
async function stored({ payments }: StoredSides): Promise<{ differences: string[]; matched: string[] }> {
  const place = new Map(payments.map((id, i) => [id, i]));
  const differences = await database.query<{ type: string; payment_id: string | null; row_no: number | null }>(
    'SELECT type, payment_id, row_no FROM difference',
  );
  const matches = await database.query<{ type: string; payment_id: string; row_no: number }>(
    "SELECT * FROM reconciliation_match WHERE type = 'matched'",
  );
  const of = (rows: { type: string; payment_id: string | null; row_no: number | null }[]) =>
    spelt(
      rows.map((row) => ({
        type: row.type as ReconciliationResult['type'],
        terminal: row.payment_id === null ? null : place.get(row.payment_id)!,
        acquirer: row.row_no === null ? null : Number(row.row_no) - 1,
      })),
    );
  return { differences: of(differences), matched: of(matches) };
}

describe('matching in PostgreSQL', () => {
  const cases = Array.from({ length: CASES }, (_, i) => 1_000 + i).flatMap((seed) =>
    (['traces', 'references', 'both'] as const).map((numbers) => ({ seed, numbers })),
  );
  it.each(cases)('ends as the engine does on tangled rows with $numbers, seed $seed', async ({ seed, numbers }) => {
    const sides = tangledSides(seed, 120, numbers);
    for (const [timingDays, identity] of [
      [1, 'reference'],
      [3, 'trace'],
      [0, 'reference'],
    ] as const) {
      await withSides(sides, async (rows) => {
        const scope = { ...SCOPE, timingDays, identity, amountToleranceMinor: seed % 2 === 0 ? {} : { EUR: 50 } };
        const outcome = await run(scope);
        const { amountToleranceMinor } = scope;
        const engine = reconcile(sides.terminal, sides.acquirer, { timingDays, identity, amountToleranceMinor, drill: 'unequal' });
        const all = reconcile(sides.terminal, sides.acquirer, { timingDays, identity, amountToleranceMinor });
        const found = await stored(rows);
        expect(outcome.counts).toEqual(all.counts);
        expect(found.differences).toEqual(spelt(engine.results.filter(({ type }) => type !== 'matched')));
        expect(spelt(all.results.filter(({ type }) => type === 'matched'))).toEqual(expect.arrayContaining(found.matched));
      });
    }
  });

  it('finds the same when it is run again, and writes nothing new', async () => {
    await withSides(tangledSides(7, 120), async (rows) => {
      const first = await run(SCOPE);
      const before = await stored(rows);
      const events = await database.query('SELECT count(*) AS n FROM difference_event');
      const second = await run(SCOPE);
      expect(second.counts).toEqual(first.counts);
      expect(await stored(rows)).toEqual(before);
      expect(await database.query('SELECT count(*) AS n FROM difference_event')).toEqual(events);
    });
  });

  it.each([21, 22, 23])(
    'what neither a pair nor a difference names is the same on both sides, and none is named twice, seed %i',
    async (seed) => {
      await withSides(tangledSides(seed, 160), async () => {
        const { counts } = await run(SCOPE);
        const terminal = `SELECT terminal_id, batch_no::text AS batch, business_day, kind AS type, coalesce(trace_no::text, '') AS trace, currency,
                               CASE kind WHEN 'sale' THEN amount_minor ELSE -amount_minor END AS amount
                          FROM card_transaction x WHERE NOT EXISTS (SELECT 1 FROM reconciliation_match m WHERE m.payment_id = x.payment_id)
                           AND NOT EXISTS (SELECT 1 FROM difference d WHERE d.payment_id = x.payment_id)`;
        const acquirer = `SELECT terminal_id, batch_no AS batch, business_day, type, trace_no AS trace, currency, gross_minor AS amount
                          FROM statement_row r WHERE NOT EXISTS (SELECT 1 FROM reconciliation_match m WHERE m.row_no = r.row_no)
                           AND NOT EXISTS (SELECT 1 FROM difference d WHERE d.row_no = r.row_no)`;
        const [rest] = await database.query<{ n: string; beyond: string; matched: string; twice: string }>(
          `SELECT (SELECT count(*) FROM (${terminal}) t) AS n,
                (SELECT count(*) FROM ((${terminal}) EXCEPT ALL (${acquirer})) x) + (SELECT count(*) FROM ((${acquirer}) EXCEPT ALL (${terminal})) y) AS beyond,
                (SELECT count(*) FROM reconciliation_match WHERE type = 'matched') AS matched,
                (SELECT count(*) FROM (SELECT row_no FROM difference WHERE row_no IS NOT NULL GROUP BY row_no HAVING count(*) > 1) z) AS twice`,
        );
        expect([Number(rest!.beyond), Number(rest!.twice)]).toEqual([0, 0]);
        expect(Number(rest!.n) + Number(rest!.matched)).toBe(counts.matched);
      });
    },
  );

  it('confirms a batch whose rows agree on the day, came later or were paired by people, and none with a row missing', async () => {
    const row = (terminal: string, trace: number, businessDay = '2026-11-20') =>
      ({
        acquirer: 'acq',
        merchant: 'M1',
        terminal,
        batch: '1',
        trace: `${trace}`,
        businessDay,
        type: 'sale',
        amountMinor: 100 + trace,
        currency: 'EUR',
      }) as const;
    const terminal = [row('t1', 1), row('t1', 2), row('t1', 3), row('t2', 1), row('t2', 2), row('t3', 1), row('t3', 2)];
    const acquirer = [row('t1', 1), row('t1', 2), row('t1', 3, '2026-11-21'), row('t2', 1), row('t3', 1), row('t3', 9)];
    await withSides({ terminal, acquirer }, async ({ payments, fileId }) => {
      const confirmed = async () =>
        (
          await database.query<{ terminal_id: string }>(
            `SELECT terminal_id FROM batch b WHERE confirmed_by = $1 AND store_id = (SELECT store_id FROM card_transaction LIMIT 1) ORDER BY 1`,
            [fileId],
          )
        ).map(({ terminal_id }) => terminal_id);
      expect(await run(SCOPE)).toMatchObject({
        confirmed: 1,
        counts: { matched: 4, timing: 1, missingAtAcquirer: 2, missingAtTerminal: 1 },
      });
      expect(await confirmed()).toEqual(['t1']);
      await database.query(
        `INSERT INTO reconciliation_match (store_id, payment_id, file_id, row_no, acquirer_id, terminal_day, acquirer_day, type, forced_by)
         SELECT store_id, payment_id, $2, 6, 'acq', business_day, business_day, 'forced', gen_random_uuid() FROM card_transaction WHERE payment_id = $1`,
        [payments[6], fileId],
      );
      expect(await run(SCOPE)).toMatchObject({ confirmed: 1, counts: { missingAtAcquirer: 1, missingAtTerminal: 0 } });
      expect(await confirmed()).toEqual(['t1', 't3']);
    });
  });

  it('knows batches and traces by the numbers they show when those have wrapped', async () => {
    const row = (batch: number, trace: number, businessDay: string) =>
      ({
        acquirer: 'acq',
        merchant: 'M1',
        terminal: 't1',
        batch: `${batch}`,
        trace: `${trace}`,
        businessDay,
        type: 'sale',
        amountMinor: 500,
        currency: 'EUR',
      }) as const;
    const sides = {
      terminal: [
        row(9_999, 999_999, '2026-11-20'),
        row(10_000, 1, '2026-11-21'),
        row(10_001, 2, '2026-11-22'),
        row(19_999, 3, '2026-11-23'),
      ],
      acquirer: [row(9_999, 999_999, '2026-11-20'), row(1, 1, '2026-11-21'), row(2, 2, '2026-11-22'), row(1, 3, '2026-11-23')],
    };
    await withSides(sides, async (rows) => {
      expect(await run(SCOPE)).toMatchObject({ batches: 4, equalBatches: 4, confirmed: 4, counts: { matched: 4, unknownBatch: 0 } });
      expect((await stored(rows)).differences).toEqual([]);
    });
  });

  it.each([
    ['M1', 1],
    ['M0,M1', 1],
    ['', 1],
    ['M8,M9…', 1],
    ['M9', 0],
  ])('misses a sale at the acquirer only where a file of its merchant covers the day: %j', async (merchant, missing) => {
    const terminal = [
      {
        acquirer: 'acq',
        merchant: 'M1',
        terminal: 't1',
        batch: '1',
        trace: '1',
        businessDay: '2026-11-20',
        type: 'sale',
        amountMinor: 5,
        currency: 'EUR',
      },
    ] as const;
    await withSides({ terminal, acquirer: [] }, async () => {
      await database.query('UPDATE statement_file SET merchant = $1', [merchant]);
      expect((await run(SCOPE)).counts.missingAtAcquirer).toBe(missing);
    });
  });

  it('leaves terminals of another acquirer out where the own one names stores only', async () => {
    const sale = (terminal: string) =>
      ({
        acquirer: 'acq',
        merchant: 'M1',
        terminal,
        batch: '1',
        trace: '1',
        businessDay: '2026-11-20',
        type: 'sale',
        amountMinor: 5,
        currency: 'EUR',
      }) as const;
    await withSides({ terminal: [sale('t1'), sale('t2')], acquirer: [] }, async () => {
      await database.query("INSERT INTO acquirer VALUES ('bcq', 'Other', NULL, NULL, now(), now()) ON CONFLICT DO NOTHING");
      await database.query("UPDATE acquirer_terminal SET acquirer_id = 'bcq' WHERE terminal_id = 't2'");
      await database.query("DELETE FROM acquirer_terminal WHERE terminal_id IN ('t1', 't3')");
      await database.query(
        "INSERT INTO acquirer_terminal SELECT store_id, 'acq', 'M1', '', NULL, now() FROM card_transaction WHERE terminal_id = 't1'",
      );
      await run(SCOPE);
      expect(await database.query('SELECT type, terminal_id FROM difference')).toEqual([{ type: 'missingAtAcquirer', terminal_id: 't1' }]);
    });
  });

  it('day by day ends as all days at once', async () => {
    const sides = tangledSides(11, 160);
    let whole: Awaited<ReturnType<typeof stored>> | undefined;
    await withSides(sides, async (rows) => {
      await run(SCOPE);
      whole = await stored(rows);
    });
    await withSides(sides, async (rows) => {
      for (const day of ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23']) {
        const scope = { ...SCOPE, fromDay: addDays(day, -1), toDay: addDays(day, 1) };
        await run(scope);
      }
      // What the days one by one could not see of each other, the whole does.
      await run(SCOPE);
      const found = await database.query<{ n: number }>("SELECT count(*) AS n FROM difference WHERE state = 'open'");
      expect(found[0]!.n).toBe(whole!.differences.length);
      expect((await stored(rows)).matched).toEqual(whole!.matched);
    });
  });

  it('keeps either side’s row from being in two pairs', async () => {
    await withSides(tangledSides(3, 60), async () => {
      await run(SCOPE);
      const [pair] = await database.query<{ store_id: string; payment_id: string; file_id: string; row_no: number }>(
        'SELECT * FROM reconciliation_match LIMIT 1',
      );
      const again = (payment: string, row: number) =>
        database.query(
          `INSERT INTO reconciliation_match (store_id, payment_id, file_id, row_no, acquirer_id, terminal_day, acquirer_day, type, forced_by)
           VALUES ($1, $2, $3, $4, 'acq', '2026-11-20', '2026-11-20', 'forced', gen_random_uuid())`,
          [pair!.store_id, payment, pair!.file_id, row],
        );
      await expect(again(pair!.payment_id, 999_999)).rejects.toThrow(/unique|duplicate/);
      await expect(again(randomUUID(), Number(pair!.row_no))).rejects.toThrow(/unique|duplicate/);
    });
  });
});

function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}
