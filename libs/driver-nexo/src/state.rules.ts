import type { DeviceFacts, PeripheralState, ServiceState } from '@tillward/contracts';
import {
  type EnquiryOutcome,
  type LostOutcome,
  maskCardNumbers,
  orderNoOf,
  type StatusOutcome,
  type TransactionKind,
} from '@tillward/driver';
import type { ExchangeEnd } from './exchange.js';
import { isOrderReference } from './order-reference.js';
import { exchangeFailure, moneyAnswer, type OrderFacts } from './outcome.rules.js';
import type { DiagnosisAnswer, RepeatedAnswer } from './response.js';
import type { Session } from './session.rules.js';

/** Who we are, and what Login told. */
export interface TerminalIdentity {
  readonly saleId: string;
  readonly poiId: string;
  readonly software: string | null;
}

/** Reads the end of a Diagnosis as the state of the terminal. `session` tells what a running command knows of the power. An answer that isn't a state is still an answer: it has power. */
export function statusOutcome(end: ExchangeEnd, identity: TerminalIdentity, session: Session): StatusOutcome {
  switch (end.kind) {
    case 'busy':
      return { kind: 'busy', power: session.running?.sent ? 'on' : 'unknown' };
    case 'answered':
      if (end.answer.category !== 'Diagnosis') break;
      return {
        kind: 'answered',
        power: 'on',
        statusByte: null,
        service: serviceOf(end.answer, identity),
        device: deviceOf(end.answer, identity),
      };
    case 'refused':
      // It lives, and nothing can be done with it: it and we have different keys.
      return { kind: 'answered', power: 'on', statusByte: null, service: 'outOfOrder', device: deviceOf(null, identity) };
    case 'lost':
      if (end.reason === 'unreadable' || end.reason === 'notAuthentic' || end.reason === 'httpError') break;
      return { kind: 'unreachable', power: 'unknown', detail: exchangeFailure(end).detail };
    case 'notSent':
      return { kind: 'unreachable', power: 'unknown', detail: exchangeFailure(end).detail };
    case 'cancelled':
    case 'empty':
      break;
  }
  return { kind: 'answered', power: 'on', statusByte: null, service: 'unknown', device: deviceOf(null, identity) };
}

/** What a terminal needs before it sells; what concerns it as a whole comes before its parts. */
function serviceOf(answer: DiagnosisAnswer, { saleId }: TerminalIdentity): ServiceState {
  const { result, globalStatus, loggedSaleIds } = answer;
  if (globalStatus === 'Busy' || result.condition === 'Busy') return 'busy';
  if (globalStatus === 'Maintenance' || globalStatus === 'Unreachable' || answer.securityOk === false || answer.cardReaderOk === false) {
    return 'outOfOrder';
  }
  if (result.condition === 'LoggedOut' || (loggedSaleIds !== null && !loggedSaleIds.includes(saleId))) return 'signOnNeeded';
  if (result.result === 'Failure') return result.condition === 'UnreachableHost' ? 'ready' : 'outOfOrder';
  return printerOf(answer.printer) === 'ready' || printerOf(answer.printer) === 'paperLow' || answer.printer === null
    ? 'ready'
    : 'printerNotReady';
}

function deviceOf(answer: DiagnosisAnswer | null, { poiId, software }: TerminalIdentity): DeviceFacts {
  const [, model, serial] = /^([^-]+)-(.+)$/.exec(poiId) ?? [];
  const peripherals = {
    ...(answer?.printer == null ? {} : { printer: printerOf(answer.printer) }),
    ...(answer?.pinPadOk == null ? {} : { keypad: answer.pinPadOk ? ('ready' as const) : ('error' as const) }),
  };
  return {
    ...(model === undefined ? {} : { model: plain(model) }),
    ...(serial === undefined ? {} : { serial: plain(serial) }),
    ...(software === null ? {} : { software: plain(software) }),
    ...(Object.keys(peripherals).length === 0 ? {} : { peripherals }),
  };
}

function printerOf(status: string | null): PeripheralState {
  switch (status) {
    case 'OK':
      return 'ready';
    case 'PaperLow':
      return 'paperLow';
    case 'NoPaper':
      return 'paperOut';
    case 'PaperJam':
    case 'OutOfOrder':
      return 'error';
    default:
      return 'unknown';
  }
}

function plain(text: string): string {
  return maskCardNumbers(text.replace(/\p{Cc}/gu, ' ')).slice(0, 64);
}

/** What was asked for: a lost order, with its amount where it is still known; or, null, whatever the terminal did last. */
export interface Enquiry {
  readonly lost: LostOutcome | null;
  readonly saleId: string;
  readonly poiId: string;
  readonly currency: string;
  /** Of the lost order, when this driver sent it: a reversal's answer may leave it out. */
  readonly amountMinor: number | null;
  /** Whether the lost order left long enough ago for its message to have arrived, if it ever did. */
  readonly arrivedOrNever: boolean;
}

/** Reads the end of a TransactionStatus. An answer about another order than the one asked for is no answer. */
export function enquiryOutcome(end: ExchangeEnd, enquiry: Enquiry): EnquiryOutcome {
  if (end.kind !== 'answered' || end.answer.category !== 'TransactionStatus') {
    return { kind: 'unknown', reason: exchangeFailure(end).detail };
  }
  const { result, repeated } = end.answer;
  if (result.result === 'Failure') {
    if (result.condition === 'NotFound') {
      if (!enquiry.lost) return { kind: 'none' };
      return enquiry.arrivedOrNever ? { kind: 'notFound' } : { kind: 'unknown', reason: 'not found, but it may still be on its way' };
    }
    return { kind: 'unknown', reason: [result.condition, result.text].filter(Boolean).join(': ') || 'the terminal does not say' };
  }
  if (!repeated) return { kind: 'unknown', reason: 'the terminal knows the order and does not repeat its answer' };
  const { ServiceID: reference = '', SaleID, POIID } = repeated.header;
  if (POIID !== enquiry.poiId || (SaleID !== undefined && SaleID !== enquiry.saleId)) {
    return { kind: 'unknown', reason: 'the terminal repeated an answer of somebody else' };
  }
  return enquiry.lost ? asked(repeated, reference, enquiry.lost, enquiry) : last(repeated, reference, enquiry);
}

function asked(repeated: RepeatedAnswer, reference: string, lost: LostOutcome, enquiry: Enquiry): EnquiryOutcome {
  if (reference !== lost.reference) return { kind: 'unknown', reason: 'the terminal repeated the answer of another order' };
  if ((repeated.kind === 'Reversal') !== (lost.transaction === 'reversal'))
    return { kind: 'unknown', reason: 'the order was of another kind' };
  const outcome = outcomeOf(repeated, reference, enquiry);
  switch (outcome.kind) {
    case 'booked':
      if (repeated.answer.amountMinor === null && enquiry.amountMinor === null)
        return { kind: 'unknown', reason: 'booked, without an amount' };
      return { kind: 'found', details: outcome.details, ...(outcome.receipt ? { receipt: outcome.receipt } : {}) };
    case 'declined':
      return { kind: 'foundDeclined', resultCode: outcome.resultCode, detail: outcome.detail };
    case 'failed':
      return { kind: 'foundDeclined', resultCode: repeated.answer.result.condition || outcome.code, detail: outcome.detail };
    case 'inDoubt':
      return { kind: 'unknown', reason: outcome.reason };
  }
}

function last(repeated: RepeatedAnswer, reference: string, enquiry: Enquiry): EnquiryOutcome {
  if (!isOrderReference(reference)) return { kind: 'unknown', reason: 'the last transaction was not ordered by us' };
  const outcome = outcomeOf(repeated, reference, enquiry);
  if (outcome.kind === 'inDoubt') return { kind: 'unknown', reason: outcome.reason };
  if (outcome.kind !== 'booked') {
    const resultCode = repeated.answer.result.condition || 'Failure';
    return { kind: 'lastDeclined', traceNo: orderNoOf(reference), amountMinor: repeated.answer.amountMinor, resultCode };
  }
  if (repeated.answer.amountMinor === null) return { kind: 'unknown', reason: 'the last transaction came without an amount' };
  const transaction: TransactionKind = repeated.kind === 'Reversal' ? 'reversal' : repeated.refund ? 'refund' : 'sale';
  return { kind: 'lastTransaction', details: outcome.details, transaction };
}

function outcomeOf(repeated: RepeatedAnswer, reference: string, { currency, amountMinor, poiId }: Enquiry) {
  const order: OrderFacts = { reference, currency: repeated.answer.currency ?? currency, amountMinor: amountMinor ?? 0, poiId };
  return moneyAnswer(repeated.answer, order, repeated.kind === 'Reversal');
}
