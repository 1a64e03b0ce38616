import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemActor, type UnitOfWork } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import { FileRefused, type StatementRefusal } from './statements.errors.js';
import type { Arrival, Statements } from './statements.service.js';
import type { StatementSpool } from './statements.spool.js';
import { fileOfDigest, findFiles, type StatementFileRow } from './statements.store.js';

const SYSTEM = systemActor('statements');
const BANK_FOLDER = 'bank';
const DONE = 'done';
const REFUSED = 'refused';
/** Names of files that are still being written, as programs that copy files name them. */
const UNFINISHED = /^\.|\.(?:part|tmp|filepart|crdownload)$/i;

interface Seen {
  readonly bytes: number;
  readonly changedMs: number;
}

/**
 * The watched folder: `<inbox>/<acquirer id>/…` and `<inbox>/bank/…`. A file is taken when two looks found it unchanged; when it is imported it is in `done` beside it, when it is not, in
 * `refused` with the reason in a text file of its name. Looks instead of listening for changes, because network folders tell of none.
 */
export class StatementInbox {
  readonly #seen = new Map<string, Seen>();
  /** Files taken by this core whose import has not ended: path → file id. */
  readonly #taken = new Map<string, string>();

  constructor(
    private readonly folder: string,
    private readonly spool: StatementSpool,
    private readonly statements: Statements,
    private readonly work: UnitOfWork,
    private readonly log: Log,
  ) {}

  /** One look at every folder. A file that can't be moved or read is logged and looked at again. */
  async look(): Promise<void> {
    await mkdir(join(this.folder, BANK_FOLDER), { recursive: true });
    for (const folder of await readdir(this.folder, { withFileTypes: true })) {
      if (!folder.isDirectory()) continue;
      const names = (await readdir(join(this.folder, folder.name), { withFileTypes: true })).filter(
        (one) => one.isFile() && !UNFINISHED.test(one.name),
      );
      for (const { name } of names) {
        try {
          await this.#file(folder.name, join(this.folder, folder.name, name));
        } catch (error) {
          this.log.warn(
            { folder: folder.name, file: name, reason: reasonOf(error) },
            'a file of the inbox could not be taken, trying again',
          );
        }
      }
    }
  }

  async #file(folder: string, path: string): Promise<void> {
    const id = this.#taken.get(path);
    if (id !== undefined) return await this.#follow(folder, path, id);
    const { size: bytes, mtimeMs: changedMs } = await stat(path);
    const before = this.#seen.get(path);
    this.#seen.set(path, { bytes, changedMs });
    if (before?.bytes !== bytes || before.changedMs !== changedMs) return;
    this.#seen.delete(path);
    await this.#take(folder, path);
  }

  async #take(folder: string, path: string): Promise<void> {
    let spooled: Awaited<ReturnType<StatementSpool['take']>>;
    try {
      spooled = await this.spool.take(createReadStream(path));
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      return await this.#refuse(folder, path, error.refusal);
    }
    const arrival: Arrival = {
      ...spooled,
      kind: folder === BANK_FOLDER ? 'bank' : 'acquirer',
      acquirerId: folder === BANK_FOLDER ? null : folder,
      name: basename(path),
      channel: 'folder',
      from: join(folder, basename(path)),
      supersedes: null,
    };
    const taken = await this.work.run(SYSTEM, async (ctx) => {
      const known = await fileOfDigest(ctx, arrival.digest);
      // A core that stopped after taking the file, or another one, left it where it was: it is the same arrival.
      if (known?.channel === 'folder' && known.arrivedFrom === arrival.from) return known;
      return await this.statements.register(ctx, arrival);
    });
    if ('code' in taken || taken.storedAs !== spooled.storedAs) await this.spool.remove(spooled.storedAs);
    if ('code' in taken) return await this.#refuse(folder, path, taken);
    this.#taken.set(path, taken.id);
  }

  async #follow(folder: string, path: string, id: string): Promise<void> {
    const [file] = await this.work.run(SYSTEM, (ctx) => findFiles(ctx, [id]));
    if (file === undefined || file.state === 'arrived') return;
    if (file.state === 'refused') await this.#refuse(folder, path, refusalOf(file));
    else await this.#move(folder, path, DONE);
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
    const name = basename(path);
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${n}-${name}`;
    await rename(path, join(target, free));
    return join(target, free);
  }
}

function refusalOf(file: StatementFileRow): StatementRefusal {
  return {
    code: (file.refusalCode ?? 'failed') as StatementRefusal['code'],
    message: file.refusalMessage ?? '',
    line: file.refusalLine ?? undefined,
  };
}
