import { performance } from 'node:perf_hooks';
import { reconciliationSettings, spellResult } from '@tillward/reconciliation';
import { reconcileFiles } from 'tillward';

/** One measured comparison: a process of its own, so that its memory and its warm-up are its own. `ours` and `duckdb` measure what they do, not the start of the process. */
export interface MeasuredRun {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  /** Ours: every difference as `type terminal trace`. DuckDB: how many keys differ. */
  readonly found: readonly string[] | number;
  readonly matched: number;
}

const MB = 1_048_576;

async function ours(terminal: string, acquirer: string): Promise<MeasuredRun> {
  const started = performance.now();
  const { matched, batches, counts } = await reconcileFiles({ terminal, acquirer, settings: reconciliationSettings() });
  const seconds = (performance.now() - started) / 1_000;
  const found = Array.from({ length: matched.count }, (_, n) => {
    const { type, terminal: left, acquirer: right } = spellResult(matched, batches, n);
    const row = (left ?? right)!;
    return `${type} ${row.terminal} ${row.trace}`;
  });
  return { seconds, found, matched: counts.matched, ...used() };
}

/** The peer: one GROUP BY over both files that finds the keys which differ, columns declared, default threads. It types nothing. */
async function duckdb(terminal: string, acquirer: string): Promise<MeasuredRun> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const texts = ['acquirer', 'merchant', 'terminal', 'batch', 'trace', 'reference', 'business_day', 'type'].map(
    (name) => `'${name}': 'VARCHAR'`,
  );
  const columns = [...texts, "'amount_minor': 'BIGINT'", "'currency': 'VARCHAR'", "'fee_minor': 'BIGINT'", "'card_kind': 'VARCHAR'"].join(
    ', ',
  );
  const read = (file: string) =>
    `read_csv('${file}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {${columns}})`;
  const key = 'acquirer, merchant, terminal, batch, trace, business_day, type';
  const sql = `SELECT ${key}, sum(t) AS t, sum(a) AS a, sum(terminal_minor) AS terminal_minor, sum(acquirer_minor) AS acquirer_minor FROM (
      SELECT ${key}, 1 AS t, 0 AS a, amount_minor AS terminal_minor, 0 AS acquirer_minor FROM ${read(terminal)}
      UNION ALL SELECT ${key}, 0, 1, 0, amount_minor FROM ${read(acquirer)})
    GROUP BY ${key} HAVING sum(t) <> sum(a) OR sum(terminal_minor) <> sum(acquirer_minor)`;
  const started = performance.now();
  const result = await connection.runAndReadAll(sql);
  const seconds = (performance.now() - started) / 1_000;
  return { seconds, found: result.currentRowCount, matched: 0, ...used() };
}

function used(): { cpuSeconds: number; peakMb: number } {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, peakMb: (process.resourceUsage().maxRSS * 1_024) / MB };
}

const [who, terminal, acquirer] = process.argv.slice(2);
if (terminal === undefined || acquirer === undefined) throw new Error('usage: reconcile.run.js ours|duckdb TERMINAL ACQUIRER');
const measured = await (who === 'ours' ? ours : duckdb)(terminal, acquirer);
// The whole answer is to be out before the process ends.
await new Promise((resolve) => process.stdout.write(JSON.stringify(measured), resolve));
process.exit(0);
