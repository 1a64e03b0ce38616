import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
}

/** This machine. */
export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
  };
}

/** Linux counts processor time in hundredths of a second (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Processor seconds (user + system) a process has used, undefined where /proc does not say. */
export function cpuSeconds(pid: number): number | undefined {
  return ticksOf(pid, [11, 12]);
}

/** Adds up fields of /proc/PID/stat after the command's name (proc_pid_stat(5)), in seconds. */
function ticksOf(pid: number, places: readonly number[]): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return places.reduce((sum, place) => sum + Number(fields[place]), 0) / TICKS_PER_SECOND;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Processor seconds of a process and its children, living and ended (a PostgreSQL server's backends and the workers of their parallel queries), undefined where /proc does not say. */
export function cpuSecondsOfTree(pid: number): number | undefined {
  const own = ticksOf(pid, [11, 12, 13, 14]);
  if (own === undefined) return undefined;
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === pid);
  return children.reduce((sum, child) => sum + (cpuSeconds(Number(child)) ?? 0), own);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch (error) {
    // It ended between the listing and the look.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Resident memory of a process in MiB, undefined where /proc does not say. */
export function residentMiB(pid: number): number | undefined {
  return statusMiB(pid, 'VmRSS');
}

/** The most resident memory a process ever had, in MiB; undefined where /proc does not say. */
export function peakResidentMiB(pid: number): number | undefined {
  return statusMiB(pid, 'VmHWM');
}

function statusMiB(pid: number, name: 'VmRSS' | 'VmHWM'): number | undefined {
  try {
    const line = new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? undefined : Math.round(Number(line[1]) / 1024);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Memory of a process in MiB: resident, its proportional share of pages it shares, and pages nobody else has. Undefined where /proc does not say. */
export function memoryMiB(pid: number): { resident: number; proportional: number; own: number } | undefined {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? Number.NaN);
    return {
      resident: kb('Rss') / 1024,
      proportional: kb('Pss') / 1024,
      own: (kb('Private_Clean') + kb('Private_Dirty')) / 1024,
    };
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
