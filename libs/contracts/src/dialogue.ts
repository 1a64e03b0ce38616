import { z } from 'zod';
import { epochMs, plainText } from './identifiers.js';

/** A decoded field of a frame. `tag` is its path as the specification names it (`06.1F00`, `PaymentResponse.Response.Result`), `value` text for people, masked. */
export const dialogueField = z.strictObject({ tag: plainText(120), name: plainText(80), value: plainText(400) });
export type DialogueField = z.infer<typeof dialogueField>;

/**
 * One frame between a gateway and a terminal, decoded and masked: nothing in it may be a card number beyond its last four digits. `name` is in the
 * specification's words (`06 01 Authorisation`, `PaymentRequest`), `bytes` its size on the wire.
 */
export const dialogueFrame = z.strictObject({
  direction: z.enum(['sent', 'received']),
  name: plainText(80),
  fields: z.array(dialogueField).max(120),
  bytes: z.int().nonnegative(),
});
export type DialogueFrame = z.infer<typeof dialogueFrame>;

/** A frame with the gateway's time of it. */
export const recordedFrame = dialogueFrame.extend({ at: epochMs });
export type RecordedFrame = z.infer<typeof recordedFrame>;
