import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Abilities } from './abilities.js';
import { ImageDisk } from './image-disk.js';
import { ERRNO, type ProcessControl } from './preload.js';
import { dropUnsynced } from './unsynced.js';

/** Room of a gateway's own file system: enough for a night's journal, little enough to be filled in a moment. */
const DISK_MB = 64;

/** Where a gateway keeps its data, and what can happen to that place. */
export interface GatewayDisk {
  /** The agent's data folder. */
  readonly dataDir: string;
  /** How its power cuts and full disks are made, for the log. */
  readonly means: 'file system' | 'preload';
  prepare(): Promise<void>;
  /** The moment of the power cut: the process is frozen. */
  losePower(): Promise<void>;
  /** The process is dead; afterwards the folder holds what a disk would. */
  comeBack(roll: (below: number) => number): Promise<void>;
  fill(): Promise<void>;
  makeRoom(): Promise<void>;
  release(): Promise<void>;
}

/** The best disk that the machine permits, in a folder of its own. */
export function gatewayDisk(folder: string, abilities: Abilities, control: ProcessControl): GatewayDisk {
  return abilities.image === 'permitted' ? new OwnFileSystem(folder) : new PlainFolder(folder, control);
}

/** Where a preloaded process notes what it has not synced. */
export function undoDirOf(folder: string): string {
  return join(folder, 'undo');
}

class OwnFileSystem implements GatewayDisk {
  readonly means = 'file system';
  readonly #disk: ImageDisk;

  constructor(folder: string) {
    this.#disk = new ImageDisk(folder, DISK_MB);
  }

  get dataDir(): string {
    return join(this.#disk.path, 'data');
  }
  prepare(): Promise<void> {
    return this.#disk.prepare();
  }
  losePower(): Promise<void> {
    return this.#disk.losePower();
  }
  comeBack(): Promise<void> {
    return this.#disk.comeBack();
  }
  fill(): Promise<void> {
    return this.#disk.fill();
  }
  makeRoom(): Promise<void> {
    return this.#disk.makeRoom();
  }
  release(): Promise<void> {
    return this.#disk.release();
  }
}

/** A folder beside all others: what is special about it is done by the preloaded library. */
class PlainFolder implements GatewayDisk {
  readonly means = 'preload';
  readonly #folder: string;
  readonly #control: ProcessControl;

  constructor(folder: string, control: ProcessControl) {
    this.#folder = folder;
    this.#control = control;
  }

  get dataDir(): string {
    return join(this.#folder, 'data');
  }
  async prepare(): Promise<void> {
    await mkdir(this.dataDir, { recursive: true, mode: 0o700 });
    await mkdir(undoDirOf(this.#folder), { recursive: true });
  }
  async losePower(): Promise<void> {
    // What the process has written and not synced is noted beside the folder already.
  }
  async comeBack(roll: (below: number) => number): Promise<void> {
    // Any first part of what was not synced may have reached the disk.
    await dropUnsynced(this.dataDir, undoDirOf(this.#folder), (writes) => (roll(2) === 0 ? 0 : roll(writes + 1)));
  }
  async fill(): Promise<void> {
    this.#control.failWrites(ERRNO.ENOSPC);
  }
  async makeRoom(): Promise<void> {
    this.#control.failWrites(0);
  }
  async release(): Promise<void> {
    // The folder goes with the exam's own.
  }
}

/** Copies a data folder while nobody writes it, and puts it back as a whole: a backup, or a clone of the gateway's disk. */
export async function copyData(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true, preserveTimestamps: true });
}

/** Replaces everything in `dataDir` by the copy. */
export async function restoreData(copy: string, dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) await rm(join(dataDir, name), { recursive: true, force: true });
  await cp(copy, dataDir, { recursive: true, preserveTimestamps: true });
}
