import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { clusterHome } from '../postgres/index.js';
import { takeLockFile } from '../supervisor/index.js';

/** Everything this product ever puts into a data folder; nothing else there is touched, whatever folder a person names. */
const OUR_FOLDERS = ['postgres', 'run', 'logs', 'secrets', 'agents', 'simulator', 'broker', 'inbox'] as const;

/** Another launcher runs on the folder. The message is for a person. */
export class DataFolderInUse extends Error {
  constructor(
    readonly pid: number,
    path: string,
  ) {
    super(`Tillward already runs on ${path} (process ${pid}). Stop it first, or choose another folder with --data.`);
    this.name = 'DataFolderInUse';
  }
}

/** Paths of one installation's data, and the lock that keeps it to one launcher. */
export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get postgres(): string {
    return join(this.path, 'postgres');
  }
  get run(): string {
    return join(this.path, 'run');
  }
  get logs(): string {
    return join(this.path, 'logs');
  }
  get secrets(): string {
    return join(this.path, 'secrets');
  }
  /** What core keeps for the broker. */
  get broker(): string {
    return join(this.path, 'broker');
  }
  get simulator(): string {
    return join(this.path, 'simulator');
  }
  /** Where acquirers' and banks' files are dropped. */
  get inbox(): string {
    return join(this.path, 'inbox');
  }
  agent(store: string): string {
    return join(this.path, 'agents', store);
  }

  /**
   * Takes the folder for this process. A lock whose process ended is taken over; one whose process lives throws DataFolderInUse.
   * PostgreSQL may run as another account, so the folder itself can be entered; the secrets inside can't.
   */
  async lock(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o755 });
    await mkdir(this.run, { recursive: true, mode: 0o755 });
    const holder = await takeLockFile(this.#lockFile);
    if (holder !== undefined) throw new DataFolderInUse(holder, this.path);
  }

  async unlock(): Promise<void> {
    await rm(this.#lockFile, { force: true });
  }

  /** Empties the folder of everything of ours. Only while locked and nothing runs. */
  async wipe(): Promise<void> {
    await rm(await clusterHome(this.postgres), { recursive: true, force: true });
    await Promise.all(OUR_FOLDERS.map((name) => rm(join(this.path, name), { recursive: true, force: true })));
    await mkdir(this.run, { recursive: true, mode: 0o755 });
  }

  get #lockFile(): string {
    return join(this.path, 'launcher.lock');
  }
}
