import type { ServiceState, StepFailure } from '@tillward/contracts';

/** Result codes that the rules look at (spec 13.08, chapters 10 and 11). */
export const RESULT = {
  ready: 0x00,
  initialisationNeeded: 0x51,
  clockWrong: 0x62,
  notRegistered: 0x6b,
  aborted: 0x6c,
  wrongCurrency: 0x6f,
  endOfDayImpossible: 0x77,
  communicationError: 0x7d,
  notPossible: 0x83,
  protocolError: 0x9a,
  hostCommunicationError: 0x9b,
  busy: 0x9c,
  hostDoesNotAnswer: 0xa1,
  noConnection: 0xa3,
  alreadyReversed: 0xb4,
  reversalImpossible: 0xb5,
  wrongAmount: 0xb7,
  diagnosisNeeded: 0xc2,
  printerNotReady: 0xcc,
  cardInserted: 0xdc,
  outOfOrder: 0xdf,
  activationNeeded: 0xe4,
  settlementNeeded: 0xf0,
  clearingError: 0xfa,
} as const;

const STATES: ReadonlyMap<number, ServiceState> = new Map([
  [RESULT.ready, 'ready'],
  [RESULT.initialisationNeeded, 'signOnNeeded'],
  [RESULT.settlementNeeded, 'settlementNeeded'],
  [RESULT.diagnosisNeeded, 'diagnosisNeeded'],
  [RESULT.clockWrong, 'clockWrong'],
  [RESULT.printerNotReady, 'printerNotReady'],
  [RESULT.cardInserted, 'cardInserted'],
  [RESULT.busy, 'busy'],
  [RESULT.outOfOrder, 'outOfOrder'],
  [RESULT.activationNeeded, 'activationNeeded'],
]);

/** The state a status byte of 05 01 names. An unlisted one is `unknown`: never taken for ready. */
export function serviceStateOf(statusByte: number): ServiceState {
  return STATES.get(statusByte) ?? 'unknown';
}

const HOST_CODES: ReadonlySet<number> = new Set([
  RESULT.communicationError,
  RESULT.hostCommunicationError,
  RESULT.hostDoesNotAnswer,
  RESULT.noConnection,
  RESULT.clearingError,
]);

/** What a terminal's refusal means for a routine; `otherwise` for everything without a more telling code. */
export function failureOf(resultCode: number | null, otherwise: StepFailure): StepFailure {
  if (resultCode === null) return otherwise;
  if (resultCode === RESULT.busy) return 'terminalBusy';
  return HOST_CODES.has(resultCode) ? 'hostUnreachable' : otherwise;
}

/** Codes with which a terminal refuses a command for its own state, before any card or host was involved. */
const STATE_CODES: ReadonlySet<number> = new Set([
  RESULT.initialisationNeeded,
  RESULT.clockWrong,
  RESULT.notRegistered,
  RESULT.wrongCurrency,
  RESULT.notPossible,
  RESULT.protocolError,
  RESULT.busy,
  RESULT.diagnosisNeeded,
  RESULT.printerNotReady,
  RESULT.cardInserted,
  RESULT.outOfOrder,
  RESULT.activationNeeded,
  RESULT.settlementNeeded,
]);

/** Whether a terminal refused because of its own state, hence before anything could be authorised. */
export function refusedByState(resultCode: number): boolean {
  return STATE_CODES.has(resultCode);
}

const TEXTS: ReadonlyMap<number, string> = new Map([
  [0x00, 'no error'],
  [0x05, 'declined by the host'],
  [RESULT.initialisationNeeded, 'sign-on needed'],
  [RESULT.clockWrong, 'clock wrong'],
  [0x64, 'card not readable'],
  [0x65, 'card data missing'],
  [0x66, 'processing error'],
  [0x67, 'not permitted for debit cards'],
  [0x68, 'not permitted for credit and fuel cards'],
  [0x6a, 'turnover file full'],
  [RESULT.notRegistered, 'till not registered'],
  [RESULT.aborted, 'stopped by key or time limit'],
  [0x6e, 'card blocked'],
  [RESULT.wrongCurrency, 'wrong currency'],
  [0x71, 'not enough credit'],
  [0x72, 'chip error'],
  [0x73, 'card data incorrect'],
  [0x74, 'key engine exhausted'],
  [0x75, 'text not authentic'],
  [0x76, 'card not on the list'],
  [RESULT.endOfDayImpossible, 'end of day not possible'],
  [0x78, 'card expired'],
  [0x79, 'card not valid yet'],
  [0x7a, 'card unknown'],
  [0x7b, 'no fallback to the magnetic stripe'],
  [0x7c, 'no fallback to the magnetic stripe'],
  [RESULT.communicationError, 'communication error'],
  [0x7e, 'no fallback to the magnetic stripe, debit advice possible'],
  [RESULT.notPossible, 'function not possible'],
  [0x85, 'key missing'],
  [0x89, 'PIN pad defective'],
  [RESULT.protocolError, 'protocol error or wrong password'],
  [RESULT.hostCommunicationError, 'host communication failed'],
  [RESULT.busy, 'terminal busy'],
  [0x9d, 'partial issue of goods'],
  [0xa0, 'receiver not ready'],
  [RESULT.hostDoesNotAnswer, 'host does not answer'],
  [RESULT.noConnection, 'no connection to the host'],
  [0xa4, 'purse submission not possible'],
  [0xa5, 'not allowed by PCI rules'],
  [0xb1, 'memory full'],
  [0xb2, 'merchant journal full'],
  [RESULT.alreadyReversed, 'already reversed'],
  [RESULT.reversalImpossible, 'reversal not possible'],
  [RESULT.wrongAmount, 'amount wrong'],
  [0xb8, 'pre-authorisation error'],
  [0xbf, 'supply voltage too low'],
  [0xc0, 'card lock defective'],
  [0xc1, 'merchant card locked'],
  [RESULT.diagnosisNeeded, 'diagnosis needed'],
  [0xc3, 'amount above the limit'],
  [0xc4, 'card profiles invalid'],
  [0xc5, 'payment method not supported'],
  [0xc6, 'currency not applicable'],
  [0xc8, 'amount too small'],
  [0xc9, 'highest amount too small'],
  [0xcb, 'only possible in euro'],
  [RESULT.printerNotReady, 'printer not ready'],
  [0xcd, 'cashback not possible'],
  [0xd2, 'not permitted for this card'],
  [RESULT.cardInserted, 'card inserted'],
  [0xdd, 'card eject failed'],
  [0xde, 'card insertion failed'],
  [RESULT.outOfOrder, 'out of order'],
  [0xe0, 'remote maintenance active'],
  [0xe1, 'card not removed completely'],
  [0xe2, 'card reader defective'],
  [0xe3, 'shutter closed'],
  [RESULT.activationNeeded, 'activation needed'],
  [0xe7, 'goods group not found'],
  [0xe8, 'no goods groups loaded'],
  [0xe9, 'restriction code not permitted'],
  [0xea, 'card not activated'],
  [0xeb, 'PIN algorithm unknown'],
  [0xec, 'PIN processing not possible'],
  [0xed, 'PIN pad defective'],
  [RESULT.settlementNeeded, 'settlement needed'],
  [0xf1, 'offline error'],
  [0xf5, 'OPT error'],
  [0xf6, 'OPT data missing'],
  [RESULT.clearingError, 'sending stored transactions failed'],
  [0xfb, 'turnover record defective'],
  [0xfc, 'device missing or defective'],
  [0xfd, 'baud rate not supported'],
  [0xfe, 'register unknown'],
  [0xff, 'system error'],
]);

/** A result code for people, in English; unlisted ones by number. */
export function resultText(resultCode: number | null): string {
  if (resultCode === null) return 'no result code';
  return TEXTS.get(resultCode) ?? `result code ${hexCode(resultCode)}`;
}

/** A result code as two lower-case hexadecimal digits. */
export function hexCode(resultCode: number): string {
  return resultCode.toString(16).padStart(2, '0');
}

/** Whether a code says that a reversal can't be: done before, no such sale, or not that amount of it. */
export function notReversible(resultCode: number): boolean {
  return resultCode === RESULT.alreadyReversed || resultCode === RESULT.reversalImpossible || resultCode === RESULT.wrongAmount;
}

/** Whether a code says that the way to the acquirer's host is what failed. */
export function hostFailed(resultCode: number): boolean {
  return HOST_CODES.has(resultCode);
}
