import { join } from 'node:path';
import { MAX_MANIFEST_BYTES, parseManifest, type ReleaseManifest } from './release.rules.js';
import { manifestDigest, parseSignature, type ReleaseSignature, type Trust } from './release.signature.js';
import type { Disk } from './update.disk.js';
import type { Slot, SlotRelease } from './update.rules.js';

export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.sig';
/** A signature file is short. */
export const MAX_SIGNATURE_BYTES = 4_096;

/** A release found in a slot, its manifest vouched for. */
export interface FoundRelease {
  release: SlotRelease;
  manifest: ReleaseManifest;
  /** The manifest's exact text. */
  text: string;
  /** Null for the package's own release, which the package manager vouches for. */
  signature: ReleaseSignature | null;
}

/**
 * The release in a folder: its manifest is signed by a key of `trust`, or `trust` is null (the package's release). Null when there is none. Says nothing
 * about the other files; {@link filesIntact} does.
 */
export function findRelease(disk: Disk, slot: Slot, folder: string, trust: Trust | null): FoundRelease | null {
  const bytes = disk.read(join(folder, MANIFEST_FILE), MAX_MANIFEST_BYTES);
  if (!bytes) return null;
  const signature = parseSignature(disk.read(join(folder, SIGNATURE_FILE), MAX_SIGNATURE_BYTES)?.toString('utf8') ?? '');
  if (trust && !(signature && trust.signed(bytes, signature))) return null;
  const text = bytes.toString('utf8');
  const manifest = parseManifest(text);
  if (!manifest) return null;
  const release = { slot, version: manifest.version, sequence: manifest.sequence, digest: manifestDigest(bytes) };
  return { release, manifest, text, signature };
}

/** True when every file of the manifest is there with its length and hash. */
export function filesIntact(disk: Disk, folder: string, manifest: ReleaseManifest): boolean {
  return manifest.files.every(({ path, bytes, sha256 }) => {
    const found = disk.digest(join(folder, path));
    return found !== null && found.bytes === bytes && found.sha256 === sha256;
  });
}
