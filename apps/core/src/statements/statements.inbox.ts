import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { systemActor, type UnitOfWork } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import type { Clock } from '../platform.js';
import { FileRefused, type StatementRefusal } from './statements.errors.js';
import type { Arrival, Statements } from './statements.service.js';
import type { Spooled, StatementSpool } from './statements.spool.js';
import { fileOfDigest, findFiles, type StatementFileRow } from './statements.store.js';

const SYSTEM = systemActor('statements');
const BANK_FOLDER = 'bank';
const DONE = 'done';
const REFUSED = 'refused';
/** Names of files that are still being written, as programs that copy files name them. */
const UNFINISHED = /^\.|\.(?:part|tmp|filepart|crdownload)$/i;

/** How long a file must not change before it is taken to be complete. */
const QUIET_MS = 5_000;
/** An empty one may have been made by a program that is about to write it. */
const EMPTY_QUIET_MS = 60_000;
/** Most bytes of a name that gets something put before or behind it: file systems take 255. */
const MAX_NAME_BYTES = 200;

/** What tells that a file is still the one that was looked at. */
interface Look {
  readonly bytes: number;
  readonly changedMs: number;
  readonly inode: number;
}

interface Seen extends Look {
  /** When it was first seen so. */
  readonly sinceMs: number;
}

interface Taken extends Look {
  readonly fileId: string;
}

/**
 * The watched folder: `<inbox>/<acquirer id>/…` and `<inbox>/bank/…`. A file is taken when looks found it unchanged for five seconds; when it is imported it is in `done` beside it, when it is not, in
 * `refused` with the reason in a text file of its name. A file that changed since it was taken is another one. Looks instead of listening for changes, because network folders tell of none.
 */
export class StatementInbox {
  readonly #seen = new Map<string, Seen>();
  /** Files taken by this core whose import has not ended, by path. */
  readonly #taken = new Map<string, Taken>();
  /** What was said of a path: the same is not said at every look. */
  readonly #said = new Map<string, string>();

  constructor(
    private readonly folder: string,
    private readonly spool: StatementSpool,
    private readonly statements: Statements,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** One look at every folder. A folder or file that can't be read or moved is logged and looked at again; the others go on. */
  async look(): Promise<void> {
    await mkdir(join(this.folder, BANK_FOLDER), { recursive: true });
    const there = new Set<string>();
    for (const entry of await readdir(this.folder, { withFileTypes: true })) {
      const path = join(this.folder, entry.name);
      there.add(path);
      if (entry.isDirectory()) await this.#try(path, () => this.#lookInto(entry.name, there));
      else if (entry.isFile() && !UNFINISHED.test(entry.name))
        this.#say(path, 'it lies beside the folders: nobody knows which acquirer’s it is, or whether it is the bank’s');
    }
    // What is gone may come again under its name, as another file.
    for (const known of [this.#seen, this.#taken, this.#said]) for (const path of known.keys()) if (!there.has(path)) known.delete(path);
  }

  async #lookInto(folder: string, there: Set<string>): Promise<void> {
    for (const entry of await readdir(join(this.folder, folder), { withFileTypes: true })) {
      if (!entry.isFile() || UNFINISHED.test(entry.name)) continue;
      const path = join(this.folder, folder, entry.name);
      there.add(path);
      await this.#try(path, () => this.#file(folder, path));
    }
  }

  async #try(path: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Gone since the folder was read: whoever put it there took it away.
      if ((error as { code?: string }).code !== 'ENOENT') this.#say(path, reasonOf(error));
    }
  }

  #say(path: string, reason: string): void {
    if (this.#said.get(path) === reason) return;
    this.#said.set(path, reason);
    this.log.warn(
      { path: this.statements.named(relative(this.folder, path)), reason: this.statements.named(reason) },
      'something in the inbox could not be taken, trying again',
    );
  }

  async #file(folder: string, path: string): Promise<void> {
    const now = await lookAt(path);
    const taken = this.#taken.get(path);
    if (taken !== undefined && isSame(taken, now)) return await this.#follow(folder, path, taken.fileId);
    this.#taken.delete(path);
    const before = this.#seen.get(path);
    const nowMs = this.clock.now().getTime();
    if (before === undefined || !isSame(before, now)) {
      this.#seen.set(path, { ...now, sinceMs: nowMs });
      return;
    }
    if (nowMs - before.sinceMs < (now.bytes === 0 ? EMPTY_QUIET_MS : QUIET_MS)) return;
    this.#seen.delete(path);
    await this.#take(folder, path, now);
  }

  async #take(folder: string, path: string, before: Look): Promise<void> {
    let spooled: Awaited<ReturnType<StatementSpool['take']>>;
    try {
      spooled = await this.spool.take(createReadStream(path));
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      return await this.#refuse(folder, path, error.refusal);
    }
    let kept = false;
    try {
      // Whoever wrote it was not done.
      if (spooled.bytes !== before.bytes || !isSame(before, await lookAt(path))) return;
      const taken = await this.#register(folder, path, spooled);
      if ('code' in taken) return await this.#refuse(folder, path, taken);
      kept = taken.storedAs === spooled.storedAs;
      this.#taken.set(path, { ...before, fileId: taken.id });
    } finally {
      if (!kept) await this.spool.remove(spooled.storedAs);
    }
  }

  async #register(folder: string, path: string, spooled: Spooled): Promise<StatementFileRow | StatementRefusal> {
    const arrival: Arrival = {
      ...spooled,
      kind: folder === BANK_FOLDER ? 'bank' : 'acquirer',
      acquirerId: folder === BANK_FOLDER ? null : folder,
      name: basename(path),
      channel: 'folder',
      from: this.statements.named(join(folder, basename(path))),
      supersedes: null,
    };
    return await this.work.run(SYSTEM, async (ctx) => {
      const known = await fileOfDigest(ctx, arrival.digest);
      // A core that stopped after taking the file, or another one, left it where it was: it is the same arrival.
      if (known?.channel === 'folder' && known.arrivedFrom === arrival.from && known.state !== 'superseded') return known;
      return await this.statements.register(ctx, arrival);
    });
  }

  async #follow(folder: string, path: string, id: string): Promise<void> {
    const [file] = await this.work.run(SYSTEM, (ctx) => findFiles(ctx, [id]));
    if (file?.state === 'arrived') return;
    if (file?.state === 'refused') await this.#refuse(folder, path, refusalOf(file));
    else if (file !== undefined) await this.#move(folder, path, DONE);
    this.#taken.delete(path);
  }

  async #refuse(folder: string, path: string, { code, line, message }: StatementRefusal): Promise<void> {
    const moved = await this.#move(folder, path, REFUSED);
    await writeFile(`${moved}.reason.txt`, `${code}${line === undefined ? '' : ` in line ${line}`}: ${message}\n`);
  }

  /** Moves a file and never over another one of its name. */
  async #move(folder: string, path: string, to: string): Promise<string> {
    const target = join(this.folder, folder, to);
    await mkdir(target, { recursive: true });
    const taken = new Set(await readdir(target));
    const name = shortened(basename(path));
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${n}-${name}`;
    await rename(path, join(target, free));
    return join(target, free);
  }
}

async function lookAt(path: string): Promise<Look> {
  const { size: bytes, mtimeMs: changedMs, ino: inode } = await stat(path);
  return { bytes, changedMs, inode };
}

function isSame(one: Look, other: Look): boolean {
  return one.bytes === other.bytes && one.changedMs === other.changedMs && one.inode === other.inode;
}

/** The end of a name that is too long to get anything added: there stands what kind of file it is. */
function shortened(name: string): string {
  let end = name;
  while (Buffer.byteLength(end) > MAX_NAME_BYTES) end = end.slice(Math.max(1, end.length - MAX_NAME_BYTES));
  return end;
}

function refusalOf(file: StatementFileRow): StatementRefusal {
  return {
    code: (file.refusalCode ?? 'failed') as StatementRefusal['code'],
    message: file.refusalMessage ?? '',
    line: file.refusalLine ?? undefined,
  };
}
