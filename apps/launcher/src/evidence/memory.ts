import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KIB_PER_MIB = 1024;

/** Resident memory of one process in MiB (VmRSS of proc_pid_status(5); `ps -o rss=` elsewhere). */
export async function residentMb(pid: number): Promise<number> {
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
    return Math.round(Number(stdout.trim()) / KIB_PER_MIB);
  }
  return Math.round(field(await readFile(`/proc/${pid}/status`, 'utf8'), 'VmRSS') / KIB_PER_MIB);
}

/**
 * Memory of a server with shared buffers in MiB: the proportional share (Pss of smaps_rollup, proc_pid_smaps_rollup(5)) summed over the
 * process and its children, so that a shared page counts once. Only on Linux; elsewhere the main process's resident memory.
 */
export async function familyMb(pid: number): Promise<number> {
  if (process.platform !== 'linux') return residentMb(pid);
  let kib = 0;
  for (const member of [pid, ...(await childrenOf(pid))]) {
    try {
      kib += field(await readFile(`/proc/${member}/smaps_rollup`, 'utf8'), 'Pss');
    } catch (error) {
      // A server process may end between the listing and the reading.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return Math.round(kib / KIB_PER_MIB);
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8')));
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

function field(text: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${name} in the process's status`);
  return Number(found);
}
