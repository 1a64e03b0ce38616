import type { JournalKind, JournalPayload } from './journal-kinds.js';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const batch = { batchNo: 7, businessDay: '2026-11-21' };
const payment = { paymentId: uuid(1), ...batch };
const repayment = { ...payment, transaction: 'reversal' as const, originalPaymentId: uuid(5) };
const refund = { requestId: uuid(6), digest: 'a'.repeat(64) };
const handover = {
  handoverId: uuid(7),
  shiftNo: 3,
  outgoingOperatorId: 'cashier-berlin-1',
  incomingOperatorId: 'cashier-berlin-2',
  slips: 41,
  transactions: 41,
};
const settlement = { settlementId: uuid(2), ...batch };
const routine = { routineId: uuid(3), businessDay: '2026-11-21' };
const command = { commandId: uuid(4) };
const totals = { currency: 'EUR', amountMinor: 21240, count: 9 };
const booked = {
  amountMinor: 1250,
  currency: 'EUR',
  traceNo: 118,
  receiptNo: 52,
  cardLast4: '4242',
  cardName: 'girocard',
  terminalId: '60001234',
  authorisationCode: '778899',
  terminalDate: '1121',
  terminalTime: '213012',
  providerReference: 'BV0q001763756212000.NC6HT9CRT65ZGN82',
  bookedAt: '2026-11-21T20:30:12.000Z',
};

/** A valid payload of every kind, as full as the kind allows. */
export const JOURNAL_SAMPLES: { readonly [K in JournalKind]: JournalPayload<K> } = {
  AgentStarted: { agentVersion: '0.1.0', session: 3, recoveredInDoubt: 1 },
  AgentStopped: { reason: 'SIGTERM' },
  PolicyApplied: { version: 12, refused: [{ key: 'brand.new', reason: 'unknownSetting' }] },
  PolicyRefused: { version: null, reason: 'signature' },

  TerminalStateChanged: { power: 'on', service: 'ready', signedOn: true },
  TerminalSignedOn: { by: 'policy' },
  TerminalSignOnFailed: { code: 'hostUnreachable', detail: 'no answer within 180 s' },
  TerminalSignedOff: { by: 'policy' },
  TerminalPoweredOn: { by: 'policy' },
  TerminalPoweredOff: { by: 'command' },

  TerminalDescribed: { model: 'VX 680', software: '7.04.01', serial: '17-112' },
  PeripheralStateChanged: { peripheral: 'printer', state: 'paperOut', toldBy: 'printer' },
  TerminalRestarted: { by: 'command', means: 'protocol', back: true },
  TerminalTimeCorrected: { by: 'command', localDateTime: '2026-11-21T21:30:12' },
  TerminalDiagnosed: { by: 'command', depth: 'host', healthy: false, detail: 'no connection to the host' },
  StoredTransactionsSent: { by: 'policy', count: 3 },
  ReceiptReprinted: {
    by: 'till',
    which: 'receipt',
    receiptNo: 52,
    paymentId: uuid(1),
    operatorId: 'cashier-berlin-1',
    reason: 'the customer lost the slip',
    copyNo: 1,
    tillId: 'till-1',
  },
  MessageDisplayed: { by: 'command' },
  TerminalStreamAbandoned: { code: 'lengthTooLarge', offset: 41, since: 3 },
  DialogueCaptured: {
    cause: 'command',
    frames: [
      {
        at: 1_795_296_612_000,
        direction: 'sent',
        name: '06 01 Authorisation',
        fields: [{ tag: '04', name: 'amount', value: '12.50' }],
        bytes: 16,
      },
    ],
  },
  AcquirerTrafficObserved: {
    event: 'settlementUnbalanced',
    traceNo: 118,
    acquirerBatchNo: 7,
    responseCode: '00',
    merchantNumber: '898310048160001',
  },

  OperatorSignedOn: { operatorId: 'cashier-berlin-1', certificateId: 'cert-17', verified: true },
  OperatorSignOnRefused: { operatorId: 'cashier-berlin-2', code: 'operatorNotCertified' },
  OperatorSignedOff: { operatorId: 'cashier-berlin-1', by: 'closing' },

  PaymentStarted: {
    ...payment,
    amountMinor: 1250,
    currency: 'EUR',
    operatorId: 'cashier-berlin-1',
    tillId: 'till-1',
    idempotencyKey: 'till-1:000042',
    reference: '000042K2QX',
  },
  PaymentCompleted: { ...payment, booked, receipt: ['Kundenbeleg', 'EUR 12,50', '************4242'] },
  PaymentDeclined: { ...payment, resultCode: '05', detail: 'declined by the issuer' },
  PaymentFailed: { ...payment, code: 'terminalBusy', detail: 'refused before it took the payment' },
  PaymentInDoubt: { ...payment, reason: 'connection lost after the intermediate status' },
  PaymentResolved: { ...payment, booked: null, asked: 'repeatReceipt' },

  RepaymentStarted: {
    ...repayment,
    transaction: 'refund',
    amountMinor: 1250,
    currency: 'EUR',
    operatorId: 'cashier-berlin-1',
    tillId: 'till-1',
    idempotencyKey: 'till-1:000043',
    reference: '000043K2QX',
    reason: 'the shoes were too small',
    approval: { ...refund, approvedBy: 'manager-berlin' },
  },
  RepaymentCompleted: { ...repayment, booked, receipt: ['Stornobeleg', 'EUR 12,50', '************4242'] },
  RepaymentDeclined: { ...repayment, resultCode: '05', detail: 'declined by the issuer' },
  RepaymentFailed: { ...repayment, code: 'notReversible', detail: 'the terminal knows no such sale' },
  RepaymentInDoubt: { ...repayment, reason: 'connection lost after the intermediate status' },
  RepaymentResolved: { ...repayment, booked: null, asked: 'transaction status' },
  RefundRequested: {
    ...refund,
    amountMinor: 1250,
    currency: 'EUR',
    originalPaymentId: uuid(5),
    operatorId: 'cashier-berlin-1',
    tillId: 'till-1',
    reason: 'the shoes were too small',
    expiresAt: '2026-11-21T20:35:12.000Z',
  },
  RefundDecided: { ...refund, decision: 'approved', decidedBy: 'manager-berlin', where: 'console' },
  RefundDecisionRefused: { ...refund, operatorId: 'manager-berlin', code: 'personsNotIndependent', where: 'till' },

  HandoverCompleted: handover,
  HandoverDiffered: { ...handover, slips: 40, reason: 'one slip went with the customer' },

  ReminderRaised: { reminderId: uuid(8), kind: 'closingSoon', terminals: ['berlin-1'] },
  ReminderAcknowledged: { reminderId: uuid(8), kind: 'closingSoon', operatorId: 'manager-berlin' },
  CloseOrdered: { operatorId: 'manager-berlin', terminals: ['berlin-1'], reason: 'closing early for the holiday' },

  ConsoleOpened: { operatorId: 'manager-berlin' },
  ConsoleClosed: { operatorId: 'manager-berlin' },
  ConsoleSignInRefused: { operatorId: 'manager-berlin', code: 'passcodeWrong' },
  OperatorCodeIssued: { operatorId: 'cashier-berlin-1', issuedBy: 'manager-berlin' },
  OperatorPasscodeChanged: { operatorId: 'cashier-berlin-1' },
  TillPaired: { tillId: 'till-1', by: 'manager-berlin' },
  TillUnpaired: { tillId: 'till-1', by: 'manager-berlin' },

  SettlementStarted: {
    ...settlement,
    by: 'policy',
    journalTotals: totals,
    terminalTotals: { ...totals, count: null },
    terminalByScheme: [{ scheme: 'Visa', amountMinor: 19990, count: 2 }],
  },
  SettlementCompleted: { ...settlement, journalTotals: totals, terminalTotals: totals, hostTotals: totals },
  SettlementFailed: { ...settlement, code: 'hostUnreachable', resultCode: '77', detail: 'no connection to the host' },
  SettlementInDoubt: { ...settlement, reason: 'connection lost' },
  SettlementResolved: { ...settlement, settled: true, hostTotals: totals, asked: 'totals' },
  SettlementUnbalanced: { ...settlement, journalTotals: totals, terminalTotals: { ...totals, amountMinor: 19990 }, hostTotals: null },
  UnbalancedAccepted: { ...settlement, commandId: uuid(7) },

  ClosingStarted: { ...routine, by: 'policy', terminals: ['berlin-1', 'berlin-2'] },
  ClosingStepCompleted: {
    ...routine,
    step: 'settle',
    outcome: 'done',
    evidence: { amountMinor: 21240, currency: 'EUR', balanced: true, batchNo: 7 },
  },
  CloseBlocked: { ...routine, step: 'settle', code: 'hostUnreachable', detail: 'no connection to the host', evidence: { attempts: 2 } },
  CloseProven: { ...routine, overnight: 'off', totals, steps: [{ step: 'stopSales', outcome: 'done', seq: 911 }] },
  ClosingFinished: { ...routine, proven: ['berlin-1'], blocked: ['berlin-2'] },

  OpeningStarted: { ...routine, by: 'policy', terminals: ['berlin-1'] },
  OpeningStepCompleted: { ...routine, step: 'signOn', outcome: 'done', evidence: {} },
  OpeningBlocked: { ...routine, step: 'powerOn', code: 'stillOff', detail: 'no answer after 60 s' },
  OpeningFinished: { ...routine, ready: ['berlin-1'], blocked: [] },

  MaintenanceStarted: { ...routine, by: 'policy', terminals: ['berlin-1'], endsAt: '2026-11-22T03:00:00.000Z' },
  MaintenanceStepCompleted: { ...routine, step: 'recordAfter', outcome: 'done', evidence: { software: '7.04.02', changed: true } },
  MaintenanceBlocked: { ...routine, step: 'recordAfter', code: 'terminalUnreachable', detail: 'no answer after the window' },
  MaintenanceFinished: { ...routine, ready: ['berlin-1'], blocked: [] },
  RoutineMissed: { routine: 'closing', businessDay: '2026-11-21', scheduledFor: '2026-11-21T21:00:00.000Z' },

  JournalEpochStarted: { reason: 'restoredCopy', previousEpoch: 1, previousSeq: 412, carried: 3 },
  JournalSpaceExhausted: { freeBytes: 1_048_576 },
  JournalSpaceRecovered: { freeBytes: 1_073_741_824 },
  JournalWritesFailed: { code: 'disk I/O error', times: 3 },
  CoreKeyRotated: { keyId: 'core-2', previousKeyId: 'core-1', previousUntil: '2026-12-21T00:00:00.000Z' },
  RestrictedModeEntered: { offlineHours: 168, off: ['refund', 'reversal'] },
  RestrictedModeLeft: { offlineHours: 170 },
  ClockSkewMeasured: { of: 'gateway', skewMs: -61_000, thresholdMs: 30_000 },
  ClockStepped: { byMs: 3_600_000, followed: false, because: 'machine' },

  CommandReceived: { ...command, action: 'closeTerminal', requestedBy: 'manager-berlin', expiresAt: '2026-11-21T21:45:00.000Z' },
  CommandStarted: command,
  CommandSucceeded: { ...command, detail: 'close proven' },
  CommandFailed: { ...command, code: 'settlementRefused', detail: 'the host refused the totals' },
  CommandRejected: { commandId: 'not-a-uuid', reason: 'signature' },
  CommandExpired: command,

  UpdateInstalled: { at: '2026-11-21T23:10:00.000Z', release: { slot: 'b', version: '0.2.0', sequence: 8, digest: '0f'.repeat(32) } },
  UpdateConfirmed: {
    at: '2026-11-21T23:11:00.000Z',
    release: { slot: 'b', version: '0.2.0', sequence: 8, digest: '0f'.repeat(32) },
    starts: 1,
  },
  UpdateRolledBack: {
    at: '2026-11-21T23:14:00.000Z',
    release: { slot: 'b', version: '0.2.0', sequence: 8, digest: '0f'.repeat(32) },
    backTo: { slot: 'a', version: '0.1.0', sequence: 7, digest: 'a0'.repeat(32) },
    reason: 'notHealthy',
    starts: 1,
  },
  UpdateRefused: { at: '2026-11-21T23:10:00.000Z', version: '0.2.0', code: 'failedBefore', detail: '0.2.0 failed here before' },
};
