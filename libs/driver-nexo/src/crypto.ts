import { createCipheriv, createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { headerDifference, type MessageHeader, readHeader } from './header.js';
import type { NexoKey } from './options.js';
import { Reader } from './reader.js';

/** NexoCrypto as the vendor documents it ("Protect local communications"): what is derived from the passphrase, and in this order. */
const SALT = 'AdyenNexoV1Salt';
const ROUNDS = 4_000;
const HMAC_KEY_BYTES = 32;
const CIPHER_KEY_BYTES = 32;
const IV_BYTES = 16;
/** The only version of NexoCrypto there is. */
export const CRYPTO_VERSION = 1;
/** Bytes of the nonce that every message needs for itself. */
export const NONCE_BYTES = IV_BYTES;

/** The key material behind a passphrase. */
export interface DerivedKeys {
  readonly hmacKey: Buffer;
  readonly cipherKey: Buffer;
  readonly iv: Buffer;
}

/**
 * Why an encrypted message was not believed.
 * `cryptoVersion`, `keyIdentifier`, `keyVersion`: made with another key than ours; `undecryptable`: no plaintext comes out; `hmac`: the plaintext
 * is not what the holder of the key wrote; `header`: the header in clear says something else than the one inside.
 */
export type NexoCryptoErrorCode = 'cryptoVersion' | 'keyIdentifier' | 'keyVersion' | 'undecryptable' | 'hmac' | 'header';

/** An encrypted message that must not be believed. Holds no content. */
export class NexoCryptoError extends Error {
  constructor(readonly code: NexoCryptoErrorCode) {
    super(`nexo message not authentic: ${code}`);
    this.name = 'NexoCryptoError';
  }
}

/** An encrypted message: its header in clear, the encrypted whole, and what is needed to check it. */
export interface SealedMessage {
  readonly MessageHeader: MessageHeader;
  readonly NexoBlob: string;
  readonly SecurityTrailer: {
    readonly AdyenCryptoVersion: number;
    readonly KeyIdentifier: string;
    readonly KeyVersion: number;
    readonly Nonce: string;
    readonly Hmac: string;
  };
}

/** Derives the keys of a passphrase, in a thread of its own: some milliseconds of work. */
export async function deriveKeys(passphrase: string): Promise<DerivedKeys> {
  const material = await new Promise<Buffer>((resolve, reject) => {
    const done = (error: Error | null, bytes: Buffer) => (error ? reject(error) : resolve(bytes));
    pbkdf2(Buffer.from(passphrase, 'latin1'), SALT, ROUNDS, HMAC_KEY_BYTES + CIPHER_KEY_BYTES + IV_BYTES, 'sha1', done);
  });
  return {
    hmacKey: material.subarray(0, HMAC_KEY_BYTES),
    cipherKey: material.subarray(HMAC_KEY_BYTES, HMAC_KEY_BYTES + CIPHER_KEY_BYTES),
    iv: material.subarray(HMAC_KEY_BYTES + CIPHER_KEY_BYTES),
  };
}

/** What is wrong with a passphrase: empty, or of characters that implementations turn into bytes differently. Null when nothing is. */
export function passphraseProblem(passphrase: string): string | null {
  return /^[\x20-\x7e]+$/.test(passphrase) ? null : 'a nexo passphrase is printable ASCII and not empty';
}

/** Encrypts and authenticates a message. `nonce`: {@link NONCE_BYTES} unpredictable bytes, never used before with this key. */
export function seal(header: MessageHeader, plaintext: string, key: NexoKey, keys: DerivedKeys, nonce: Uint8Array): SealedMessage {
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce has ${NONCE_BYTES} bytes`);
  const bytes = Buffer.from(plaintext, 'utf8');
  const cipher = createCipheriv('aes-256-cbc', keys.cipherKey, xor(keys.iv, nonce));
  return {
    MessageHeader: header,
    NexoBlob: Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64'),
    SecurityTrailer: {
      AdyenCryptoVersion: CRYPTO_VERSION,
      KeyIdentifier: key.identifier,
      KeyVersion: key.version,
      Nonce: Buffer.from(nonce).toString('base64'),
      Hmac: hmac(bytes, keys).toString('base64'),
    },
  };
}

/**
 * Decrypts an encrypted message and checks everything there is to check: key, HMAC over the plaintext, and that the header in clear is the one
 * inside (under `wrapper`: SaleToPOIRequest or SaleToPOIResponse). Returns the message inside. Throws NexoCryptoError, or MessageError for
 * what isn't an encrypted message at all.
 */
export function open(sealed: Reader, wrapper: string, key: NexoKey, keys: DerivedKeys): { header: MessageHeader; message: Reader } {
  const outer = readHeader(sealed.object('MessageHeader'));
  const trailer = sealed.object('SecurityTrailer');
  if (trailer.number('AdyenCryptoVersion') !== CRYPTO_VERSION) throw new NexoCryptoError('cryptoVersion');
  if (trailer.text('KeyIdentifier') !== key.identifier) throw new NexoCryptoError('keyIdentifier');
  if (trailer.number('KeyVersion') !== key.version) throw new NexoCryptoError('keyVersion');
  const blob = sealed.raw('NexoBlob');
  if (typeof blob !== 'string') throw new NexoCryptoError('undecryptable');
  const plaintext = decrypt(Buffer.from(blob, 'base64'), Buffer.from(trailer.text('Nonce'), 'base64'), keys);
  const claimed = Buffer.from(trailer.text('Hmac'), 'base64');
  const actual = hmac(plaintext, keys);
  if (claimed.length !== actual.length || !timingSafeEqual(claimed, actual)) throw new NexoCryptoError('hmac');
  const message = Reader.parse(plaintext.toString('utf8')).object(wrapper);
  const header = readHeader(message.object('MessageHeader'));
  if (headerDifference(outer, header) !== null) throw new NexoCryptoError('header');
  return { header, message };
}

function decrypt(bytes: Buffer, nonce: Buffer, keys: DerivedKeys): Buffer {
  if (nonce.length !== NONCE_BYTES) throw new NexoCryptoError('undecryptable');
  const decipher = createDecipheriv('aes-256-cbc', keys.cipherKey, xor(keys.iv, nonce));
  try {
    return Buffer.concat([decipher.update(bytes), decipher.final()]);
  } catch (cause) {
    // OpenSSL's word for a wrong padding or length; anything else is not about this message.
    if (cause instanceof Error && 'code' in cause) throw new NexoCryptoError('undecryptable');
    throw cause;
  }
}

function hmac(bytes: Uint8Array, keys: DerivedKeys): Buffer {
  return createHmac('sha256', keys.hmacKey).update(bytes).digest();
}

function xor(iv: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(iv.map((byte, index) => byte ^ nonce[index]!));
}
