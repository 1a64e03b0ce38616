import { z } from 'zod';
import { amountMinor, currencyCode, epochMs, plainText } from './identifiers.js';

/** Whether a terminal has power and answers. `unknown` is said whenever nobody can tell; it never means off. */
export const powerState = z.enum(['on', 'off', 'unknown']);
export type PowerState = z.infer<typeof powerState>;

/** What an answering terminal says it needs (ZVT status byte in PROTOCOLS.md; other drivers map theirs onto it). */
export const serviceState = z.enum([
  'ready',
  'signOnNeeded',
  'settlementNeeded',
  'diagnosisNeeded',
  'clockWrong',
  'printerNotReady',
  'cardInserted',
  'busy',
  'outOfOrder',
  'activationNeeded',
  'unknown',
]);
export type ServiceState = z.infer<typeof serviceState>;

/** What the gateway is doing with a terminal right now. */
export const activity = z.enum(['idle', 'selling', 'settling', 'opening', 'closing', 'closed', 'blocked']);
export type Activity = z.infer<typeof activity>;

/** One terminal as its gateway last saw it. */
export const terminalSample = z.strictObject({
  power: powerState,
  service: serviceState,
  activity,
  signedOn: z.boolean(),
  operatorId: plainText(48).nullable(),
  unsettledMinor: amountMinor,
  unsettledCount: z.int().nonnegative(),
  currency: currencyCode,
  lastUseAt: epochMs.nullable(),
});
export type TerminalSample = z.infer<typeof terminalSample>;
