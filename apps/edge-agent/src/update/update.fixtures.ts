import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { rawEd25519PublicKey } from '@tillward/journal';
import { writeArchive } from './release.archive.js';
import type { ReleaseKey, ReleaseManifest } from './release.rules.js';
import { signManifest } from './release.signature.js';
import type { Disk, NewFile } from './update.disk.js';

/** A release key with both halves. */
export interface TestKey extends ReleaseKey {
  privateKey: KeyObject;
}

/** Makes a release key. */
export function testKey(keyId: string): TestKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { keyId, publicKey: rawEd25519PublicKey(privateKey), privateKey };
}

/** The public halves as a key file. */
export function keyFile(...keys: TestKey[]): string {
  return JSON.stringify({ keys: keys.map(({ keyId, publicKey }) => ({ keyId, publicKey })) });
}

/** Content of a test release by path. */
export type TestFiles = Record<string, string>;

const hash = (content: Uint8Array | string) => createHash('sha256').update(content).digest('hex');

/** The manifest of some files, ready to be changed. */
export function testManifest(sequence: number, files: TestFiles, changes: Partial<ReleaseManifest> = {}): ReleaseManifest {
  return {
    format: 1,
    product: 'tillward-edge',
    version: `0.${sequence}.0`,
    sequence,
    platform: 'any',
    oldestNode: '22.13.0',
    oldestPrevious: '0.0.0',
    journalSchema: { version: 3, readableFrom: 3 },
    entry: Object.keys(files)[0]!,
    node: null,
    downgrade: false,
    nextKey: null,
    files: Object.entries(files).map(([path, content]) => ({
      path,
      bytes: Buffer.byteLength(content),
      sha256: hash(content),
      executable: false,
    })),
    ...changes,
  };
}

/** The archive of a release, signed by `key`. */
export async function testArchive(manifest: ReleaseManifest, files: TestFiles, key: TestKey): Promise<Buffer> {
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  const signature = JSON.stringify(signManifest(manifestBytes, key.keyId, key.privateKey));
  return archiveOf({ 'manifest.json': manifestBytes.toString('utf8'), 'manifest.sig': signature, ...files });
}

/** Any files as an archive, in this order. */
export async function archiveOf(files: TestFiles): Promise<Buffer> {
  const entries = Object.entries(files).map(([path, text]) => ({
    path,
    bytes: Buffer.byteLength(text),
    executable: false,
    content: () => [Buffer.from(text)],
  }));
  const chunks: Buffer[] = [];
  for await (const chunk of writeArchive(entries)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Bytes as a file being read, in pieces. */
export function streamOf(bytes: Buffer): Readable {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 300) pieces.push(bytes.subarray(at, at + 300));
  return Readable.from(pieces);
}

/** The power went. */
export class PowerCut extends Error {
  override name = 'PowerCut';
}

interface FileNode {
  kind: 'file';
  content: Buffer;
  synced: Buffer | null;
}
interface FolderNode {
  kind: 'folder';
  entries: Map<string, Node>;
  /** What a cut leaves at least. */
  synced: Map<string, Node>;
  /** Changes of names since the last sync, oldest first. */
  pending: { name: string; node: Node | null }[];
}
type Node = FileNode | FolderNode;

const folderNode = (): FolderNode => ({ kind: 'folder', entries: new Map(), synced: new Map(), pending: [] });

/** Chooses a whole number from 0 to `most`. */
export type Choose = (most: number) => number;

/**
 * A disk that forgets what a power cut may take: content that was not synced is whole, a beginning, or nothing; names changed since their folder was synced
 * survive up to any point, each folder for itself; a rename may be there in one folder and not in the other.
 */
export class CuttableDisk implements Disk {
  #root = folderNode();
  /** Operations so far that change anything. */
  operations = 0;
  /** The operation that is the last one done; the power goes with the next. */
  cutAfter = Number.POSITIVE_INFINITY;
  free = 10_000_000_000;
  /** Called before each changing operation, with its name. */
  before: (operation: string, path: string) => void = () => {};

  read(path: string, maxBytes: number): Buffer | null {
    const node = this.#find(path);
    if (node?.kind !== 'file') return null;
    if (node.content.length > maxBytes) throw new RangeError('too long');
    return node.content;
  }

  digest(path: string): { bytes: number; sha256: string } | null {
    const node = this.#find(path);
    return node?.kind === 'file' ? { bytes: node.content.length, sha256: hash(node.content) } : null;
  }

  create(path: string, _mode: number): NewFile {
    this.#operate('create', path);
    const found = this.#find(path);
    const node: FileNode = found?.kind === 'file' ? found : { kind: 'file', content: Buffer.alloc(0), synced: null };
    if (found) node.content = Buffer.alloc(0);
    else this.#setName(path, node);
    return {
      write: (chunk) => {
        this.#operate('write', path);
        node.content = Buffer.concat([node.content, chunk]);
      },
      finish: () => {
        this.#operate('finish', path);
        node.synced = node.content;
      },
      abandon: () => {},
    };
  }

  rename(from: string, to: string): void {
    this.#operate('rename', to);
    const node = this.#find(from);
    if (!node) throw new Error(`ENOENT ${from}`);
    this.#setName(to, node);
    this.#setName(from, null);
  }

  remove(path: string): void {
    this.#operate('remove', path);
    const node = this.#find(path);
    if (!node) return;
    // Children first, as a recursive removal does.
    if (node.kind === 'folder') for (const name of [...node.entries.keys()]) this.remove(`${path}/${name}`);
    this.#setName(path, null);
  }

  makeFolder(path: string): void {
    if (this.#find(path)) return;
    if (dirname(path) !== path && !this.#find(dirname(path))) this.makeFolder(dirname(path));
    this.#operate('makeFolder', path);
    this.#setName(path, folderNode());
  }

  syncFolder(path: string): void {
    this.#operate('syncFolder', path);
    const node = this.#find(path);
    if (node?.kind !== 'folder') throw new Error(`ENOENT ${path}`);
    node.synced = new Map(node.entries);
    node.pending = [];
  }

  freeBytes(): number {
    return this.free;
  }

  /** Puts a file there, durably, without counting. */
  place(path: string, content: string): void {
    const { cutAfter, operations } = this;
    this.cutAfter = Number.POSITIVE_INFINITY;
    this.makeFolder(dirname(path));
    const bytes = Buffer.from(content);
    this.#setName(path, { kind: 'file', content: bytes, synced: bytes });
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      this.syncFolder(folder);
      if (dirname(folder) === folder) break;
    }
    Object.assign(this, { cutAfter, operations });
  }

  /** What the next boot finds; `choose` decides what of the unsynced survived. */
  afterCut(choose: Choose): CuttableDisk {
    const next = new CuttableDisk();
    const seen = new Map<Node, Node>();
    next.#root = survive(this.#root, choose, seen) as FolderNode;
    next.free = this.free;
    return next;
  }

  #operate(operation: string, path: string): void {
    if (this.operations >= this.cutAfter) throw new PowerCut(`before ${operation} ${path}`);
    this.before(operation, path);
    this.operations++;
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/').filter((each) => each !== '')) {
      if (node?.kind !== 'folder') return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  #setName(path: string, node: Node | null): void {
    const parent = this.#find(dirname(path));
    if (parent?.kind !== 'folder') throw new Error(`ENOENT ${dirname(path)}`);
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (node) parent.entries.set(name, node);
    else parent.entries.delete(name);
    parent.pending.push({ name, node });
  }
}

function survive(node: Node, choose: Choose, seen: Map<Node, Node>): Node {
  const known = seen.get(node);
  if (known) return known;
  if (node.kind === 'file') {
    const kept = node.synced?.equals(node.content) ? node.content : part(node, choose);
    const file: FileNode = { kind: 'file', content: kept, synced: kept };
    seen.set(node, file);
    return file;
  }
  const folder = folderNode();
  seen.set(node, folder);
  const names = new Map(node.synced);
  for (const { name, node: target } of node.pending.slice(0, choose(node.pending.length))) {
    if (target) names.set(name, target);
    else names.delete(name);
  }
  for (const [name, target] of names) folder.entries.set(name, survive(target, choose, seen));
  folder.synced = new Map(folder.entries);
  return folder;
}

function part(node: FileNode, choose: Choose): Buffer {
  switch (choose(2)) {
    case 0:
      return Buffer.alloc(0);
    case 1:
      return node.content.subarray(0, choose(node.content.length));
    default:
      return node.content;
  }
}
