import type { BatchTotals, BookedDetails } from '@tillward/contracts';
import type {
  EnquiryOutcome,
  InDoubt,
  PaymentFailed,
  PaymentOutcome,
  SettlementDetails,
  SettlementOutcome,
  TotalsOutcome,
} from '@tillward/driver';
import type { StatusInformation } from './message.js';
import { failureOf, hexCode, notReversible, RESULT, refusedByState, resultText } from './result-code.js';
import { cut, type ExchangeResult, exchangeFailure, failure, printed } from './service-outcome.rules.js';
import type { Heard } from './session.rules.js';
import { cardTotals, sumTotals } from './totals.js';

/** Reads the end of 06 01 and 06 31. Booked needs a result code 00, a trace number and the completion; whatever else was heard after the bytes left is in doubt. */
export function paymentOutcome(end: ExchangeResult, order: { amountMinor: number; currency: string }): PaymentOutcome {
  switch (end.kind) {
    case 'busy':
      return failed('terminalBusy', 'another command is running');
    case 'notSent':
      return failed('terminalUnreachable', end.detail);
    case 'refused':
      return paymentRefused(end.code);
    case 'aborted':
      return paymentAborted(end.resultCode, end.heard.status);
    case 'completed':
      return paymentCompleted(end.heard, order);
    case 'lost':
      return inDoubt(`${end.reason}: ${end.detail}`);
    case 'acknowledged':
      return inDoubt('the terminal took the command and said nothing more');
  }
}

function paymentCompleted(heard: Heard, order: { amountMinor: number; currency: string }): PaymentOutcome {
  const { status } = heard;
  if (!status) return inDoubt('completed without a status information');
  if (status.resultCode === null) return inDoubt('completed with an unreadable status information');
  if (status.resultCode !== RESULT.ready) {
    return { kind: 'declined', resultCode: hexCode(status.resultCode), detail: cut(declineText(status.resultCode, status)) };
  }
  const details = bookedDetails(status, order);
  if (!details) return inDoubt('booked without a trace number');
  const receipt = merchantReceipt(heard);
  return receipt.length > 0 ? { kind: 'booked', details, receipt } : { kind: 'booked', details };
}

function paymentRefused(code: number): PaymentOutcome {
  return failed(code === RESULT.busy ? 'terminalBusy' : 'terminalRefused', `${resultText(code)} (84 ${hexCode(code)})`);
}

/**
 * 06 1E. After a status information that said "booked" it contradicts itself: in doubt. Without one, a code that names the terminal's own
 * state means the sale never began; any other code is a decline.
 */
function paymentAborted(resultCode: number | null, status: StatusInformation | null): PaymentOutcome {
  if (status !== null && (status.resultCode === RESULT.ready || status.resultCode === null)) {
    return inDoubt(`aborted with ${resultText(resultCode)} after a status information that did not say so`);
  }
  const code = status?.resultCode ?? resultCode;
  if (code === null) return failed('terminalRefused', 'aborted without a result code');
  if (status === null && refusedByState(code)) {
    if (code === RESULT.initialisationNeeded) return failed('signOnNeeded', resultText(code));
    return failed(code === RESULT.busy ? 'terminalBusy' : 'terminalRefused', `${resultText(code)} (06 1e ${hexCode(code)})`);
  }
  return { kind: 'declined', resultCode: hexCode(code), detail: cut(declineText(code, status)) };
}

/**
 * Reads the end of 06 30: as a sale, but a terminal that knows no such sale, or took it back before, says so with a code of its own. That is
 * known to have moved nothing unless it had said "booked" before.
 */
export function reversalOutcome(end: ExchangeResult, order: { amountMinor: number; currency: string }): PaymentOutcome {
  const outcome = paymentOutcome(end, order);
  const code = refusalOf(end);
  if (code === null || !notReversible(code) || (outcome.kind !== 'declined' && outcome.kind !== 'failed')) return outcome;
  return failed('notReversible', `${resultText(code)} (${hexCode(code)})`);
}

/** The code with which a terminal said no, in 84, 06 1E or 04 0F; null when it didn't. */
function refusalOf(end: ExchangeResult): number | null {
  if (end.kind === 'refused') return end.code;
  if (end.kind === 'aborted') return end.heard.status?.resultCode || end.resultCode;
  return end.kind === 'completed' ? (end.heard.status?.resultCode ?? null) : null;
}

/** Reads the end of 06 50. Only the completion settles; a refusal or abort leaves the batch open; a lost end is in doubt. */
export function settlementOutcome(end: ExchangeResult, currency: string): SettlementOutcome {
  switch (end.kind) {
    case 'busy':
      return { kind: 'refused', code: 'terminalBusy', resultCode: null, detail: 'another command is running' };
    case 'notSent':
      return { kind: 'refused', code: 'terminalUnreachable', resultCode: null, detail: cut(end.detail) };
    case 'refused':
      return settlementRefused(end.code, '84');
    case 'aborted': {
      const status = end.heard.status;
      if (status?.resultCode === RESULT.ready) return inDoubt(`aborted with ${resultText(end.resultCode)} after reporting success`);
      return settlementRefused(status?.resultCode ?? end.resultCode, '06 1e');
    }
    case 'completed': {
      const status = end.heard.status;
      if (status?.resultCode) return settlementRefused(status.resultCode, '04 0f');
      if (status && status.resultCode === null && status.damage) return inDoubt('completed with an unreadable status information');
      return { kind: 'settled', hostTotals: status ? totalsOf(status, currency) : null, details: settlementDetails(end.heard) };
    }
    case 'lost':
      return inDoubt(`${end.reason}: ${end.detail}`);
    case 'acknowledged':
      return inDoubt('the terminal took the command and said nothing more');
  }
}

function settlementRefused(code: number | null, said: string): SettlementOutcome {
  const resultCode = code === null ? null : hexCode(code);
  const detail = `${resultText(code)} (${said}${resultCode === null ? '' : ` ${resultCode}`})`;
  return { kind: 'refused', code: failureOf(code, 'settlementRefused'), resultCode, detail };
}

/** Reads the end of 06 10. */
export function totalsOutcome(end: ExchangeResult, currency: string): TotalsOutcome {
  if (end.kind !== 'completed') return exchangeFailure(end);
  const { status } = end.heard;
  if (status?.resultCode) return failure(failureOf(status.resultCode, 'terminalRefused'), status.resultCode, resultText(status.resultCode));
  const totals = status && totalsOf(status, currency);
  if (totals && status?.totals) return { kind: 'totals', totals, byCard: cardTotals(status.totals) };
  return totals ? { kind: 'totals', totals } : failure('terminalRefused', null, 'the terminal completed without readable totals');
}

/** Reads the end of 06 20 with service byte 03. */
export function enquiryOutcome(end: ExchangeResult, currency: string): EnquiryOutcome {
  switch (end.kind) {
    case 'completed': {
      const { status } = end.heard;
      if (!status) return { kind: 'unknown', reason: 'completed without a status information' };
      if (status.resultCode !== RESULT.ready) {
        if (status.resultCode === null) return { kind: 'unknown', reason: 'unreadable status information' };
        return { kind: 'lastDeclined', traceNo: status.traceNo, amountMinor: status.amountMinor, resultCode: hexCode(status.resultCode) };
      }
      if (status.amountMinor === null) return { kind: 'unknown', reason: 'the last transaction came without an amount' };
      const details = bookedDetails(status, { amountMinor: status.amountMinor, currency });
      // Only a reversal names the trace number of the sale it took back; a refund looks like a sale.
      return details
        ? { kind: 'lastTransaction', details, ...(status.originalTraceNo ? { transaction: 'reversal' as const } : {}) }
        : { kind: 'unknown', reason: 'the last transaction came without a trace number' };
    }
    case 'aborted':
      return end.noReceipt ? { kind: 'none' } : { kind: 'unknown', reason: resultText(end.resultCode) };
    default:
      return { kind: 'unknown', reason: exchangeFailure(end).detail };
  }
}

function bookedDetails(status: StatusInformation, order: { amountMinor: number; currency: string }): BookedDetails | null {
  if (status.traceNo === null) return null;
  return {
    amountMinor: status.amountMinor ?? order.amountMinor,
    currency: status.currency ?? order.currency,
    traceNo: status.traceNo,
    ...(status.receiptNo === null ? {} : { receiptNo: status.receiptNo }),
    ...(status.cardLast4 === null ? {} : { cardLast4: status.cardLast4 }),
    ...(status.cardName ? { cardName: status.cardName.slice(0, 64) } : {}),
    ...(status.terminalId === null ? {} : { terminalId: status.terminalId }),
    ...(status.authorisationCode === null ? {} : { authorisationCode: status.authorisationCode.slice(0, 16) }),
    ...(status.date === null ? {} : { terminalDate: status.date }),
    ...(status.time === null ? {} : { terminalTime: status.time }),
  };
}

/** BMP 60 summed; where BMP 04 contradicts the sum, or is alone, it gives the amount and the count stays unknown. */
function totalsOf(status: StatusInformation, fallbackCurrency: string): BatchTotals | null {
  const currency = status.currency ?? fallbackCurrency;
  const sum = status.totals && sumTotals(status.totals);
  if (sum && (status.amountMinor === null || status.amountMinor === sum.amountMinor)) return { currency, ...sum };
  return status.amountMinor === null ? null : { currency, amountMinor: status.amountMinor, count: null };
}

function settlementDetails(heard: Heard): SettlementDetails {
  const receipt = printed(heard.receipts);
  return {
    ...(heard.status?.traceNo == null ? {} : { traceNo: heard.status.traceNo }),
    ...(heard.status?.date == null ? {} : { terminalDate: heard.status.date }),
    ...(heard.status?.time == null ? {} : { terminalTime: heard.status.time }),
    ...(receipt.length === 0 ? {} : { receipt }),
  };
}

/** The merchant's copy where copies are told apart, else everything that was printed. */
function merchantReceipt(heard: Heard): string[] {
  const merchant = heard.receipts.filter(({ copy }) => copy === 'merchant');
  const lines = merchant.length > 0 ? merchant : heard.receipts.filter(({ copy }) => copy !== 'cardholder');
  return printed(lines);
}

function declineText(code: number, status: StatusInformation | null): string {
  return status?.additionalText ? `${resultText(code)}: ${status.additionalText.trim()}` : resultText(code);
}

function failed(code: PaymentFailed['code'], detail: string): PaymentFailed {
  return { kind: 'failed', code, detail: cut(detail) };
}

function inDoubt(reason: string): InDoubt {
  return { kind: 'inDoubt', reason: cut(reason) };
}
