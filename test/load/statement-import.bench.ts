import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Benchmark, type BenchmarkResult, rounded } from './benchmark.js';
import { prepareGateway } from './journal-batches.js';
import { peakResidentMiB } from './machine.js';
import { startRig } from './rig.js';
import { writeAdyenFile } from './statement.files.js';

const SEED = 20_261_122;
const BYTES = Number(process.env['STATEMENT_BYTES'] ?? 1_000_000_000);
const PASSWORD = 'password of the benchmark';
/** How long a gigabyte may take on a busy machine. */
const LIMIT_MS = 40 * 60_000;

/** A file of 1 GB on its whole way: uploaded over HTTP by headquarters, spooled, read, checked, stored in one transaction, and what follows from it. */
export const statementImportBenchmark: Benchmark = {
  name: 'statement-import',
  measures: "peak resident MiB of core's process while a statement of 1 GB is uploaded, read and stored; seconds of both",
  against: 'the same process just started',
  run: measure,
};

async function measure(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-import-bench-'));
  const person = { id: 'hq', name: 'Headquarters', role: 'hq', language: 'en', stores: [], password: PASSWORD, certified: [] } as const;
  const rig = await startRig([prepareGateway(1, 'import', 1, 1)], {
    people: [{ ...person, stores: [], certified: [] }],
    env: { TILLWARD_STATEMENTS_DIR: join(folder, 'spool') },
  });
  const client = new pg.Client({ connectionString: rig.postgres.url });
  client.on('error', () => undefined);
  try {
    const path = join(folder, 'adyen.csv');
    const { bytes, rows } = writeAdyenFile(path, BYTES, SEED);
    await client.connect();
    await client.query("INSERT INTO acquirer VALUES ('acq', 'Acquirer', NULL, NULL, now(), now())");
    const idle = peakResidentMiB(rig.corePid) ?? Number.NaN;
    const cookie = await signIn(rig.httpUrl);
    const started = performance.now();
    const { fileId } = await upload(rig.httpUrl, cookie, path, bytes);
    const uploaded = performance.now();
    const spooling = peakResidentMiB(rig.corePid) ?? Number.NaN;
    say(`uploaded in ${((uploaded - started) / 1000).toFixed(1)} s, core's peak ${spooling} MiB (${idle} before)`);
    await imported(client, fileId, started + LIMIT_MS, say);
    const ended = performance.now();
    const { rows: stored } = await client.query<{ n: string }>('SELECT count(*) AS n FROM statement_row');
    if (Number(stored[0]?.n) !== rows) throw new Error(`${rows} rows were sent, ${stored[0]?.n} are stored`);
    const peak = peakResidentMiB(rig.corePid) ?? Number.NaN;
    return {
      name: 'statement-import',
      value: peak,
      unit: 'MiB',
      limit: { name: 'the same process just started', value: idle },
      ratio: rounded(peak / idle),
      bytes,
      rows,
      uploadSeconds: rounded((uploaded - started) / 1000),
      importSeconds: rounded((ended - uploaded) / 1000),
      spoolingMiB: spooling,
      seed: SEED,
    };
  } finally {
    await client.end();
    await rig.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person: 'hq', password: PASSWORD }),
  });
  if (response.status !== 200) throw new Error(`signing in: ${response.status} ${await response.text()}`);
  return response.headers.get('set-cookie')!.split(';', 1)[0]!;
}

async function upload(url: string, cookie: string, path: string, bytes: number): Promise<{ fileId: string }> {
  const post = request(`${url}/api/statements?acquirer=acq&name=adyen.csv`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/octet-stream', 'content-length': bytes },
  });
  const answered = new Promise<{ status: number; text: string }>((resolve, reject) => {
    post.on('error', reject);
    post.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), post);
  const { status, text } = await answered;
  if (status !== 202) throw new Error(`the upload was answered with ${status} ${text}`);
  return JSON.parse(text) as { fileId: string };
}

/** Waits until the file's rows are in and the run over its days was made. */
async function imported(client: pg.Client, fileId: string, limitMs: number, say: (line: string) => void): Promise<void> {
  let told = performance.now();
  for (;;) {
    const { rows } = await client.query<{ state: string; rows_read: string; refusal_message: string | null; runs: string }>(
      "SELECT state, rows_read, refusal_message, (SELECT count(*) FROM reconciliation_run WHERE state = 'waiting') AS runs FROM statement_file WHERE file_id = $1",
      [fileId],
    );
    const [file] = rows;
    if (file?.state === 'refused') throw new Error(`the file was refused: ${file.refusal_message}`);
    if (file?.state === 'imported' && file.runs === '0') return;
    if (performance.now() > limitMs)
      throw new Error(`the file is ${file?.state} with ${file?.rows_read} rows after ${LIMIT_MS / 60_000} minutes`);
    if (performance.now() - told > 30_000) {
      told = performance.now();
      say(`${file?.state}, ${file?.rows_read} rows read`);
    }
    await sleep(500);
  }
}
