import type { KeyObject } from 'node:crypto';
import { type EventType, signedBody, signedBytes } from '@tillward/contracts';
import { verifyText } from '@tillward/journal';
import { z } from 'zod';

/** Core's pinned key: the only one whose word counts. */
export interface CoreKey {
  keyId: string;
  publicKey: KeyObject;
}

/** A body whose signature is core's and whose shape is right, with the exact text that was signed; or why it is neither. */
export type Opened<T> = { ok: true; body: T; text: string; signature: string } | { ok: false; reason: SignedRefusal };

/** Why a signed message is dropped. Said in logs and journal; never contains what the message said. */
export type SignedRefusal = 'malformed event' | 'unknown key' | 'bad signature' | 'malformed body';

/**
 * Opens a message of core: shape, key, signature over type and exact text, then the body itself, in that order, so that nothing unsigned is ever
 * interpreted (P5).
 */
export function openSigned<T>(type: EventType, event: unknown, body: z.ZodType<T>, key: CoreKey): Opened<T> {
  const envelope = z.object({ type: z.literal(type), data: signedBody }).safeParse(event);
  if (!envelope.success) return { ok: false, reason: 'malformed event' };
  const { body: text, keyId, signature } = envelope.data.data;
  if (keyId !== key.keyId) return { ok: false, reason: 'unknown key' };
  if (!verifyText(key.publicKey, signedBytes(type, text), signature)) return { ok: false, reason: 'bad signature' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: 'malformed body' };
    throw error;
  }
  const parsed = body.safeParse(value);
  return parsed.success ? { ok: true, body: parsed.data, text, signature } : { ok: false, reason: 'malformed body' };
}
