/** Format of a release manifest; another number is not understood. */
export const RELEASE_FORMAT = 1;
/** The manifest may be so long. */
export const MAX_MANIFEST_BYTES = 256 * 1024;
const MAX_FILES = 2_000;
const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** Free space that must remain after an installation: the journal needs it more. */
export const KEEP_FREE_BYTES = 128 * 1024 * 1024;

/** A public key that may sign releases: the 32 raw bytes in base64. */
export interface ReleaseKey {
  keyId: string;
  publicKey: string;
}

export interface ReleaseFile {
  /** Relative, with `/`, only letters, digits, `.`, `_`, `-`; no segment starts with a dot. */
  path: string;
  bytes: number;
  /** Hex. */
  sha256: string;
  executable: boolean;
}

/** What a release says about itself. Signed as exact bytes (docs/adr/0030). */
export interface ReleaseManifest {
  format: typeof RELEASE_FORMAT;
  product: 'tillward-edge';
  /** What people call it: major.minor.patch. */
  version: string;
  /** What orders releases: only grows, across all versions. */
  sequence: number;
  /** `linux-x64`, or `any` when nothing in it is native. */
  platform: string;
  /** Oldest Node that runs it, unless it brings its own. */
  oldestNode: string;
  /** Oldest version that may be replaced by it directly. */
  oldestPrevious: string;
  /** The journal schema it writes, and the oldest schema whose agents can still work with that file. */
  journalSchema: { version: number; readableFrom: number };
  /** The file Node starts. */
  entry: string;
  /** A Node program among the files; null: the package's. */
  node: string | null;
  /** A lower version than the one running is meant to be installed. */
  downgrade: boolean;
  /** Signs the releases after this one. */
  nextKey: ReleaseKey | null;
  files: ReleaseFile[];
}

const VERSION = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/;
const PATH = /^(?!\.)[A-Za-z0-9._-]{1,100}(\/(?!\.)[A-Za-z0-9._-]{1,100}){0,6}$/;
const HASH = /^[0-9a-f]{64}$/;
const KEY = /^[A-Za-z0-9+/]{43}=$/;
const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Names the manifest's own files have in a slot. */
const RESERVED = new Set(['manifest.json', 'manifest.sig']);

/** The manifest in `text`; null when it is none this version understands. Fields it doesn't know are ignored. */
export function parseManifest(text: string): ReleaseManifest | null {
  const value = parseObject(text);
  if (!value || value['format'] !== RELEASE_FORMAT || value['product'] !== 'tillward-edge') return null;
  const { version, sequence, platform, oldestNode, oldestPrevious, entry, node = null, downgrade = false, nextKey = null } = value;
  const journalSchema = schemaOf(value['journalSchema']);
  const files = filesOf(value['files']);
  if (!matches(version, VERSION) || !matches(oldestNode, VERSION) || !matches(oldestPrevious, VERSION)) return null;
  if (!isCount(sequence) || sequence === 0 || !matches(platform, /^[a-z0-9-]{1,40}$/)) return null;
  if (!journalSchema || !files || typeof downgrade !== 'boolean') return null;
  const paths = new Set(files.map(({ path }) => path));
  if (paths.size !== files.length || typeof entry !== 'string' || !paths.has(entry)) return null;
  if (node !== null && !(typeof node === 'string' && paths.has(node))) return null;
  if (nextKey !== null && !isReleaseKey(nextKey)) return null;
  return {
    format: RELEASE_FORMAT,
    product: 'tillward-edge',
    version,
    sequence,
    platform,
    oldestNode,
    oldestPrevious,
    journalSchema,
    entry,
    node,
    downgrade,
    nextKey,
    files,
  };
}

/** True for a well-formed release key. */
export function isReleaseKey(value: unknown): value is ReleaseKey {
  if (typeof value !== 'object' || value === null) return false;
  const { keyId, publicKey } = value as Record<string, unknown>;
  return matches(keyId, KEY_ID) && matches(publicKey, KEY);
}

function filesOf(value: unknown): ReleaseFile[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_FILES) return null;
  const files: ReleaseFile[] = [];
  for (const each of value as unknown[]) {
    if (typeof each !== 'object' || each === null) return null;
    const { path, bytes, sha256, executable = false } = each as Record<string, unknown>;
    if (!matches(path, PATH) || RESERVED.has(path) || !isCount(bytes) || bytes > MAX_FILE_BYTES) return null;
    if (!matches(sha256, HASH) || typeof executable !== 'boolean') return null;
    files.push({ path, bytes, sha256, executable });
  }
  return files;
}

function schemaOf(value: unknown): ReleaseManifest['journalSchema'] | null {
  if (typeof value !== 'object' || value === null) return null;
  const { version, readableFrom } = value as Record<string, unknown>;
  return isCount(version) && isCount(readableFrom) && readableFrom <= version ? { version, readableFrom } : null;
}

/** The JSON object in `text`; null when there is none. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const matches = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Negative, zero or positive as `a` is older than, the same as or newer than `b` (both major.minor.patch; what follows a hyphen is ignored). */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('-')[0]!.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Why a release is not installed. Stable: they are journaled. */
export type UpdateRefusal =
  | 'noReleaseKey'
  | 'unreadable'
  | 'signature'
  | 'manifest'
  | 'platform'
  | 'nodeTooOld'
  | 'notNewer'
  | 'downgrade'
  | 'tooOldBefore'
  | 'noWayBack'
  | 'failedBefore'
  | 'noSpace'
  | 'damaged'
  | 'trialRunning'
  | 'busy'
  | 'io';

/** What the gateway is when somebody hands it a release. */
export interface GatewayFacts {
  platform: string;
  nodeVersion: string;
  running: Pick<ReleaseManifest, 'version' | 'sequence' | 'journalSchema'>;
  /** Highest sequence ever confirmed here. */
  floor: number;
  trial: boolean;
  /** Digests of manifests that failed here. */
  failed: readonly string[];
  freeBytes: number;
}

/**
 * Why this verified release may not be installed here; null when it may. `again`: a person insists on one that failed before.
 */
export function refusalOf(
  manifest: ReleaseManifest,
  digest: string,
  gateway: GatewayFacts,
  again: boolean,
): { code: UpdateRefusal; detail: string } | null {
  const { running } = gateway;
  const needed = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0) + KEEP_FREE_BYTES;
  if (gateway.trial) return { code: 'trialRunning', detail: `${running.version} is on trial: both slots are needed` };
  if (manifest.platform !== 'any' && manifest.platform !== gateway.platform)
    return { code: 'platform', detail: `made for ${manifest.platform}, this is ${gateway.platform}` };
  if (manifest.node === null && compareVersions(gateway.nodeVersion, manifest.oldestNode) < 0)
    return { code: 'nodeTooOld', detail: `needs Node ${manifest.oldestNode}, here is ${gateway.nodeVersion}` };
  const newest = Math.max(gateway.floor, running.sequence);
  if (manifest.sequence <= newest) return { code: 'notNewer', detail: `sequence ${manifest.sequence} is not above ${newest}` };
  if (!manifest.downgrade && compareVersions(manifest.version, running.version) < 0)
    return { code: 'downgrade', detail: `${manifest.version} is older than ${running.version} and not signed as a downgrade` };
  if (compareVersions(running.version, manifest.oldestPrevious) < 0)
    return { code: 'tooOldBefore', detail: `may follow ${manifest.oldestPrevious} or newer, here runs ${running.version}` };
  if (manifest.journalSchema.readableFrom > running.journalSchema.version)
    return {
      code: 'noWayBack',
      detail: `${running.version} could not read what it writes: schema ${manifest.journalSchema.version}, readable from ${manifest.journalSchema.readableFrom}`,
    };
  if (manifest.journalSchema.version < running.journalSchema.readableFrom)
    return { code: 'downgrade', detail: `can't read journal schema ${running.journalSchema.version}` };
  if (!again && gateway.failed.includes(digest)) return { code: 'failedBefore', detail: `${manifest.version} failed here before` };
  if (gateway.freeBytes < needed) return { code: 'noSpace', detail: `needs ${needed} bytes, free are ${gateway.freeBytes}` };
  return null;
}
