import { z } from 'zod';

/** What a request is about, as faults name it. */
export const REQUEST_KINDS = ['signOn', 'sale', 'void', 'refund', 'reversal', 'settlement', 'upload', 'management'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** What a simulated terminal can be made to do. */
export const TERMINAL_OPERATIONS = ['signOn', 'signOff', 'echo', 'status', 'sale', 'void', 'refund', 'settle'] as const;
export type TerminalOperation = (typeof TERMINAL_OPERATIONS)[number];

const on = z.enum(REQUEST_KINDS).default('sale');
const booked = z.boolean().default(true);
const word = <const Name extends string>(name: Name, text: string) => z.literal(name).describe(text);
const responseCode = z
  .string()
  .regex(/^[0-9A-Z]{2}$/)
  .default('51');

/** Faults of the host, which strike once at the next request they are `on` unless they say otherwise, and things a terminal can be told to do. */
export const unionpayFault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: word('noAnswer', 'takes the request (and books it, unless told not to) and says nothing'), on, booked }),
  z.strictObject({ fault: word('late', 'answers so many milliseconds later'), on, ms: z.int().positive().max(600_000) }),
  z.strictObject({ fault: word('decline', 'answers with this response code and books nothing'), on, responseCode }),
  z.strictObject({ fault: word('drop', 'resets the connection instead of answering'), on, booked }),
  z.strictObject({ fault: word('garbage', 'answers with bytes that are no message, under a length that lies'), on }),
  z.strictObject({ fault: word('unbalanced', 'says at the next settlement that the totals differ') }),
  z.strictObject({ fault: word('split', 'cuts every answer into single bytes until undone'), active: z.boolean().default(true) }),
  z.strictObject({ fault: word('hostDown', 'takes no connection until hostUp') }),
  z.strictObject({ fault: word('hostUp', 'ends hostDown') }),
  z.strictObject({
    fault: word('operate', 'makes the terminal do this now, allowed or not: a sale without sign-on, for instance'),
    operation: z.enum(TERMINAL_OPERATIONS),
    amountMinor: z.int().positive().max(99_999_999).optional(),
  }),
  z.strictObject({ fault: word('clear', 'forgets every fault that waits or holds') }),
]);
export type UnionpayFault = z.infer<typeof unionpayFault>;
/** A fault that strikes once at one kind of request. */
export type AnswerFault = Extract<UnionpayFault, { on: RequestKind }>;
