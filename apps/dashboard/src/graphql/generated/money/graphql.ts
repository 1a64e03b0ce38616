/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AcquirerTerminalInput = {
  /** At most 64 characters. */
  merchantNo?: string;
  storeId: string;
  terminalId?: string | null | undefined;
  /** At most 64 characters. */
  terminalNo?: string;
};

export type BankEntryFilter = {
  bookingDay?: string | null | undefined;
  fileId?: string | null | undefined;
};

export type BatchFilter = {
  businessDay?: string | null | undefined;
  fromBusinessDay?: string | null | undefined;
  money?: BatchMoney | null | undefined;
  state?: Array<BatchState> | null | undefined;
  storeId?: string | null | undefined;
  terminalId?: string | null | undefined;
  /** Included. */
  throughBusinessDay?: string | null | undefined;
};

/** What was done about an unbalanced batch: evidence frozen, transactions uploaded to the acquirer, difference accepted by two people. */
export type BatchHandling =
  | 'accepted'
  | 'frozen'
  | 'uploaded';

/** How far a batch’s money has come: nothing heard, named by the acquirer’s statement, credited by the bank. */
export type BatchMoney =
  | 'confirmed'
  | 'funded'
  | 'unconfirmed';

export type BatchState =
  | 'inDoubt'
  | 'missed'
  | 'open'
  | 'recovered'
  | 'settled'
  | 'settling'
  | 'unbalanced';

/** Debit takes money from cardholders, credit gives it back (ISO 8583); net is one sum of both, as a terminal tells it. */
export type CardTotalDirection =
  | 'credit'
  | 'debit'
  | 'net';

export type CardTotalSource =
  | 'journal'
  | 'terminal';

export type CommandState =
  | 'cancelled'
  | 'created'
  | 'expired'
  | 'failed'
  | 'outcomeUnknown'
  | 'received'
  | 'rejected'
  | 'running'
  | 'sent'
  | 'succeeded';

export type ComparedBatchFilter = {
  acquirerId?: string | null | undefined;
  /** As the acquirer writes it. */
  batchNo?: string | null | undefined;
  businessDay?: string | null | undefined;
  equal?: boolean | null | undefined;
  fromDay?: string | null | undefined;
  storeId?: string | null | undefined;
  terminalId?: string | null | undefined;
  /** Included. */
  toDay?: string | null | undefined;
};

export type CorrectingEntryInput = {
  /** Added to the books of the merchant: what the acquirer has less what the terminal has (nothing counts as 0) and less the entries made before, or a part of it with the same sign. The difference ends when nothing is left. */
  amountMinor: number;
  currency: string;
  differenceId: string;
  /** Needed. At most 1000 characters, no card number. */
  reason: string;
};

export type DecideSettlementRequestInput = {
  decision: SettlementDecision;
  /** The digest of what was read; needed to approve. */
  digest?: string | null | undefined;
  id: string;
  /** Needed to refuse; one line of at most 400 characters, no card number. */
  note?: string | null | undefined;
};

export type DifferenceFilter = {
  acquirerId?: string | null | undefined;
  fromDay?: string | null | undefined;
  ownerId?: string | null | undefined;
  ownerRole?: Role | null | undefined;
  state?: Array<DifferenceState> | null | undefined;
  storeId?: string | null | undefined;
  terminalId?: string | null | undefined;
  toDay?: string | null | undefined;
  type?: Array<DifferenceType> | null | undefined;
};

export type DifferenceState =
  | 'accepted'
  | 'assigned'
  | 'open'
  | 'resolved';

export type DifferenceType =
  | 'amountOver'
  | 'amountUnder'
  | 'currency'
  | 'duplicateAtAcquirer'
  | 'duplicateAtTerminal'
  | 'feeWrong'
  | 'missingAtAcquirer'
  | 'missingAtTerminal'
  | 'timing'
  | 'unknownBatch';

export type FeeCheckFilter = {
  acquirerId?: string | null | undefined;
  businessDay?: string | null | undefined;
  /** Only batches with a card of this kind. */
  cardKind?: string | null | undefined;
  fromDay?: string | null | undefined;
  storeId?: string | null | undefined;
  /** Included. */
  toDay?: string | null | undefined;
  /** Only batches with a wrong fee, or only ones without. */
  wrong?: boolean | null | undefined;
};

/** Both have one currency and one sign; their amounts differ by no more than the acquirer’s tolerance. */
export type ForceMatchInput = {
  /** The difference of the statement's row. */
  acquirerDifferenceId: string;
  /** Needed. At most 1000 characters, no card number. */
  reason: string;
  /** The difference of the transaction. */
  terminalDifferenceId: string;
};

export type PayoutFilter = {
  acquirerId?: string | null | undefined;
  fromDay?: string | null | undefined;
  state?: Array<PayoutState> | null | undefined;
  toDay?: string | null | undefined;
};

export type PayoutState =
  | 'awaited'
  | 'calendarUnknown'
  | 'funded'
  | 'late'
  | 'over'
  | 'overdue'
  | 'short';

export type ProviderTermsInput = {
  acquirerId: string;
  /** Fee schedule (docs/guide/reconciliation-core.md): 1 to 500 rates, each of at most 1,000,000 millionths; fixed, floor and cap at most 10,000,000,000 minor units; a card kind of at most 64 characters. */
  fees?: unknown;
  /** Account (at most 64 characters), country, delayBankDays (0 to 60), reservePpm (0 to 1,000,000 millionths), reserveReleaseDays (1 to 730), toleranceMinor (0 to 1,000 minor units: ten units of a currency with two decimals). */
  funding?: unknown;
  /** Needed; one line of at most 400 characters, no card number. */
  reason: string;
  /** The version in force when these terms were written, 0 for none: where another one is by now, versionConflict is answered. */
  replaces: number;
};

export type RefusalCode =
  | 'alreadyDone'
  | 'alreadyRunning'
  | 'commandUndeliverable'
  | 'contentChanged'
  | 'invalidInput'
  | 'notAllowed'
  | 'notFound'
  | 'ownRequest'
  | 'quizOutdated'
  | 'requestExpired'
  | 'requestPending'
  | 'secondPersonNeeded'
  | 'settingLocked'
  | 'stepNotReady'
  | 'unsupportedAction'
  | 'versionConflict';

export type RemedyDecision =
  | 'approve'
  | 'refuse'
  | 'withdraw';

export type RemedyKind =
  | 'correctingEntry'
  | 'forceMatch';

export type RemedyState =
  | 'approved'
  | 'refused'
  | 'requested'
  | 'withdrawn';

export type RequestSettlementInput = {
  batchNo: number;
  /** A UUID made by the client: the same one again returns the same request. */
  idempotencyKey: string;
  kind: SettlementRequestKind;
  /** Needed; one line of at most 400 characters, no card number. */
  reason: string;
  storeId: string;
  terminalId: string;
};

export type Role =
  | 'auditor'
  | 'cashier'
  | 'hq'
  | 'manager';

export type SaveAcquirerInput = {
  /** Left out it stays as it is, of a new acquirer detected; null has it detected. */
  format?: string | null | undefined;
  /** At most 48 lower-case letters, digits and hyphens. */
  id: string;
  /** 1 to 80 characters. */
  name: string;
  /** Which columns its CSV has, as JSON (docs/guide/statements.md). Left out it stays as it is; null takes it away. */
  profile?: string | null | undefined;
};

export type SettlementDecision =
  | 'approve'
  | 'refuse'
  | 'withdraw';

export type SettlementRequestFilter = {
  state?: Array<SettlementRequestState> | null | undefined;
  storeId?: string | null | undefined;
};

/** Have a batch settled by hand, or answer for the difference of an unbalanced one. */
export type SettlementRequestKind =
  | 'acceptUnbalanced'
  | 'settle';

/** `approved` means that its command was made. */
export type SettlementRequestState =
  | 'approved'
  | 'expired'
  | 'refused'
  | 'waiting'
  | 'withdrawn';

export type StatementChannel =
  | 'folder'
  | 'sftp'
  | 'upload';

export type StatementFileFilter = {
  acquirerId?: string | null | undefined;
  /** A day the file covers. */
  businessDay?: string | null | undefined;
  kind?: StatementKind | null | undefined;
  state?: Array<StatementFileState> | null | undefined;
};

export type StatementFileState =
  | 'arrived'
  | 'imported'
  | 'refused'
  | 'superseded'
  | 'withdrawing'
  | 'withdrawn';

export type StatementKind =
  | 'acquirer'
  | 'bank';

export type StatementRowFilter = {
  acquirerId?: string | null | undefined;
  businessDay?: string | null | undefined;
  fileId?: string | null | undefined;
  payout?: string | null | undefined;
  storeId?: string | null | undefined;
  superseded?: boolean | null | undefined;
  terminalId?: string | null | undefined;
  type?: Array<StatementRowType> | null | undefined;
  /** Only rows whose terminal no mapping knows. */
  unmapped?: boolean | null | undefined;
};

export type StatementRowType =
  | 'balance'
  | 'chargeback'
  | 'chargebackReversed'
  | 'credit'
  | 'deduction'
  | 'fee'
  | 'payout'
  | 'refund'
  | 'reversal'
  | 'sale';

export type TransactionFilter = {
  /** Batches are numbered by their terminal: name that too. */
  batchNo?: number | null | undefined;
  businessDay?: string | null | undefined;
  state?: Array<TransactionState> | null | undefined;
  storeId?: string | null | undefined;
  terminalId?: string | null | undefined;
};

export type TransactionKind =
  | 'refund'
  | 'reversal'
  | 'sale';

export type TransactionState =
  | 'completed'
  | 'declined'
  | 'failed'
  | 'inDoubt'
  | 'started';

export type ViewerDifferenceAct =
  | 'accept'
  | 'assign'
  | 'correctingEntry'
  | 'forceMatch'
  | 'reopen'
  | 'resolve';

export type DifferenceFieldsFragment = { id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null };

export type DifferencesQueryVariables = Exact<{
  filter?: DifferenceFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type DifferencesQuery = { differences: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null } }> } };

export type DifferenceDetailQueryVariables = Exact<{
  id: string;
}>;


export type DifferenceDetailQuery = { difference: { id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, pendingRemedies: Array<{ requestId: string, kind: RemedyKind, requestedName: string, requestedAt: string }>, history: Array<{ at: string, what: string, actor: string, actorName: string | null, detail: string }>, transaction: { id: string, traceNo: number | null, receiptNo: number | null, operatorId: string | null, cardLast4: string | null, cardName: string | null, startedAt: string } | null, statementRow: { id: string, fileId: string, storeId: string | null, terminalId: string | null, line: number, type: StatementRowType, sourceType: string, businessDay: string | null, at: string | null, merchantNo: string, terminalNo: string, batchNo: string, traceNo: string, reference: string, scheme: string | null, cardLast4: string | null, payout: string, superseded: boolean, toldIn: string | null, feeRemainder: number, gross: { amountMinor: number, currency: string }, fee: { amountMinor: number, currency: string } | null, net: { amountMinor: number, currency: string } } | null, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null } | null };

export type DifferenceCountQueryVariables = Exact<{
  filter?: DifferenceFilter | null | undefined;
}>;


export type DifferenceCountQuery = { differences: { totalCount: number } };

export type DifferenceOwnersQueryVariables = Exact<{
  storeIds: Array<string> | string;
}>;


export type DifferenceOwnersQuery = { differenceOwners: Array<{ id: string, name: string, role: Role }> };

export type ForceMatchPartnersQueryVariables = Exact<{
  differenceId: string;
}>;


export type ForceMatchPartnersQuery = { forceMatchPartners: Array<{ id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null }> };

export type AmountToleranceQueryVariables = Exact<{
  acquirerId: string;
}>;


export type AmountToleranceQuery = { reconciliationSetting: { amountTolerances: Array<{ amountMinor: number, currency: string }> } | null };

export type AssignDifferencesMutationVariables = Exact<{
  ids: Array<string> | string;
  role?: Role | null | undefined;
  personId?: string | null | undefined;
}>;


export type AssignDifferencesMutation = { assignDifferences:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'DifferencesChanged', differences: Array<{ id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type ResolveDifferencesMutationVariables = Exact<{
  ids: Array<string> | string;
  note: string;
}>;


export type ResolveDifferencesMutation = { resolveDifferences:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'DifferencesChanged', differences: Array<{ id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type AcceptDifferencesMutationVariables = Exact<{
  ids: Array<string> | string;
  note: string;
}>;


export type AcceptDifferencesMutation = { acceptDifferences:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'DifferencesChanged', differences: Array<{ id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type ReopenDifferencesMutationVariables = Exact<{
  ids: Array<string> | string;
  note: string;
}>;


export type ReopenDifferencesMutation = { reopenDifferences:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'DifferencesChanged', differences: Array<{ id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

type DifferenceOutcome_AlreadyDone_Fragment = { __typename: 'AlreadyDone', code: RefusalCode, message: string };

type DifferenceOutcome_DifferencesChanged_Fragment = { __typename: 'DifferencesChanged', differences: Array<{ id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null }> };

type DifferenceOutcome_InvalidInput_Fragment = { __typename: 'InvalidInput', code: RefusalCode, message: string };

type DifferenceOutcome_NotAllowed_Fragment = { __typename: 'NotAllowed', code: RefusalCode, message: string };

type DifferenceOutcome_NotFound_Fragment = { __typename: 'NotFound', code: RefusalCode, message: string };

export type DifferenceOutcomeFragment =
  | DifferenceOutcome_AlreadyDone_Fragment
  | DifferenceOutcome_DifferencesChanged_Fragment
  | DifferenceOutcome_InvalidInput_Fragment
  | DifferenceOutcome_NotAllowed_Fragment
  | DifferenceOutcome_NotFound_Fragment
;

export type PayoutsQueryVariables = Exact<{
  filter?: PayoutFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type PayoutsQuery = { payouts: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, acquirerId: string, businessDay: string, merchantNo: string | null, reference: string | null, dueDay: string | null, state: PayoutState, bankEntryId: string | null, daysLate: number | null, expected: { amountMinor: number, currency: string }, received: { amountMinor: number, currency: string } | null, expectedTogether: { amountMinor: number, currency: string } | null, parts: { salesMinor: number, refundsMinor: number, chargebacksMinor: number, feesMinor: number, deductionsMinor: number, creditsMinor: number, reserveMinor: number } } }> } };

export type FeeReportQueryVariables = Exact<{
  fromDay: string;
  toDay: string;
  acquirerId?: string | null | undefined;
  storeId?: string | null | undefined;
}>;


export type FeeReportQuery = { feeReport: Array<{ acquirerId: string, cardKind: string, currency: string, rows: number, wrongRows: number, rowsWithoutRate: number, grossMinor: number, expectedMinor: number, chargedMinor: number, gapMinor: number }> };

export type WrongFeesQueryVariables = Exact<{
  filter?: FeeCheckFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type WrongFeesQuery = { feeChecks: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, storeId: string, terminalId: string | null, batchNo: string, businessDay: string, rows: number, wrongRows: number, expected: { amountMinor: number, currency: string }, charged: { amountMinor: number, currency: string }, chargedWithoutRate: { amountMinor: number, currency: string } } }> } };

export type RemedyFieldsFragment = { id: string, storeId: string, kind: RemedyKind, content: unknown, digest: string, state: RemedyState, reason: string, mine: boolean, mayDecide: boolean, requestedName: string, requestedAt: string, decidedName: string | null, decidedAt: string | null, decisionNote: string | null, differences: Array<{ id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null }> };

export type RemediesQueryVariables = Exact<{
  state?: Array<RemedyState> | RemedyState | null | undefined;
  after?: string | null | undefined;
}>;


export type RemediesQuery = { remedyRequests: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, storeId: string, kind: RemedyKind, content: unknown, digest: string, state: RemedyState, reason: string, mine: boolean, mayDecide: boolean, requestedName: string, requestedAt: string, decidedName: string | null, decidedAt: string | null, decisionNote: string | null, differences: Array<{ id: string, storeId: string, acquirerId: string, type: DifferenceType, businessDay: string, terminalId: string | null, batchNo: string, rowType: string, traceNo: string, paymentId: string | null, statementRowId: string | null, state: DifferenceState, ownerRole: Role, ownerId: string | null, ownerName: string | null, foundAt: string, changedAt: string, endedBy: string | null, note: string | null, viewerMay: Array<ViewerDifferenceAct>, terminalAmount: { amountMinor: number, currency: string } | null, acquirerAmount: { amountMinor: number, currency: string } | null }> } }> } };

export type RequestForceMatchMutationVariables = Exact<{
  input: ForceMatchInput;
}>;


export type RequestForceMatchMutation = { requestForceMatch:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RemedyRequest', id: string, state: RemedyState }
    | { __typename: 'RequestPending', code: RefusalCode, message: string }
   };

export type RequestCorrectingEntryMutationVariables = Exact<{
  input: CorrectingEntryInput;
}>;


export type RequestCorrectingEntryMutation = { requestCorrectingEntry:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RemedyRequest', id: string, state: RemedyState }
    | { __typename: 'RequestPending', code: RefusalCode, message: string }
   };

export type DecideRemedyMutationVariables = Exact<{
  id: string;
  digest: string;
  decision: RemedyDecision;
  note?: string | null | undefined;
}>;


export type DecideRemedyMutation = { decideRemedy:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RemedyRequest', id: string, state: RemedyState }
    | { __typename: 'RequestPending', code: RefusalCode, message: string }
   };

type RemedyOutcome_AlreadyDone_Fragment = { __typename: 'AlreadyDone', code: RefusalCode, message: string };

type RemedyOutcome_ContentChanged_Fragment = { __typename: 'ContentChanged', code: RefusalCode, message: string };

type RemedyOutcome_InvalidInput_Fragment = { __typename: 'InvalidInput', code: RefusalCode, message: string };

type RemedyOutcome_NotAllowed_Fragment = { __typename: 'NotAllowed', code: RefusalCode, message: string };

type RemedyOutcome_NotFound_Fragment = { __typename: 'NotFound', code: RefusalCode, message: string };

type RemedyOutcome_OwnRequest_Fragment = { __typename: 'OwnRequest', code: RefusalCode, message: string };

type RemedyOutcome_RemedyRequest_Fragment = { __typename: 'RemedyRequest', id: string, state: RemedyState };

type RemedyOutcome_RequestPending_Fragment = { __typename: 'RequestPending', code: RefusalCode, message: string };

export type RemedyOutcomeFragment =
  | RemedyOutcome_AlreadyDone_Fragment
  | RemedyOutcome_ContentChanged_Fragment
  | RemedyOutcome_InvalidInput_Fragment
  | RemedyOutcome_NotAllowed_Fragment
  | RemedyOutcome_NotFound_Fragment
  | RemedyOutcome_OwnRequest_Fragment
  | RemedyOutcome_RemedyRequest_Fragment
  | RemedyOutcome_RequestPending_Fragment
;

export type MoneyFieldsFragment = { amountMinor: number, currency: string };

export type FundsFieldsFragment = { id: string, storeId: string | null, name: string, count: number, cutOffAt: string | null, lateCount: number, amount: { amountMinor: number, currency: string }, late: { amountMinor: number, currency: string } };

export type FundsAtRiskQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type FundsAtRiskQuery = { fundsAtRisk: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, storeId: string | null, name: string, count: number, cutOffAt: string | null, lateCount: number, amount: { amountMinor: number, currency: string }, late: { amountMinor: number, currency: string } } }> } };

export type FundsAtRiskChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type FundsAtRiskChangedSubscription = { fundsAtRiskChanged: { id: string, storeId: string | null, name: string, count: number, cutOffAt: string | null, lateCount: number, amount: { amountMinor: number, currency: string }, late: { amountMinor: number, currency: string } } };

export type SettlementBoardQueryVariables = Exact<{
  fromDay: string;
  throughDay: string;
  storeIds?: Array<string> | string | null | undefined;
  states?: Array<BatchState> | BatchState | null | undefined;
  after?: string | null | undefined;
}>;


export type SettlementBoardQuery = { settlementBoard: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { storeId: string, storeName: string, days: Array<{ businessDay: string, currency: string, batches: number, journalMinor: number, unsettledMinor: number, open: number, settling: number, inDoubt: number, unbalanced: number, missed: number, settled: number, confirmed: number, funded: number, onlyBatchNo: number | null, onlyTerminalId: string | null }> } }> } };

export type BatchQueryVariables = Exact<{
  storeId: string;
  terminalId: string;
  batchNo: number;
}>;


export type BatchQuery = { batch: { id: string, storeId: string, terminalId: string, terminalName: string, batchNo: number, businessDay: string, state: BatchState, count: number, openedAt: string, settledAt: string | null, missed: boolean, failureCode: string | null, handling: BatchHandling | null, acceptedAt: string | null, money: BatchMoney, confirmedAt: string | null, confirmedBy: string | null, fundedAt: string | null, fundedOn: string | null, fundedBy: string | null, terminalCount: number | null, hostCount: number | null, journal: { amountMinor: number, currency: string }, terminalTotal: { amountMinor: number, currency: string } | null, hostTotal: { amountMinor: number, currency: string } | null, confirmed: { amountMinor: number, currency: string } | null, funded: { amountMinor: number, currency: string } | null, cardTotals: Array<{ source: CardTotalSource, cardName: string, scheme: string, funding: string, direction: CardTotalDirection, count: number | null, amount: { amountMinor: number, currency: string } }>, evidence: Array<{ settlementId: string, sealedAt: string, digest: string, intact: boolean }>, lifeEvents: Array<{ at: string, what: string, actor: string, detail: unknown }> } | null };

export type ComparedBatchesQueryVariables = Exact<{
  filter?: ComparedBatchFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type ComparedBatchesQuery = { comparedBatches: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, storeId: string, acquirerId: string, terminalId: string | null, batchNo: string, businessDay: string, terminalCount: number, acquirerCount: number, equal: boolean, terminalTotal: { amountMinor: number, currency: string }, acquirerTotal: { amountMinor: number, currency: string }, acquirerFees: { amountMinor: number, currency: string } | null, acquirerOtherCurrencies: Array<{ count: number, total: { amountMinor: number, currency: string } }> } }> } };

export type SettlementRequestFieldsFragment = { id: string, kind: SettlementRequestKind, state: SettlementRequestState, storeId: string, terminalId: string, batchNo: number, businessDay: string, count: number, reason: string, digest: string, requestedBy: string, requestedByName: string, requestedAt: string, expiresAt: string, decidedByName: string | null, decidedAt: string | null, decisionNote: string | null, commandState: CommandState | null, mayDecide: boolean, journal: { amountMinor: number, currency: string }, terminalTotal: { amountMinor: number, currency: string } | null, hostTotal: { amountMinor: number, currency: string } | null };

export type SettlementRequestsQueryVariables = Exact<{
  filter?: SettlementRequestFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type SettlementRequestsQuery = { settlementRequests: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, kind: SettlementRequestKind, state: SettlementRequestState, storeId: string, terminalId: string, batchNo: number, businessDay: string, count: number, reason: string, digest: string, requestedBy: string, requestedByName: string, requestedAt: string, expiresAt: string, decidedByName: string | null, decidedAt: string | null, decisionNote: string | null, commandState: CommandState | null, mayDecide: boolean, journal: { amountMinor: number, currency: string }, terminalTotal: { amountMinor: number, currency: string } | null, hostTotal: { amountMinor: number, currency: string } | null } }> } };

export type RequestSettlementMutationVariables = Exact<{
  input: RequestSettlementInput;
}>;


export type RequestSettlementMutation = { requestSettlement:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'SettlementRequest', id: string }
    | { __typename: 'StepNotReady', code: RefusalCode, message: string }
    | { __typename: 'UnsupportedAction', code: RefusalCode, message: string }
   };

export type DecideSettlementRequestMutationVariables = Exact<{
  input: DecideSettlementRequestInput;
}>;


export type DecideSettlementRequestMutation = { decideSettlementRequest:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RequestExpired', code: RefusalCode, message: string }
    | { __typename: 'SettlementRequest', id: string, state: SettlementRequestState }
    | { __typename: 'StepNotReady', code: RefusalCode, message: string }
   };

export type BatchesQueryVariables = Exact<{
  filter?: BatchFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type BatchesQuery = { batches: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, storeId: string, terminalId: string, terminalName: string, batchNo: number, businessDay: string, state: BatchState, count: number, openedAt: string, settledAt: string | null, money: BatchMoney, missed: boolean, handling: BatchHandling | null, journal: { amountMinor: number, currency: string }, terminalTotal: { amountMinor: number, currency: string } | null, hostTotal: { amountMinor: number, currency: string } | null } }> } };

export type TransactionsQueryVariables = Exact<{
  filter?: TransactionFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TransactionsQuery = { transactions: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, kind: TransactionKind, storeId: string, terminalId: string, terminalName: string, state: TransactionState, operatorId: string | null, traceNo: number | null, receiptNo: number | null, cardLast4: string | null, cardName: string | null, businessDay: string, startedAt: string, finishedAt: string | null, wasInDoubt: boolean, amount: { amountMinor: number, currency: string } } }> } };

export type StatementFileFieldsFragment = { id: string, kind: StatementKind, acquirerId: string | null, name: string, digest: string, bytes: number, state: StatementFileState, channel: StatementChannel, arrivedBy: string, arrivedAt: string, supersededBy: string | null, bytesRead: number, rowsRead: number, rowsWithdrawn: number, toldAgain: number, interim: boolean, format: string | null, merchant: string | null, periodFrom: string | null, periodTo: string | null, refusalCode: string | null, refusalLine: number | null, refusalMessage: string | null, finishedAt: string | null, checks: Array<{ name: string, passed: boolean, detail: string }>, totals: Array<{ type: string, currency: string, count: number, grossMinor: number, feeMinor: number | null, netMinor: number }> };

export type AcquirersQueryVariables = Exact<{ [key: string]: never; }>;


export type AcquirersQuery = { acquirers: Array<{ id: string, name: string, format: string | null, profile: string | null, mapping: Array<{ merchantNo: string, terminalNo: string, storeId: string, terminalId: string | null }> }> };

export type StatementFilesQueryVariables = Exact<{
  filter?: StatementFileFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type StatementFilesQuery = { statementFiles: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, kind: StatementKind, acquirerId: string | null, name: string, digest: string, bytes: number, state: StatementFileState, channel: StatementChannel, arrivedBy: string, arrivedAt: string, supersededBy: string | null, bytesRead: number, rowsRead: number, rowsWithdrawn: number, toldAgain: number, interim: boolean, format: string | null, merchant: string | null, periodFrom: string | null, periodTo: string | null, refusalCode: string | null, refusalLine: number | null, refusalMessage: string | null, finishedAt: string | null, checks: Array<{ name: string, passed: boolean, detail: string }>, totals: Array<{ type: string, currency: string, count: number, grossMinor: number, feeMinor: number | null, netMinor: number }> } }> } };

export type StatementFileQueryVariables = Exact<{
  id: string;
}>;


export type StatementFileQuery = { statementFile: { id: string, kind: StatementKind, acquirerId: string | null, name: string, digest: string, bytes: number, state: StatementFileState, channel: StatementChannel, arrivedBy: string, arrivedAt: string, supersededBy: string | null, bytesRead: number, rowsRead: number, rowsWithdrawn: number, toldAgain: number, interim: boolean, format: string | null, merchant: string | null, periodFrom: string | null, periodTo: string | null, refusalCode: string | null, refusalLine: number | null, refusalMessage: string | null, finishedAt: string | null, withdrawal: { id: string, fileId: string, digest: string, state: RemedyState, reason: string, requestedName: string, requestedAt: string, mine: boolean, mayDecide: boolean, decidedName: string | null, decidedAt: string | null, decisionNote: string | null } | null, checks: Array<{ name: string, passed: boolean, detail: string }>, totals: Array<{ type: string, currency: string, count: number, grossMinor: number, feeMinor: number | null, netMinor: number }> } | null };

export type WithdrawalFieldsFragment = { id: string, fileId: string, digest: string, state: RemedyState, reason: string, requestedName: string, requestedAt: string, mine: boolean, mayDecide: boolean, decidedName: string | null, decidedAt: string | null, decisionNote: string | null };

export type StatementWithdrawalsQueryVariables = Exact<{ [key: string]: never; }>;


export type StatementWithdrawalsQuery = { statementWithdrawals: Array<{ id: string, fileId: string, reason: string, requestedName: string, mine: boolean, file: { name: string } }> };

export type WithdrawStatementFileMutationVariables = Exact<{
  fileId: string;
  reason: string;
}>;


export type WithdrawStatementFileMutation = { withdrawStatementFile:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'StatementWithdrawal', id: string, state: RemedyState }
   };

export type DecideStatementWithdrawalMutationVariables = Exact<{
  id: string;
  digest: string;
  decision: RemedyDecision;
  note?: string | null | undefined;
}>;


export type DecideStatementWithdrawalMutation = { decideStatementWithdrawal:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'StatementWithdrawal', id: string, state: RemedyState }
   };

type WithdrawalOutcome_AlreadyDone_Fragment = { __typename: 'AlreadyDone', code: RefusalCode, message: string };

type WithdrawalOutcome_ContentChanged_Fragment = { __typename: 'ContentChanged', code: RefusalCode, message: string };

type WithdrawalOutcome_InvalidInput_Fragment = { __typename: 'InvalidInput', code: RefusalCode, message: string };

type WithdrawalOutcome_NotAllowed_Fragment = { __typename: 'NotAllowed', code: RefusalCode, message: string };

type WithdrawalOutcome_NotFound_Fragment = { __typename: 'NotFound', code: RefusalCode, message: string };

type WithdrawalOutcome_OwnRequest_Fragment = { __typename: 'OwnRequest', code: RefusalCode, message: string };

type WithdrawalOutcome_StatementWithdrawal_Fragment = { __typename: 'StatementWithdrawal', id: string, state: RemedyState };

export type WithdrawalOutcomeFragment =
  | WithdrawalOutcome_AlreadyDone_Fragment
  | WithdrawalOutcome_ContentChanged_Fragment
  | WithdrawalOutcome_InvalidInput_Fragment
  | WithdrawalOutcome_NotAllowed_Fragment
  | WithdrawalOutcome_NotFound_Fragment
  | WithdrawalOutcome_OwnRequest_Fragment
  | WithdrawalOutcome_StatementWithdrawal_Fragment
;

export type StatementRowsQueryVariables = Exact<{
  filter?: StatementRowFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type StatementRowsQuery = { statementRows: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, fileId: string, storeId: string | null, terminalId: string | null, line: number, type: StatementRowType, sourceType: string, businessDay: string | null, at: string | null, merchantNo: string, terminalNo: string, batchNo: string, traceNo: string, reference: string, scheme: string | null, cardLast4: string | null, payout: string, superseded: boolean, toldIn: string | null, feeRemainder: number, gross: { amountMinor: number, currency: string }, fee: { amountMinor: number, currency: string } | null, net: { amountMinor: number, currency: string } } }> } };

export type StatementRowFieldsFragment = { id: string, fileId: string, storeId: string | null, terminalId: string | null, line: number, type: StatementRowType, sourceType: string, businessDay: string | null, at: string | null, merchantNo: string, terminalNo: string, batchNo: string, traceNo: string, reference: string, scheme: string | null, cardLast4: string | null, payout: string, superseded: boolean, toldIn: string | null, feeRemainder: number, gross: { amountMinor: number, currency: string }, fee: { amountMinor: number, currency: string } | null, net: { amountMinor: number, currency: string } };

export type StatementRowCountQueryVariables = Exact<{
  filter?: StatementRowFilter | null | undefined;
}>;


export type StatementRowCountQuery = { statementRows: { totalCount: number } };

export type BankEntriesQueryVariables = Exact<{
  filter?: BankEntryFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type BankEntriesQuery = { bankEntries: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, line: number, account: string, bookingDay: string, valueDay: string | null, status: string, reference: string, remittance: string, superseded: boolean, toldIn: string | null, amount: { amountMinor: number, currency: string } } }> } };

export type SaveAcquirerMutationVariables = Exact<{
  input: SaveAcquirerInput;
}>;


export type SaveAcquirerMutation = { saveAcquirer:
    | { __typename: 'Acquirer', id: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type MapAcquirerTerminalsMutationVariables = Exact<{
  acquirerId: string;
  entries: Array<AcquirerTerminalInput> | AcquirerTerminalInput;
}>;


export type MapAcquirerTerminalsMutation = { mapAcquirerTerminals:
    | { __typename: 'Acquirer', id: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type ProviderTermsQueryVariables = Exact<{
  acquirerId: string;
}>;


export type ProviderTermsQuery = { providerTerms: Array<{ acquirerId: string, version: number, fees: unknown, funding: unknown, savedAt: string, savedBy: string, approvedBy: string | null, reason: string | null }> };

export type TermsProposalsQueryVariables = Exact<{ [key: string]: never; }>;


export type TermsProposalsQuery = { termsProposals: Array<{ id: string, acquirerId: string, replaces: number, fees: unknown, funding: unknown, digest: string, state: RemedyState, reason: string, requestedName: string, requestedAt: string, mine: boolean, mayDecide: boolean }> };

export type ProposeProviderTermsMutationVariables = Exact<{
  input: ProviderTermsInput;
}>;


export type ProposeProviderTermsMutation = { proposeProviderTerms:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RequestPending', code: RefusalCode, message: string }
    | { __typename: 'TermsProposal', id: string, state: RemedyState }
    | { __typename: 'VersionConflict', code: RefusalCode, message: string }
   };

export type DecideProviderTermsMutationVariables = Exact<{
  id: string;
  digest: string;
  decision: RemedyDecision;
  note?: string | null | undefined;
}>;


export type DecideProviderTermsMutation = { decideProviderTerms:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RequestPending', code: RefusalCode, message: string }
    | { __typename: 'TermsProposal', id: string, state: RemedyState }
    | { __typename: 'VersionConflict', code: RefusalCode, message: string }
   };

type TermsOutcome_AlreadyDone_Fragment = { __typename: 'AlreadyDone', code: RefusalCode, message: string };

type TermsOutcome_ContentChanged_Fragment = { __typename: 'ContentChanged', code: RefusalCode, message: string };

type TermsOutcome_InvalidInput_Fragment = { __typename: 'InvalidInput', code: RefusalCode, message: string };

type TermsOutcome_NotAllowed_Fragment = { __typename: 'NotAllowed', code: RefusalCode, message: string };

type TermsOutcome_NotFound_Fragment = { __typename: 'NotFound', code: RefusalCode, message: string };

type TermsOutcome_OwnRequest_Fragment = { __typename: 'OwnRequest', code: RefusalCode, message: string };

type TermsOutcome_RequestPending_Fragment = { __typename: 'RequestPending', code: RefusalCode, message: string };

type TermsOutcome_TermsProposal_Fragment = { __typename: 'TermsProposal', id: string, state: RemedyState };

type TermsOutcome_VersionConflict_Fragment = { __typename: 'VersionConflict', code: RefusalCode, message: string };

export type TermsOutcomeFragment =
  | TermsOutcome_AlreadyDone_Fragment
  | TermsOutcome_ContentChanged_Fragment
  | TermsOutcome_InvalidInput_Fragment
  | TermsOutcome_NotAllowed_Fragment
  | TermsOutcome_NotFound_Fragment
  | TermsOutcome_OwnRequest_Fragment
  | TermsOutcome_RequestPending_Fragment
  | TermsOutcome_TermsProposal_Fragment
  | TermsOutcome_VersionConflict_Fragment
;

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const MoneyFieldsFragmentDoc = new TypedDocumentString(`
    fragment MoneyFields on Money {
  amountMinor
  currency
}
    `, {"fragmentName":"MoneyFields"}) as unknown as TypedDocumentString<MoneyFieldsFragment, unknown>;
export const DifferenceFieldsFragmentDoc = new TypedDocumentString(`
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"DifferenceFields"}) as unknown as TypedDocumentString<DifferenceFieldsFragment, unknown>;
export const DifferenceOutcomeFragmentDoc = new TypedDocumentString(`
    fragment DifferenceOutcome on DifferenceResult {
  __typename
  ... on DifferencesChanged {
    differences {
      ...DifferenceFields
    }
  }
  ... on Refusal {
    code
    message
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"DifferenceOutcome"}) as unknown as TypedDocumentString<DifferenceOutcomeFragment, unknown>;
export const RemedyFieldsFragmentDoc = new TypedDocumentString(`
    fragment RemedyFields on RemedyRequest {
  id
  storeId
  kind
  content
  digest
  state
  reason
  mine
  mayDecide
  requestedName
  requestedAt
  decidedName
  decidedAt
  decisionNote
  differences {
    ...DifferenceFields
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"RemedyFields"}) as unknown as TypedDocumentString<RemedyFieldsFragment, unknown>;
export const RemedyOutcomeFragmentDoc = new TypedDocumentString(`
    fragment RemedyOutcome on RemedyResult {
  __typename
  ... on RemedyRequest {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}
    `, {"fragmentName":"RemedyOutcome"}) as unknown as TypedDocumentString<RemedyOutcomeFragment, unknown>;
export const FundsFieldsFragmentDoc = new TypedDocumentString(`
    fragment FundsFields on FundsAtRisk {
  id
  storeId
  name
  count
  cutOffAt
  lateCount
  amount {
    ...MoneyFields
  }
  late {
    ...MoneyFields
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"FundsFields"}) as unknown as TypedDocumentString<FundsFieldsFragment, unknown>;
export const SettlementRequestFieldsFragmentDoc = new TypedDocumentString(`
    fragment SettlementRequestFields on SettlementRequest {
  id
  kind
  state
  storeId
  terminalId
  batchNo
  businessDay
  count
  reason
  digest
  requestedBy
  requestedByName
  requestedAt
  expiresAt
  decidedByName
  decidedAt
  decisionNote
  commandState
  mayDecide
  journal {
    ...MoneyFields
  }
  terminalTotal {
    ...MoneyFields
  }
  hostTotal {
    ...MoneyFields
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"SettlementRequestFields"}) as unknown as TypedDocumentString<SettlementRequestFieldsFragment, unknown>;
export const StatementFileFieldsFragmentDoc = new TypedDocumentString(`
    fragment StatementFileFields on StatementFile {
  id
  kind
  acquirerId
  name
  digest
  bytes
  state
  channel
  arrivedBy
  arrivedAt
  supersededBy
  bytesRead
  rowsRead
  rowsWithdrawn
  toldAgain
  interim
  format
  merchant
  periodFrom
  periodTo
  refusalCode
  refusalLine
  refusalMessage
  finishedAt
  checks {
    name
    passed
    detail
  }
  totals {
    type
    currency
    count
    grossMinor
    feeMinor
    netMinor
  }
}
    `, {"fragmentName":"StatementFileFields"}) as unknown as TypedDocumentString<StatementFileFieldsFragment, unknown>;
export const WithdrawalFieldsFragmentDoc = new TypedDocumentString(`
    fragment WithdrawalFields on StatementWithdrawal {
  id
  fileId
  digest
  state
  reason
  requestedName
  requestedAt
  mine
  mayDecide
  decidedName
  decidedAt
  decisionNote
}
    `, {"fragmentName":"WithdrawalFields"}) as unknown as TypedDocumentString<WithdrawalFieldsFragment, unknown>;
export const WithdrawalOutcomeFragmentDoc = new TypedDocumentString(`
    fragment WithdrawalOutcome on StatementWithdrawalResult {
  __typename
  ... on StatementWithdrawal {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}
    `, {"fragmentName":"WithdrawalOutcome"}) as unknown as TypedDocumentString<WithdrawalOutcomeFragment, unknown>;
export const StatementRowFieldsFragmentDoc = new TypedDocumentString(`
    fragment StatementRowFields on StatementRow {
  id
  fileId
  storeId
  terminalId
  line
  type
  sourceType
  businessDay
  at
  merchantNo
  terminalNo
  batchNo
  traceNo
  reference
  scheme
  cardLast4
  payout
  superseded
  toldIn
  feeRemainder
  gross {
    ...MoneyFields
  }
  fee {
    ...MoneyFields
  }
  net {
    ...MoneyFields
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"StatementRowFields"}) as unknown as TypedDocumentString<StatementRowFieldsFragment, unknown>;
export const TermsOutcomeFragmentDoc = new TypedDocumentString(`
    fragment TermsOutcome on TermsProposalResult {
  __typename
  ... on TermsProposal {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}
    `, {"fragmentName":"TermsOutcome"}) as unknown as TypedDocumentString<TermsOutcomeFragment, unknown>;
export const DifferencesDocument = new TypedDocumentString(`
    query Differences($filter: DifferenceFilter, $after: String) {
  differences(filter: $filter, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...DifferenceFields
      }
    }
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<DifferencesQuery, DifferencesQueryVariables>;
export const DifferenceDetailDocument = new TypedDocumentString(`
    query DifferenceDetail($id: ID!) {
  difference(id: $id) {
    ...DifferenceFields
    pendingRemedies {
      requestId
      kind
      requestedName
      requestedAt
    }
    history {
      at
      what
      actor
      actorName
      detail
    }
    transaction {
      id
      traceNo
      receiptNo
      operatorId
      cardLast4
      cardName
      startedAt
    }
    statementRow {
      ...StatementRowFields
    }
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment StatementRowFields on StatementRow {
  id
  fileId
  storeId
  terminalId
  line
  type
  sourceType
  businessDay
  at
  merchantNo
  terminalNo
  batchNo
  traceNo
  reference
  scheme
  cardLast4
  payout
  superseded
  toldIn
  feeRemainder
  gross {
    ...MoneyFields
  }
  fee {
    ...MoneyFields
  }
  net {
    ...MoneyFields
  }
}`) as unknown as TypedDocumentString<DifferenceDetailQuery, DifferenceDetailQueryVariables>;
export const DifferenceCountDocument = new TypedDocumentString(`
    query DifferenceCount($filter: DifferenceFilter) {
  differences(filter: $filter, first: 1) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<DifferenceCountQuery, DifferenceCountQueryVariables>;
export const DifferenceOwnersDocument = new TypedDocumentString(`
    query DifferenceOwners($storeIds: [ID!]!) {
  differenceOwners(storeIds: $storeIds) {
    id
    name
    role
  }
}
    `) as unknown as TypedDocumentString<DifferenceOwnersQuery, DifferenceOwnersQueryVariables>;
export const ForceMatchPartnersDocument = new TypedDocumentString(`
    query ForceMatchPartners($differenceId: ID!) {
  forceMatchPartners(differenceId: $differenceId) {
    ...DifferenceFields
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<ForceMatchPartnersQuery, ForceMatchPartnersQueryVariables>;
export const AmountToleranceDocument = new TypedDocumentString(`
    query AmountTolerance($acquirerId: ID!) {
  reconciliationSetting(acquirerId: $acquirerId) {
    amountTolerances {
      amountMinor
      currency
    }
  }
}
    `) as unknown as TypedDocumentString<AmountToleranceQuery, AmountToleranceQueryVariables>;
export const AssignDifferencesDocument = new TypedDocumentString(`
    mutation AssignDifferences($ids: [ID!]!, $role: Role, $personId: ID) {
  assignDifferences(ids: $ids, role: $role, personId: $personId) {
    ...DifferenceOutcome
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment DifferenceOutcome on DifferenceResult {
  __typename
  ... on DifferencesChanged {
    differences {
      ...DifferenceFields
    }
  }
  ... on Refusal {
    code
    message
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<AssignDifferencesMutation, AssignDifferencesMutationVariables>;
export const ResolveDifferencesDocument = new TypedDocumentString(`
    mutation ResolveDifferences($ids: [ID!]!, $note: String!) {
  resolveDifferences(ids: $ids, note: $note) {
    ...DifferenceOutcome
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment DifferenceOutcome on DifferenceResult {
  __typename
  ... on DifferencesChanged {
    differences {
      ...DifferenceFields
    }
  }
  ... on Refusal {
    code
    message
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<ResolveDifferencesMutation, ResolveDifferencesMutationVariables>;
export const AcceptDifferencesDocument = new TypedDocumentString(`
    mutation AcceptDifferences($ids: [ID!]!, $note: String!) {
  acceptDifferences(ids: $ids, note: $note) {
    ...DifferenceOutcome
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment DifferenceOutcome on DifferenceResult {
  __typename
  ... on DifferencesChanged {
    differences {
      ...DifferenceFields
    }
  }
  ... on Refusal {
    code
    message
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<AcceptDifferencesMutation, AcceptDifferencesMutationVariables>;
export const ReopenDifferencesDocument = new TypedDocumentString(`
    mutation ReopenDifferences($ids: [ID!]!, $note: String!) {
  reopenDifferences(ids: $ids, note: $note) {
    ...DifferenceOutcome
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment DifferenceOutcome on DifferenceResult {
  __typename
  ... on DifferencesChanged {
    differences {
      ...DifferenceFields
    }
  }
  ... on Refusal {
    code
    message
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<ReopenDifferencesMutation, ReopenDifferencesMutationVariables>;
export const PayoutsDocument = new TypedDocumentString(`
    query Payouts($filter: PayoutFilter, $after: String) {
  payouts(filter: $filter, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        acquirerId
        businessDay
        merchantNo
        reference
        dueDay
        state
        bankEntryId
        daysLate
        expected {
          ...MoneyFields
        }
        received {
          ...MoneyFields
        }
        expectedTogether {
          ...MoneyFields
        }
        parts {
          salesMinor
          refundsMinor
          chargebacksMinor
          feesMinor
          deductionsMinor
          creditsMinor
          reserveMinor
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<PayoutsQuery, PayoutsQueryVariables>;
export const FeeReportDocument = new TypedDocumentString(`
    query FeeReport($fromDay: Date!, $toDay: Date!, $acquirerId: ID, $storeId: ID) {
  feeReport(
    fromDay: $fromDay
    toDay: $toDay
    acquirerId: $acquirerId
    storeId: $storeId
  ) {
    acquirerId
    cardKind
    currency
    rows
    wrongRows
    rowsWithoutRate
    grossMinor
    expectedMinor
    chargedMinor
    gapMinor
  }
}
    `) as unknown as TypedDocumentString<FeeReportQuery, FeeReportQueryVariables>;
export const WrongFeesDocument = new TypedDocumentString(`
    query WrongFees($filter: FeeCheckFilter, $after: String) {
  feeChecks(filter: $filter, first: 20, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        storeId
        terminalId
        batchNo
        businessDay
        rows
        wrongRows
        expected {
          ...MoneyFields
        }
        charged {
          ...MoneyFields
        }
        chargedWithoutRate {
          ...MoneyFields
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<WrongFeesQuery, WrongFeesQueryVariables>;
export const RemediesDocument = new TypedDocumentString(`
    query Remedies($state: [RemedyState!], $after: String) {
  remedyRequests(state: $state, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...RemedyFields
      }
    }
  }
}
    fragment DifferenceFields on Difference {
  id
  storeId
  acquirerId
  type
  businessDay
  terminalId
  batchNo
  rowType
  traceNo
  paymentId
  statementRowId
  state
  ownerRole
  ownerId
  ownerName
  foundAt
  changedAt
  endedBy
  note
  viewerMay
  terminalAmount {
    ...MoneyFields
  }
  acquirerAmount {
    ...MoneyFields
  }
}
fragment RemedyFields on RemedyRequest {
  id
  storeId
  kind
  content
  digest
  state
  reason
  mine
  mayDecide
  requestedName
  requestedAt
  decidedName
  decidedAt
  decisionNote
  differences {
    ...DifferenceFields
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<RemediesQuery, RemediesQueryVariables>;
export const RequestForceMatchDocument = new TypedDocumentString(`
    mutation RequestForceMatch($input: ForceMatchInput!) {
  requestForceMatch(input: $input) {
    ...RemedyOutcome
  }
}
    fragment RemedyOutcome on RemedyResult {
  __typename
  ... on RemedyRequest {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}`) as unknown as TypedDocumentString<RequestForceMatchMutation, RequestForceMatchMutationVariables>;
export const RequestCorrectingEntryDocument = new TypedDocumentString(`
    mutation RequestCorrectingEntry($input: CorrectingEntryInput!) {
  requestCorrectingEntry(input: $input) {
    ...RemedyOutcome
  }
}
    fragment RemedyOutcome on RemedyResult {
  __typename
  ... on RemedyRequest {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}`) as unknown as TypedDocumentString<RequestCorrectingEntryMutation, RequestCorrectingEntryMutationVariables>;
export const DecideRemedyDocument = new TypedDocumentString(`
    mutation DecideRemedy($id: ID!, $digest: String!, $decision: RemedyDecision!, $note: String) {
  decideRemedy(id: $id, digest: $digest, decision: $decision, note: $note) {
    ...RemedyOutcome
  }
}
    fragment RemedyOutcome on RemedyResult {
  __typename
  ... on RemedyRequest {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}`) as unknown as TypedDocumentString<DecideRemedyMutation, DecideRemedyMutationVariables>;
export const FundsAtRiskDocument = new TypedDocumentString(`
    query FundsAtRisk($after: String) {
  fundsAtRisk(level: store, first: 200, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...FundsFields
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment FundsFields on FundsAtRisk {
  id
  storeId
  name
  count
  cutOffAt
  lateCount
  amount {
    ...MoneyFields
  }
  late {
    ...MoneyFields
  }
}`) as unknown as TypedDocumentString<FundsAtRiskQuery, FundsAtRiskQueryVariables>;
export const FundsAtRiskChangedDocument = new TypedDocumentString(`
    subscription FundsAtRiskChanged {
  fundsAtRiskChanged(level: store) {
    ...FundsFields
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment FundsFields on FundsAtRisk {
  id
  storeId
  name
  count
  cutOffAt
  lateCount
  amount {
    ...MoneyFields
  }
  late {
    ...MoneyFields
  }
}`) as unknown as TypedDocumentString<FundsAtRiskChangedSubscription, FundsAtRiskChangedSubscriptionVariables>;
export const SettlementBoardDocument = new TypedDocumentString(`
    query SettlementBoard($fromDay: Date!, $throughDay: Date!, $storeIds: [ID!], $states: [BatchState!], $after: String) {
  settlementBoard(
    fromDay: $fromDay
    throughDay: $throughDay
    storeIds: $storeIds
    states: $states
    first: 200
    after: $after
  ) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        storeId
        storeName
        days {
          businessDay
          currency
          batches
          journalMinor
          unsettledMinor
          open
          settling
          inDoubt
          unbalanced
          missed
          settled
          confirmed
          funded
          onlyBatchNo
          onlyTerminalId
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SettlementBoardQuery, SettlementBoardQueryVariables>;
export const BatchDocument = new TypedDocumentString(`
    query Batch($storeId: ID!, $terminalId: ID!, $batchNo: Int!) {
  batch(storeId: $storeId, terminalId: $terminalId, batchNo: $batchNo) {
    id
    storeId
    terminalId
    terminalName
    batchNo
    businessDay
    state
    count
    openedAt
    settledAt
    missed
    failureCode
    handling
    acceptedAt
    money
    confirmedAt
    confirmedBy
    fundedAt
    fundedOn
    fundedBy
    terminalCount
    hostCount
    journal {
      ...MoneyFields
    }
    terminalTotal {
      ...MoneyFields
    }
    hostTotal {
      ...MoneyFields
    }
    confirmed {
      ...MoneyFields
    }
    funded {
      ...MoneyFields
    }
    cardTotals {
      source
      cardName
      scheme
      funding
      direction
      count
      amount {
        ...MoneyFields
      }
    }
    evidence {
      settlementId
      sealedAt
      digest
      intact
    }
    lifeEvents {
      at
      what
      actor
      detail
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<BatchQuery, BatchQueryVariables>;
export const ComparedBatchesDocument = new TypedDocumentString(`
    query ComparedBatches($filter: ComparedBatchFilter, $after: String) {
  comparedBatches(filter: $filter, first: 200, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        storeId
        acquirerId
        terminalId
        batchNo
        businessDay
        terminalCount
        acquirerCount
        equal
        terminalTotal {
          ...MoneyFields
        }
        acquirerTotal {
          ...MoneyFields
        }
        acquirerFees {
          ...MoneyFields
        }
        acquirerOtherCurrencies {
          count
          total {
            ...MoneyFields
          }
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<ComparedBatchesQuery, ComparedBatchesQueryVariables>;
export const SettlementRequestsDocument = new TypedDocumentString(`
    query SettlementRequests($filter: SettlementRequestFilter, $after: String) {
  settlementRequests(filter: $filter, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...SettlementRequestFields
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment SettlementRequestFields on SettlementRequest {
  id
  kind
  state
  storeId
  terminalId
  batchNo
  businessDay
  count
  reason
  digest
  requestedBy
  requestedByName
  requestedAt
  expiresAt
  decidedByName
  decidedAt
  decisionNote
  commandState
  mayDecide
  journal {
    ...MoneyFields
  }
  terminalTotal {
    ...MoneyFields
  }
  hostTotal {
    ...MoneyFields
  }
}`) as unknown as TypedDocumentString<SettlementRequestsQuery, SettlementRequestsQueryVariables>;
export const RequestSettlementDocument = new TypedDocumentString(`
    mutation RequestSettlement($input: RequestSettlementInput!) {
  requestSettlement(input: $input) {
    __typename
    ... on SettlementRequest {
      id
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RequestSettlementMutation, RequestSettlementMutationVariables>;
export const DecideSettlementRequestDocument = new TypedDocumentString(`
    mutation DecideSettlementRequest($input: DecideSettlementRequestInput!) {
  decideSettlementRequest(input: $input) {
    __typename
    ... on SettlementRequest {
      id
      state
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DecideSettlementRequestMutation, DecideSettlementRequestMutationVariables>;
export const BatchesDocument = new TypedDocumentString(`
    query Batches($filter: BatchFilter, $after: String) {
  batches(filter: $filter, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        storeId
        terminalId
        terminalName
        batchNo
        businessDay
        state
        count
        openedAt
        settledAt
        money
        missed
        handling
        journal {
          ...MoneyFields
        }
        terminalTotal {
          ...MoneyFields
        }
        hostTotal {
          ...MoneyFields
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<BatchesQuery, BatchesQueryVariables>;
export const TransactionsDocument = new TypedDocumentString(`
    query Transactions($filter: TransactionFilter, $first: Int = 50, $after: String) {
  transactions(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        kind
        storeId
        terminalId
        terminalName
        state
        operatorId
        traceNo
        receiptNo
        cardLast4
        cardName
        businessDay
        startedAt
        finishedAt
        wasInDoubt
        amount {
          ...MoneyFields
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<TransactionsQuery, TransactionsQueryVariables>;
export const AcquirersDocument = new TypedDocumentString(`
    query Acquirers {
  acquirers {
    id
    name
    format
    profile
    mapping {
      merchantNo
      terminalNo
      storeId
      terminalId
    }
  }
}
    `) as unknown as TypedDocumentString<AcquirersQuery, AcquirersQueryVariables>;
export const StatementFilesDocument = new TypedDocumentString(`
    query StatementFiles($filter: StatementFileFilter, $after: String) {
  statementFiles(filter: $filter, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...StatementFileFields
      }
    }
  }
}
    fragment StatementFileFields on StatementFile {
  id
  kind
  acquirerId
  name
  digest
  bytes
  state
  channel
  arrivedBy
  arrivedAt
  supersededBy
  bytesRead
  rowsRead
  rowsWithdrawn
  toldAgain
  interim
  format
  merchant
  periodFrom
  periodTo
  refusalCode
  refusalLine
  refusalMessage
  finishedAt
  checks {
    name
    passed
    detail
  }
  totals {
    type
    currency
    count
    grossMinor
    feeMinor
    netMinor
  }
}`) as unknown as TypedDocumentString<StatementFilesQuery, StatementFilesQueryVariables>;
export const StatementFileDocument = new TypedDocumentString(`
    query StatementFile($id: ID!) {
  statementFile(id: $id) {
    ...StatementFileFields
    withdrawal {
      ...WithdrawalFields
    }
  }
}
    fragment StatementFileFields on StatementFile {
  id
  kind
  acquirerId
  name
  digest
  bytes
  state
  channel
  arrivedBy
  arrivedAt
  supersededBy
  bytesRead
  rowsRead
  rowsWithdrawn
  toldAgain
  interim
  format
  merchant
  periodFrom
  periodTo
  refusalCode
  refusalLine
  refusalMessage
  finishedAt
  checks {
    name
    passed
    detail
  }
  totals {
    type
    currency
    count
    grossMinor
    feeMinor
    netMinor
  }
}
fragment WithdrawalFields on StatementWithdrawal {
  id
  fileId
  digest
  state
  reason
  requestedName
  requestedAt
  mine
  mayDecide
  decidedName
  decidedAt
  decisionNote
}`) as unknown as TypedDocumentString<StatementFileQuery, StatementFileQueryVariables>;
export const StatementWithdrawalsDocument = new TypedDocumentString(`
    query StatementWithdrawals {
  statementWithdrawals {
    id
    fileId
    reason
    requestedName
    mine
    file {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<StatementWithdrawalsQuery, StatementWithdrawalsQueryVariables>;
export const WithdrawStatementFileDocument = new TypedDocumentString(`
    mutation WithdrawStatementFile($fileId: ID!, $reason: String!) {
  withdrawStatementFile(fileId: $fileId, reason: $reason) {
    ...WithdrawalOutcome
  }
}
    fragment WithdrawalOutcome on StatementWithdrawalResult {
  __typename
  ... on StatementWithdrawal {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}`) as unknown as TypedDocumentString<WithdrawStatementFileMutation, WithdrawStatementFileMutationVariables>;
export const DecideStatementWithdrawalDocument = new TypedDocumentString(`
    mutation DecideStatementWithdrawal($id: ID!, $digest: String!, $decision: RemedyDecision!, $note: String) {
  decideStatementWithdrawal(
    id: $id
    digest: $digest
    decision: $decision
    note: $note
  ) {
    ...WithdrawalOutcome
  }
}
    fragment WithdrawalOutcome on StatementWithdrawalResult {
  __typename
  ... on StatementWithdrawal {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}`) as unknown as TypedDocumentString<DecideStatementWithdrawalMutation, DecideStatementWithdrawalMutationVariables>;
export const StatementRowsDocument = new TypedDocumentString(`
    query StatementRows($filter: StatementRowFilter, $first: Int, $after: String) {
  statementRows(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...StatementRowFields
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment StatementRowFields on StatementRow {
  id
  fileId
  storeId
  terminalId
  line
  type
  sourceType
  businessDay
  at
  merchantNo
  terminalNo
  batchNo
  traceNo
  reference
  scheme
  cardLast4
  payout
  superseded
  toldIn
  feeRemainder
  gross {
    ...MoneyFields
  }
  fee {
    ...MoneyFields
  }
  net {
    ...MoneyFields
  }
}`) as unknown as TypedDocumentString<StatementRowsQuery, StatementRowsQueryVariables>;
export const StatementRowCountDocument = new TypedDocumentString(`
    query StatementRowCount($filter: StatementRowFilter) {
  statementRows(filter: $filter, first: 1) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<StatementRowCountQuery, StatementRowCountQueryVariables>;
export const BankEntriesDocument = new TypedDocumentString(`
    query BankEntries($filter: BankEntryFilter, $after: String) {
  bankEntries(filter: $filter, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        line
        account
        bookingDay
        valueDay
        status
        reference
        remittance
        superseded
        toldIn
        amount {
          ...MoneyFields
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<BankEntriesQuery, BankEntriesQueryVariables>;
export const SaveAcquirerDocument = new TypedDocumentString(`
    mutation SaveAcquirer($input: SaveAcquirerInput!) {
  saveAcquirer(input: $input) {
    __typename
    ... on Acquirer {
      id
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SaveAcquirerMutation, SaveAcquirerMutationVariables>;
export const MapAcquirerTerminalsDocument = new TypedDocumentString(`
    mutation MapAcquirerTerminals($acquirerId: ID!, $entries: [AcquirerTerminalInput!]!) {
  mapAcquirerTerminals(acquirerId: $acquirerId, entries: $entries) {
    __typename
    ... on Acquirer {
      id
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<MapAcquirerTerminalsMutation, MapAcquirerTerminalsMutationVariables>;
export const ProviderTermsDocument = new TypedDocumentString(`
    query ProviderTerms($acquirerId: ID!) {
  providerTerms(acquirerId: $acquirerId) {
    acquirerId
    version
    fees
    funding
    savedAt
    savedBy
    approvedBy
    reason
  }
}
    `) as unknown as TypedDocumentString<ProviderTermsQuery, ProviderTermsQueryVariables>;
export const TermsProposalsDocument = new TypedDocumentString(`
    query TermsProposals {
  termsProposals {
    id
    acquirerId
    replaces
    fees
    funding
    digest
    state
    reason
    requestedName
    requestedAt
    mine
    mayDecide
  }
}
    `) as unknown as TypedDocumentString<TermsProposalsQuery, TermsProposalsQueryVariables>;
export const ProposeProviderTermsDocument = new TypedDocumentString(`
    mutation ProposeProviderTerms($input: ProviderTermsInput!) {
  proposeProviderTerms(input: $input) {
    ...TermsOutcome
  }
}
    fragment TermsOutcome on TermsProposalResult {
  __typename
  ... on TermsProposal {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}`) as unknown as TypedDocumentString<ProposeProviderTermsMutation, ProposeProviderTermsMutationVariables>;
export const DecideProviderTermsDocument = new TypedDocumentString(`
    mutation DecideProviderTerms($id: ID!, $digest: String!, $decision: RemedyDecision!, $note: String) {
  decideProviderTerms(id: $id, digest: $digest, decision: $decision, note: $note) {
    ...TermsOutcome
  }
}
    fragment TermsOutcome on TermsProposalResult {
  __typename
  ... on TermsProposal {
    id
    state
  }
  ... on Refusal {
    code
    message
  }
}`) as unknown as TypedDocumentString<DecideProviderTermsMutation, DecideProviderTermsMutationVariables>;