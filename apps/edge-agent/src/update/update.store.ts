import { dirname, join } from 'node:path';
import { parseObject, type ReleaseKey } from './release.rules.js';
import { parseKeyFile, type Trust, trustOf } from './release.signature.js';
import { type FoundRelease, filesIntact, findRelease } from './release.slot.js';
import { type Disk, replaceFile } from './update.disk.js';
import { type InstallState, initialState, NO_INSTALLS, type Slot, type SlotRelease, type UpdateState } from './update.rules.js';

const STATE_FILE = 'state.json';
const INSTALL_FILE = 'install.json';
const MAX_STATE_BYTES = 8 * 1024 * 1024;

/** Where updates live. */
export interface UpdatePlaces {
  /** Writable folder of the two state files and of the slots; made when missing. */
  folder: string;
  /** The package's release. */
  factory: string;
  /** The package's pinned keys. */
  keysFile: string;
}

/** The package is not complete: no gateway can run like that. */
export class NoFactoryRelease extends Error {
  override name = 'NoFactoryRelease';
}

/** The state files and slots on disk. */
export class UpdateStore {
  readonly disk: Disk;
  readonly #places: UpdatePlaces;

  /** Makes the folders when they are missing. */
  constructor(disk: Disk, places: UpdatePlaces) {
    this.disk = disk;
    this.#places = places;
    disk.makeFolder(places.folder);
    disk.makeFolder(join(places.folder, 'slots'));
    disk.syncFolder(places.folder);
    disk.syncFolder(dirname(places.folder));
  }

  folderOf(slot: Slot): string {
    return slot === 'factory' ? this.#places.factory : join(this.#places.folder, 'slots', slot);
  }

  /** The folder of the state files. */
  get folder(): string {
    return this.#places.folder;
  }

  /** The package's release. Throws {@link NoFactoryRelease}. */
  factory(): FoundRelease {
    const found = findRelease(this.disk, 'factory', this.#places.factory, null);
    if (!found) throw new NoFactoryRelease(`there is no release in ${this.#places.factory}`);
    return found;
  }

  /** The release in a slot, its manifest verified; null when there is none. */
  find(slot: Slot, state: Pick<UpdateState, 'announcements' | 'retiredKeys'>): FoundRelease | null {
    if (slot === 'factory') return findRelease(this.disk, slot, this.#places.factory, null);
    return findRelease(this.disk, slot, this.folderOf(slot), this.trust(state));
  }

  /** True when the slot holds exactly this release and every file is what was signed. */
  bootable(release: SlotRelease, state: Pick<UpdateState, 'announcements' | 'retiredKeys'>): boolean {
    const found = this.find(release.slot, state);
    return found !== null && found.release.digest === release.digest && filesIntact(this.disk, this.folderOf(release.slot), found.manifest);
  }

  /** The keys as of this state. */
  trust({ announcements, retiredKeys }: Pick<UpdateState, 'announcements' | 'retiredKeys'>): Trust {
    return trustOf(this.#pinnedKeys(), announcements, retiredKeys);
  }

  /**
   * The starter's state. Without a file: the package's release runs. With one that can't be read: the newest release that verifies, because what ran is
   * not known any more; `lost` is then true.
   */
  loadState(factory: SlotRelease): { state: UpdateState; lost: boolean } {
    const bytes = this.disk.read(join(this.#places.folder, STATE_FILE), MAX_STATE_BYTES);
    if (!bytes) return { state: initialState(factory), lost: false };
    const value = parseObject(bytes.toString('utf8'));
    if (isState(value)) return { state: value, lost: false };
    const fresh = initialState(factory);
    const found = (['a', 'b'] as const)
      .map((slot) => this.find(slot, fresh)?.release)
      .filter((release) => release !== undefined && this.bootable(release, fresh)) as SlotRelease[];
    const newest = found.reduce((best, release) => (release.sequence > best.sequence ? release : best), factory);
    return { state: { ...fresh, running: newest, floor: newest.sequence }, lost: true };
  }

  /** Writes the starter's state durably. Only the starter may. */
  saveState(state: UpdateState): void {
    replaceFile(this.disk, join(this.#places.folder, STATE_FILE), Buffer.from(`${JSON.stringify(state)}\n`));
  }

  /** The installer's state; that of no installation when there is none or it can't be read. */
  loadInstall(): InstallState {
    const bytes = this.disk.read(join(this.#places.folder, INSTALL_FILE), MAX_STATE_BYTES);
    const value = bytes ? parseObject(bytes.toString('utf8')) : null;
    return isInstall(value) ? value : NO_INSTALLS;
  }

  /** Writes the installer's state durably. Only the installer may. */
  saveInstall(state: InstallState): void {
    replaceFile(this.disk, join(this.#places.folder, INSTALL_FILE), Buffer.from(`${JSON.stringify(state)}\n`));
  }

  #pinnedKeys(): ReleaseKey[] {
    return parseKeyFile(this.disk.read(this.#places.keysFile, MAX_STATE_BYTES)?.toString('utf8') ?? '') ?? [];
  }
}

function isState(value: unknown): value is UpdateState {
  const { format, running, previous, trial, floor, failed, consumed, announcements, retiredKeys, events } = (value ?? {}) as Record<
    string,
    unknown
  >;
  return (
    format === 1 &&
    isRelease(running) &&
    (previous === null || isRelease(previous)) &&
    (trial === null || (typeof trial === 'object' && Number.isSafeInteger((trial as { starts?: unknown }).starts))) &&
    Number.isSafeInteger(floor) &&
    Number.isSafeInteger(consumed) &&
    [failed, announcements, retiredKeys, events].every(Array.isArray)
  );
}

function isInstall(value: unknown): value is InstallState {
  const { format, number, staged, events } = (value ?? {}) as Record<string, unknown>;
  const { release, number: stagedNumber } = (staged ?? {}) as Record<string, unknown>;
  return (
    format === 1 &&
    Number.isSafeInteger(number) &&
    Array.isArray(events) &&
    (staged === null || (isRelease(release) && Number.isSafeInteger(stagedNumber)))
  );
}

function isRelease(value: unknown): value is SlotRelease {
  const { slot, version, sequence, digest } = (value ?? {}) as Record<string, unknown>;
  return (
    (slot === 'factory' || slot === 'a' || slot === 'b') &&
    typeof version === 'string' &&
    Number.isSafeInteger(sequence) &&
    typeof digest === 'string'
  );
}
