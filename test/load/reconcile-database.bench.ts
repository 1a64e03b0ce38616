import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, type MatchingOutcome, matchOnce, migrate, migrations } from '@tillward/core';
import pg from 'pg';
import { startEmbeddedPostgres } from 'tillward';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';
import { cpuSecondsOfTree } from './machine.js';

const ROWS = 1_000_000;
const STORES = 200;
const TERMINALS_PER_STORE = 50;
/** A terminal's day: one batch. */
const ROWS_PER_BATCH = ROWS / STORES / TERMINALS_PER_STORE;
/** One row in so many is spoilt, in one of {@link KINDS}. */
const ONE_IN = 1_000;
const ROUNDS = 3;
const SEED = 20_261_121;
const DAY = '2026-11-21';
const KINDS = [
  'amountOver',
  'amountUnder',
  'missingAtAcquirer',
  'missingAtTerminal',
  'duplicateAtAcquirer',
  'duplicateAtTerminal',
  'currency',
  'timing',
  'unknownBatch',
] as const;

/** Seconds of one run over a million rows on either side, from the first statement to the commit: totals, drill, pairs, differences with their owners, confirmed batches. */
export const reconcileDatabaseBenchmark: Benchmark = {
  name: 'reconcile-database',
  measures:
    'seconds to match 1M × 1M rows in PostgreSQL, 0.1 % of them spoilt, with everything persisted; every difference must be typed as it was planted',
  against: 'reading and adding up both tables, same run',
  run: measure,
};

async function measure(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
  try {
    await migrate(postgres.url, migrations);
    const client = new pg.Client({ connectionString: postgres.url });
    // The server ends it when a round failed; what failed is told by that round.
    client.on('error', () => undefined);
    await client.connect();
    say(`seeding ${ROWS} rows a side from ${SEED}`);
    for (const statement of SEEDING) await client.query(statement);
    const rounds: { seconds: number; limit: number; cpu: number }[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      for (const statement of FRESH) await client.query(statement);
      const limit = await seconds(() => client.query(BARE));
      const before = cpuSecondsOfTree(postgres.pid) ?? Number.NaN;
      const outcome = await matchOnce(postgres.url, createLog('silent'), {
        acquirerId: 'acq',
        fromDay: DAY,
        toDay: '2026-11-22',
        identity: 'trace',
        timingDays: 1,
        amountToleranceMinor: {},
      });
      const cpu = (cpuSecondsOfTree(postgres.pid) ?? Number.NaN) - before;
      check(outcome);
      await checkStored(client);
      rounds.push({ seconds: outcome.seconds, limit, cpu });
      say(
        `round ${i + 1}: ${outcome.seconds.toFixed(2)} s, both tables read and added up in ${limit.toFixed(2)} s; ${outcome.equalBatches} of ${outcome.batches} batches equal`,
      );
      say(
        Object.entries(outcome.stepMs)
          .map(([step, ms]) => `${step} ${ms}`)
          .join(', '),
      );
    }
    await client.end();
    const value = median(rounds.map((round) => round.seconds));
    return {
      name: 'reconcile-database',
      value: rounded(value),
      unit: 's',
      limit: { name: 'reading and adding up both tables', value: rounded(median(rounds.map((round) => round.limit))) },
      ratio: rounded(median(rounds.map((round) => round.seconds / round.limit))),
      cpuSPerMillion: rounded(median(rounds.map((round) => round.cpu)) / (ROWS / 1e6)),
      target: 5,
      rowsPerSide: ROWS,
      batches: STORES * TERMINALS_PER_STORE,
      planted: ROWS / ONE_IN,
      rounds: rounds.map((round) => ({ value: rounded(round.seconds), limit: rounded(round.limit) })),
      seed: SEED,
    };
  } finally {
    await postgres.stop();
    // For root the cluster may live outside of the folder, where the server's account can enter.
    await rm(postgres.dataDir, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

/** A figure counts only when all that was planted was found as what it is, and nothing else. */
function check({ counts }: MatchingOutcome): void {
  for (const [kind, type] of KINDS.entries()) {
    const planted = Math.ceil((ROWS / ONE_IN - kind) / KINDS.length);
    if (counts[type] !== planted) throw new Error(`${planted} of ${type} were planted, ${counts[type]} found`);
  }
  // What is there twice is matched once.
  const twice = counts.duplicateAtAcquirer + counts.duplicateAtTerminal;
  const matched = ROWS - ROWS / ONE_IN + twice;
  if (counts.matched !== matched) throw new Error(`${matched} rows should match, ${counts.matched} do`);
}

async function checkStored(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ differences: string; batches: string; confirmed: string; equal: string }>(
    `SELECT (SELECT count(*) FROM difference) AS differences, (SELECT count(*) FROM reconciliation_batch) AS batches,
            (SELECT count(*) FROM batch WHERE confirmed_by IS NOT NULL) AS confirmed, (SELECT count(*) FROM reconciliation_batch WHERE equal) AS equal`,
  );
  const [row] = rows;
  if (Number(row?.differences) !== ROWS / ONE_IN) throw new Error(`${row?.differences} differences are stored`);
  if (Number(row?.batches) < STORES * TERMINALS_PER_STORE) throw new Error(`${row?.batches} batches are stored`);
  if (Number(row?.confirmed) < Number(row?.equal)) throw new Error(`${row?.confirmed} of ${row?.equal} equal batches are confirmed`);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const STORE = `'s' || lpad((i / ${ROWS / STORES})::text, 3, '0')`;
const TERMINAL = `'t' || lpad((i / ${ROWS_PER_BATCH} % ${TERMINALS_PER_STORE})::text, 2, '0')`;
const AMOUNT = `(100 + abs(hashint8extended(i, ${SEED})) % 20000)`;
/** One row of each thousand, at a place the seed decides; its kind follows from which thousand. */
const SPOILT = `(i % ${ONE_IN} = abs(hashint8extended(i / ${ONE_IN}, ${SEED + 1})) % ${ONE_IN})`;
const spoiltAs = (type: (typeof KINDS)[number]) => `(${SPOILT} AND i / ${ONE_IN} % ${KINDS.length} = ${KINDS.indexOf(type)})`;
const FILE = '00000000-0000-4000-8000-000000000001';

const SEEDING = [
  `INSERT INTO chain VALUES ('c', 'Chain')`,
  `INSERT INTO acquirer VALUES ('acq', 'Acquirer', NULL, NULL, now(), now())`,
  `INSERT INTO store (store_id, chain_id, position, name, city, time_zone, currency)
   SELECT 's' || lpad(n::text, 3, '0'), 'c', n, 'Store', 'City', 'Europe/Berlin', 'EUR' FROM generate_series(0, ${STORES - 1}) n`,
  `INSERT INTO gateway SELECT store_id, 'g-' || store_id, NULL FROM store`,
  `INSERT INTO terminal (store_id, terminal_id, gateway_id, position, name, brand, model, driver, currency, connection)
   SELECT store_id, 't' || lpad(n::text, 2, '0'), 'g-' || store_id, n, 'Till', 'Brand', 'Model', 'zvt', 'EUR', '{}' FROM store, generate_series(0, ${TERMINALS_PER_STORE - 1}) n`,
  `INSERT INTO acquirer_terminal SELECT store_id, 'acq', 'M1', store_id || terminal_id, terminal_id, now() FROM terminal`,
  `INSERT INTO card_transaction (store_id, payment_id, gateway_id, terminal_id, batch_no, business_day, state, amount_minor, currency, operator_id, till_id, trace_no, receipt_no,
                                 card_last4, card_name, started_at, finished_at)
   SELECT ${STORE}, md5(i || '/' || copy)::uuid, 'g-' || ${STORE}, ${TERMINAL}, 1, '${DAY}', 'completed', ${AMOUNT}, 'EUR', 'operator', 'till-1', i % ${ROWS_PER_BATCH} + 1,
          i % ${ROWS_PER_BATCH} + 1, '1234', 'girocard', timestamptz '${DAY}' + i * interval '50 ms', timestamptz '${DAY}' + i * interval '50 ms'
     FROM generate_series(0, ${ROWS - 1}) AS i, generate_series(0, 1) AS copy
    WHERE (copy = 0 OR ${spoiltAs('duplicateAtTerminal')}) AND NOT ${spoiltAs('missingAtTerminal')} ORDER BY i, copy`,
  `INSERT INTO batch (store_id, terminal_id, batch_no, gateway_id, business_day, state, currency, journal_minor, journal_count, opened_at, settled_at)
   SELECT store_id, terminal_id, batch_no, min(gateway_id), min(business_day), 'settled', 'EUR', sum(amount_minor), count(*), min(started_at), max(started_at)
     FROM card_transaction GROUP BY 1, 2, 3`,
  `INSERT INTO statement_file (file_id, kind, acquirer_id, name, digest, bytes, stored_as, state, channel, arrived_by, arrived_from, arrived_at, merchant, subject, period_from, period_to)
   VALUES ('${FILE}', 'acquirer', 'acq', 'f', 'd', 1, 'x', 'imported', 'upload', 't', 't', now(), 'M1', 's', '${DAY}', '2026-11-22')`,
  `INSERT INTO statement_row (store_id, file_id, row_no, acquirer_id, terminal_id, line, type, source_type, business_day, at, merchant_no, terminal_no, batch_no, trace_no, reference,
                              merchant_reference, authorisation, currency, gross_minor, fee_minor, net_minor, fee_remainder, payout)
   SELECT ${STORE}, '${FILE}', i * 2 + copy, 'acq', ${TERMINAL}, i + 2, 'sale', 'SALE', CASE WHEN ${spoiltAs('timing')} THEN date '2026-11-22' ELSE date '${DAY}' END, '${DAY}T12:00:00', 'M1',
          ${STORE} || ${TERMINAL}, CASE WHEN ${spoiltAs('unknownBatch')} THEN '9998' ELSE '1' END, (i % ${ROWS_PER_BATCH} + 1)::text, lpad(i::text, 12, '0'), '', '',
          CASE WHEN ${spoiltAs('currency')} THEN 'USD' ELSE 'EUR' END,
          ${AMOUNT} + CASE WHEN ${spoiltAs('amountOver')} THEN 1 WHEN ${spoiltAs('amountUnder')} THEN -1 ELSE 0 END, -10, ${AMOUNT} - 10, 0, 'P1'
     FROM generate_series(0, ${ROWS - 1}) AS i, generate_series(0, 1) AS copy
    WHERE (copy = 0 OR ${spoiltAs('duplicateAtAcquirer')}) AND NOT ${spoiltAs('missingAtAcquirer')} ORDER BY i, copy`,
  'VACUUM (ANALYZE)',
  'CHECKPOINT',
];

/** What an earlier round derived is gone: every round is the first. */
const FRESH = [
  'TRUNCATE correcting_entry, remedy_request, difference, difference_event, reconciliation_match, reconciliation_batch, reconciliation_run, batch_event',
  'UPDATE batch SET confirmed_by = NULL, confirmed_minor = NULL, confirmed_at = NULL',
  'VACUUM (ANALYZE) batch',
  'CHECKPOINT',
];

const BARE = `SELECT (SELECT count(*) || ' ' || sum(amount_minor) FROM card_transaction WHERE business_day BETWEEN '${DAY}' AND '2026-11-22'),
                     (SELECT count(*) || ' ' || sum(gross_minor) FROM statement_row WHERE business_day BETWEEN '${DAY}' AND '2026-11-22')`;
