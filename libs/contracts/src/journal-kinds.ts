import { z } from 'zod';
import { recordedFrame } from './dialogue.js';
import { amountMinor, businessDay, currencyCode, instant, sha256Hex, slug } from './identifiers.js';
import { batchTotals, bookedDetails, receiptText, schemeTotal } from './payment.js';
import { closingStep, maintenanceStep, openingStep, stepEvidence, stepFailure, stepOutcome } from './routine.js';
import { peripheral, peripheralState, powerState, serviceState } from './terminal-state.js';
import { reminderKind } from './till.js';

const batch = { batchNo: z.int().positive(), businessDay };
const payment = { paymentId: z.uuid(), ...batch };
/** Money given back: a transaction of its own, in the batch that is open then. */
const repayment = { ...payment, transaction: z.enum(['reversal', 'refund']), originalPaymentId: z.uuid().optional() };
const handover = {
  handoverId: z.uuid(),
  shiftNo: z.int().positive(),
  outgoingOperatorId: slug,
  /** Null: nobody took over yet. */
  incomingOperatorId: slug.nullable(),
  /** Counted by people; transactions: booked since the last handover of the business day, reversals and refunds included. */
  slips: z.int().nonnegative(),
  transactions: z.int().nonnegative(),
};
const refundRequest = { requestId: z.uuid(), digest: sha256Hex };
const settlement = { settlementId: z.uuid(), ...batch };
const routine = { routineId: z.uuid(), businessDay };
const command = { commandId: z.uuid() };
const requestedBy = z.enum(['policy', 'command', 'till', 'recovery']);
/** A release of the agent in a slot of the gateway. `at` of its entries: when it happened; the agent may have journaled it later. */
const agentRelease = z.strictObject({
  slot: z.enum(['factory', 'a', 'b']),
  version: z.string().max(32),
  sequence: z.int().nonnegative(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});

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
  /** A copy; who, why and which copy are known when a till or the store console asked for it. */
  ReceiptReprinted: z.strictObject({
    by: requestedBy,
    which: z.enum(['last', 'receipt', 'lines']),
    receiptNo: z.int().optional(),
    paymentId: z.uuid().optional(),
    operatorId: slug.optional(),
    reason: z.string().max(160).optional(),
    copyNo: z.int().positive().optional(),
    tillId: z.string().max(48).optional(),
  }),
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

  /** `verified`: with a passcode. */
  OperatorSignedOn: z.strictObject({ operatorId: slug, certificateId: z.string().max(64), verified: z.boolean().optional() }),
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

  /** As for a payment, for what gives money back. Booked amounts are positive; they reduce their batch. */
  RepaymentStarted: z.strictObject({
    ...repayment,
    amountMinor,
    currency: currencyCode,
    operatorId: slug,
    tillId: z.string().max(48),
    idempotencyKey: z.string().max(80),
    reference: z.string().max(16),
    reason: z.string().max(160),
    /** The second person of a refund, and the request that was approved. */
    approval: z.strictObject({ ...refundRequest, approvedBy: slug }).optional(),
  }),
  RepaymentCompleted: z.strictObject({ ...repayment, booked: bookedDetails, receipt: receiptText.optional() }),
  RepaymentDeclined: z.strictObject({ ...repayment, resultCode: z.string().max(16), detail: z.string().max(200) }),
  RepaymentFailed: z.strictObject({ ...repayment, code: z.string().max(40), detail: z.string().max(200) }),
  RepaymentInDoubt: z.strictObject({ ...repayment, reason: z.string().max(200) }),
  RepaymentResolved: z.strictObject({ ...repayment, booked: bookedDetails.nullable(), asked: z.string().max(64) }),
  RefundRequested: z.strictObject({
    ...refundRequest,
    amountMinor,
    currency: currencyCode,
    originalPaymentId: z.uuid().optional(),
    operatorId: slug,
    tillId: z.string().max(48),
    reason: z.string().max(160),
    expiresAt: instant,
  }),
  RefundDecided: z.strictObject({
    ...refundRequest,
    decision: z.enum(['approved', 'denied']),
    decidedBy: slug,
    where: z.enum(['till', 'console']),
  }),
  /** A known person, by passcode, wanted to decide a refund and may not: `code` says why. */
  RefundDecisionRefused: z.strictObject({
    ...refundRequest,
    operatorId: slug,
    code: z.string().max(40),
    where: z.enum(['till', 'console']),
  }),

  /** A shift ended and its slips are all there. */
  HandoverCompleted: z.strictObject(handover),
  /** A shift ended with more or fewer slips than transactions; `reason` in the outgoing person's words. */
  HandoverDiffered: z.strictObject({ ...handover, reason: z.string().max(160) }),

  ReminderRaised: z.strictObject({ reminderId: z.uuid(), kind: reminderKind, terminals: z.array(slug) }),
  ReminderAcknowledged: z.strictObject({ reminderId: z.uuid(), kind: reminderKind, operatorId: slug }),
  /** Somebody in the store wants these terminals closed now; their closing tells how that went. */
  CloseOrdered: z.strictObject({ operatorId: slug, terminals: z.array(slug), reason: z.string().max(160) }),

  ConsoleOpened: z.strictObject({ operatorId: slug }),
  ConsoleClosed: z.strictObject({ operatorId: slug }),
  ConsoleSignInRefused: z.strictObject({ operatorId: z.string().max(48), code: z.string().max(40) }),
  /** A one-time code with which the operator chooses a passcode; `issuedBy` null: with the installer's token. */
  OperatorCodeIssued: z.strictObject({ operatorId: slug, issuedBy: slug.nullable() }),
  OperatorPasscodeChanged: z.strictObject({ operatorId: slug }),
  TillPaired: z.strictObject({ tillId: slug, by: slug }),
  TillUnpaired: z.strictObject({ tillId: slug, by: slug }),

  /** `terminalByScheme`: the terminal's totals by the names it gives cards; its parts need not add up. Absent where it doesn't split them. */
  SettlementStarted: z.strictObject({
    ...settlement,
    by: requestedBy,
    journalTotals: batchTotals,
    terminalTotals: batchTotals.nullable(),
    terminalByScheme: z.array(schemeTotal).max(64).optional(),
  }),
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
  /** Two people accept that the totals of this settlement differ: it blocks no close any more, and stays unbalanced. */
  UnbalancedAccepted: z.strictObject({ ...settlement, ...command }),

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

  MaintenanceStarted: z.strictObject({ ...routine, by: requestedBy, terminals: z.array(slug), endsAt: instant }),
  MaintenanceStepCompleted: z.strictObject({ ...routine, step: maintenanceStep, outcome: stepOutcome, evidence: stepEvidence }),
  MaintenanceBlocked: z.strictObject({ ...routine, step: maintenanceStep, code: stepFailure, detail: z.string().max(200) }),
  MaintenanceFinished: z.strictObject({ ...routine, ready: z.array(slug), blocked: z.array(slug) }),
  /** A scheduled routine did not run: the gateway was off, or its clock stood past the time. Said once per scheduled instant. */
  RoutineMissed: z.strictObject({ routine: z.enum(['closing', 'maintenance']), businessDay, scheduledFor: instant }),

  /**
   * First entry of an epoch that is not the gateway's first. `previousSeq`: last entry of the previous epoch as far as the gateway knows, 0 when it knows none.
   * `carried`: entries core can't take in the previous epoch, which follow this one with the times they were written at.
   */
  JournalEpochStarted: z.strictObject({
    reason: z.enum(['databaseLost', 'databaseOlder', 'tailDamaged', 'restoredCopy', 'coreLostEntries']),
    previousEpoch: z.int().nonnegative(),
    previousSeq: z.int().nonnegative(),
    carried: z.int().nonnegative(),
  }),
  /** New work is refused from here on; what runs may finish. */
  JournalSpaceExhausted: z.strictObject({ freeBytes: z.int().nonnegative() }),
  JournalSpaceRecovered: z.strictObject({ freeBytes: z.int().nonnegative() }),
  /** Writes the disk refused before this one went through; whatever belonged to them was refused too. */
  JournalWritesFailed: z.strictObject({ code: z.string().max(40), times: z.int().positive() }),

  /** Core signs with another key from now on; the previous one counts until `previousUntil`. */
  CoreKeyRotated: z.strictObject({ keyId: z.string().max(64), previousKeyId: z.string().max(64), previousUntil: instant }),
  /** Core has not been heard of for so long that operations that need its word are off. */
  RestrictedModeEntered: z.strictObject({ offlineHours: z.int().nonnegative(), off: z.array(z.string().max(40)) }),
  RestrictedModeLeft: z.strictObject({ offlineHours: z.int().nonnegative() }),

  /** How far a clock is ahead of core's (`gateway`) or of the gateway's (`terminal`, then the entry names it); written when it changes by more than the threshold. */
  ClockSkewMeasured: z.strictObject({ of: z.enum(['gateway', 'terminal']), skewMs: z.int(), thresholdMs: z.int().positive() }),
  /** The machine's clock, or what the agent takes for the time, jumped. `followed`: the agent's time went along. `because`: on whose word. */
  ClockStepped: z.strictObject({ byMs: z.int(), followed: z.boolean(), because: z.enum(['core', 'machine', 'lastKnown']) }),

  CommandReceived: z.strictObject({ ...command, action: z.string().max(40), requestedBy: z.string().max(80), expiresAt: instant }),
  CommandStarted: z.strictObject({ ...command }),
  CommandSucceeded: z.strictObject({ ...command, detail: z.string().max(200) }),
  CommandFailed: z.strictObject({ ...command, code: z.string().max(40), detail: z.string().max(200) }),
  CommandRejected: z.strictObject({ commandId: z.string().max(64), reason: z.string().max(200) }),
  CommandExpired: z.strictObject({ ...command }),

  /** A verified release waits in a slot, or came with the package. */
  UpdateInstalled: z.strictObject({ at: instant, release: agentRelease }),
  UpdateConfirmed: z.strictObject({ at: instant, release: agentRelease, starts: z.int().positive() }),
  UpdateRolledBack: z.strictObject({
    at: instant,
    release: agentRelease,
    backTo: agentRelease,
    reason: z.enum(['notHealthy', 'startsUsedUp', 'damaged']),
    starts: z.int().nonnegative(),
  }),
  /** Nothing was changed. `version` null: what was offered could not even be read or trusted. */
  UpdateRefused: z.strictObject({
    at: instant,
    version: z.string().max(32).nullable(),
    code: z.string().max(40),
    detail: z.string().max(200),
  }),
} as const;

export type JournalKind = keyof typeof JOURNAL_KINDS;
export type JournalPayload<K extends JournalKind> = z.infer<(typeof JOURNAL_KINDS)[K]>;

/** True for a kind this version knows. */
export function isJournalKind(kind: string): kind is JournalKind {
  return Object.hasOwn(JOURNAL_KINDS, kind);
}
