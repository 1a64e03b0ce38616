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

/** Parts of a terminal, or beside it, that fail on their own. */
export const peripheral = z.enum(['printer', 'keypad', 'scanner']);
export type Peripheral = z.infer<typeof peripheral>;

/** What is known of a peripheral. `unknown`: it, or the terminal, did not say; never taken for ready. */
export const peripheralState = z.enum(['ready', 'paperLow', 'paperOut', 'coverOpen', 'error', 'offline', 'unknown']);
export type PeripheralState = z.infer<typeof peripheralState>;

/** States of the peripherals that somebody reports on; one that nobody reports on is left out. */
export const peripheralStates = z.partialRecord(peripheral, peripheralState);
export type PeripheralStates = z.infer<typeof peripheralStates>;

/** What an answering terminal told about itself; each absent where it did not say. Times are terminal-local, `YYYY-MM-DDTHH:MM:SS`. */
export const deviceFacts = z.strictObject({
  model: plainText(64).optional(),
  software: plainText(64).optional(),
  serial: plainText(64).optional(),
  clock: z.string().max(19).optional(),
  nextRebootAt: z.string().max(19).optional(),
  peripherals: peripheralStates.optional(),
});
export type DeviceFacts = z.infer<typeof deviceFacts>;

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
  /** What the terminal told about itself and its peripherals, a printer beside it included; left out before it told anything. */
  device: deviceFacts.optional(),
});
export type TerminalSample = z.infer<typeof terminalSample>;
