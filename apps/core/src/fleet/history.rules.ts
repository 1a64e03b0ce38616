import { JOURNAL_KINDS, type JournalKind, type JournalPayload } from '@tillward/contracts';
import type { MoneyType, TerminalEventType } from '../graphql/index.js';

/** What an entry says beside when and where it was written. `operatorId` becomes a name where it is shown. */
export type EventFacts = Partial<Omit<TerminalEventType, 'id' | 'kind' | 'at' | 'gatewayId' | 'epoch' | 'seq' | 'readable'>> & {
  readonly operatorId?: string;
};

/**
 * The facts of an entry of a known kind; undefined when the payload is not what its kind promises (it was stored, because its hash is part of the chain,
 * and put into quarantine).
 */
export function eventFacts(kind: JournalKind, payload: string): EventFacts | undefined {
  const parsed = parse(kind, payload);
  return parsed === undefined ? undefined : ((FACTS[kind] as ((payload: unknown) => EventFacts) | undefined) ?? nothing)(parsed);
}

function parse(kind: JournalKind, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const parsed = JOURNAL_KINDS[kind].safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

interface Totals {
  readonly amountMinor: number;
  readonly currency: string;
  readonly count: number | null;
}

function money(totals: { amountMinor: number; currency: string } | null | undefined): MoneyType | null {
  return totals ? { amountMinor: totals.amountMinor, currency: totals.currency } : null;
}

function sum(totals: Totals | null | undefined): EventFacts {
  return { amount: money(totals), count: int32(totals?.count) };
}

function booked(details: JournalPayload<'PaymentCompleted'>['booked'] | null): EventFacts {
  if (details === null) return {};
  return {
    amount: money(details),
    traceNo: int32(details.traceNo),
    receiptNo: int32(details.receiptNo),
    cardLast4: details.cardLast4 ?? null,
  };
}

function batch({ batchNo, businessDay }: { batchNo: number; businessDay: string }): EventFacts {
  return { batchNo: int32(batchNo), businessDay };
}

/** GraphQL's Int has 32 bits; a number beyond them is in quarantine and shown as not said. */
function int32(value: number | null | undefined): number | null {
  return value === null || value === undefined || value !== (value | 0) ? null : value;
}

const nothing = (): EventFacts => ({});

/** Payload → facts. A kind that is not here says nothing but that it happened; the spec names those for which that is meant. */
const FACTS: { readonly [K in JournalKind]?: (payload: JournalPayload<K>) => EventFacts } = {
  TerminalStateChanged: ({ power, service, signedOn }) => ({ power, service, signedOn }),
  TerminalSignedOn: ({ by }) => ({ by }),
  TerminalSignOnFailed: ({ code, detail }) => ({ code, detail }),
  TerminalSignedOff: ({ by }) => ({ by }),
  TerminalPoweredOn: ({ by }) => ({ by }),
  TerminalPoweredOff: ({ by }) => ({ by }),
  TerminalDescribed: ({ model, software, serial }) => ({ model: model ?? null, software: software ?? null, serial: serial ?? null }),
  PeripheralStateChanged: ({ peripheral, state, toldBy }) => ({ peripheral, peripheralState: state, toldBy }),
  TerminalRestarted: ({ by, means, back }) => ({ by, means, healthy: back }),
  TerminalTimeCorrected: ({ by, localDateTime }) => ({ by, localDateTime }),
  TerminalDiagnosed: ({ by, depth, healthy, detail }) => ({ by, depth, healthy, detail }),
  StoredTransactionsSent: ({ by, count }) => ({ by, count: int32(count) }),
  ReceiptReprinted: ({ by, receiptNo }) => ({ by, receiptNo: int32(receiptNo) }),
  MessageDisplayed: ({ by }) => ({ by }),
  TerminalStreamAbandoned: ({ code, since }) => ({ code, count: int32(since) }),
  DialogueCaptured: ({ cause, frames }) => ({ subject: cause, count: frames.length }),
  AcquirerTrafficObserved: ({ event, traceNo, acquirerBatchNo, responseCode }) => ({
    subject: event,
    traceNo: int32(traceNo),
    batchNo: int32(acquirerBatchNo),
    resultCode: responseCode ?? null,
  }),
  OperatorSignedOn: ({ operatorId }) => ({ operatorId }),
  OperatorSignOnRefused: ({ operatorId, code }) => ({ operatorId, code }),
  OperatorSignedOff: ({ operatorId, by }) => ({ operatorId, by }),
  PaymentStarted: (payment) => ({ ...batch(payment), amount: money(payment), operatorId: payment.operatorId }),
  PaymentCompleted: (payment) => ({ ...batch(payment), ...booked(payment.booked) }),
  PaymentDeclined: (payment) => ({ ...batch(payment), resultCode: payment.resultCode, detail: payment.detail }),
  PaymentFailed: (payment) => ({ ...batch(payment), code: payment.code, detail: payment.detail }),
  PaymentInDoubt: (payment) => ({ ...batch(payment), detail: payment.reason }),
  PaymentResolved: (payment) => ({ ...batch(payment), ...booked(payment.booked), found: payment.booked !== null }),
  SettlementStarted: (settlement) => ({ ...batch(settlement), ...sum(settlement.journalTotals), by: settlement.by }),
  SettlementCompleted: (settlement) => ({ ...batch(settlement), ...sum(settlement.hostTotals ?? settlement.journalTotals) }),
  SettlementFailed: (settlement) => ({
    ...batch(settlement),
    code: settlement.code,
    resultCode: settlement.resultCode,
    detail: settlement.detail,
  }),
  SettlementInDoubt: (settlement) => ({ ...batch(settlement), detail: settlement.reason }),
  SettlementResolved: (settlement) => ({ ...batch(settlement), ...sum(settlement.hostTotals), found: settlement.settled }),
  SettlementUnbalanced: (settlement) => ({ ...batch(settlement), ...sum(settlement.journalTotals) }),
  UnbalancedAccepted: (settlement) => batch(settlement),
  ClosingStarted: ({ businessDay, by }) => ({ businessDay, by }),
  ClosingStepCompleted: ({ businessDay, step, outcome }) => ({ businessDay, step, outcome }),
  CloseBlocked: ({ businessDay, step, code, detail }) => ({ businessDay, step, code, detail }),
  CloseProven: ({ businessDay, overnight, totals }) => ({ businessDay, overnight, ...sum(totals) }),
  ClosingFinished: ({ businessDay }) => ({ businessDay }),
  OpeningStarted: ({ businessDay, by }) => ({ businessDay, by }),
  OpeningStepCompleted: ({ businessDay, step, outcome }) => ({ businessDay, step, outcome }),
  OpeningBlocked: ({ businessDay, step, code, detail }) => ({ businessDay, step, code, detail }),
  OpeningFinished: ({ businessDay }) => ({ businessDay }),
  RepaymentStarted: (repayment) => ({
    ...batch(repayment),
    amount: money(repayment),
    operatorId: repayment.operatorId,
    subject: repayment.transaction,
    detail: repayment.reason,
  }),
  RepaymentCompleted: (repayment) => ({ ...batch(repayment), ...booked(repayment.booked), subject: repayment.transaction }),
  RepaymentDeclined: (repayment) => ({ ...batch(repayment), resultCode: repayment.resultCode, detail: repayment.detail }),
  RepaymentFailed: (repayment) => ({ ...batch(repayment), code: repayment.code, detail: repayment.detail }),
  RepaymentInDoubt: (repayment) => ({ ...batch(repayment), detail: repayment.reason }),
  RepaymentResolved: (repayment) => ({ ...batch(repayment), ...booked(repayment.booked), found: repayment.booked !== null }),
  RefundRequested: (request) => ({ amount: money(request), operatorId: request.operatorId, detail: request.reason }),
  RefundDecided: ({ decidedBy, decision }) => ({ operatorId: decidedBy, outcome: decision }),
  RefundDecisionRefused: ({ operatorId, code }) => ({ operatorId, code }),
  HandoverCompleted: ({ outgoingOperatorId, transactions }) => ({ operatorId: outgoingOperatorId, count: int32(transactions) }),
  HandoverDiffered: ({ outgoingOperatorId, transactions, reason }) => ({
    operatorId: outgoingOperatorId,
    count: int32(transactions),
    detail: reason,
  }),
  CloseOrdered: ({ operatorId, reason }) => ({ operatorId, detail: reason }),
  MaintenanceStarted: ({ businessDay, by }) => ({ businessDay, by }),
  MaintenanceStepCompleted: ({ businessDay, step, outcome }) => ({ businessDay, step, outcome }),
  MaintenanceBlocked: ({ businessDay, step, code, detail }) => ({ businessDay, step, code, detail }),
  MaintenanceFinished: ({ businessDay }) => ({ businessDay }),
  RoutineMissed: ({ routine, businessDay }) => ({ subject: routine, businessDay }),
  ClockSkewMeasured: ({ of, skewMs }) => ({ subject: of, count: int32(Math.round(skewMs / 1_000)) }),
  CommandReceived: ({ commandId, action, requestedBy }) => ({ commandId, action, requestedBy }),
  CommandStarted: ({ commandId }) => ({ commandId }),
  CommandSucceeded: ({ commandId, detail }) => ({ commandId, detail }),
  CommandFailed: ({ commandId, code, detail }) => ({ commandId, code, detail }),
  CommandRejected: ({ commandId, reason }) => ({ commandId, detail: reason }),
  CommandExpired: ({ commandId }) => ({ commandId }),
};

/** Whether entries of a kind say more than that it happened. */
export function tellsFacts(kind: JournalKind): boolean {
  return FACTS[kind] !== undefined;
}
