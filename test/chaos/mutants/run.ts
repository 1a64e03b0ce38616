import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from 'tillward/bootstrap';
import type { ExamReport } from '../exam.js';
import { MUTANTS, type Mutant } from './mutants.js';
import { SLICES, type SliceName } from './slices.js';
import { TreeCopy } from './tree.js';

/** How to run the mutants. */
export interface MutantRunOptions {
  /** Only these; all when left out. */
  readonly only: readonly string[] | undefined;
  readonly json: boolean;
  readonly seed: number;
  readonly say: (line: string) => void;
  /** Aborted: the slice that runs is ended in order, and no other begins. */
  readonly signal: AbortSignal;
}

/** One line of the table. `noticed`: the exam failed, as it must; for a control run, as it must not. */
interface Row {
  readonly name: string;
  readonly slice: SliceName;
  readonly noticed: boolean;
  /** The invariants that were broken, or why there was no verdict. */
  readonly by: string;
  readonly seconds: number;
}

const SLICE_LIMIT_MS = 240_000;
const EXIT_BROKEN = 1;

/**
 * Breaks the product on purpose, one way after the other, on a copy of the tree, and runs the slice that must notice; before that, every slice on the unbroken copy,
 * which must be clean. Prints a table. True when every control is clean and every mutant was noticed.
 */
export async function runMutants(options: MutantRunOptions): Promise<boolean> {
  const { only, say } = options;
  for (const name of only ?? []) if (!MUTANTS.some((mutant) => mutant.name === name)) throw new Error(`there is no mutant named ${name}`);
  const chosen = MUTANTS.filter(({ name }) => only === undefined || only.includes(name));
  const folder = await mkdtemp(join(tmpdir(), 'tillward-mutants-'));
  const rows: Row[] = [];
  try {
    say(`copying ${PROJECT_ROOT} and building the copy …`);
    const tree = await TreeCopy.make(PROJECT_ROOT, join(folder, 'tree'));
    for (const slice of new Set(chosen.map((mutant) => mutant.slice))) {
      rows.push(await control(tree, slice, options));
    }
    for (const mutant of chosen) rows.push(await examine(tree, mutant, options));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  process.stdout.write(options.json ? `${JSON.stringify(rows)}\n` : table(rows));
  return rows.every((row) => row.noticed !== isControl(row));
}

const isControl = ({ name }: Row) => name.startsWith('control');

async function control(tree: TreeCopy, slice: SliceName, { seed, say, signal }: MutantRunOptions): Promise<Row> {
  const row = await runSlice(tree, 'control, nothing broken', slice, seed, signal);
  say(`${row.noticed ? 'FAILED' : 'clean '}  ${slice}, nothing broken: ${row.by || 'every invariant kept'} (${row.seconds} s)`);
  return row;
}

async function examine(tree: TreeCopy, mutant: Mutant, { seed, say, signal }: MutantRunOptions): Promise<Row> {
  let undo: (() => Promise<void>) | undefined;
  try {
    undo = await tree.edit(mutant.edits);
    await tree.build();
    const row = await runSlice(tree, mutant.name, mutant.slice, seed, signal);
    say(`${row.noticed ? 'noticed' : 'MISSED '}  ${mutant.name} (${mutant.what}): ${row.by} (${row.seconds} s)`);
    return row;
  } catch (error) {
    signal.throwIfAborted();
    say(`ERROR    ${mutant.name}: ${(error as Error).message}`);
    return {
      name: mutant.name,
      slice: mutant.slice,
      noticed: false,
      by: `no verdict: ${(error as Error).message.split('\n')[0]}`,
      seconds: 0,
    };
  } finally {
    await undo?.();
  }
}

async function runSlice(tree: TreeCopy, name: string, slice: SliceName, seed: number, signal: AbortSignal): Promise<Row> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const args = [join(tree.root, 'test/dist/chaos/main.js'), '--slice', slice, '--seed', String(seed), '--json', '--drop'];
  const child = spawn(process.execPath, args, { cwd: tree.root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4_000)));
  // SIGTERM: the exam then ends its parts and lets go of its disks.
  const end = () => void child.kill('SIGTERM');
  const timer = setTimeout(end, SLICE_LIMIT_MS);
  signal.addEventListener('abort', end, { once: true });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  signal.removeEventListener('abort', end);
  clearTimeout(timer);
  signal.throwIfAborted();
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  if (code !== 0 && code !== EXIT_BROKEN) throw new Error(`the exam itself failed (${code ?? 'ended by a signal'}):\n${stderr}`);
  const report = JSON.parse(stdout) as ExamReport;
  const broken = Object.entries(report.invariants).flatMap(([invariant, ok]) => (ok ? [] : [invariant]));
  return { name, slice, noticed: code === EXIT_BROKEN, by: broken.join(', '), seconds };
}

function table(rows: readonly Row[]): string {
  const widths = [Math.max(...rows.map(({ name }) => name.length)), Math.max(...Object.keys(SLICES).map((name) => name.length))];
  const lines = rows.map((row) => {
    const verdict = isControl(row) ? (row.noticed ? 'FAILED' : 'clean') : row.noticed ? 'noticed' : 'MISSED';
    return `${row.name.padEnd(widths[0]!)}  ${row.slice.padEnd(widths[1]!)}  ${verdict.padEnd(7)}  ${String(row.seconds).padStart(4)} s  ${row.by}`;
  });
  return `${lines.join('\n')}\n`;
}
