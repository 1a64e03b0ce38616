import type { BookedDetails, StepFailure } from '@tillward/contracts';
import {
  type DiagnosisOutcome,
  type ExchangeFailure,
  type ExchangeOutcome,
  type InDoubt,
  maskCardNumbers,
  orderNoOf,
  type PaymentFailed,
  type PaymentFailureCode,
  type PaymentOutcome,
  type SettlementOutcome,
  type TotalsOutcome,
} from '@tillward/driver';
import type { ExchangeEnd } from './exchange.js';
import type { TotalsEntry, TransactionAnswer } from './response.js';
import type { NexoResult } from './result.js';

/** What an order was about, as far as reading its answer needs it. */
export interface OrderFacts {
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly poiId: string;
}

const MAX_DETAIL = 200;

/** Conditions of a terminal that never began, and what they are called here. Every other failure came after the sale had begun: a decline. */
const NEVER_BEGAN: ReadonlyMap<string, PaymentFailureCode> = new Map([
  ['Busy', 'terminalBusy'],
  ['LoggedOut', 'signOnNeeded'],
  ['DeviceOut', 'terminalRefused'],
  ['InsertedCard', 'terminalRefused'],
  ['MessageFormat', 'terminalRefused'],
  ['NotAllowed', 'terminalRefused'],
  ['UnavailableDevice', 'terminalRefused'],
  ['UnavailableService', 'terminalRefused'],
]);

/** Reads the end of a Payment or a Reversal. Booked needs the terminal's Success; whatever is not a clear end after bytes left is in doubt. */
export function moneyOutcome(end: ExchangeEnd, order: OrderFacts): PaymentOutcome {
  switch (end.kind) {
    case 'busy':
      return failed('terminalBusy', 'another command is running');
    case 'cancelled':
      return failed('cancelled', 'withdrawn before it was sent');
    case 'notSent':
      return failed('terminalUnreachable', end.detail);
    case 'refused':
      return failed('terminalRefused', end.detail);
    case 'lost':
      return inDoubt(`${end.reason}: ${end.detail}`);
    case 'empty':
      return inDoubt('an answer without content');
    case 'answered':
      if (end.answer.category !== 'Payment' && end.answer.category !== 'Reversal') return inDoubt('an answer to something else');
      return moneyAnswer(end.answer, order, end.answer.category === 'Reversal');
  }
}

/** Reads what a terminal says of a money order, as answer or when asked again later. */
export function moneyAnswer(answer: TransactionAnswer, order: OrderFacts, reversal: boolean): PaymentOutcome {
  const { result } = answer;
  if (result.result !== 'Failure') return booked(answer, order);
  if (reversal && (result.condition === 'NotFound' || result.condition === 'NotAllowed'))
    return failed('notReversible', resultText(result));
  // It said no and yet that it still works on it: only asking again can tell.
  if (result.condition === 'InProgress') return inDoubt(resultText(result));
  const code = NEVER_BEGAN.get(result.condition);
  return code
    ? failed(code, resultText(result))
    : { kind: 'declined', resultCode: result.condition || 'Failure', detail: resultText(result) };
}

function booked(answer: TransactionAnswer, order: OrderFacts): PaymentOutcome {
  if (answer.currency !== null && answer.currency !== order.currency) return inDoubt(`booked in ${answer.currency}`);
  // Part of the amount is only believed when the terminal says which part.
  if (answer.amountMinor === null && answer.result.result === 'Partial') return inDoubt('booked in part, without saying how much');
  const amountMinor = answer.amountMinor ?? order.amountMinor;
  return {
    kind: 'booked',
    details: detailsOf(answer, order, amountMinor),
    ...(answer.receipt.length > 0 ? { receipt: [...answer.receipt] } : {}),
  };
}

/** What is kept of a booked order. Fields longer than the journal takes are left out rather than cut: half a reference names nothing. */
export function detailsOf(answer: TransactionAnswer, order: OrderFacts, amountMinor: number): BookedDetails {
  const fitting = (value: string | null | undefined, max: number) =>
    value != null && value !== '' && value.length <= max ? value : undefined;
  const optional = {
    cardLast4: answer.cardLast4 ?? undefined,
    cardName: fitting(answer.cardName === null ? null : maskCardNumbers(answer.cardName), 64),
    terminalId: fitting(answer.acquirerTerminal ?? order.poiId, 16),
    authorisationCode: fitting(answer.approvalCode, 16),
    providerReference: isBareCardNumber(answer.transaction?.id) ? undefined : fitting(answer.transaction?.id, 64),
    bookedAt: fitting(answer.transaction?.at, 40),
  };
  const said = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { amountMinor, currency: order.currency, traceNo: orderNoOf(order.reference), ...said };
}

/** A transaction's name is the terminal's to choose, but never a card number. */
function isBareCardNumber(id: string | undefined): boolean {
  return id !== undefined && maskCardNumbers(id) !== id && /^[0-9 .-]+$/.test(id);
}

/** Reads the end of a Reconciliation. Only the terminal's Success settles; a failure leaves the period open. */
export function settlementOutcome(end: ExchangeEnd, currency: string): SettlementOutcome {
  const refused = (code: StepFailure, resultCode: string | null, detail: string): SettlementOutcome => ({
    kind: 'refused',
    code,
    resultCode,
    detail: cut(detail),
  });
  if (end.kind === 'lost') return inDoubt(`${end.reason}: ${end.detail}`);
  if (end.kind === 'empty') return inDoubt('an answer without content');
  if (end.kind !== 'answered') {
    const { code, detail } = exchangeFailure(end);
    return refused(code, null, detail);
  }
  if (end.answer.category !== 'Reconciliation') return inDoubt('an answer to something else');
  const { result, totals } = end.answer;
  if (result.result !== 'Success') return refused(failureCode(result, 'settlementRefused'), result.condition || null, resultText(result));
  return { kind: 'settled', hostTotals: sum(totals, currency), details: {} };
}

/** Reads the end of a GetTotals. */
export function totalsOutcome(end: ExchangeEnd, currency: string): TotalsOutcome {
  if (end.kind !== 'answered' || end.answer.category !== 'GetTotals') return exchangeFailure(end);
  const { result, totals } = end.answer;
  if (result.result !== 'Success') return resultFailure(result);
  const net = sum(totals, currency);
  if (!net) return failure('terminalRefused', null, 'the terminal counts in another currency');
  const cards = [...new Set(totals.map(({ card }) => card))];
  const byCard = cards.flatMap((card) => {
    const part = sum(
      totals.filter((entry) => entry.card === card),
      currency,
    );
    return part ? [{ card: maskCardNumbers(card).slice(0, 64), amountMinor: part.amountMinor, count: part.count }] : [];
  });
  return { kind: 'totals', totals: net, byCard };
}

/** What a kind of transaction does to the net amount (nexo TransactionType). What is not named here moved nothing. */
const SIGNS: ReadonlyMap<string, 1 | -1> = new Map([
  ['Debit', 1],
  ['CashAdvance', 1],
  ['CompletedReservation', 1],
  ['CompletedDeffered', 1],
  ['IssuerInstalment', 1],
  ['Credit', -1],
  ['ReverseDebit', -1],
  ['ReverseCredit', 1],
]);

/** Net amount and number of bookings of the open period; null when some of it is in another currency. */
function sum(entries: readonly TotalsEntry[], currency: string): { currency: string; amountMinor: number; count: number } | null {
  let amountMinor = 0;
  let count = 0;
  for (const entry of entries) {
    const sign = SIGNS.get(entry.transactionType);
    if (sign === undefined || (entry.count === 0 && entry.amountMinor === 0)) continue;
    if (entry.currency !== currency) return null;
    amountMinor += sign * entry.amountMinor;
    count += entry.count;
  }
  return { currency, amountMinor, count };
}

/** Reads the end of what only needs to be done: Login, Logout, Print, Display, Abort. */
export function exchangeOutcome(end: ExchangeEnd): ExchangeOutcome {
  if (end.kind === 'empty') return { kind: 'done' };
  if (end.kind !== 'answered') return exchangeFailure(end);
  const { result } = end.answer;
  return result.result === 'Success' ? { kind: 'done' } : resultFailure(result);
}

/** Reads the end of a Diagnosis that was asked for the host or for the terminal itself. */
export function diagnosisOutcome(end: ExchangeEnd, depth: 'host' | 'self'): DiagnosisOutcome {
  if (end.kind !== 'answered' || end.answer.category !== 'Diagnosis') return exchangeFailure(end);
  const { result, hosts, globalStatus, printer, ...flags } = end.answer;
  if (result.result === 'Failure') {
    return result.condition === 'UnreachableHost'
      ? { kind: 'diagnosed', healthy: false, detail: resultText(result) }
      : resultFailure(result);
  }
  if (depth === 'host') {
    const down = hosts.filter(({ reachable }) => reachable === false);
    const detail =
      hosts.length === 0
        ? 'no host named'
        : down.length === 0
          ? 'every host reachable'
          : `${down.length} of ${hosts.length} hosts unreachable`;
    return { kind: 'diagnosed', healthy: hosts.length > 0 && down.length === 0 && flags.communicationOk !== false, detail };
  }
  const wrong = [
    globalStatus !== null && globalStatus !== 'OK' ? `status ${globalStatus}` : null,
    printer !== null && printer !== 'OK' && printer !== 'PaperLow' ? `printer ${printer}` : null,
    flags.pinPadOk === false ? 'pin pad' : null,
    flags.cardReaderOk === false ? 'card reader' : null,
    flags.securityOk === false ? 'security' : null,
  ].filter((part) => part !== null);
  return { kind: 'diagnosed', healthy: wrong.length === 0, detail: cut(maskCardNumbers(wrong.join(', ') || 'OK')) };
}

/** Why an exchange that moves no money did not work. */
export function exchangeFailure(end: ExchangeEnd): ExchangeFailure {
  switch (end.kind) {
    case 'busy':
      return failure('terminalBusy', null, 'another command is running');
    case 'cancelled':
      return failure('terminalRefused', null, 'withdrawn before it was sent');
    case 'notSent':
      return failure(end.untrusted ? 'terminalRefused' : 'terminalUnreachable', null, end.detail);
    case 'refused':
      return failure('terminalRefused', null, end.detail);
    case 'lost':
      return failure('terminalUnreachable', null, `${end.reason}: ${end.detail}`);
    case 'empty':
      return failure('terminalRefused', null, 'an answer without content');
    case 'answered':
      return resultFailure(end.answer.result);
  }
}

function resultFailure(result: NexoResult): ExchangeFailure {
  return failure(failureCode(result, 'terminalRefused'), result.condition || null, resultText(result));
}

function failureCode({ condition }: NexoResult, otherwise: StepFailure): StepFailure {
  if (condition === 'Busy') return 'terminalBusy';
  if (condition === 'UnreachableHost') return 'hostUnreachable';
  return condition === 'LoggedOut' ? 'terminalRefused' : otherwise;
}

function resultText({ result, condition, text }: NexoResult): string {
  return cut([condition || result, text].filter((part) => part !== '').join(': '));
}

function failed(code: PaymentFailed['code'], detail: string): PaymentFailed {
  return { kind: 'failed', code, detail: cut(detail) };
}

function inDoubt(reason: string): InDoubt {
  return { kind: 'inDoubt', reason: cut(reason) };
}

function failure(code: StepFailure, resultCode: string | null, detail: string): ExchangeFailure {
  return { kind: 'failed', code, resultCode, detail: cut(detail) };
}

function cut(text: string): string {
  return text.slice(0, MAX_DETAIL);
}
