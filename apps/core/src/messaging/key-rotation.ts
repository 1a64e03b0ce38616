import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KEY_ROTATION_TYPE, type KeyRotationBody, keyRotationBody, type SignedBody, signedBody, signedBytes } from '@tillward/contracts';
import { rawEd25519PublicKey, signText } from '@tillward/journal';
import { z } from 'zod';
import { ConfigError } from '../config.js';
import { reasonOf } from '../logging.js';

interface NamedKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/**
 * The statement by which core's signing key changes: signed by the key before, which goes on counting until `previousUntil`. Only the public half of `next` is in it.
 * Gateways cut an overlap to 90 days.
 */
export function rotationStatement(
  previous: NamedKey,
  next: { keyId: string; key: KeyObject },
  issuedAt: Date,
  previousUntil: Date,
): SignedBody {
  const body = JSON.stringify({
    previousKeyId: previous.keyId,
    keyId: next.keyId,
    publicKey: rawEd25519PublicKey(next.key),
    issuedAt: issuedAt.toISOString(),
    previousUntil: previousUntil.toISOString(),
  } satisfies KeyRotationBody);
  return { body, keyId: previous.keyId, signature: signText(previous.privateKey, signedBytes(KEY_ROTATION_TYPE, body)) };
}

/** The statements of a rotations file, oldest first. Throws {@link ConfigError} when it is none, or its last one doesn't lead to `present`. */
export function readRotations(file: string, present: NamedKey): readonly SignedBody[] {
  let statements: SignedBody[];
  let last: KeyRotationBody | undefined;
  try {
    statements = z
      .array(signedBody)
      .max(32)
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    last = statements.map(({ body }) => keyRotationBody.parse(JSON.parse(body))).at(-1);
  } catch (error) {
    throw new ConfigError(`TILLWARD_SIGNING_ROTATIONS_FILE: expected a JSON list of changes of key: ${reasonOf(error)}`);
  }
  if (last && (last.keyId !== present.keyId || last.publicKey !== rawEd25519PublicKey(present.privateKey))) {
    throw new ConfigError(`TILLWARD_SIGNING_ROTATIONS_FILE: its last change leads to ${last.keyId}, which is not the signing key`);
  }
  return statements;
}
