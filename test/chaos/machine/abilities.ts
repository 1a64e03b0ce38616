import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ImageDisk } from './image-disk.js';
import { buildPreload } from './preload.js';

const run = promisify(execFile);

/** What this machine lets the exam do. Each ability that is missing carries the sentence that says what to do about it. */
export interface Abilities {
  /** Path of the library that is preloaded into agents (clock, failing disk, power cuts played back), or why there is none. */
  readonly preload: { readonly library: string } | { readonly missing: string };
  /** Whether a gateway may have a file system of its own that can lose power, or why not. */
  readonly image: 'permitted' | { readonly missing: string };
}

/** Finds out by trying: compiles the library into `folder`, and mounts, shuts down and unmounts a small file system. */
export async function findAbilities(folder: string, options: { images: boolean }): Promise<Abilities> {
  await mkdir(folder, { recursive: true });
  const [preload, image] = await Promise.all([
    attempt(async () => ({ library: await buildPreload(folder) }), 'a C compiler is needed (Debian: apt install gcc libc6-dev)'),
    options.images ? tryImage() : { missing: 'not asked for' },
  ]);
  return { preload, image };
}

async function tryImage(): Promise<'permitted' | { missing: string }> {
  const needs = 'root, loop devices, mkfs.ext4 and python3 are needed';
  if (process.getuid?.() !== 0) return { missing: needs };
  const folder = await mkdtemp(join(tmpdir(), 'tillward-disk-'));
  try {
    return await attempt(async () => {
      const disk = new ImageDisk(folder, 16);
      await disk.prepare();
      try {
        await writeFile(join(disk.path, 'synced'), 'x', { flush: true });
        await writeFile(join(disk.path, 'unsynced'), 'x');
        await disk.losePower();
        await disk.comeBack();
        await run('test', ['-e', join(disk.path, 'synced'), '-a', '!', '-e', join(disk.path, 'unsynced')]);
      } finally {
        await disk.release();
      }
      return 'permitted' as const;
    }, needs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function attempt<T>(work: () => Promise<T>, needs: string): Promise<T | { missing: string }> {
  try {
    return await work();
  } catch (error) {
    return { missing: `${needs}: ${(error as Error).message.split('\n')[0]}` };
  }
}
