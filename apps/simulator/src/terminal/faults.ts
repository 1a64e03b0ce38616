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
  'endOfDay',
  'turnoverTotals',
  'repeatReceipt',
  'logOff',
]);

const oneShot = { step: terminalStep, command: faultyCommand.default('authorisation') };
const seconds = z.number().positive().max(3_600);

/**
 * A fault to put into a terminal. Faults at a step strike once, at the next command of that kind; the others hold until they are undone or
 * their time is over. `cutAfterBooking`: the next sale is booked and synced, then the socket is destroyed before 04 0F reaches the till.
 */
export const terminalFault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('hostDown') }),
  z.strictObject({ fault: z.literal('hostUp') }),
  z.strictObject({ fault: z.literal('cutAfterBooking') }),
  z.strictObject({ fault: z.literal('dropAtStep'), ...oneShot }),
  z.strictObject({ fault: z.literal('delayAtStep'), ...oneShot, ms: z.int().positive().max(3_600_000) }),
  z.strictObject({ fault: z.literal('garbageAtStep'), ...oneShot }),
  z.strictObject({ fault: z.literal('declineNext'), resultCode: z.int().min(1).max(255).default(5) }),
  z.strictObject({ fault: z.literal('reboot'), seconds }),
  z.strictObject({ fault: z.literal('busy'), seconds }),
  z.strictObject({ fault: z.literal('printerNotReady'), active: z.boolean().default(true) }),
  z.strictObject({ fault: z.literal('cardInserted'), active: z.boolean().default(true) }),
  z.strictObject({ fault: z.literal('settlementNeeded'), active: z.boolean().default(true) }),
  z.strictObject({ fault: z.literal('clear') }),
]);
export type TerminalFault = z.infer<typeof terminalFault>;
export type StepFault = Extract<TerminalFault, { fault: 'dropAtStep' | 'delayAtStep' | 'garbageAtStep' }>;
