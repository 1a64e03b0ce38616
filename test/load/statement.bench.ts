import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';
import { type GeneratedFile, writeAdyenFile, writeCamtFile } from './statement.files.js';
import { eachChunk, readStatement } from './statement.read.js';
import type { StatementWorkerReport } from './statement.worker.js';

const SEED = 20_261_120;
const ROUNDS = 5;
const CSV_BYTES = 150_000_000;
const CAMT_BYTES = 75_000_000;
const LARGE_BYTES = 1_000_000_000;

/** Statement readers on one core, against reading the same file and looking for its line ends. */
export const statementBenchmark: Benchmark = {
  name: 'statement',
  measures: "MB/s of an acquirer's CSV and of camt.053 read, typed, added up and checked on one core; peak RSS for a file of 1 GB",
  against: 'read + newline scan of the same file, same run',
  run: measureStatements,
};

interface Rate {
  readonly wall: number;
  readonly cpu: number;
}

/** One round: each file parsed, and its scan right after. */
interface Round {
  readonly csv: Rate;
  readonly csvScan: Rate;
  readonly camt: Rate;
  readonly camtScan: Rate;
}

async function measureStatements(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = mkdtempSync(join(tmpdir(), 'tillward-statement-bench-'));
  const removed = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removed);
  try {
    const [csvPath, camtPath] = [join(folder, 'adyen.csv'), join(folder, 'camt053.xml')];
    const csvFile = writeAdyenFile(csvPath, CSV_BYTES, SEED);
    const camtFile = writeCamtFile(camtPath, CAMT_BYTES, SEED);
    const rounds: Round[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const one = {
        csv: parseRate(csvPath, csvFile),
        csvScan: scanRate(csvPath, csvFile),
        camt: parseRate(camtPath, camtFile),
        camtScan: scanRate(camtPath, camtFile),
      };
      // The first round warms everything up, the page cache too.
      if (round === 0) continue;
      rounds.push(one);
      say(
        `round ${round}: CSV ${told(one.csv)}, its scan ${told(one.csvScan)}; camt.053 ${told(one.camt)}, its scan ${told(one.camtScan)}`,
      );
    }
    rmSync(csvPath);
    rmSync(camtPath);
    const of = (pick: (round: Round) => number) => median(rounds.map(pick));
    const large = await largeFile(folder, say);
    const ratio = of(({ csv, csvScan }) => csv.wall / csvScan.wall);
    return {
      name: 'statement',
      value: rounded(of(({ csv }) => csv.wall)),
      unit: 'MB/s of CSV',
      limit: { name: 'read + newline scan of the same file', value: rounded(of(({ csvScan }) => csvScan.wall)) },
      ratio: rounded(ratio),
      target: 150,
      perCpuSecond: rounded(of(({ csv }) => csv.cpu)),
      camt053: {
        value: rounded(of(({ camt }) => camt.wall)),
        unit: 'MB/s',
        limit: rounded(of(({ camtScan }) => camtScan.wall)),
        ratio: rounded(of(({ camt, camtScan }) => camt.wall / camtScan.wall)),
        target: 40,
        perCpuSecond: rounded(of(({ camt }) => camt.cpu)),
      },
      largeFile: large,
      cpuSPerMillion: rounded(csvFile.bytes / csvFile.rows / of(({ csv }) => csv.cpu)),
      rounds: ROUNDS,
      seed: SEED,
    };
  } finally {
    process.off('exit', removed);
    removed();
  }
}

function told({ wall, cpu }: Rate): string {
  return `${Math.round(wall)} MB/s (${Math.round(cpu)} a CPU second)`;
}

function parseRate(path: string, file: GeneratedFile): Rate {
  return rate(file.bytes, () => {
    const rows = readStatement(path);
    if (rows !== file.rows) throw new Error(`${rows} rows read of ${file.rows}`);
  });
}

function scanRate(path: string, file: GeneratedFile): Rate {
  return rate(file.bytes, () => {
    let lines = 0;
    eachChunk(path, (chunk) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    });
    if (lines < file.rows) throw new Error(`${lines} lines seen of ${file.rows}`);
  });
}

function rate(bytes: number, work: () => void): Rate {
  const before = process.cpuUsage();
  const started = performance.now();
  work();
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return { wall: bytes / 1_000_000 / seconds, cpu: bytes / (user + system) };
}

/** Reads a file of 1 GB in a process of its own and tells the most memory it took. */
async function largeFile(folder: string, say: (line: string) => void): Promise<object> {
  const path = join(folder, 'large.csv');
  const file = writeAdyenFile(path, LARGE_BYTES, SEED);
  const child = fork(new URL('./statement.worker.js', import.meta.url), [path]);
  const [report] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the reading process ended with ${code}`);
    }),
  ])) as [StatementWorkerReport];
  rmSync(path);
  if (report.rows !== file.rows) throw new Error(`${report.rows} rows read of ${file.rows}`);
  const peak = report.peakRssBytes / 1_000_000;
  say(`${Math.round(file.bytes / 1_000_000)} MB in a process of its own: peak RSS ${Math.round(peak)} MB`);
  return { megabytes: Math.round(file.bytes / 1_000_000), peakRssMegabytes: rounded(peak), target: 150 };
}
