import { z } from 'zod';
import { cloudEvent, EVENT_TYPE } from './cloud-event.js';
import { ed25519Signature, epochMs, sha256Hex, slug } from './identifiers.js';
import { signedBody } from './signed-body.js';

/** Most entries one batch may carry (PERFORMANCE.md). */
export const MAX_BATCH_ENTRIES = 100;
/** Most bytes one payload text may have. */
export const MAX_PAYLOAD_BYTES = 16 * 1024;

/**
 * Consecutive journal entries as columns. Entry i has sequence number `fromSeq + i`; its payload is the exact JSON text
 * that was stored and hashed. `prevHash` is the hash of entry `fromSeq - 1` (the genesis hash for 1), `lastHash` that of the last
 * entry carried; the gateway's Ed25519 signature is over the 32 bytes of `lastHash` with the prefix of libs/journal.
 */
export const journalBatchData = z
  .strictObject({
    epoch: z.int().positive(),
    fromSeq: z.int().positive(),
    prevHash: sha256Hex,
    // Wider than `epochMs`: what a gateway has signed is kept whatever its clock said, and core only doesn't project it.
    at: z.array(z.int().nonnegative()).min(1).max(MAX_BATCH_ENTRIES),
    kind: z.array(z.string().min(1).max(64)),
    terminal: z.array(slug.nullable()),
    payload: z.array(z.string().max(MAX_PAYLOAD_BYTES)),
    lastHash: sha256Hex,
    signature: ed25519Signature,
    /** The writer has begun a later epoch: what core can't take of this one is wanted back, not a sign of a second writer. */
    closed: z.literal(true).optional(),
  })
  .refine((b) => b.kind.length === b.at.length && b.terminal.length === b.at.length && b.payload.length === b.at.length, {
    message: 'columns must have equal length',
  });

export const journalBatchEvent = cloudEvent(EVENT_TYPE.journalBatch, journalBatchData);
export type JournalBatchData = z.infer<typeof journalBatchData>;
export type JournalBatchEvent = z.infer<typeof journalBatchEvent>;

/**
 * Why core stores nothing of a batch. `diverged`: beyond `ackedThrough` core holds other entries, or a later epoch has begun, so that nothing more of this epoch is
 * taken. `cloned`: an epoch that was over goes on; two machines write as one gateway, and neither opens another epoch until a person decided.
 */
export const journalRefusal = z.strictObject({
  code: z.enum(['diverged', 'cloned']),
  /** The refused batch: its last entry and that entry's hash. A journal that has another hash there is not the one this was said to. */
  throughSeq: z.int().nonnegative(),
  lastHash: sha256Hex,
});
export type JournalRefusal = z.infer<typeof journalRefusal>;

/**
 * Everything up to and including `ackedThrough` of that epoch is committed in core; only this releases entries at the edge. `hash` is that entry's (the genesis
 * hash for 0): a gateway with another hash there holds another journal. `at` is core's clock when it signed.
 */
export const journalAckBody = z.strictObject({
  store: slug,
  gateway: slug,
  epoch: z.int().positive(),
  ackedThrough: z.int().nonnegative(),
  hash: sha256Hex.optional(),
  at: epochMs.optional(),
  refused: journalRefusal.optional(),
});
export type JournalAckBody = z.infer<typeof journalAckBody>;
export const journalAckEvent = cloudEvent(EVENT_TYPE.journalAck, signedBody);
export type JournalAckEvent = z.infer<typeof journalAckEvent>;

/** Core saw a gap: send again from `fromSeq` (to `throughSeq`, or to the head when null). */
export const journalResendBody = z.strictObject({
  store: slug,
  gateway: slug,
  epoch: z.int().positive(),
  fromSeq: z.int().positive(),
  throughSeq: z.int().positive().nullable(),
  at: epochMs.optional(),
});
export type JournalResendBody = z.infer<typeof journalResendBody>;
export const journalResendEvent = cloudEvent(EVENT_TYPE.journalResend, signedBody);
export type JournalResendEvent = z.infer<typeof journalResendEvent>;
