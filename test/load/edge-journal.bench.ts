import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Journal } from '@tillward/edge-agent';
import { type Benchmark, type BenchmarkResult, median, rounded } from './benchmark.js';

const ROUNDS = 5;
const SIZES = [
  { perCommit: 1, commits: 2_000 },
  { perCommit: 100, commits: 200 },
] as const;
const HASH = 'a'.repeat(64);

/** The agent's journal against SQLite without it: the same rows, table and pragmas, each transaction synced. */
export const edgeJournalBenchmark: Benchmark = {
  name: 'edge-journal',
  measures: 'synced appends/s of the edge agent’s journal (serialise, hash, chain, insert, commit) at 1 and 100 entries a commit',
  against: 'bare node:sqlite with the same rows, table and pragmas, same run',
  run: measureEdgeJournal,
};

async function measureEdgeJournal(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
  try {
    const journal = new Journal({ dataDir: join(folder, 'agent'), store: 'bench', gateway: 'gw-bench', now: () => Date.now() });
    const bare = bareSqlite(join(folder, 'bare.sqlite'));
    const figures = SIZES.map(({ perCommit, commits }) => {
      const rounds = Array.from({ length: ROUNDS + 1 }, () => ({
        journal: rate(perCommit * commits, () => appendMany(journal, perCommit, commits)),
        bare: rate(perCommit * commits, () => bare.insertMany(perCommit, commits)),
      })).slice(1);
      const value = median(rounds.map((round) => round.journal));
      const limit = median(rounds.map((round) => round.bare));
      // Each round's two halves ran next to each other; the ratio is taken there, where the disk was the same.
      const ratio = median(rounds.map((round) => round.journal / round.bare));
      say(`${perCommit} a commit: journal ${Math.round(value)}/s, bare SQLite ${Math.round(limit)}/s, ratio ${ratio.toFixed(2)}`);
      return { perCommit, value: rounded(value), limit: rounded(limit), ratio: rounded(ratio) };
    });
    journal.close();
    bare.close();
    const [one, hundred] = figures;
    return {
      name: 'edge-journal',
      value: one!.value,
      unit: 'entries/s at 1 a commit',
      limit: { name: 'bare node:sqlite, same rows and pragmas', value: one!.limit },
      ratio: one!.ratio,
      at100: { value: hundred!.value, limit: hundred!.limit, ratio: hundred!.ratio },
      rounds: ROUNDS,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rate(entries: number, work: () => void): number {
  const started = performance.now();
  work();
  return entries / ((performance.now() - started) / 1000);
}

const PAYMENT = {
  paymentId: '00000000-0000-4000-8000-000000000000',
  batchNo: 1,
  businessDay: '2026-11-21',
  amountMinor: 1299,
  currency: 'EUR',
  operatorId: 'cashier-1',
  tillId: 'till-1',
  idempotencyKey: '2026-11-21-till-1-0001',
};
const PAYLOAD = JSON.stringify(PAYMENT);

function appendMany(journal: Journal, perCommit: number, commits: number): void {
  for (let c = 0; c < commits; c++) {
    journal.commit((tx) => {
      for (let i = 0; i < perCommit; i++) tx.append('PaymentStarted', 't1', PAYMENT);
    });
  }
}

/** The table and pragmas of apps/edge-agent/src/journal, without hashing, serialising or anything around. */
function bareSqlite(file: string): { insertMany(perCommit: number, commits: number): void; close(): void } {
  const database = new DatabaseSync(file);
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000; PRAGMA cache_size = -512',
  );
  database.exec(
    `CREATE TABLE entries (
       epoch INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, terminal TEXT, payload TEXT NOT NULL, hash TEXT NOT NULL,
       PRIMARY KEY (epoch, seq)
     ) WITHOUT ROWID`,
  );
  const insert = database.prepare('INSERT INTO entries (epoch, seq, at, kind, terminal, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?)');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  let seq = 0;
  return {
    insertMany: (perCommit, commits) => {
      for (let c = 0; c < commits; c++) {
        begin.run();
        for (let i = 0; i < perCommit; i++) insert.run(1, ++seq, Date.now(), 'PaymentStarted', 't1', PAYLOAD, HASH);
        commit.run();
      }
    },
    close: () => database.close(),
  };
}
