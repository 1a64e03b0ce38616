import { z } from 'zod';

/**
 * Points of a command where a fault can strike. `beforeBooking` is after the host said yes and before anything is stored; `afterBooking` is
 * after the ledger is synced and before 04 0F leaves; `afterStatus` after 04 0F was acknowledged.
 */
export const TERMINAL_STEPS = [
  'beforeAck',
  'afterAck',
  'afterIntermediate',
  'beforeBooking',
  'afterBooking',
  'afterStatus',
  'beforeCompletion',
] as const;
export const terminalStep = z.enum(TERMINAL_STEPS);
export type TerminalStep = z.infer<typeof terminalStep>;

/** The commands a one-shot fault can wait for. */
export const faultyCommand = z.enum([
  'registration',
  'statusEnquiry',
  'initialisation',
  'authorisation',
  'reversal',
  'refund',
  'endOfDay',
  'turnoverTotals',
  'sendOfflineTransactions',
  'repeatReceipt',
  'reprintReceipts',
  'diagnosis',
  'selftest',
  'resetTerminal',
  'setDateAndTime',
  'displayText',
  'logOff',
]);

/** States that lock a terminal or make it refuse; each is undone by itself, most also by the command that cures it. */
export const TERMINAL_CONDITIONS = [
  'signOnNeeded',
  'diagnosisNeeded',
  'settlementNeeded',
  'clockWrong',
  'outOfOrder',
  'activationNeeded',
  'printerNotReady',
  'cardInserted',
] as const;
const terminalCondition = z.enum(TERMINAL_CONDITIONS);
export type TerminalConditionName = z.infer<typeof terminalCondition>;

const command = faultyCommand.default('authorisation').describe('the command it waits for');
const step = terminalStep.describe('the point of the command where it strikes');
const seconds = z.number().positive().max(3_600);
const active = z.boolean().default(true);

const fault = <N extends string, S extends z.ZodRawShape = Record<never, never>>(name: N, text: string, fields: S = {} as S) =>
  z.strictObject({ fault: z.literal(name), ...fields }).describe(text);

/**
 * A fault to put into a terminal. Faults at a step strike once, at the next command of that kind; the others hold until they are undone or
 * their time is over.
 */
export const terminalFault = z.discriminatedUnion('fault', [
  fault('hostDown', 'the terminal finds no way to the acquirer until hostUp'),
  fault('hostUp', 'the way to the acquirer is back'),
  fault('cutAfterBooking', 'the next sale is booked and synced, then the connection is cut before 04 0F leaves'),
  fault('dropAtStep', 'the connection is cut at a step', { step, command }),
  fault('delayAtStep', 'the terminal takes its time at a step', { step, command, ms: z.int().positive().max(3_600_000) }),
  fault('garbageAtStep', 'bytes that mean nothing come at a step', { step, command }),
  fault('duplicateAtStep', 'from a step on every frame of the command is said twice', { step: step.default('beforeAck'), command }),
  fault('truncateAtStep', 'the next frame after a step ends in its middle, and the connection with it', { step, command }),
  fault('powerOffAtStep', 'the power goes at a step, for so many seconds or until it is switched on', {
    step,
    command,
    seconds: seconds.optional(),
  }),
  fault('loseStatus', 'the next 04 0F of a command is never sent; everything else is', { command }),
  fault('declineNext', 'the host declines the next card', { resultCode: z.int().min(1).max(255).default(5) }),
  fault('storeOffline', 'so many next sales are authorised without the host and kept for 06 51', {
    count: z.int().positive().max(1_000).default(1),
  }),
  fault(
    'repeatTraceNo',
    'the next sale is booked under the trace number of the sale before it: the host takes it for that one’s repetition',
  ),
  fault('endOfDayImpossible', 'the next end of day is refused with 77'),
  fault('reboot', 'drops the connection, refuses new ones for so many seconds, comes back unregistered', { seconds }),
  fault('busy', '84 9C to everything but a status enquiry, which says 9C', { seconds }),
  fault('timedJob', 'a job of its own: connections stay open and nothing is answered', { seconds }),
  fault('clockWrong', 'status 62 and a wrong clock, until 06 91 sets it', { active, offsetSeconds: z.int().default(-86_400) }),
  fault('signOnNeeded', 'status 51 until 06 93', { active }),
  fault('diagnosisNeeded', 'status C2 until 06 70', { active }),
  fault('settlementNeeded', 'status F0 until 06 50', { active }),
  fault('outOfOrder', 'status DF', { active }),
  fault('activationNeeded', 'status E4', { active }),
  fault('printerNotReady', 'status CC: no paper', { active }),
  fault('cardInserted', 'status DC: somebody forgot a card', { active }),
  fault('clear', 'undoes every fault'),
]);
export type TerminalFault = z.infer<typeof terminalFault>;
/** A fault that waits for a step of a command. */
export type StepFault = Extract<
  TerminalFault,
  { fault: 'dropAtStep' | 'delayAtStep' | 'garbageAtStep' | 'duplicateAtStep' | 'truncateAtStep' | 'powerOffAtStep' }
>;
