import { ERROR_CONDITIONS } from '@tillward/driver-nexo';
import { z } from 'zod';

/**
 * Points of a command where a fault can strike. `beforeRead`: the request has arrived and nothing of it was looked at, it is as if it never came;
 * `afterAccept`: it was taken, a terminal goes on with it from here with or without anybody listening; `beforeBooking`: the host said yes and
 * nothing is stored; `afterBooking`: the ledger is synced and nothing was said; `inAnswer`: half of the answer has left.
 */
export const NEXO_STEPS = ['beforeRead', 'afterAccept', 'beforeBooking', 'afterBooking', 'inAnswer'] as const;
export type NexoStep = (typeof NEXO_STEPS)[number];

/** The commands a fault can wait for. */
export const NEXO_COMMANDS = [
  'sale',
  'refund',
  'reversal',
  'settlement',
  'totals',
  'status',
  'diagnosis',
  'login',
  'logout',
  'print',
  'display',
  'abort',
] as const;
export type NexoCommand = (typeof NEXO_COMMANDS)[number];

const step = z.enum(NEXO_STEPS);
const command = z.enum(NEXO_COMMANDS).default('sale');
const seconds = z.number().positive().max(3_600);

/** A fault to put in. Those with a command strike once, at the next one of its kind; the others hold until they are undone or their time is over. */
export const nexoFault = z.discriminatedUnion('fault', [
  z.strictObject({
    fault: z.literal('dropAtStep').describe('cuts the connection there; the terminal goes on as far as the step says'),
    step,
    command,
  }),
  z.strictObject({
    fault: z.literal('delayAtStep').describe('says nothing for that long'),
    step,
    command,
    ms: z.int().positive().max(3_600_000),
  }),
  z.strictObject({ fault: z.literal('dieAtStep').describe('loses its power there; comes back with powerOn'), step, command }),
  z.strictObject({ fault: z.literal('duplicateAnswer').describe('says its answer twice'), command }),
  z.strictObject({ fault: z.literal('garbageAnswer').describe('bytes that mean nothing in place of the answer'), command }),
  z.strictObject({ fault: z.literal('badHmacAnswer').describe('an answer whose HMAC is wrong'), command }),
  z.strictObject({ fault: z.literal('otherHeaderAnswer').describe('an answer whose header in clear is not the one inside'), command }),
  z.strictObject({ fault: z.literal('replayedAnswer').describe('an authentic answer to another message'), command }),
  z.strictObject({
    fault: z.literal('declineNext').describe('the host says no to the next sale'),
    condition: z.enum(ERROR_CONDITIONS).default('Refusal'),
  }),
  z.strictObject({ fault: z.literal('hostDown').describe('no way to the host, until hostUp') }),
  z.strictObject({ fault: z.literal('hostUp') }),
  z.strictObject({ fault: z.literal('busy').describe('occupied with a job of its own'), seconds }),
  z.strictObject({ fault: z.literal('locked').describe('forgets who is logged in: LoggedOut until the next Login') }),
  z.strictObject({
    fault: z.literal('printer').describe('what the printer says of itself'),
    state: z.enum(['OK', 'PaperLow', 'NoPaper', 'PaperJam', 'OutOfOrder']).default('NoPaper'),
  }),
  z.strictObject({ fault: z.literal('reboot').describe('restarts, and refuses connections for that long'), seconds: seconds.default(30) }),
  z.strictObject({ fault: z.literal('clear').describe('undoes every fault') }),
]);
export type NexoFault = z.infer<typeof nexoFault>;

/** Faults that wait for a command and a step. */
export type StepFault = Extract<NexoFault, { fault: 'dropAtStep' | 'delayAtStep' | 'dieAtStep' }>;
/** Faults of the answer to a command. */
export type AnswerFault = Extract<
  NexoFault,
  { fault: 'duplicateAnswer' | 'garbageAnswer' | 'badHmacAnswer' | 'otherHeaderAnswer' | 'replayedAnswer' }
>;
