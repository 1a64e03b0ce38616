import { type Command, RESULT } from '@tillward/driver-zvt';

/** What decides whether a terminal takes a command. */
export interface TerminalCondition {
  readonly registered: boolean;
  /** Initialised with the host since it got power (cures 51). */
  readonly signedOn: boolean;
  readonly settlementNeeded: boolean;
  readonly printerNotReady: boolean;
  readonly cardInserted: boolean;
}

/** Commands that move or settle money: a locked terminal refuses these. */
const MONEY: ReadonlySet<Command['kind']> = new Set(['authorisation', 'endOfDay']);
const NEEDS_NO_REGISTRATION: ReadonlySet<Command['kind']> = new Set(['registration', 'statusEnquiry', 'logOff']);

/**
 * The result code with which a terminal aborts a command for its own state, or null when it takes it. 06 93 cures 51, 06 50 cures F0; an
 * enquiry about the last transaction and the totals are always answered, or a lost outcome could never be found again.
 */
export function admissionOf(condition: TerminalCondition, command: Command['kind']): number | null {
  if (!condition.registered && !NEEDS_NO_REGISTRATION.has(command)) return RESULT.notRegistered;
  if (!MONEY.has(command)) return null;
  if (!condition.signedOn) return RESULT.initialisationNeeded;
  if (condition.cardInserted) return RESULT.cardInserted;
  if (condition.settlementNeeded && command !== 'endOfDay') return RESULT.settlementNeeded;
  if (condition.printerNotReady && command === 'authorisation') return RESULT.printerNotReady;
  return null;
}

/** The status byte of 05 01 for a condition. */
export function statusByteOf(condition: TerminalCondition): number {
  if (!condition.signedOn) return RESULT.initialisationNeeded;
  if (condition.settlementNeeded) return RESULT.settlementNeeded;
  if (condition.cardInserted) return RESULT.cardInserted;
  if (condition.printerNotReady) return RESULT.printerNotReady;
  return RESULT.ready;
}
