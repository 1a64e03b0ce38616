import type { KeyRotationBody } from '@tillward/contracts';

/** A key of core as it is pinned, oldest first. `validUntil`: when it stops counting; null for the present one. */
export interface PinnedKey {
  keyId: string;
  /** 32 raw bytes, base64. */
  publicKey: string;
  validUntil: number | null;
}

/** The longest a key goes on counting after another one took its place: a statement that says more is cut. */
export const LONGEST_OVERLAP_MS = 90 * 24 * 3_600_000;

/**
 * K1: the pinned keys at a start. The configured key is where a gateway began; keys it was led to by signed changes come after it. A configured key that is not among
 * them was put there by a person (a new enrolment): it stands alone.
 */
export function keysAtStart(pinned: readonly PinnedKey[], configured: { keyId: string; publicKey: string }): readonly PinnedKey[] {
  const known = pinned.some((key) => key.keyId === configured.keyId && key.publicKey === configured.publicKey);
  return known ? pinned : [{ ...configured, validUntil: null }];
}

/** K2: whether a key counts at `now`. */
export function counts(key: PinnedKey, now: number): boolean {
  return key.validUntil === null || now < key.validUntil;
}

/** What a change of key leads to. */
export type RotationDecision = { kind: 'known' } | { kind: 'refuse'; reason: string } | { kind: 'follow'; keys: readonly PinnedKey[] };

/**
 * K3: only the present key can name its successor, and an id is never used for a second key. The one before counts until the statement says, at most
 * {@link LONGEST_OVERLAP_MS} longer.
 */
export function judgeRotation(pinned: readonly PinnedKey[], body: KeyRotationBody, now: number): RotationDecision {
  const present = pinned.at(-1);
  const same = pinned.find((key) => key.keyId === body.keyId);
  if (same) return same.publicKey === body.publicKey ? { kind: 'known' } : { kind: 'refuse', reason: 'another key has this id' };
  if (!present || present.keyId !== body.previousKeyId)
    return { kind: 'refuse', reason: 'the key that names its successor is not the present one' };
  const validUntil = Math.min(Date.parse(body.previousUntil), now + LONGEST_OVERLAP_MS);
  return {
    kind: 'follow',
    keys: [...pinned.slice(0, -1), { ...present, validUntil }, { keyId: body.keyId, publicKey: body.publicKey, validUntil: null }],
  };
}
