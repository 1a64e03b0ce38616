import { z } from 'zod';
import { cloudEvent, EVENT_TYPE } from './cloud-event.js';
import { ed25519Signature, sha256Hex, slug } from './identifiers.js';
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
  })
  .refine((b) => b.kind.length === b.at.length && b.terminal.length === b.at.length && b.payload.length === b.at.length, {
    message: 'columns must have equal length',
  });

export const journalBatchEvent = cloudEvent(EVENT_TYPE.journalBatch, journalBatchData);
export type JournalBatchData = z.infer<typeof journalBatchData>;
export type JournalBatchEvent = z.infer<typeof journalBatchEvent>;

/** Everything up to and including `ackedThrough` of that epoch is committed in core; only this releases entries at the edge. */
export const journalAckBody = z.strictObject({
  store: slug,
  gateway: slug,
  epoch: z.int().positive(),
  ackedThrough: z.int().nonnegative(),
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
});
export type JournalResendBody = z.infer<typeof journalResendBody>;
export const journalResendEvent = cloudEvent(EVENT_TYPE.journalResend, signedBody);
export type JournalResendEvent = z.infer<typeof journalResendEvent>;
