import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Names one life of a process: the number and the moment the kernel says it started. A number alone is reused, sometimes within
 * seconds, so a signal is only ever sent to a process whose identity is still the recorded one.
 */
export interface ProcessIdentity {
  pid: number;
  /** Opaque: equal for the same life of a process on the same boot, different otherwise. */
  startedAt: string;
}

/**
 * The identity of a live process, `undefined` when there is none (or only a zombie that nobody collected).
 * Linux reads field 22 of `/proc/<pid>/stat` together with the boot id (proc_pid_stat(5)); elsewhere `ps -o lstart=` is asked.
 */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const startedAt = process.platform === 'linux' ? await startOnLinux(pid) : await startFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** True while exactly this life of the process goes on. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identityOf(identity.pid))?.startedAt === identity.startedAt;
}

async function startOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readOrNothing(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command name in parentheses may itself hold spaces and parentheses: the numbered fields follow the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined;
  const boot = (await readOrNothing('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
  return `${boot}/${startTicks}`;
}

async function startFromPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    const text = stdout.trim();
    return text === '' ? undefined : text;
  } catch (error) {
    // ps exits 1 when there is no such process; anything else means that nothing is known, and then nothing may be killed.
    if ((error as { code?: unknown }).code === 1) return undefined;
    throw error;
  }
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
