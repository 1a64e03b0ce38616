import { z } from 'zod';
import { ed25519PublicKey, ed25519Signature, instant } from './identifiers.js';

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

/** What a change of key is signed as. Never a message of its own: it travels beside a signed body. */
export const KEY_ROTATION_TYPE = 'app.tillward.key-rotation.v1';

/**
 * Core changes its signing key: signed, as {@link KEY_ROTATION_TYPE}, by the key before (`previousKeyId`), which goes on counting until `previousUntil`, so that
 * what it signed lately is still read.
 */
export const keyRotationBody = z.strictObject({
  previousKeyId: z.string().min(1).max(64),
  keyId: z.string().min(1).max(64),
  publicKey: ed25519PublicKey,
  issuedAt: instant,
  previousUntil: instant,
});
export type KeyRotationBody = z.infer<typeof keyRotationBody>;

/** A signed body with the changes of key that lead to the key it is signed with, oldest first: a gateway that slept through some of them can still follow. */
export const signedBodyWithRotations = signedBody.extend({ rotations: z.array(signedBody).max(32).optional() });
export type SignedBodyWithRotations = z.infer<typeof signedBodyWithRotations>;
