import { z } from 'zod';
import { slug } from './identifiers.js';
import { handoverView, paymentView, refundRequestView, reminderView, terminalView } from './till.js';
import { tillRefusal } from './till-refusals.js';

/**
 * The events of `GET /v1/events` (Server-Sent Events, WHATWG HTML section 9.2): the field `event` is `type`, `data` one line of JSON, `id` for
 * `Last-Event-ID`. They tell quickly and may be missed; what is true is asked with GET.
 */
export const tillEvent = z.discriminatedUnion('type', [
  /** A sale, reversal or refund started or changed its state. */
  z.strictObject({ type: z.literal('payment'), terminal: slug, payment: paymentView }),
  /** `sent`: the order's bytes left, from now on its outcome can be in doubt. `working`: the terminal says what it does; its own status code. */
  z.strictObject({
    type: z.literal('progress'),
    terminal: slug,
    paymentId: z.uuid(),
    phase: z.enum(['sent', 'working']),
    statusCode: z.int().optional(),
  }),
  z.strictObject({ type: z.literal('terminal'), terminal: slug, view: terminalView }),
  /** Somebody was refused something at a terminal. */
  z.strictObject({ type: z.literal('refusal'), terminal: slug, tillId: z.string(), refusal: tillRefusal }),
  /** Told to the till that asked, and to no other. */
  z.strictObject({ type: z.literal('refundRequest'), terminal: slug, request: refundRequestView }),
  z.strictObject({ type: z.literal('handover'), terminal: slug, handover: handoverView }),
  /** `state` over: acknowledged, or no longer so. */
  z.strictObject({ type: z.literal('reminder'), terminal: z.null(), state: z.enum(['due', 'over']), reminder: reminderView }),
  /** Events were missed and can't be sent again: ask for everything with GET. Also the first event of a stream that did not resume. */
  z.strictObject({ type: z.literal('reset'), terminal: z.null() }),
]);
export type TillEvent = z.infer<typeof tillEvent>;
