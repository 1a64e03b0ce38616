import { z } from 'zod';
import { ed25519Signature } from './identifiers.js';

/**
 * What core says to a gateway: the exact JSON text that was signed, never re-serialised.
 * The signature is Ed25519 over UTF-8 of `signedBytes(type, body)`, so that a body signed as one type can't be replayed as another.
 */
export const signedBody = z.strictObject({
  body: z.string().max(512 * 1024),
  keyId: z.string().min(1).max(64),
  signature: ed25519Signature,
});

export type SignedBody = z.infer<typeof signedBody>;

/** The text whose UTF-8 bytes are signed: type, line feed, body. */
export function signedBytes(type: string, body: string): string {
  return `${type}\n${body}`;
}
