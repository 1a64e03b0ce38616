import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { availableMemory } from 'node:process';

/** Linux keeps files here in memory. */
const IN_MEMORY = '/dev/shm';
/** What a run writes at most at one time is half of it. */
const ROOM_BYTES = 4 * 1024 ** 3;
const NAME = 'tillward-run-';

/**
 * Vitest's global setup: what tests write to the system's temporary folder goes into one folder of the run, removed at its end with everything
 * that a killed test or program left there. It is in memory where there is plenty: making and dropping the databases of core's tests on a disk takes
 * more processor time than the tests themselves, and no test cuts the power.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const before = process.env['TMPDIR'];
  const folder = await mkdtemp(join((await hasRoomInMemory()) ? IN_MEMORY : tmpdir(), `${NAME}${process.pid}-`));
  // As open as the folder it stands for: some programs under test run as another account.
  await chmod(folder, 0o1777);
  process.env['TMPDIR'] = folder;
  return async () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}

/** Whether files may be kept in memory: there is enough of it, and programs may be run from there (containers often forbid it). */
async function hasRoomInMemory(): Promise<boolean> {
  if (process.platform !== 'linux' || process.env['TMPDIR'] !== undefined) return false;
  try {
    await removeLeftBehind();
    const { bavail, bsize } = await statfs(IN_MEMORY);
    if (bavail * bsize < ROOM_BYTES || availableMemory() < 2 * ROOM_BYTES) return false;
    const probe = await mkdtemp(join(IN_MEMORY, NAME));
    try {
      await writeFile(join(probe, 'program'), '#!/bin/sh\n', { mode: 0o755 });
      execFileSync(join(probe, 'program'));
    } finally {
      await rm(probe, { recursive: true });
    }
    return true;
  } catch (error) {
    process.stderr.write(`temporary files are kept on the disk: ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  }
}

/** A run that was killed has left its folder, which holds memory until the next one comes by. */
async function removeLeftBehind(): Promise<void> {
  for (const name of await readdir(IN_MEMORY)) {
    const pid = new RegExp(`^${NAME}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(IN_MEMORY, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
