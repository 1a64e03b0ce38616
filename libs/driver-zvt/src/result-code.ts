import type { ServiceState, StepFailure } from '@tillward/contracts';

/** Result codes that the rules look at (spec 13.08, chapter "Error-Messages"). */
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
  diagnosisNeeded: 0xc2,
  printerNotReady: 0xcc,
  cardInserted: 0xdc,
  outOfOrder: 0xdf,
  activationNeeded: 0xe4,
  settlementNeeded: 0xf0,
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
  0xfa,
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
  [0x05, 'declined by the host'],
  [RESULT.initialisationNeeded, 'sign-on needed'],
  [RESULT.clockWrong, 'clock wrong'],
  [0x64, 'card not readable'],
  [0x65, 'card data missing'],
  [0x66, 'processing error'],
  [0x6a, 'turnover file full'],
  [RESULT.notRegistered, 'till not registered'],
  [RESULT.aborted, 'stopped by key or time limit'],
  [0x6e, 'card blocked'],
  [RESULT.wrongCurrency, 'wrong currency'],
  [0x71, 'not enough credit'],
  [0x72, 'chip error'],
  [RESULT.endOfDayImpossible, 'end of day not possible'],
  [0x78, 'card expired'],
  [0x7a, 'card unknown'],
  [RESULT.communicationError, 'communication error'],
  [RESULT.notPossible, 'function not possible'],
  [RESULT.protocolError, 'protocol error or wrong password'],
  [RESULT.hostCommunicationError, 'host communication failed'],
  [RESULT.busy, 'terminal busy'],
  [RESULT.hostDoesNotAnswer, 'host does not answer'],
  [RESULT.noConnection, 'no connection to the host'],
  [0xb1, 'memory full'],
  [RESULT.diagnosisNeeded, 'diagnosis needed'],
  [0xc3, 'amount above the limit'],
  [RESULT.printerNotReady, 'printer not ready'],
  [RESULT.cardInserted, 'card inserted'],
  [RESULT.outOfOrder, 'out of order'],
  [RESULT.activationNeeded, 'activation needed'],
  [RESULT.settlementNeeded, 'settlement needed'],
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
