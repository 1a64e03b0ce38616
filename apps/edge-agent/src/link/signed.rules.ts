import type { KeyObject } from 'node:crypto';
import { type EventType, type SignedBodyWithRotations, signedBodyWithRotations, signedBytes } from '@tillward/contracts';
import { verifyText } from '@tillward/journal';
import { z } from 'zod';

/** A pinned key of core. */
export interface CoreKey {
  keyId: string;
  publicKey: KeyObject;
}

/** Core's pinned keys: the only ones whose word counts. */
export interface CoreKeys {
  /** The key of this id while it counts. */
  find(keyId: string): KeyObject | undefined;
}

/** A single key, or the keys pinned over time. */
export type TrustedCore = CoreKey | CoreKeys;

/** A body whose signature is core's and whose shape is right, with the exact text that was signed; or why it is neither. */
export type Opened<T> = { ok: true; body: T; text: string; keyId: string; signature: string } | { ok: false; reason: SignedRefusal };

/** Why a signed message is dropped. Said in logs and journal; never contains what the message said. */
export type SignedRefusal = 'malformed event' | 'unknown key' | 'bad signature' | 'malformed body';

/** The signed part of a message of this type, nothing of it verified; undefined when it has none. */
export function signedPart(type: EventType, event: unknown): SignedBodyWithRotations | undefined {
  const envelope = z.object({ type: z.literal(type), data: signedBodyWithRotations }).safeParse(event);
  return envelope.success ? envelope.data.data : undefined;
}

/**
 * Opens a message of core: shape, key, signature over type and exact text, then the body itself, in that order, so that nothing unsigned is ever
 * interpreted (P5).
 */
export function openSigned<T>(type: EventType, event: unknown, body: z.ZodType<T>, trusted: TrustedCore): Opened<T> {
  const part = signedPart(type, event);
  if (!part) return { ok: false, reason: 'malformed event' };
  return openBody(type, part, body, trusted);
}

/** {@link openSigned} for a signed body alone; `type` is what it must have been signed as. */
export function openBody<T>(
  type: string,
  { body: text, keyId, signature }: { body: string; keyId: string; signature: string },
  body: z.ZodType<T>,
  trusted: TrustedCore,
): Opened<T> {
  const key = 'find' in trusted ? trusted.find(keyId) : trusted.keyId === keyId ? trusted.publicKey : undefined;
  if (!key) return { ok: false, reason: 'unknown key' };
  if (!verifyText(key, signedBytes(type, text), signature)) return { ok: false, reason: 'bad signature' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: 'malformed body' };
    throw error;
  }
  const parsed = body.safeParse(value);
  return parsed.success ? { ok: true, body: parsed.data, text, keyId, signature } : { ok: false, reason: 'malformed body' };
}
