import type { DeviceFacts, PeripheralState, ServiceState } from '@tillward/contracts';
import {
  type DiagnosisOutcome,
  type ExchangeFailure,
  type ExchangeOutcome,
  maskLines,
  type ReprintOutcome,
  type RestartOutcome,
  type SendStoredOutcome,
  type StatusOutcome,
} from '@tillward/driver';
import type { DeviceStatus, TerminalLock } from './device-status.js';
import type { StatusAnswer } from './message.js';
import { failureOf, hexCode, hostFailed, RESULT, refusedByState, resultText, serviceStateOf } from './result-code.js';
import type { AbortAnswer, ExchangeEnd, Heard } from './session.rules.js';

/** An exchange that never began: `busy`, another one is running on this link; `notSent`, no byte left. */
export type Unsent = { readonly kind: 'busy' } | { readonly kind: 'notSent'; readonly detail: string };
/** Everything that asking a terminal can end in. */
export type ExchangeResult = ExchangeEnd | Unsent;

const MAX_DETAIL = 200;
const MAX_LINE = 200;
const MAX_LINES = 200;
const MAX_FACT = 64;

/** Reads the end of 05 01. `linkIsUp` tells what another running command knows of the power. */
export function statusOutcome(end: ExchangeResult, linkIsUp: boolean): StatusOutcome {
  const answered = (statusByte: number): StatusOutcome => ({
    kind: 'answered',
    power: 'on',
    service: serviceStateOf(statusByte),
    statusByte,
  });
  switch (end.kind) {
    case 'completed': {
      const { status } = end.completion;
      return status ? described(status) : { kind: 'answered', power: 'on', service: 'unknown', statusByte: null };
    }
    case 'aborted':
      return answered(end.resultCode ?? 0xff);
    case 'refused':
      return answered(end.code);
    case 'busy':
      return { kind: 'busy', power: linkIsUp ? 'on' : 'unknown' };
    case 'acknowledged':
      return { kind: 'answered', power: 'on', service: 'unknown', statusByte: null };
    case 'notSent':
    case 'lost':
      return { kind: 'unreachable', power: 'unknown', detail: cut(end.detail) };
  }
}

function described({ statusByte, version, device }: StatusAnswer): StatusOutcome {
  const said = serviceStateOf(statusByte);
  // A terminal that calls itself ready and is locked all the same refuses every payment: its locks tell why.
  const service = said === 'ready' || said === 'unknown' ? (lockedState(device) ?? said) : said;
  return { kind: 'answered', power: 'on', service, statusByte, device: facts(statusByte, version, device) };
}

/** What a lock means for service, the one that has to be cured first before the others. */
const LOCK_STATES: readonly (readonly [TerminalLock, ServiceState])[] = [
  ['outOfOrder', 'outOfOrder'],
  ['transactionLogDefective', 'outOfOrder'],
  ['cardReaderMissing', 'outOfOrder'],
  ['startUpNeeded', 'activationNeeded'],
  ['activation', 'activationNeeded'],
  ['initialisation', 'signOnNeeded'],
  ['diagnosis', 'diagnosisNeeded'],
  ['reconciliation', 'settlementNeeded'],
  ['cardInserted', 'cardInserted'],
  ['printer', 'printerNotReady'],
];

function lockedState(device: DeviceStatus | null): ServiceState | null {
  return LOCK_STATES.find(([lock]) => device?.locks?.includes(lock))?.[1] ?? null;
}

function facts(statusByte: number, version: string, device: DeviceStatus | null): DeviceFacts {
  const software = device?.software ?? version;
  const printer = printerState(statusByte, device);
  return {
    ...(device?.name ? { model: device.name.slice(0, MAX_FACT) } : {}),
    ...(software ? { software: software.slice(0, MAX_FACT) } : {}),
    ...(device?.serial ? { serial: device.serial } : {}),
    ...(device?.clock ? { clock: device.clock } : {}),
    ...(device?.nextReboot ? { nextRebootAt: device.nextReboot } : {}),
    ...(printer === null ? {} : { peripherals: { printer } }),
  };
}

/** ZVT tells whether the printer prints, not what is wrong with it. */
function printerState(statusByte: number, device: DeviceStatus | null): PeripheralState | null {
  if (statusByte === RESULT.printerNotReady || device?.locks?.includes('printer')) return 'error';
  return device?.locks ? 'ready' : null;
}

/** Reads the end of 06 00, 06 93, 06 91, 06 E0 and 06 02: done, or known why not. */
export function exchangeOutcome(end: ExchangeResult): ExchangeOutcome {
  if (end.kind === 'acknowledged') return { kind: 'done' };
  if (end.kind !== 'completed') return exchangeFailure(end);
  const code = end.heard.status?.resultCode ?? end.completion.resultCode;
  return code ? failure(failureOf(code, 'terminalRefused'), code, resultText(code)) : { kind: 'done' };
}

/** Reads the end of 06 51. The terminal doesn't say how many it sent; one that doesn't know the command (84 83 00) stores nothing. */
export function sendStoredOutcome(end: ExchangeResult): SendStoredOutcome {
  if (end.kind === 'refused' && end.code === RESULT.notPossible) return { kind: 'sent', count: 0 };
  const outcome = exchangeOutcome(end);
  return outcome.kind === 'done' ? { kind: 'sent', count: null } : outcome;
}

/** Reads the end of 06 20 and 06 12. */
export function reprintOutcome(end: ExchangeResult): ReprintOutcome {
  const outcome = exchangeOutcome(end);
  if (outcome.kind !== 'done' || end.kind !== 'completed') return outcome.kind === 'done' ? { kind: 'printed' } : outcome;
  const receipt = printed(end.heard.receipts);
  return receipt.length === 0 ? { kind: 'printed' } : { kind: 'printed', receipt };
}

/**
 * Reads the end of 06 70 and 06 79. A terminal that carried its test out and found something wrong aborts with what it found: that is a
 * diagnosis too. One that didn't begin, for its own state, made none.
 */
export function diagnosisOutcome(end: ExchangeResult, depth: 'host' | 'self'): DiagnosisOutcome {
  const outcome = exchangeOutcome(end);
  if (outcome.kind === 'done') return { kind: 'diagnosed', healthy: true, detail: foundText(end) };
  const code = outcome.resultCode === null || end.kind === 'refused' ? null : Number.parseInt(outcome.resultCode, 16);
  const found = code !== null && (depth === 'host' ? hostFailed(code) : !refusedByState(code));
  return found ? { kind: 'diagnosed', healthy: false, detail: outcome.detail } : outcome;
}

/** The last line a test printed that says anything, else that it was completed. */
function foundText(end: ExchangeResult): string {
  const lines = end.kind === 'completed' ? end.heard.receipts.map(({ line }) => line.trim()) : [];
  return cut(lines.findLast((line) => line !== '') ?? 'completed');
}

/** Reads the end of 06 18: a terminal that took the command and went away is restarting. */
export function restartOutcome(end: ExchangeResult): RestartOutcome {
  if (end.kind === 'lost' && end.taken) return { kind: 'pending' };
  return exchangeOutcome(end);
}

/** Reads the answer to 06 B0 in the middle of a command; null says that none was running. */
export function abortOutcome(answer: AbortAnswer | null): ExchangeOutcome {
  switch (answer?.kind) {
    case 'taken':
      return { kind: 'done' };
    case 'refused':
      return failure(failureOf(answer.code, 'terminalRefused'), answer.code, resultText(answer.code));
    case 'noAnswer':
      return failure('terminalUnreachable', null, 'the terminal did not answer the request to abort');
    case 'ended':
    case undefined:
      return failure('terminalRefused', null, 'nothing was running any more');
  }
}

/** Why an exchange did not work; `detail` is cut to what a journal takes. */
export function exchangeFailure(end: Exclude<ExchangeResult, { kind: 'completed' }>): ExchangeFailure {
  switch (end.kind) {
    case 'busy':
      return failure('terminalBusy', null, 'another command is running');
    case 'notSent':
      return failure('terminalUnreachable', null, end.detail);
    case 'lost':
      return failure('terminalUnreachable', null, `${end.reason}: ${end.detail}`);
    case 'refused':
      return failure(failureOf(end.code, 'terminalRefused'), end.code, resultText(end.code));
    case 'aborted': {
      const code = end.heard.status?.resultCode || end.resultCode;
      return failure(failureOf(code, 'terminalRefused'), code, end.text ? `${resultText(code)}: ${end.text}` : resultText(code));
    }
    case 'acknowledged':
      return failure('terminalRefused', null, 'the terminal took the command and said nothing more');
  }
}

/** A failure with the terminal's code as it is journaled. */
export function failure(code: ExchangeFailure['code'], resultCode: number | null, detail: string): ExchangeFailure {
  return { kind: 'failed', code, resultCode: resultCode === null ? null : hexCode(resultCode), detail: cut(detail) };
}

/** Receipt lines as a journal takes them. */
export function printed(receipts: Heard['receipts']): string[] {
  // Each line was masked for itself; a number that goes on in the next one shows only now.
  return maskLines(receipts.slice(0, MAX_LINES).map(({ line }) => line.slice(0, MAX_LINE)));
}

/** A text cut to what a journal takes. */
export function cut(text: string): string {
  return text.slice(0, MAX_DETAIL);
}
