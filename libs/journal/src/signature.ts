import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

const HEAD_PREFIX = 'tillward-journal-head-v1\n';
/** DER header of a SubjectPublicKeyInfo holding an Ed25519 key (RFC 8410 section 4); the raw 32 bytes follow. */
const ED25519_SPKI_HEADER = Buffer.from('302a300506032b6570032100', 'hex');

/** Signs the last hash of a batch with the gateway's Ed25519 key; base64. */
export function signHead(privateKey: KeyObject, lastHash: string): string {
  return sign(null, Buffer.from(HEAD_PREFIX + lastHash, 'latin1'), privateKey).toString('base64');
}

/** True when `signature` is the gateway's over this last hash. */
export function verifyHead(publicKey: KeyObject, lastHash: string, signature: string): boolean {
  return verify(null, Buffer.from(HEAD_PREFIX + lastHash, 'latin1'), publicKey, Buffer.from(signature, 'base64'));
}

/** Signs exact text (see `signedBytes` of libs/contracts) with core's Ed25519 key; base64. */
export function signText(privateKey: KeyObject, text: string): string {
  return sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64');
}

/** True when `signature` is the key owner's over exactly this text. */
export function verifyText(publicKey: KeyObject, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text, 'utf8'), publicKey, Buffer.from(signature, 'base64'));
}

/** A public key from its 32 raw bytes in base64. Throws for any other length. */
export function ed25519PublicKeyFromRaw(base64: string): KeyObject {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32) throw new RangeError(`an Ed25519 public key has 32 bytes, not ${raw.length}`);
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI_HEADER, raw]), format: 'der', type: 'spki' });
}

/** The 32 raw bytes of an Ed25519 public key (or of a private key's public half) in base64. */
export function rawEd25519PublicKey(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(ED25519_SPKI_HEADER.length).toString('base64');
}
