import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, PROJECT_ROOT } from 'tillward/bootstrap';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateFiles } from '../load/reconcile.files.js';

const CLI = join(PROJECT_ROOT, 'apps/launcher/dist/cli.js');
/** Enough bytes for a thread a file. */
const ROWS = 100_000;
const ONE_IN = 200;
const SEED = 4_711;
const folder = mkdtempSync(join(tmpdir(), 'tillward-reconcile-command-'));
const files = { terminal: join(folder, 'terminal.csv'), acquirer: join(folder, 'acquirer.csv') };

beforeAll(async () => {
  await bootstrap(PROJECT_ROOT, { dashboard: false });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Printed {
  readonly rows: unknown;
  readonly counts: { readonly byType: Readonly<Record<string, number>> };
  readonly exceptions: readonly { readonly type: string; readonly terminal: string; readonly trace: string }[];
}

function tillward(...words: string[]): Promise<{ status: number; output: string; errors: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...words], { maxBuffer: 100_000_000 }, (error, output, errors) =>
      resolve({ status: Number(error?.code ?? 0), output, errors }),
    );
  });
}

describe('npx tillward reconcile', () => {
  test(`finds every kind of difference planted in ${ROWS} rows, typed right, and nothing else (seed ${SEED})`, async () => {
    const { planted, rows } = generateFiles(files, ROWS, SEED, ONE_IN);
    expect(new Set(planted.map(({ type }) => type)).size).toBe(10);
    const { status, output } = await tillward('reconcile', '--terminal', files.terminal, '--acquirer', files.acquirer, '--json');
    expect(status).toBe(1);
    const found = JSON.parse(output) as Printed;
    expect(found.rows).toEqual(rows);
    const word = ({ type, terminal, trace }: { type: string; terminal: string; trace: string }) => `${type} ${terminal} ${trace}`;
    expect(found.exceptions.map(word).sort()).toEqual(planted.map(word).sort());
  }, 60_000);

  test('names the line of a large file that is refused, and ends with 2', async () => {
    generateFiles(files, ROWS, SEED);
    appendFileSync(files.acquirer, 'not a row\n');
    const { status, output, errors } = await tillward('reconcile', '--terminal', files.terminal, '--acquirer', files.acquirer);
    expect(status).toBe(2);
    expect(output).toBe('');
    expect(errors).toMatch(/acquirer\.csv:100\d\d\d: 1 fields where the header has 12\n$/);
  }, 60_000);
});
