import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ArchiveError, ArchiveReader } from './release.archive.js';
import {
  type GatewayFacts,
  MAX_MANIFEST_BYTES,
  parseManifest,
  type ReleaseManifest,
  refusalOf,
  type UpdateRefusal,
} from './release.rules.js';
import { manifestDigest, parseSignature, type Trust } from './release.signature.js';
import { filesIntact, MANIFEST_FILE, MAX_SIGNATURE_BYTES, SIGNATURE_FILE } from './release.slot.js';
import type { Disk } from './update.disk.js';
import type { TakeLock } from './update.lock.js';
import { type InstallState, idleSlot, type StagedRelease, type UpdateState, withEvent } from './update.rules.js';
import type { UpdateStore } from './update.store.js';

/** An installation, done or refused with why. A refusal changed nothing that runs, and is journaled by the agent. */
export type InstallAnswer = { ok: true; staged: StagedRelease } | { ok: false; code: UpdateRefusal; detail: string };

/** How a person wants it. */
export interface InstallWishes {
  when: 'window' | 'quiet';
  /** Also a release that failed here before. */
  again: boolean;
}

/** What the installer needs of the machine. */
export interface InstallContext {
  now: () => number;
  lock: TakeLock;
  platform: string;
  nodeVersion: string;
}

/** A verified manifest on its way in. */
interface Offered {
  manifest: ReleaseManifest;
  manifestBytes: Buffer;
  signatureBytes: Buffer;
}

/** The installation ends here. */
class Refused extends Error {
  override name = 'Refused';
  readonly code: UpdateRefusal;
  version: string | null;

  constructor(code: UpdateRefusal, detail: string, version: string | null = null) {
    super(detail);
    this.code = code;
    this.version = version;
  }
}

/**
 * Writes a release into the idle slot and stages it. Order: signature, then manifest, then admission, then files with their hashes, all synced, and
 * only then the one write that names the slot. What runs, and what it could go back to while on trial, is never touched.
 */
export class Installer {
  readonly #context: InstallContext;
  readonly #store: UpdateStore;

  constructor(context: InstallContext, store: UpdateStore) {
    this.#context = context;
    this.#store = store;
  }

  /** Installs from an open archive. Refusals are returned; the archive is closed in the end. */
  async install(archive: Readable, wishes: InstallWishes): Promise<InstallAnswer> {
    const lock = await this.#context.lock();
    if (!lock) {
      archive.destroy();
      return { ok: false, code: 'busy', detail: 'another installation is running' };
    }
    try {
      return await this.#locked(archive, wishes);
    } finally {
      archive.destroy();
      lock.release();
    }
  }

  async #locked(archive: Readable, wishes: InstallWishes): Promise<InstallAnswer> {
    try {
      const { state } = this.#store.loadState(this.#store.factory().release);
      const reader = new ArchiveReader(archive);
      const offered = await this.#open(reader, state);
      const { manifest, manifestBytes } = offered;
      const digest = manifestDigest(manifestBytes);
      const refusal = refusalOf(manifest, digest, this.#facts(state), wishes.again);
      if (refusal) throw new Refused(refusal.code, refusal.detail, manifest.version);
      const slot = idleSlot(state);
      const install = this.#unstage();
      await this.#write(reader, offered, this.#store.folderOf(slot)).catch((error: unknown) => {
        // The journal needs the space more than half a release does.
        this.#store.disk.remove(this.#store.folderOf(slot));
        throw refusedBy(error, manifest.version);
      });
      const release = { slot, version: manifest.version, sequence: manifest.sequence, digest };
      const number = Math.max(install.number, state.consumed) + 1;
      const staged = { number, release, when: wishes.when };
      this.#store.saveInstall(withEvent({ ...install, number, staged }, { kind: 'UpdateInstalled', release }, this.#context.now()));
      return { ok: true, staged };
    } catch (error) {
      return this.#refuse(refusedBy(error, null));
    }
  }

  #facts(state: UpdateState): GatewayFacts {
    const manifest = this.#store.find(state.running.slot, state)?.manifest;
    return {
      platform: this.#context.platform,
      nodeVersion: this.#context.nodeVersion,
      running: {
        version: state.running.version,
        sequence: state.running.sequence,
        journalSchema: manifest?.journalSchema ?? this.#store.factory().manifest.journalSchema,
      },
      floor: state.floor,
      trial: state.trial !== null,
      failed: state.failed,
      freeBytes: this.#store.disk.freeBytes(this.#store.folder),
    };
  }

  /** Reads manifest and signature; nothing is interpreted before the signature holds. */
  async #open(reader: ArchiveReader, state: UpdateState): Promise<Offered> {
    const trust = this.#store.trust(state);
    if (trust.empty) throw new Refused('noReleaseKey', 'no release key is pinned on this gateway');
    const manifestBytes = await reader.whole(MANIFEST_FILE, MAX_MANIFEST_BYTES);
    const signatureBytes = await reader.whole(SIGNATURE_FILE, MAX_SIGNATURE_BYTES);
    requireSignature(trust, manifestBytes, signatureBytes);
    const manifest = parseManifest(manifestBytes.toString('utf8'));
    if (!manifest) throw new Refused('manifest', 'the manifest is of a form this version does not understand');
    return { manifest, manifestBytes, signatureBytes };
  }

  /** Forgets what was staged before, durably, because its slot is written anew. */
  #unstage(): InstallState {
    const install = this.#store.loadInstall();
    if (!install.staged) return install;
    const cleared = { ...install, staged: null };
    this.#store.saveInstall(cleared);
    return cleared;
  }

  async #write(reader: ArchiveReader, { manifest, manifestBytes, signatureBytes }: Offered, folder: string): Promise<void> {
    const { disk } = this.#store;
    disk.remove(folder);
    disk.makeFolder(folder);
    const folders = new Set([folder]);
    const put = async (path: string, mode: number, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => {
      for (const parent of parentsOf(path)) {
        disk.makeFolder(join(folder, parent));
        folders.add(join(folder, parent));
      }
      await writeFile(disk, join(folder, path), mode, chunks);
    };
    for (const { path, bytes, executable } of manifest.files) await put(path, executable ? 0o755 : 0o644, reader.stream(path, { bytes }));
    await put(SIGNATURE_FILE, 0o644, [signatureBytes]);
    await put(MANIFEST_FILE, 0o644, [manifestBytes]);
    for (const each of [...folders].reverse()) disk.syncFolder(each);
    disk.syncFolder(dirname(folder));
    if (!filesIntact(disk, folder, manifest)) throw new Refused('damaged', 'a file is not what the manifest says', manifest.version);
  }

  #refuse(refused: Refused): InstallAnswer {
    const { code, version } = refused;
    const detail = refused.message.slice(0, 200);
    try {
      const event = { kind: 'UpdateRefused', version, code, detail } as const;
      this.#store.saveInstall(withEvent(this.#store.loadInstall(), event, this.#context.now()));
    } catch (error) {
      // A full or failing disk takes no record either; the person who installs is told.
      return { ok: false, code, detail: `${detail} (not recorded: ${refusedBy(error, version).message})` };
    }
    return { ok: false, code, detail };
  }
}

function requireSignature(trust: Trust, manifest: Buffer, signatureBytes: Buffer): void {
  const signature = parseSignature(signatureBytes.toString('utf8'));
  if (!signature || !trust.signed(manifest, signature)) throw new Refused('signature', 'not signed by a release key of this gateway');
  if (!trust.mayInstall(signature.keyId)) throw new Refused('signature', `the key ${signature.keyId.slice(0, 64)} has been replaced`);
}

/** What an error of reading or writing means for the installation. Bugs are thrown on. */
function refusedBy(error: unknown, version: string | null): Refused {
  if (error instanceof Refused) {
    error.version ??= version;
    return error;
  }
  if (error instanceof ArchiveError) return new Refused('unreadable', error.message, version);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Refused('noSpace', 'the disk is full', version);
  if (['EIO', 'EROFS', 'EACCES', 'EPERM'].includes(code ?? '')) return new Refused('io', `the disk refused: ${code}`, version);
  throw error;
}

async function writeFile(disk: Disk, path: string, mode: number, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  const file = disk.create(path, mode);
  try {
    for await (const chunk of chunks) file.write(chunk);
    file.finish();
  } finally {
    file.abandon();
  }
}

/** `a/b/c` → `a`, `a/b`. */
function parentsOf(path: string): string[] {
  const segments = path.split('/').slice(0, -1);
  return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
}
