import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { imported, statementCsv, type TestLine, testAcquirer, testStatementsConfig, upload } from '../statements/statements.fixtures.js';
import { FEES_TOPIC } from './fees.service.js';
import { agreeOnTerms } from './terms.fixtures.js';

const LARGE = '00000000-0000-4000-8000-00000000feee';

let world: TestCore;
let hq: string;
beforeAll(async () => {
  world = await startTestCore({ config: { statements: await testStatementsConfig() } });
  hq = await world.signIn('hq');
  await testAcquirer(world, hq);
});
afterAll(() => world.stop());

const terms = (basis: 'row' | 'batch') =>
  agreeOnTerms(world, 'acq', {
    fees: { basis, rates: [{ currency: 'EUR', ratePpm: 2_500, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' }] },
  });
const checks = () =>
  world.database.query<Loose>(
    'SELECT batch_no, currency, rows, wrong_rows, rows_without_rate, expected_minor, charged_minor FROM fee_check ORDER BY batch_no::int, currency',
  );
const wrong = () =>
  world.database.query<Loose>(
    "SELECT batch_no, trace_no, terminal_minor, acquirer_minor FROM difference WHERE type = 'feeWrong' ORDER BY 1, 2",
  );

/** So many sales of 10.00 EUR, each with a fee of 3 where 2.5 is right. */
const rows = (batch: number, count: number, more: Partial<TestLine> = {}): TestLine[] =>
  Array.from({ length: count }, (_, i) => ({ batch, trace: i + 1, fee: -3, day: '2026-11-20', ...more }));

describe('fees on a batch basis', () => {
  it('are rounded once for the batch: what is right row by row is wrong there, and one difference', async () => {
    await terms('batch');
    // 2.5 + 2.5 = 5: the provider took 5 of the first batch, and 6 of the second.
    await upload(world, hq, statementCsv([...rows(1, 2).map((row, i) => ({ ...row, fee: i === 0 ? -3 : -2 })), ...rows(2, 2)]));
    await imported(world);
    expect(await checks()).toMatchObject([
      { batch_no: '1', rows: 2, wrong_rows: 0, expected_minor: -5, charged_minor: -5 },
      { batch_no: '2', rows: 2, expected_minor: -5, charged_minor: -6 },
    ]);
    expect(await wrong()).toMatchObject([{ batch_no: '2', terminal_minor: -5, acquirer_minor: -6 }]);
  });
});

describe('fees of a file with more rows than are read at once', () => {
  it('are checked all, whether a batch is larger than a page or ends on one, in each of its currencies', async () => {
    await terms('row');
    // Straight into the tables: so many rows that no terminal booked would keep matching busy, which isn't what this is about.
    await world.database.query(
      `INSERT INTO statement_file (file_id, kind, acquirer_id, name, digest, bytes, stored_as, state, channel, arrived_by, arrived_from, arrived_at, merchant, subject, period_from, period_to)
       VALUES ($1, 'acquirer', 'acq', 'large', 'large', 1, 'x', 'imported', 'upload', 't', 't', now(), 'M1', 'large', '2026-11-21', '2026-11-21')`,
      [LARGE],
    );
    await world.database.query(
      `INSERT INTO statement_row (store_id, file_id, row_no, acquirer_id, terminal_id, line, type, source_type, business_day, merchant_no, terminal_no, batch_no, trace_no, reference,
                                  merchant_reference, authorisation, currency, gross_minor, fee_minor, net_minor, fee_remainder, payout)
       SELECT 'berlin', $1, n, 'acq', 'berlin-1', n + 1, 'sale', 'sale', '2026-11-21', 'M1', 'T1', b.batch, n::text, '', '', '', b.currency, 1000,
              CASE WHEN n = ANY($2) THEN -4 ELSE -3 END, 997, 0, ''
         FROM (VALUES ('11', 'EUR', 0, 55000), ('12', 'EUR', 55000, 59000), ('13', 'EUR', 59000, 63000), ('14', 'EUR', 63000, 67000), ('15', 'EUR', 67000, 71000), ('16', 'EUR', 71000, 75000),
                      ('17', 'EUR', 75000, 79000), ('17', 'USD', 79000, 79500)) AS b (batch, currency, after, through)
         CROSS JOIN LATERAL generate_series(b.after + 1, b.through) AS n`,
      [LARGE, [1, 50_000, 50_001, 55_000, 55_001, 79_000]],
    );
    await world.database.query('INSERT INTO outbox (topic, key, payload) VALUES ($1, $2, $3)', [
      FEES_TOPIC,
      LARGE,
      JSON.stringify({ fileId: LARGE, acquirerId: 'acq', after: null }),
    ]);
    await world.settle();
    const found = (await checks()).filter(({ batch_no }) => Number(batch_no) > 10);
    expect(
      found.map(({ batch_no, currency, rows: n, wrong_rows, rows_without_rate }) => [batch_no, currency, n, wrong_rows, rows_without_rate]),
    ).toEqual([
      ['11', 'EUR', 55_000, 4, 0],
      ['12', 'EUR', 4_000, 1, 0],
      ['13', 'EUR', 4_000, 0, 0],
      ['14', 'EUR', 4_000, 0, 0],
      ['15', 'EUR', 4_000, 0, 0],
      ['16', 'EUR', 4_000, 0, 0],
      ['17', 'EUR', 4_000, 1, 0],
      ['17', 'USD', 500, 0, 500],
    ]);
    expect((await wrong()).filter(({ batch_no }) => Number(batch_no) > 10)).toHaveLength(6);
  }, 120_000);
});
