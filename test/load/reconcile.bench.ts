import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';
import { type GeneratedFiles, generateFiles } from './reconcile.files.js';
import type { MeasuredRun } from './reconcile.run.js';

const ROWS = 1_000_000;
const LARGE_ROWS = 10_000_000;
const ROUNDS = 5;
const SEED = 20_260_302;
const RUN = fileURLToPath(new URL('./reconcile.run.js', import.meta.url));
const RUN_OUTPUT_BYTES = 100_000_000;

/** `tillward reconcile` on generated files against DuckDB on the same files, each in processes of their own by turns; then 10M × 10M rows once, ours only. */
export const reconcileBenchmark: Benchmark = {
  name: 'reconcile',
  measures: 'seconds to match 1M × 1M rows of CSV with 0.1 % planted differences, each typed right; then 10M × 10M for memory',
  against: 'DuckDB: one GROUP BY over both files that finds the keys which differ, same run',
  run: measure,
};

interface Files {
  readonly terminal: string;
  readonly acquirer: string;
}

async function measure(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tillward-reconcile-'));
  const files = { terminal: join(folder, 'terminal.csv'), acquirer: join(folder, 'acquirer.csv') };
  try {
    const generated = generateFiles(files, ROWS, SEED);
    const megabytes = (statSync(files.terminal).size + statSync(files.acquirer).size) / 1e6;
    say(`${ROWS} × ${ROWS} rows, ${Math.round(megabytes)} MB, ${generated.planted.length} differences planted, seed ${SEED}`);
    const rounds: { ours: MeasuredRun; duckdb: MeasuredRun }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ours = await run('ours', files);
      checkFound(ours, generated);
      const duckdb = await run('duckdb', files);
      say(
        `round ${round + 1}: ${ours.seconds.toFixed(2)} s, ${Math.round(ours.peakMb)} MB; DuckDB ${duckdb.seconds.toFixed(2)} s, ${Math.round(duckdb.peakMb)} MB`,
      );
      rounds.push({ ours, duckdb });
    }
    const large = await measureLarge(files, say);
    const middle = (of: (round: (typeof rounds)[number]) => number) => rounded(median(rounds.map(of)));
    return {
      name: 'reconcile',
      value: middle(({ ours }) => ours.seconds),
      unit: 's',
      peer: { name: 'DuckDB, one GROUP BY over both files, default threads', value: middle(({ duckdb }) => duckdb.seconds) },
      ratio: middle(({ ours, duckdb }) => ours.seconds / duckdb.seconds),
      target: 1,
      cpuSeconds: middle(({ ours }) => ours.cpuSeconds),
      peerCpuSeconds: middle(({ duckdb }) => duckdb.cpuSeconds),
      peakMb: Math.round(Math.max(...rounds.map(({ ours }) => ours.peakMb))),
      peerPeakMb: Math.round(Math.max(...rounds.map(({ duckdb }) => duckdb.peakMb))),
      rows: generated.rows,
      megabytes: Math.round(megabytes),
      planted: generated.planted.length,
      typedRight: true,
      rounds: ROUNDS,
      seed: SEED,
      large,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureLarge(files: Files, say: (line: string) => void): Promise<Record<string, number>> {
  const generated = generateFiles(files, LARGE_ROWS, SEED);
  const ours = await run('ours', files);
  checkFound(ours, generated);
  say(
    `${LARGE_ROWS} × ${LARGE_ROWS} rows: ${ours.seconds.toFixed(1)} s, ${Math.round(ours.peakMb)} MB, all ${generated.planted.length} differences typed right`,
  );
  return { rowsEach: LARGE_ROWS, seconds: rounded(ours.seconds), peakMb: Math.round(ours.peakMb), planted: generated.planted.length };
}

async function run(who: 'ours' | 'duckdb', { terminal, acquirer }: Files): Promise<MeasuredRun> {
  const { stdout } = await promisify(execFile)(process.execPath, [RUN, who, terminal, acquirer], { maxBuffer: RUN_OUTPUT_BYTES });
  return JSON.parse(stdout) as MeasuredRun;
}

/** A figure counts only when every planted difference was found with its type, and nothing else. */
function checkFound({ found, matched }: MeasuredRun, { planted, rows }: GeneratedFiles): void {
  const expected = planted.map(({ type, terminal, trace }) => `${type} ${terminal} ${trace}`).sort();
  const got = Array.isArray(found) ? [...found].sort() : [];
  const wrong = got.filter((one, n) => one !== expected[n]).length + Math.abs(got.length - expected.length);
  if (wrong > 0) throw new Error(`${wrong} of ${expected.length} planted differences were not found as planted`);
  const alone = planted.filter(({ type }) => type === 'missingAtAcquirer' || type === 'duplicateAtTerminal').length;
  const paired = planted.filter(({ type }) => !type.startsWith('missing') && !type.startsWith('duplicate')).length;
  if (matched + alone + paired !== rows.terminal) throw new Error(`${matched} rows matched of ${rows.terminal}`);
}
