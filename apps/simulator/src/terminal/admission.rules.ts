import { type Command, RESULT } from '@tillward/driver-zvt';

/** What decides whether a terminal takes a command. */
export interface TerminalCondition {
  readonly registered: boolean;
  /** Initialised with the host since it got power (cures 51). */
  readonly signedOn: boolean;
  readonly settlementNeeded: boolean;
  readonly diagnosisNeeded: boolean;
  readonly clockWrong: boolean;
  readonly outOfOrder: boolean;
  readonly activationNeeded: boolean;
  readonly printerNotReady: boolean;
  readonly cardInserted: boolean;
}

type CommandKind = Command['kind'];

const NEEDS_NO_REGISTRATION: ReadonlySet<CommandKind> = new Set(['registration', 'statusEnquiry', 'logOff', 'abort']);
/**
 * What a locked terminal still does: getting to know the till, saying how it is, being cured, and telling of the past, or a lost outcome could
 * never be found again. Everything else moves money or talks to the customer.
 */
const ALLOWED_WHEN_LOCKED: ReadonlySet<CommandKind> = new Set([
  'registration',
  'statusEnquiry',
  'logOff',
  'abort',
  'initialisation',
  'diagnosis',
  'selftest',
  'resetTerminal',
  'setDateAndTime',
  'repeatReceipt',
  'reprintReceipts',
  'turnoverTotals',
]);
const MONEY: ReadonlySet<CommandKind> = new Set(['authorisation', 'reversal', 'refund', 'endOfDay', 'sendOfflineTransactions']);
/** Commands that end with a receipt nobody may miss. */
const RECEIPTS: ReadonlySet<CommandKind> = new Set(['authorisation', 'reversal', 'refund']);

interface Lock {
  readonly locked: (condition: TerminalCondition) => boolean;
  readonly resultCode: number;
  /** The command that ends it, where one does. */
  readonly cure: CommandKind | null;
}

/** Locks, the gravest first: that is the one a terminal speaks of. */
const LOCKS: readonly Lock[] = [
  { locked: (condition) => condition.outOfOrder, resultCode: RESULT.outOfOrder, cure: null },
  { locked: (condition) => condition.activationNeeded, resultCode: RESULT.activationNeeded, cure: null },
  { locked: (condition) => !condition.signedOn, resultCode: RESULT.initialisationNeeded, cure: 'initialisation' },
  { locked: (condition) => condition.diagnosisNeeded, resultCode: RESULT.diagnosisNeeded, cure: 'diagnosis' },
  { locked: (condition) => condition.clockWrong, resultCode: RESULT.clockWrong, cure: 'setDateAndTime' },
  { locked: (condition) => condition.settlementNeeded, resultCode: RESULT.settlementNeeded, cure: 'endOfDay' },
];

/**
 * The result code with which a terminal aborts a command for its own state, or null when it takes it. A locked terminal takes the allowed list
 * and the command that cures its lock: 06 93 cures 51, 06 70 cures C2, 06 91 cures 62, 06 50 cures F0.
 */
export function admissionOf(condition: TerminalCondition, command: CommandKind): number | null {
  if (!condition.registered && !NEEDS_NO_REGISTRATION.has(command)) return RESULT.notRegistered;
  if (ALLOWED_WHEN_LOCKED.has(command)) return null;
  const lock = LOCKS.find(({ locked }) => locked(condition));
  if (lock && lock.cure !== command) return lock.resultCode;
  if (condition.cardInserted && MONEY.has(command)) return RESULT.cardInserted;
  if (condition.printerNotReady && RECEIPTS.has(command)) return RESULT.printerNotReady;
  return null;
}

/** The status byte of 05 01 for a condition. */
export function statusByteOf(condition: TerminalCondition): number {
  const lock = LOCKS.find(({ locked }) => locked(condition));
  if (lock) return lock.resultCode;
  if (condition.cardInserted) return RESULT.cardInserted;
  if (condition.printerNotReady) return RESULT.printerNotReady;
  return RESULT.ready;
}
