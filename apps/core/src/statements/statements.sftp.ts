import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { Client, type ConnectConfig, type FileEntryWithStats, type SFTPWrapper } from 'ssh2';
import { systemActor, type UnitOfWork } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import type { Clock } from '../platform.js';
import type { SftpSource } from './statements.config.js';
import { FileRefused } from './statements.errors.js';
import { nameMatches } from './statements.rules.js';
import type { Statements } from './statements.service.js';
import type { StatementSpool } from './statements.spool.js';
import { fileFrom } from './statements.store.js';

const SYSTEM = systemActor('statements');
const CONNECT_MS = 20_000;
const SILENCE_MS = 60_000;
/** A file this old is not being written any more; a younger one is taken when two looks found it unchanged. */
const FINISHED_AFTER_S = 300;

/** Pulls statements from servers. Reads only: nothing is moved or removed there, and what was taken once is not taken again. */
export class SftpPull {
  readonly #askedAtMs = new Map<string, number>();
  /** Files seen at the last look and those that need no further one, by where and when they were written. */
  #seen = new Set<string>();
  readonly #settled = new Set<string>();

  constructor(
    private readonly sources: readonly SftpSource[],
    private readonly spool: StatementSpool,
    private readonly statements: Statements,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Asks every server whose turn it is. One that can't be reached, or shows another key, is logged and asked again when its turn comes. */
  async round(): Promise<void> {
    const nowMs = this.clock.now().getTime();
    for (const source of this.sources) {
      if (nowMs - (this.#askedAtMs.get(source.name) ?? Number.NEGATIVE_INFINITY) < source.everyMinutes * 60_000) continue;
      this.#askedAtMs.set(source.name, nowMs);
      await this.pull(source);
    }
  }

  /** Takes what is new at one server. */
  async pull(source: SftpSource): Promise<void> {
    try {
      await withServer(source, async (sftp) => {
        const seen = new Set<string>();
        for (const entry of await list(sftp, source.folder)) {
          if (!entry.attrs.isFile() || !nameMatches(source.pattern, entry.filename)) continue;
          const from = this.statements.named(
            `${source.name}:${posix.join(source.folder, entry.filename)} of ${new Date(entry.attrs.mtime * 1000).toISOString()}, ${entry.attrs.size} bytes`,
          );
          if (this.#settled.has(from)) continue;
          const ageS = this.clock.now().getTime() / 1000 - entry.attrs.mtime;
          if (ageS >= FINISHED_AFTER_S || this.#seen.has(from)) await this.#take(source, sftp, entry, from);
          else seen.add(from);
        }
        this.#seen = seen;
      });
    } catch (error) {
      this.log.warn({ source: source.name, host: source.host, reason: reasonOf(error) }, 'statements could not be pulled, trying again');
    }
  }

  async #take(source: SftpSource, sftp: SFTPWrapper, entry: FileEntryWithStats, from: string): Promise<void> {
    const known = await this.work.run(SYSTEM, (ctx) => fileFrom(ctx, 'sftp', from));
    if (known === undefined) {
      const refusal = await this.#register(source, sftp, entry, from);
      if (refusal !== undefined)
        this.log.warn(
          { source: source.name, file: this.statements.named(entry.filename), refusal: refusal.code },
          'a pulled file was refused',
        );
    }
    this.#settled.add(from);
  }

  async #register(source: SftpSource, sftp: SFTPWrapper, entry: FileEntryWithStats, from: string) {
    let storedAs: string | undefined;
    let kept = false;
    try {
      const spooled = await this.spool.take(sftp.createReadStream(posix.join(source.folder, entry.filename)));
      storedAs = spooled.storedAs;
      const taken = await this.work.run(SYSTEM, (ctx) =>
        this.statements.register(ctx, {
          ...spooled,
          kind: source.kind,
          acquirerId: source.acquirer ?? null,
          name: entry.filename,
          channel: 'sftp',
          from,
          supersedes: null,
        }),
      );
      if ('code' in taken) return taken;
      kept = true;
      return undefined;
    } catch (error) {
      if (error instanceof FileRefused) return error.refusal;
      throw error;
    } finally {
      if (storedAs !== undefined && !kept) await this.spool.remove(storedAs);
    }
  }
}

/** True when a server's key, as it is sent, has this fingerprint (`SHA256:` and base64 without padding, as OpenSSH prints it). */
export function keyIs(fingerprint: string, key: Buffer): boolean {
  const wanted = Buffer.from(fingerprint.slice('SHA256:'.length), 'base64');
  const digest = createHash('sha256').update(key).digest();
  return wanted.length === digest.length && timingSafeEqual(wanted, digest);
}

async function withServer(source: SftpSource, work: (sftp: SFTPWrapper) => Promise<void>): Promise<void> {
  const client = new Client();
  const credentials: Partial<ConnectConfig> =
    source.privateKeyFile === undefined
      ? { password: (await readFile(source.passwordFile!, 'utf8')).replace(/\r?\n$/, '') }
      : { privateKey: await readFile(source.privateKeyFile) };
  try {
    const ended = new Promise<never>((_, reject) => {
      client.on('error', reject);
      client.on('close', () => reject(new Error('the connection was closed')));
    });
    const done = (async () => {
      await new Promise<void>((resolve) => {
        client.on('ready', resolve);
        client.connect({
          host: source.host,
          port: source.port,
          username: source.username,
          ...credentials,
          hostVerifier: (key: Buffer) => keyIs(source.hostKey, key),
          readyTimeout: CONNECT_MS,
          keepaliveInterval: SILENCE_MS / 4,
          keepaliveCountMax: 3,
        });
      });
      await work(
        await new Promise<SFTPWrapper>((resolve, reject) => void client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)))),
      );
    })();
    await Promise.race([done, ended]);
  } finally {
    client.end();
  }
}

function list(sftp: SFTPWrapper, folder: string): Promise<FileEntryWithStats[]> {
  return new Promise((resolve, reject) => {
    sftp.readdir(folder, (error, entries) => (error ? reject(error) : resolve(entries)));
  });
}
