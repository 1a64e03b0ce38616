import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { ed25519PublicKeyFromRaw } from '@tillward/journal';
import { isReleaseKey, parseManifest, parseObject, type ReleaseKey } from './release.rules.js';
import { type KeyAnnouncement, knownKeys } from './update.rules.js';

/** Keeps a signature of a manifest from being one of anything else the key might sign. */
const SIGNED_PREFIX = 'tillward-release-v1\n';

/** Content of `manifest.sig`. */
export interface ReleaseSignature {
  keyId: string;
  /** Ed25519 (RFC 8032) over the prefix and the manifest's exact bytes; base64. */
  signature: string;
}

/** Signs a manifest with an Ed25519 private key. */
export function signManifest(manifest: Uint8Array, keyId: string, privateKey: KeyObject): ReleaseSignature {
  return { keyId, signature: sign(null, signedBytes(manifest), privateKey).toString('base64') };
}

/** True when the key's owner signed exactly these bytes. */
export function verifyManifest(manifest: Uint8Array, signature: string, key: ReleaseKey): boolean {
  return verify(null, signedBytes(manifest), ed25519PublicKeyFromRaw(key.publicKey), Buffer.from(signature, 'base64'));
}

/** The signature in the content of a `manifest.sig`; null when there is none. */
export function parseSignature(text: string): ReleaseSignature | null {
  const value = parseObject(text);
  if (typeof value?.['keyId'] !== 'string' || typeof value['signature'] !== 'string') return null;
  return { keyId: value['keyId'], signature: value['signature'] };
}

/** SHA-256 of a manifest's bytes, hex: names a release exactly. */
export function manifestDigest(manifest: Uint8Array): string {
  return createHash('sha256').update(manifest).digest('hex');
}

/** The keys of a pinned key file (`{ "keys": [{ "keyId", "publicKey" }] }`); null when it holds none of that form. */
export function parseKeyFile(text: string): ReleaseKey[] | null {
  const keys = parseObject(text)?.['keys'];
  return Array.isArray(keys) && keys.every(isReleaseKey)
    ? (keys as ReleaseKey[]).map(({ keyId, publicKey }) => ({ keyId, publicKey }))
    : null;
}

/** The keys a gateway goes by. Build one with {@link trustOf}. */
export interface Trust {
  /** True when a known key signed this, also one that no longer may install anything. */
  signed(manifest: Uint8Array, signature: ReleaseSignature): boolean;
  /** True when the key may still install. */
  mayInstall(keyId: string): boolean;
  /** Keys that came before this one. */
  before(keyId: string): string[];
  /** No key is known at all. */
  empty: boolean;
}

/** What the pinned keys, the announcements kept and the retired keys add up to. */
export function trustOf(pinned: readonly ReleaseKey[], announcements: readonly KeyAnnouncement[], retired: readonly string[]): Trust {
  const keys = knownKeys(pinned, announcements, (announcement, key) => {
    if (!verifyManifest(Buffer.from(announcement.manifest, 'utf8'), announcement.signature, key)) return null;
    return parseManifest(announcement.manifest)?.nextKey ?? null;
  });
  const find = (keyId: string) => keys.find(({ key }) => key.keyId === keyId);
  return {
    signed(manifest, { keyId, signature }) {
      const known = find(keyId);
      return known !== undefined && verifyManifest(manifest, signature, known.key);
    },
    mayInstall: (keyId) => find(keyId) !== undefined && !retired.includes(keyId),
    before(keyId) {
      const generation = find(keyId)?.generation ?? 0;
      return keys.filter((each) => each.generation < generation).map(({ key }) => key.keyId);
    },
    empty: keys.length === 0,
  };
}

function signedBytes(manifest: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(SIGNED_PREFIX, 'latin1'), manifest]);
}
