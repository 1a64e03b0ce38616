import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, matchOnce, migrate, migrations } from '@tillward/core';
import { NO_ROW, RESULT_TYPES, reconciliationSettings } from '@tillward/reconciliation';
import pg from 'pg';
import { reconcileFiles } from 'tillward';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dice } from './dice.js';

/** One transaction as one side writes it; empty where that side has no such number. */
interface Row {
  readonly terminal: string;
  readonly batch: number;
  readonly day: string;
  readonly type: 'sale' | 'refund';
  readonly trace: string;
  readonly reference: string;
  readonly minor: number;
  readonly currency: string;
}

const SEED = Number(process.env['SEED'] ?? 20_261_122);
const ROWS = 3_000;
const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22'];
/** One row in so many is spoilt. */
const ONE_IN = 12;
/** Fees are no part of this: core holds them against the provider's schedule, terminals book none. */
const TYPES = RESULT_TYPES.filter((type) => type !== 'feeWrong');

/**
 * Two sides of one acquirer with every result type. Of each three terminals one knows trace numbers only, one the provider's references only, one both; the acquirer writes all it has, and some rows lack
 * one of them.
 */
function sides(below: (below: number) => number): { terminal: Row[]; acquirer: Row[] } {
  const terminal: Row[] = [];
  const acquirer: Row[] = [];
  for (let i = 0; i < ROWS; i++) {
    const kind = i % 3;
    const refund = below(9) === 0;
    const row: Row = {
      terminal: `t${1 + (i % 6)}`,
      batch: 1 + (Math.floor(i / 6) % 3),
      day: DAYS[Math.floor(i / 6) % 3]!,
      type: refund ? 'refund' : 'sale',
      trace: `${1 + Math.floor(i / 18)}`,
      reference: `R${100_000 + i}`,
      minor: (refund ? -1 : 1) * (100 + below(4_000)),
      currency: 'EUR',
    };
    const mine = { ...row, trace: kind === 1 ? '' : row.trace, reference: kind === 0 ? '' : row.reference };
    const theirs = {
      ...row,
      trace: kind === 1 || below(30) === 0 ? '' : row.trace,
      reference: kind === 2 && below(30) === 0 ? '' : row.reference,
    };
    const spoilt = below(ONE_IN) === 0 ? below(9) : -1;
    if (spoilt !== 0) terminal.push(mine);
    if (spoilt === 1) terminal.push(mine);
    if (spoilt === 2) continue;
    if (spoilt === 3) acquirer.push(theirs);
    const changes: Partial<Row>[] = [
      {},
      {},
      {},
      {},
      { minor: row.minor + Math.sign(row.minor) },
      { minor: row.minor - Math.sign(row.minor) },
      { currency: 'USD' },
      { day: DAYS[Math.min(2, DAYS.indexOf(row.day) + 1)]! },
      { batch: 77 },
    ];
    acquirer.push({ ...theirs, ...changes[spoilt] });
  }
  return { terminal, acquirer };
}

function csv(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    ['M1', row.terminal, row.batch, row.trace, row.reference, row.day, row.type, row.minor, row.currency].join(','),
  );
  return `${['merchant,terminal,batch,trace,reference,business_day,type,amount_minor,currency', ...lines].join('\n')}\n`;
}

const STORE_SIDES = [
  `INSERT INTO chain VALUES ('c', 'Chain')`,
  `INSERT INTO store (store_id, chain_id, position, name, city, time_zone, currency) VALUES ('s', 'c', 0, 's', 'Berlin', 'Europe/Berlin', 'EUR')`,
  `INSERT INTO gateway VALUES ('s', 'g', NULL)`,
  `INSERT INTO acquirer VALUES ('acq', 'Acquirer', NULL, NULL, now(), now())`,
  `INSERT INTO terminal (store_id, terminal_id, gateway_id, position, name, brand, model, driver, currency, connection)
   SELECT 's', 't' || n, 'g', n, 'T', 'Brand', 'Model', 'nexo', 'EUR', '{}' FROM generate_series(1, 6) n`,
  `INSERT INTO acquirer_terminal SELECT 's', 'acq', 'M1', terminal_id, terminal_id, now() FROM terminal`,
  `INSERT INTO card_transaction (store_id, payment_id, gateway_id, terminal_id, batch_no, business_day, state, amount_minor, currency, trace_no, provider_reference, kind, started_at)
   SELECT 's', lpad(to_hex(n.i), 32, '0')::uuid, 'g', r->>'terminal', (r->>'batch')::int, (r->>'day')::date, 'completed', abs((r->>'minor')::bigint), r->>'currency',
          nullif(r->>'trace', '')::int, 'POI1.' || nullif(r->>'reference', ''), r->>'type', timestamptz '2026-11-20' + n.i * interval '1 s'
     FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS n (r, i)`,
  `INSERT INTO batch (store_id, terminal_id, batch_no, gateway_id, business_day, state, currency, journal_minor, journal_count, opened_at, settled_at)
   SELECT store_id, terminal_id, batch_no, 'g', min(business_day), 'settled', 'EUR', 0, count(*), now(), now() FROM card_transaction GROUP BY 1, 2, 3`,
  `INSERT INTO statement_file (file_id, kind, acquirer_id, name, digest, bytes, stored_as, state, channel, arrived_by, arrived_from, arrived_at, merchant, subject, period_from, period_to)
   VALUES ('00000000-0000-4000-8000-000000000001', 'acquirer', 'acq', 'f', 'd', 1, 'x', 'imported', 'upload', 't', 't', now(), 'M1', 's', '2026-11-20', '2026-11-22')`,
  `INSERT INTO statement_row (store_id, file_id, row_no, acquirer_id, terminal_id, line, type, source_type, business_day, merchant_no, terminal_no, batch_no, trace_no, reference,
                              merchant_reference, authorisation, currency, gross_minor, fee_minor, net_minor, fee_remainder, payout)
   SELECT 's', '00000000-0000-4000-8000-000000000001', n.i, 'acq', r->>'terminal', n.i + 1, r->>'type', r->>'type', (r->>'day')::date, 'M1', r->>'terminal', r->>'batch', r->>'trace',
          r->>'reference', '', '', r->>'currency', (r->>'minor')::bigint, 0, (r->>'minor')::bigint, 0, ''
     FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS n (r, i)`,
];

let folder: string;
let server: pg.Client;
let database: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tillward-both-'));
  server = new pg.Client({ connectionString: process.env['TILLWARD_TEST_DATABASE_URL'] });
  await server.connect();
  database = `both_${randomBytes(6).toString('hex')}`;
  await server.query(`CREATE DATABASE ${database}`);
});
afterAll(async () => {
  await server.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await server.end();
  await rm(folder, { recursive: true, force: true });
});

describe('the engine on files and the run in PostgreSQL', () => {
  it(`find the same differences in the same rows, seed ${SEED}`, async () => {
    const { terminal, acquirer } = sides(dice(SEED));
    const files = { terminal: join(folder, 'terminal.csv'), acquirer: join(folder, 'acquirer.csv') };
    await writeFile(files.terminal, csv(terminal));
    await writeFile(files.acquirer, csv(acquirer));
    const { counts, matched } = await reconcileFiles({ ...files, settings: reconciliationSettings() });
    // Line 1 is the header; both are told as numbers of rows from 1.
    const fromFiles = Array.from({ length: matched.count }, (_, n) => {
      const place = (rows: { line: Uint32Array }, row: number) => (row === NO_ROW ? '-' : rows.line[row]! - 1);
      return `${RESULT_TYPES[matched.type[n]!]} ${place(matched.terminalRows, matched.terminal[n]!)} ${place(matched.acquirerRows, matched.acquirer[n]!)}`;
    });
    expect(TYPES.filter((type) => counts[type] === 0)).toEqual([]);

    const url = new URL(process.env['TILLWARD_TEST_DATABASE_URL']!);
    url.pathname = `/${database}`;
    await migrate(url.href, migrations);
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      for (const statement of STORE_SIDES) {
        const rows = statement.includes('$1') ? [JSON.stringify(statement.includes('statement_row') ? acquirer : terminal)] : [];
        await client.query(statement, rows);
      }
      const { identity, timingDays } = reconciliationSettings();
      const run = { acquirerId: 'acq', fromDay: DAYS[0]!, toDay: DAYS[2]!, identity, timingDays, amountToleranceMinor: {} };
      const outcome = await matchOnce(url.href, createLog('silent'), run);
      expect(outcome.counts).toEqual(counts);
      const stored = await client.query<{ type: string; payment: string | null; row_no: string | null }>(
        "SELECT type, ltrim(replace(payment_id::text, '-', ''), '0') AS payment, row_no FROM difference",
      );
      const fromDatabase = stored.rows.map(
        ({ type, payment, row_no }) => `${type} ${payment === null ? '-' : Number.parseInt(payment, 16)} ${row_no ?? '-'}`,
      );
      expect(fromDatabase.toSorted()).toEqual(fromFiles.toSorted());
    } finally {
      await client.end();
    }
  });
});
