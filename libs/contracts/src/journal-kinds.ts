import { z } from 'zod';
import { recordedFrame } from './dialogue.js';
import { amountMinor, businessDay, currencyCode, instant, slug } from './identifiers.js';
import { batchTotals, bookedDetails, receiptText } from './payment.js';
import { closingStep, openingStep, stepEvidence, stepFailure, stepOutcome } from './routine.js';
import { peripheral, peripheralState, powerState, serviceState } from './terminal-state.js';

const batch = { batchNo: z.int().positive(), businessDay };
const payment = { paymentId: z.uuid(), ...batch };
const settlement = { settlementId: z.uuid(), ...batch };
const routine = { routineId: z.uuid(), businessDay };
const command = { commandId: z.uuid() };
const requestedBy = z.enum(['policy', 'command', 'till', 'recovery']);

/**
 * Every kind of journal entry and the shape of its payload. Kinds are past tense; a new kind may be added, a shape may gain optional
 * fields, nothing else changes. Core stores kinds it doesn't know and projects only those it does.
 */
export const JOURNAL_KINDS = {
  AgentStarted: z.strictObject({ agentVersion: z.string().max(32), session: z.int().positive(), recoveredInDoubt: z.int().nonnegative() }),
  AgentStopped: z.strictObject({ reason: z.string().max(64) }),
  PolicyApplied: z.strictObject({
    version: z.int().positive(),
    refused: z.array(z.strictObject({ key: z.string().max(80), reason: z.string().max(200) })),
  }),
  PolicyRefused: z.strictObject({ version: z.int().positive().nullable(), reason: z.string().max(200) }),

  TerminalStateChanged: z.strictObject({ power: powerState, service: serviceState, signedOn: z.boolean() }),
  TerminalSignedOn: z.strictObject({ by: requestedBy }),
  TerminalSignOnFailed: z.strictObject({ code: stepFailure, detail: z.string().max(200) }),
  TerminalSignedOff: z.strictObject({ by: requestedBy }),
  TerminalPoweredOn: z.strictObject({ by: requestedBy }),
  TerminalPoweredOff: z.strictObject({ by: requestedBy }),

  /** What a terminal is, whenever it tells something new about itself. */
  TerminalDescribed: z.strictObject({
    model: z.string().max(64).optional(),
    software: z.string().max(64).optional(),
    serial: z.string().max(64).optional(),
  }),
  PeripheralStateChanged: z.strictObject({ peripheral, state: peripheralState, toldBy: z.enum(['terminal', 'printer']) }),
  TerminalRestarted: z.strictObject({ by: requestedBy, means: z.enum(['protocol', 'power']), back: z.boolean() }),
  TerminalTimeCorrected: z.strictObject({ by: requestedBy, localDateTime: z.string().max(19) }),
  TerminalDiagnosed: z.strictObject({
    by: requestedBy,
    depth: z.enum(['host', 'self']),
    healthy: z.boolean(),
    detail: z.string().max(200),
  }),
  StoredTransactionsSent: z.strictObject({ by: requestedBy, count: z.int().nonnegative().nullable() }),
  ReceiptReprinted: z.strictObject({ by: requestedBy, which: z.enum(['last', 'receipt', 'lines']), receiptNo: z.int().optional() }),
  MessageDisplayed: z.strictObject({ by: requestedBy }),
  /** The connection was given up because what the terminal sent made no sense, or would not end. */
  TerminalStreamAbandoned: z.strictObject({ code: z.string().max(40), offset: z.int().nonnegative(), since: z.int().positive() }),
  /** The last protocol dialogue, decoded and masked, oldest frame first. `cause`: asked for, or kept as evidence of what went wrong. */
  DialogueCaptured: z.strictObject({
    cause: z.enum(['command', 'inDoubt', 'failed', 'streamBroken']),
    frames: z.array(recordedFrame).max(64),
  }),
  /** Read in passing from a watched terminal's traffic with its acquirer; no amounts, no card data. */
  AcquirerTrafficObserved: z.strictObject({
    event: z.enum([
      'signedOn',
      'signedOff',
      'saleSeen',
      'saleWithoutSignOn',
      'voidSeen',
      'refundSeen',
      'signOnRefused',
      'reversalSeen',
      'reversalConfirmed',
      'reversalRefused',
      'answerMissing',
      'settlementStarted',
      'settlementBalanced',
      'settlementUnbalanced',
      'settlementRefused',
      'settlementUnclear',
      'batchUploaded',
    ]),
    traceNo: z.int().nonnegative().optional(),
    acquirerBatchNo: z.int().nonnegative().optional(),
    responseCode: z.string().max(2).optional(),
    merchantNumber: z.string().max(15).optional(),
  }),

  OperatorSignedOn: z.strictObject({ operatorId: slug, certificateId: z.string().max(64) }),
  OperatorSignOnRefused: z.strictObject({ operatorId: z.string().max(48), code: z.string().max(40) }),
  OperatorSignedOff: z.strictObject({ operatorId: slug, by: z.enum(['till', 'closing', 'handover']) }),

  /** The intent: committed before any byte goes to the terminal. */
  PaymentStarted: z.strictObject({
    ...payment,
    amountMinor,
    currency: currencyCode,
    operatorId: slug,
    tillId: z.string().max(48),
    idempotencyKey: z.string().max(80),
    /** What the order is called towards the terminal; absent from gateways older than that. */
    reference: z.string().max(16).optional(),
  }),
  PaymentCompleted: z.strictObject({ ...payment, booked: bookedDetails, receipt: receiptText.optional() }),
  PaymentDeclined: z.strictObject({ ...payment, resultCode: z.string().max(16), detail: z.string().max(200) }),
  /** Known not to have moved money: refused before the terminal took it. */
  PaymentFailed: z.strictObject({ ...payment, code: z.string().max(40), detail: z.string().max(200) }),
  PaymentInDoubt: z.strictObject({ ...payment, reason: z.string().max(200) }),
  /** Answer to an enquiry. `booked` null: the terminal knows nothing of it, no money moved. */
  PaymentResolved: z.strictObject({ ...payment, booked: bookedDetails.nullable(), asked: z.string().max(64) }),

  SettlementStarted: z.strictObject({ ...settlement, by: requestedBy, journalTotals: batchTotals, terminalTotals: batchTotals.nullable() }),
  SettlementCompleted: z.strictObject({
    ...settlement,
    journalTotals: batchTotals,
    terminalTotals: batchTotals.nullable(),
    hostTotals: batchTotals.nullable(),
  }),
  SettlementFailed: z.strictObject({
    ...settlement,
    code: stepFailure,
    resultCode: z.string().max(16).nullable(),
    detail: z.string().max(200),
  }),
  SettlementInDoubt: z.strictObject({ ...settlement, reason: z.string().max(200) }),
  SettlementResolved: z.strictObject({
    ...settlement,
    settled: z.boolean(),
    hostTotals: batchTotals.nullable(),
    asked: z.string().max(64),
  }),
  /** Totals differ: the batch is frozen as evidence. */
  SettlementUnbalanced: z.strictObject({
    ...settlement,
    journalTotals: batchTotals,
    terminalTotals: batchTotals.nullable(),
    hostTotals: batchTotals.nullable(),
  }),

  ClosingStarted: z.strictObject({ ...routine, by: requestedBy, terminals: z.array(slug) }),
  ClosingStepCompleted: z.strictObject({ ...routine, step: closingStep, outcome: stepOutcome, evidence: stepEvidence }),
  CloseBlocked: z.strictObject({ ...routine, step: closingStep, code: stepFailure, detail: z.string().max(200), evidence: stepEvidence }),
  /** The close proof of one terminal: every step with the sequence number of the entry that proves it. */
  CloseProven: z.strictObject({
    ...routine,
    overnight: z.enum(['off', 'standby', 'on']),
    totals: batchTotals.nullable(),
    steps: z.array(z.strictObject({ step: closingStep, outcome: stepOutcome, seq: z.int().positive() })),
  }),
  ClosingFinished: z.strictObject({ ...routine, proven: z.array(slug), blocked: z.array(slug) }),

  OpeningStarted: z.strictObject({ ...routine, by: requestedBy, terminals: z.array(slug) }),
  OpeningStepCompleted: z.strictObject({ ...routine, step: openingStep, outcome: stepOutcome, evidence: stepEvidence }),
  OpeningBlocked: z.strictObject({ ...routine, step: openingStep, code: stepFailure, detail: z.string().max(200) }),
  OpeningFinished: z.strictObject({ ...routine, ready: z.array(slug), blocked: z.array(slug) }),

  CommandReceived: z.strictObject({ ...command, action: z.string().max(40), requestedBy: z.string().max(80), expiresAt: instant }),
  CommandStarted: z.strictObject({ ...command }),
  CommandSucceeded: z.strictObject({ ...command, detail: z.string().max(200) }),
  CommandFailed: z.strictObject({ ...command, code: z.string().max(40), detail: z.string().max(200) }),
  CommandRejected: z.strictObject({ commandId: z.string().max(64), reason: z.string().max(200) }),
  CommandExpired: z.strictObject({ ...command }),
} as const;

export type JournalKind = keyof typeof JOURNAL_KINDS;
export type JournalPayload<K extends JournalKind> = z.infer<(typeof JOURNAL_KINDS)[K]>;

/** True for a kind this version knows. */
export function isJournalKind(kind: string): kind is JournalKind {
  return Object.hasOwn(JOURNAL_KINDS, kind);
}
