import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.js';

const content = z.object({ pid: z.int().positive(), startedAt: z.string().min(1) });

/** Records a running process so that a later start can find it. Throws when the process is already gone. */
export async function writePidFile(path: string, pid: number): Promise<ProcessIdentity> {
  const identity = await identityOf(pid);
  if (identity === undefined) throw new Error(`process ${pid} ended before it could be recorded in ${path}`);
  const temporary = `${path}.${process.pid}.new`;
  await writeFile(temporary, `${JSON.stringify(identity)}\n`);
  await rename(temporary, path);
  return identity;
}

/** The recorded process, `undefined` when there is no record or it can't be read as one (then nobody may be killed for it). */
export async function readPidFile(path: string): Promise<ProcessIdentity | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return content.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** How a left-over process is ended. */
export interface ReapOptions {
  signal: NodeJS.Signals;
  /** Milliseconds after which SIGKILL follows. */
  graceMs: number;
}

/**
 * Ends the process a pidfile names if it still lives the same life, waits until it is gone and removes the file.
 * Returns the number of the ended process, `undefined` when there was nothing to end. Never kills by name, never a reused number.
 */
export async function reapPidFile(path: string, options: ReapOptions): Promise<number | undefined> {
  const identity = await readPidFile(path);
  const ended = identity === undefined ? false : await endProcess(identity, options);
  await rm(path, { force: true });
  return ended ? identity?.pid : undefined;
}

/** Signals one life of a process and waits for its end; SIGKILL after the grace. False when it was gone already. */
export async function endProcess(identity: ProcessIdentity, options: ReapOptions): Promise<boolean> {
  if (!(await isAlive(identity))) return false;
  signal(identity.pid, options.signal);
  if (await gone(identity, options.graceMs)) return true;
  signal(identity.pid, 'SIGKILL');
  if (await gone(identity, 5_000)) return true;
  throw new Error(`process ${identity.pid} did not end after SIGKILL`);
}

async function gone(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (!(await isAlive(identity))) return true;
    if (performance.now() >= deadline) return false;
    await sleep(20);
  }
}

/** Sends a signal; a process that ended in between is not an error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
