/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Activity =
  | 'blocked'
  | 'closed'
  | 'closing'
  | 'idle'
  | 'opening'
  | 'selling'
  | 'settling';

export type ApproveFleetRequestInput = {
  /** The hash of what was read and is agreed to. */
  hash: string;
  id: string;
};

export type AuditFilter = {
  action?: string | null | undefined;
  actor?: string | null | undefined;
  from?: string | null | undefined;
  storeId?: string | null | undefined;
  text?: string | null | undefined;
  to?: string | null | undefined;
};

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

export type CompleteStepInput = {
  /** Client-made UUID: the same key twice is one action. */
  idempotencyKey: string;
  incidentId: string;
  /** At most 1000 characters, no card number. */
  note?: string | null | undefined;
  stepId: string;
};

export type DiagnosisDepth =
  | 'host'
  | 'self';

/** Where a gateway stands with its certificate. `expired` may renew by itself, `revoked` may nothing. */
export type EnrolmentState =
  | 'active'
  | 'expired'
  | 'notEnrolled'
  | 'revoked';

/** Where a request for many terminals stands. `approved` means that its commands were made. */
export type FleetRequestState =
  | 'approved'
  | 'expired'
  | 'refused'
  | 'waiting'
  | 'withdrawn';

export type FleetTarget = {
  storeId: string;
  terminalId: string;
};

export type IncidentFilter = {
  kind?: Array<IncidentKind> | null | undefined;
  state?: Array<IncidentState> | null | undefined;
  storeId?: string | null | undefined;
};

export type IncidentKind =
  | 'closeBlocked'
  | 'fundingLate'
  | 'fundingShort'
  | 'journalForked'
  | 'journalQuarantined'
  | 'settlementMissed'
  | 'terminalLeftOn';

export type IncidentState =
  | 'acknowledged'
  | 'open'
  | 'resolved';

export type Language =
  | 'en'
  | 'zh';

export type PeripheralKind =
  | 'keypad'
  | 'printer'
  | 'scanner';

/** `unknown`: it, or the terminal, did not say, or the gateway is offline. Never taken for ready. */
export type PeripheralState =
  | 'coverOpen'
  | 'error'
  | 'offline'
  | 'paperLow'
  | 'paperOut'
  | 'ready'
  | 'unknown';

export type PolicyChange = {
  key: string;
  /** null removes the value from this level, so that the level above applies again. */
  value?: unknown;
};

export type PolicyLevel =
  | 'chain'
  | 'store';

export type PolicyOrigin =
  | 'chain'
  | 'default'
  | 'region'
  | 'store'
  | 'terminal';

export type PolicyValueType =
  | 'boolean'
  | 'choice'
  | 'duration'
  | 'integer'
  | 'text'
  | 'time';

/** `unknown` is said whenever nobody can tell; it never means off. */
export type PowerState =
  | 'off'
  | 'on'
  | 'unknown';

export type QuizAnswer = {
  optionId: string;
  questionId: string;
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

export type RefuseFleetRequestInput = {
  id: string;
  /** Needed; one line of at most 400 characters, no card number. */
  reason: string;
};

export type RequestFleetActionInput = {
  /** An action on money or power. */
  action: TerminalAction;
  /** Client-made UUID: the same key twice is one request. */
  idempotencyKey: string;
  /** At most 400 characters; the second person and the auditor read it. */
  reason: string;
  /** 1 to 500 terminals. */
  targets: Array<FleetTarget>;
};

export type RevokeGatewayInput = {
  gatewayId: string;
  /** Needed; one line of at most 400 characters, no card number. */
  reason: string;
  storeId: string;
};

export type Role =
  | 'auditor'
  | 'cashier'
  | 'hq'
  | 'manager';

export type RunTerminalActionInput = {
  action: TerminalAction;
  /** For diagnoseTerminal; the host where left out. */
  depth?: DiagnosisDepth | null | undefined;
  /** Client-made UUID: the same key twice is one order. */
  idempotencyKey: string;
  /** At most 400 characters; kept for the auditor. */
  reason: string;
  storeId: string;
  terminalId: string;
  /** For displayMessage: at most 120 characters. */
  text?: string | null | undefined;
};

export type ServiceState =
  | 'activationNeeded'
  | 'busy'
  | 'cardInserted'
  | 'clockWrong'
  | 'diagnosisNeeded'
  | 'outOfOrder'
  | 'printerNotReady'
  | 'ready'
  | 'settlementNeeded'
  | 'signOnNeeded'
  | 'unknown';

export type SkipStepInput = {
  idempotencyKey: string;
  incidentId: string;
  /** Needed. At most 1000 characters, no card number. */
  reason: string;
  stepId: string;
};

export type StepMode =
  | 'automatic'
  | 'command'
  | 'manual';

export type StepState =
  | 'done'
  | 'ready'
  | 'running'
  | 'skipped'
  | 'waiting';

export type SubmitQuizInput = {
  answers: Array<QuizAnswer>;
  courseId: string;
  courseVersion: number;
};

export type TerminalAction =
  | 'abortTerminal'
  | 'acceptUnbalanced'
  | 'adoptOutcome'
  | 'captureDialogue'
  | 'closeTerminal'
  | 'diagnoseTerminal'
  | 'displayMessage'
  | 'openTerminal'
  | 'powerCycleTerminal'
  | 'reprintReceipt'
  | 'restartTerminal'
  | 'sendStored'
  | 'setTerminalTime'
  | 'settleTerminal'
  | 'signOffTerminal'
  | 'signOnTerminal';

export type TerminalActionBlock =
  | 'alreadyRunning'
  | 'noPowerSwitch'
  | 'notYourRole'
  | 'observedOnly'
  | 'unsupportedByProtocol';

export type TerminalActionParameter =
  | 'depth'
  | 'text';

/** Kinds of journal entries. */
export type TerminalEventKind =
  | 'AcquirerTrafficObserved'
  | 'AgentStarted'
  | 'AgentStopped'
  | 'ClockSkewMeasured'
  | 'ClockStepped'
  | 'CloseBlocked'
  | 'CloseOrdered'
  | 'CloseProven'
  | 'ClosingFinished'
  | 'ClosingStarted'
  | 'ClosingStepCompleted'
  | 'CommandExpired'
  | 'CommandFailed'
  | 'CommandReceived'
  | 'CommandRejected'
  | 'CommandStarted'
  | 'CommandSucceeded'
  | 'ConsoleClosed'
  | 'ConsoleOpened'
  | 'ConsoleSignInRefused'
  | 'CoreKeyRotated'
  | 'DialogueCaptured'
  | 'HandoverCompleted'
  | 'HandoverDiffered'
  | 'JournalEpochStarted'
  | 'JournalSpaceExhausted'
  | 'JournalSpaceRecovered'
  | 'JournalWritesFailed'
  | 'MaintenanceBlocked'
  | 'MaintenanceFinished'
  | 'MaintenanceStarted'
  | 'MaintenanceStepCompleted'
  | 'MessageDisplayed'
  | 'OpeningBlocked'
  | 'OpeningFinished'
  | 'OpeningStarted'
  | 'OpeningStepCompleted'
  | 'OperatorCodeIssued'
  | 'OperatorPasscodeChanged'
  | 'OperatorSignOnRefused'
  | 'OperatorSignedOff'
  | 'OperatorSignedOn'
  | 'PaymentCompleted'
  | 'PaymentDeclined'
  | 'PaymentFailed'
  | 'PaymentInDoubt'
  | 'PaymentResolved'
  | 'PaymentStarted'
  | 'PeripheralStateChanged'
  | 'PolicyApplied'
  | 'PolicyRefused'
  | 'ReceiptReprinted'
  | 'RefundDecided'
  | 'RefundDecisionRefused'
  | 'RefundRequested'
  | 'ReminderAcknowledged'
  | 'ReminderRaised'
  | 'RepaymentCompleted'
  | 'RepaymentDeclined'
  | 'RepaymentFailed'
  | 'RepaymentInDoubt'
  | 'RepaymentResolved'
  | 'RepaymentStarted'
  | 'RestrictedModeEntered'
  | 'RestrictedModeLeft'
  | 'RoutineMissed'
  | 'SettlementCompleted'
  | 'SettlementFailed'
  | 'SettlementInDoubt'
  | 'SettlementResolved'
  | 'SettlementStarted'
  | 'SettlementUnbalanced'
  | 'StoredTransactionsSent'
  | 'TerminalDescribed'
  | 'TerminalDiagnosed'
  | 'TerminalPoweredOff'
  | 'TerminalPoweredOn'
  | 'TerminalRestarted'
  | 'TerminalSignOnFailed'
  | 'TerminalSignedOff'
  | 'TerminalSignedOn'
  | 'TerminalStateChanged'
  | 'TerminalStreamAbandoned'
  | 'TerminalTimeCorrected'
  | 'TillPaired'
  | 'TillUnpaired'
  | 'UnbalancedAccepted'
  | 'UpdateConfirmed'
  | 'UpdateInstalled'
  | 'UpdateRefused'
  | 'UpdateRolledBack';

export type UpdatePolicyInput = {
  changes: Array<PolicyChange>;
  expectedVersion: number;
  level: PolicyLevel;
  /** Needed; one line of at most 400 characters, no card number. */
  reason: string;
  storeId?: string | null | undefined;
};

export type FleetRequestFieldsFragment = { id: string, action: TerminalAction, state: FleetRequestState, secondPerson: boolean, reason: string, hash: string, requestedBy: string, mine: boolean, mayDecide: boolean, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, terminalCount: number, storeCount: number, targets: Array<{ storeId: string, storeName: string, terminalId: string, terminalName: string, online: boolean, commandId: string | null, commandState: CommandState | null, unsettled: { amountMinor: number, currency: string } | null }> };

export type FleetRequestsQueryVariables = Exact<{
  states?: Array<FleetRequestState> | FleetRequestState | null | undefined;
  after?: string | null | undefined;
}>;


export type FleetRequestsQuery = { fleetRequests: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, action: TerminalAction, state: FleetRequestState, secondPerson: boolean, reason: string, hash: string, requestedBy: string, mine: boolean, mayDecide: boolean, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, terminalCount: number, storeCount: number, targets: Array<{ storeId: string, storeName: string, terminalId: string, terminalName: string, online: boolean, commandId: string | null, commandState: CommandState | null, unsettled: { amountMinor: number, currency: string } | null }> } }> } };

export type FleetRequestsWaitingQueryVariables = Exact<{ [key: string]: never; }>;


export type FleetRequestsWaitingQuery = { fleetRequests: { totalCount: number } };

export type FleetActionPreviewQueryVariables = Exact<{
  action: TerminalAction;
  targets: Array<FleetTarget> | FleetTarget;
}>;


export type FleetActionPreviewQuery = { fleetActionPreview:
    | { __typename: 'FleetActionPreview', secondPerson: boolean, limit: number, terminals: number, stores: number, offline: number, unsettledTerminals: number, unsettledSums: Array<{ amountMinor: number, currency: string }>, blocked: Array<{ storeId: string, terminalId: string, block: TerminalActionBlock }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type RequestFleetActionMutationVariables = Exact<{
  input: RequestFleetActionInput;
}>;


export type RequestFleetActionMutation = { requestFleetAction:
    | { __typename: 'FleetRequest', id: string, action: TerminalAction, state: FleetRequestState, secondPerson: boolean, reason: string, hash: string, requestedBy: string, mine: boolean, mayDecide: boolean, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, terminalCount: number, storeCount: number, targets: Array<{ storeId: string, storeName: string, terminalId: string, terminalName: string, online: boolean, commandId: string | null, commandState: CommandState | null, unsettled: { amountMinor: number, currency: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'UnsupportedAction', code: RefusalCode, message: string }
   };

export type ApproveFleetRequestMutationVariables = Exact<{
  input: ApproveFleetRequestInput;
}>;


export type ApproveFleetRequestMutation = { approveFleetRequest:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'FleetRequest', id: string, action: TerminalAction, state: FleetRequestState, secondPerson: boolean, reason: string, hash: string, requestedBy: string, mine: boolean, mayDecide: boolean, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, terminalCount: number, storeCount: number, targets: Array<{ storeId: string, storeName: string, terminalId: string, terminalName: string, online: boolean, commandId: string | null, commandState: CommandState | null, unsettled: { amountMinor: number, currency: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RequestExpired', code: RefusalCode, message: string }
    | { __typename: 'UnsupportedAction', code: RefusalCode, message: string }
   };

export type RefuseFleetRequestMutationVariables = Exact<{
  input: RefuseFleetRequestInput;
}>;


export type RefuseFleetRequestMutation = { refuseFleetRequest:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'FleetRequest', id: string, action: TerminalAction, state: FleetRequestState, secondPerson: boolean, reason: string, hash: string, requestedBy: string, mine: boolean, mayDecide: boolean, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, terminalCount: number, storeCount: number, targets: Array<{ storeId: string, storeName: string, terminalId: string, terminalName: string, online: boolean, commandId: string | null, commandState: CommandState | null, unsettled: { amountMinor: number, currency: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RequestExpired', code: RefusalCode, message: string }
    | { __typename: 'UnsupportedAction', code: RefusalCode, message: string }
   };

export type WithdrawFleetRequestMutationVariables = Exact<{
  id: string;
}>;


export type WithdrawFleetRequestMutation = { withdrawFleetRequest:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'ContentChanged', code: RefusalCode, message: string }
    | { __typename: 'FleetRequest', id: string, action: TerminalAction, state: FleetRequestState, secondPerson: boolean, reason: string, hash: string, requestedBy: string, mine: boolean, mayDecide: boolean, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, terminalCount: number, storeCount: number, targets: Array<{ storeId: string, storeName: string, terminalId: string, terminalName: string, online: boolean, commandId: string | null, commandState: CommandState | null, unsettled: { amountMinor: number, currency: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'OwnRequest', code: RefusalCode, message: string }
    | { __typename: 'RequestExpired', code: RefusalCode, message: string }
    | { __typename: 'UnsupportedAction', code: RefusalCode, message: string }
   };

export type FleetRequestChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type FleetRequestChangedSubscription = { fleetRequestChanged: { id: string, action: TerminalAction, state: FleetRequestState, secondPerson: boolean, reason: string, hash: string, requestedBy: string, mine: boolean, mayDecide: boolean, requestedAt: string, expiresAt: string, decidedBy: string | null, decidedAt: string | null, decisionReason: string | null, terminalCount: number, storeCount: number, targets: Array<{ storeId: string, storeName: string, terminalId: string, terminalName: string, online: boolean, commandId: string | null, commandState: CommandState | null, unsettled: { amountMinor: number, currency: string } | null }> } };

export type AuditEntriesQueryVariables = Exact<{
  filter?: AuditFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditEntriesQuery = { auditEntries: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { index: number, id: string, at: string, actor: string, actorRole: string, action: string, storeId: string | null, subject: string, summary: string, detail: unknown, hash: string, prevHash: string } }> } };

export type AuditVerificationQueryVariables = Exact<{ [key: string]: never; }>;


export type AuditVerificationQuery = { auditVerification: { intact: boolean, entries: number, headHash: string, firstBrokenIndex: number | null, checkedAt: string } };

export type MoneyFieldsFragment = { amountMinor: number, currency: string };

export type TerminalBoardFragment = { id: string, name: string, storeId: string, brand: string, model: string, power: PowerState, service: ServiceState, activity: Activity, signedOn: boolean, operatorName: string | null, unsettledCount: number, lastUseAt: string | null, lastSettledAt: string | null, stateAt: string | null, unsettled: { amountMinor: number, currency: string }, peripherals: Array<{ kind: PeripheralKind, state: PeripheralState, since: string | null }>, closeProof: { terminalId: string, businessDay: string, provenAt: string, overnight: string, count: number | null, totals: { amountMinor: number, currency: string } | null, steps: Array<{ step: string, outcome: string, seq: number }> } | null };

export type StoreBoardFragment = { id: string, name: string, city: string, timeZone: string, currency: string, closesAt: string | null, opensAt: string | null, isOpen: boolean, businessDay: string, openIncidents: number, fundsAtRisk: { amountMinor: number, currency: string }, gateway: { id: string, online: boolean, lastSeenAt: string | null, agentVersion: string | null, ackedThrough: number, journalHead: number, policyVersion: number | null, policyAppliedAt: string | null, policyRefused: Array<{ key: string, reason: string }> } | null, closing: { routineId: string, businessDay: string, startedAt: string, finishedAt: string | null, proven: number, blocked: number, running: number } | null, terminals: Array<{ id: string, name: string, storeId: string, brand: string, model: string, power: PowerState, service: ServiceState, activity: Activity, signedOn: boolean, operatorName: string | null, unsettledCount: number, lastUseAt: string | null, lastSettledAt: string | null, stateAt: string | null, unsettled: { amountMinor: number, currency: string }, peripherals: Array<{ kind: PeripheralKind, state: PeripheralState, since: string | null }>, closeProof: { terminalId: string, businessDay: string, provenAt: string, overnight: string, count: number | null, totals: { amountMinor: number, currency: string } | null, steps: Array<{ step: string, outcome: string, seq: number }> } | null }> };

export type FleetBoardQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type FleetBoardQuery = { stores: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, name: string, city: string, timeZone: string, currency: string, closesAt: string | null, opensAt: string | null, isOpen: boolean, businessDay: string, openIncidents: number, fundsAtRisk: { amountMinor: number, currency: string }, gateway: { id: string, online: boolean, lastSeenAt: string | null, agentVersion: string | null, ackedThrough: number, journalHead: number, policyVersion: number | null, policyAppliedAt: string | null, policyRefused: Array<{ key: string, reason: string }> } | null, closing: { routineId: string, businessDay: string, startedAt: string, finishedAt: string | null, proven: number, blocked: number, running: number } | null, terminals: Array<{ id: string, name: string, storeId: string, brand: string, model: string, power: PowerState, service: ServiceState, activity: Activity, signedOn: boolean, operatorName: string | null, unsettledCount: number, lastUseAt: string | null, lastSettledAt: string | null, stateAt: string | null, unsettled: { amountMinor: number, currency: string }, peripherals: Array<{ kind: PeripheralKind, state: PeripheralState, since: string | null }>, closeProof: { terminalId: string, businessDay: string, provenAt: string, overnight: string, count: number | null, totals: { amountMinor: number, currency: string } | null, steps: Array<{ step: string, outcome: string, seq: number }> } | null }> } }> } };

export type StorePageQueryVariables = Exact<{
  id: string;
}>;


export type StorePageQuery = { store: { id: string, name: string, city: string, timeZone: string, currency: string, closesAt: string | null, opensAt: string | null, isOpen: boolean, businessDay: string, openIncidents: number, fundsAtRisk: { amountMinor: number, currency: string }, gateway: { id: string, online: boolean, lastSeenAt: string | null, agentVersion: string | null, ackedThrough: number, journalHead: number, policyVersion: number | null, policyAppliedAt: string | null, policyRefused: Array<{ key: string, reason: string }> } | null, closing: { routineId: string, businessDay: string, startedAt: string, finishedAt: string | null, proven: number, blocked: number, running: number } | null, terminals: Array<{ id: string, name: string, storeId: string, brand: string, model: string, power: PowerState, service: ServiceState, activity: Activity, signedOn: boolean, operatorName: string | null, unsettledCount: number, lastUseAt: string | null, lastSettledAt: string | null, stateAt: string | null, unsettled: { amountMinor: number, currency: string }, peripherals: Array<{ kind: PeripheralKind, state: PeripheralState, since: string | null }>, closeProof: { terminalId: string, businessDay: string, provenAt: string, overnight: string, count: number | null, totals: { amountMinor: number, currency: string } | null, steps: Array<{ step: string, outcome: string, seq: number }> } | null }> } | null };

export type FleetChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type FleetChangedSubscription = { fleetChanged: { id: string, name: string, city: string, timeZone: string, currency: string, closesAt: string | null, opensAt: string | null, isOpen: boolean, businessDay: string, openIncidents: number, fundsAtRisk: { amountMinor: number, currency: string }, gateway: { id: string, online: boolean, lastSeenAt: string | null, agentVersion: string | null, ackedThrough: number, journalHead: number, policyVersion: number | null, policyAppliedAt: string | null, policyRefused: Array<{ key: string, reason: string }> } | null, closing: { routineId: string, businessDay: string, startedAt: string, finishedAt: string | null, proven: number, blocked: number, running: number } | null, terminals: Array<{ id: string, name: string, storeId: string, brand: string, model: string, power: PowerState, service: ServiceState, activity: Activity, signedOn: boolean, operatorName: string | null, unsettledCount: number, lastUseAt: string | null, lastSettledAt: string | null, stateAt: string | null, unsettled: { amountMinor: number, currency: string }, peripherals: Array<{ kind: PeripheralKind, state: PeripheralState, since: string | null }>, closeProof: { terminalId: string, businessDay: string, provenAt: string, overnight: string, count: number | null, totals: { amountMinor: number, currency: string } | null, steps: Array<{ step: string, outcome: string, seq: number }> } | null }> } };

export type GatewayEnrolmentFieldsFragment = { storeId: string, gatewayId: string, state: EnrolmentState, claimUntil: string | null, certificate: { serial: string, issuedAt: string, notAfter: string, revokedAt: string | null, revokedReason: string | null } | null };

export type GatewayEnrolmentsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type GatewayEnrolmentsQuery = { gatewayEnrolments: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { storeId: string, gatewayId: string, state: EnrolmentState, claimUntil: string | null, certificate: { serial: string, issuedAt: string, notAfter: string, revokedAt: string | null, revokedReason: string | null } | null } }> } };

export type IssueClaimMutationVariables = Exact<{
  storeId: string;
}>;


export type IssueClaimMutation = { issueClaim:
    | { __typename: 'IssuedClaim', storeId: string, gatewayId: string, claim: string, expiresAt: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type RevokeGatewayMutationVariables = Exact<{
  input: RevokeGatewayInput;
}>;


export type RevokeGatewayMutation = { revokeGateway:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'GatewayEnrolment', storeId: string, gatewayId: string, state: EnrolmentState, claimUntil: string | null, certificate: { serial: string, issuedAt: string, notAfter: string, revokedAt: string | null, revokedReason: string | null } | null }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
   };

export type IncidentSummaryFragment = { id: string, kind: IncidentKind, state: IncidentState, businessDay: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, cause: string, amount: { amountMinor: number, currency: string } | null, store: { id: string, name: string, timeZone: string, isOpen: boolean }, terminal: { id: string, name: string, brand: string, model: string } | null, steps: Array<{ id: string, position: number, key: string, role: Role, dueAt: string, state: StepState, mode: StepMode, commandState: CommandState | null, doneAt: string | null, doneBy: string | null, note: string | null, skipReason: string | null, check: { passed: boolean, checkedAt: string, detail: string } | null }> };

export type IncidentFullFragment = { id: string, kind: IncidentKind, state: IncidentState, businessDay: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, cause: string, history: Array<{ at: string, actor: string, action: string, detail: string | null }>, amount: { amountMinor: number, currency: string } | null, store: { id: string, name: string, timeZone: string, isOpen: boolean }, terminal: { id: string, name: string, brand: string, model: string } | null, steps: Array<{ id: string, position: number, key: string, role: Role, dueAt: string, state: StepState, mode: StepMode, commandState: CommandState | null, doneAt: string | null, doneBy: string | null, note: string | null, skipReason: string | null, check: { passed: boolean, checkedAt: string, detail: string } | null }> };

export type IncidentsQueryVariables = Exact<{
  filter?: IncidentFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type IncidentsQuery = { incidents: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, kind: IncidentKind, state: IncidentState, businessDay: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, cause: string, amount: { amountMinor: number, currency: string } | null, store: { id: string, name: string, timeZone: string, isOpen: boolean }, terminal: { id: string, name: string, brand: string, model: string } | null, steps: Array<{ id: string, position: number, key: string, role: Role, dueAt: string, state: StepState, mode: StepMode, commandState: CommandState | null, doneAt: string | null, doneBy: string | null, note: string | null, skipReason: string | null, check: { passed: boolean, checkedAt: string, detail: string } | null }> } }> } };

export type IncidentPageQueryVariables = Exact<{
  id: string;
}>;


export type IncidentPageQuery = { incident: { id: string, kind: IncidentKind, state: IncidentState, businessDay: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, cause: string, history: Array<{ at: string, actor: string, action: string, detail: string | null }>, amount: { amountMinor: number, currency: string } | null, store: { id: string, name: string, timeZone: string, isOpen: boolean }, terminal: { id: string, name: string, brand: string, model: string } | null, steps: Array<{ id: string, position: number, key: string, role: Role, dueAt: string, state: StepState, mode: StepMode, commandState: CommandState | null, doneAt: string | null, doneBy: string | null, note: string | null, skipReason: string | null, check: { passed: boolean, checkedAt: string, detail: string } | null }> } | null };

export type IncidentChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type IncidentChangedSubscription = { incidentChanged: { id: string, kind: IncidentKind, state: IncidentState, businessDay: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, cause: string, history: Array<{ at: string, actor: string, action: string, detail: string | null }>, amount: { amountMinor: number, currency: string } | null, store: { id: string, name: string, timeZone: string, isOpen: boolean }, terminal: { id: string, name: string, brand: string, model: string } | null, steps: Array<{ id: string, position: number, key: string, role: Role, dueAt: string, state: StepState, mode: StepMode, commandState: CommandState | null, doneAt: string | null, doneBy: string | null, note: string | null, skipReason: string | null, check: { passed: boolean, checkedAt: string, detail: string } | null }> } };

export type AcknowledgeIncidentMutationVariables = Exact<{
  incidentId: string;
  idempotencyKey: string;
}>;


export type AcknowledgeIncidentMutation = { acknowledgeIncident:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'Incident', id: string, kind: IncidentKind, state: IncidentState, businessDay: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, cause: string, history: Array<{ at: string, actor: string, action: string, detail: string | null }>, amount: { amountMinor: number, currency: string } | null, store: { id: string, name: string, timeZone: string, isOpen: boolean }, terminal: { id: string, name: string, brand: string, model: string } | null, steps: Array<{ id: string, position: number, key: string, role: Role, dueAt: string, state: StepState, mode: StepMode, commandState: CommandState | null, doneAt: string | null, doneBy: string | null, note: string | null, skipReason: string | null, check: { passed: boolean, checkedAt: string, detail: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'StepNotReady', code: RefusalCode, message: string }
   };

export type CompleteStepMutationVariables = Exact<{
  input: CompleteStepInput;
}>;


export type CompleteStepMutation = { completeStep:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'Incident', id: string, kind: IncidentKind, state: IncidentState, businessDay: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, cause: string, history: Array<{ at: string, actor: string, action: string, detail: string | null }>, amount: { amountMinor: number, currency: string } | null, store: { id: string, name: string, timeZone: string, isOpen: boolean }, terminal: { id: string, name: string, brand: string, model: string } | null, steps: Array<{ id: string, position: number, key: string, role: Role, dueAt: string, state: StepState, mode: StepMode, commandState: CommandState | null, doneAt: string | null, doneBy: string | null, note: string | null, skipReason: string | null, check: { passed: boolean, checkedAt: string, detail: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'StepNotReady', code: RefusalCode, message: string }
   };

export type SkipStepMutationVariables = Exact<{
  input: SkipStepInput;
}>;


export type SkipStepMutation = { skipStep:
    | { __typename: 'AlreadyDone', code: RefusalCode, message: string }
    | { __typename: 'Incident', id: string, kind: IncidentKind, state: IncidentState, businessDay: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, acknowledgedBy: string | null, resolvedAt: string | null, cause: string, history: Array<{ at: string, actor: string, action: string, detail: string | null }>, amount: { amountMinor: number, currency: string } | null, store: { id: string, name: string, timeZone: string, isOpen: boolean }, terminal: { id: string, name: string, brand: string, model: string } | null, steps: Array<{ id: string, position: number, key: string, role: Role, dueAt: string, state: StepState, mode: StepMode, commandState: CommandState | null, doneAt: string | null, doneBy: string | null, note: string | null, skipReason: string | null, check: { passed: boolean, checkedAt: string, detail: string } | null }> }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'StepNotReady', code: RefusalCode, message: string }
   };

export type PolicyDocumentFieldsFragment = { level: PolicyLevel, storeId: string | null, version: number, updatedAt: string, updatedBy: string | null, values: Array<{ key: string, value: unknown, origin: PolicyOrigin, setHere: boolean }> };

export type PolicyCatalogueQueryVariables = Exact<{ [key: string]: never; }>;


export type PolicyCatalogueQuery = { policyCatalogue: Array<{ key: string, type: PolicyValueType, unit: string | null, titleEn: string, titleZh: string, helpEn: string, helpZh: string, overridable: boolean, defaultValue: unknown, choices: Array<{ value: string, titleEn: string, titleZh: string }> | null }> };

export type PolicyPageQueryVariables = Exact<{
  level: PolicyLevel;
  storeId?: string | null | undefined;
}>;


export type PolicyPageQuery = { policy: { level: PolicyLevel, storeId: string | null, version: number, updatedAt: string, updatedBy: string | null, values: Array<{ key: string, value: unknown, origin: PolicyOrigin, setHere: boolean }> } | null };

export type PolicyStatusQueryVariables = Exact<{ [key: string]: never; }>;


export type PolicyStatusQuery = { policyStatus: Array<{ gatewayId: string, online: boolean, desiredVersion: number, appliedVersion: number | null, appliedAt: string | null, refused: Array<{ key: string, reason: string }>, store: { id: string, name: string, timeZone: string } }> };

export type UpdatePolicyMutationVariables = Exact<{
  input: UpdatePolicyInput;
}>;


export type UpdatePolicyMutation = { updatePolicy:
    | { __typename: 'InvalidInput', code: RefusalCode, message: string, field: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'PolicyDocument', level: PolicyLevel, storeId: string | null, version: number, updatedAt: string, updatedBy: string | null, values: Array<{ key: string, value: unknown, origin: PolicyOrigin, setHere: boolean }> }
    | { __typename: 'SettingLocked', code: RefusalCode, message: string, key: string }
    | { __typename: 'VersionConflict', code: RefusalCode, message: string, currentVersion: number }
   };

export type PersonFieldsFragment = { id: string, name: string, role: Role, language: Language, stores: Array<{ id: string, name: string }> };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, name: string, role: Role, language: Language, stores: Array<{ id: string, name: string }> } | null };

export type SetLanguageMutationVariables = Exact<{
  language: Language;
}>;


export type SetLanguageMutation = { setLanguage: { id: string, name: string, role: Role, language: Language, stores: Array<{ id: string, name: string }> } };

export type TerminalCommandFieldsFragment = { id: string, storeId: string, terminalId: string, action: TerminalAction, state: CommandState, requestedBy: string, reason: string, text: string | null, depth: DiagnosisDepth | null, createdAt: string, stateAt: string, expiresAt: string, outcomeCode: string | null, outcomeDetail: string | null };

export type TerminalFullFragment = { driver: string, id: string, name: string, storeId: string, brand: string, model: string, power: PowerState, service: ServiceState, activity: Activity, signedOn: boolean, operatorName: string | null, unsettledCount: number, lastUseAt: string | null, lastSettledAt: string | null, stateAt: string | null, device: { model: string | null, software: string | null, serial: string | null, clockSkewSeconds: number | null, nextRebootAt: string | null } | null, observedTraffic: { event: string, at: string, signedOn: boolean | null, sessionAt: string | null, settlement: string | null, settlementAt: string | null, acquirerBatchNo: string | null, merchantNumber: string | null, saleWithoutSignOnAt: string | null } | null, dialogue: { capturedAt: string, cause: string } | null, actions: Array<{ action: TerminalAction, available: boolean, block: TerminalActionBlock | null, destructive: boolean, waits: boolean, parameters: Array<TerminalActionParameter> }>, commands: { totalCount: number, edges: Array<{ node: { id: string, storeId: string, terminalId: string, action: TerminalAction, state: CommandState, requestedBy: string, reason: string, text: string | null, depth: DiagnosisDepth | null, createdAt: string, stateAt: string, expiresAt: string, outcomeCode: string | null, outcomeDetail: string | null } }> }, unsettled: { amountMinor: number, currency: string }, peripherals: Array<{ kind: PeripheralKind, state: PeripheralState, since: string | null }>, closeProof: { terminalId: string, businessDay: string, provenAt: string, overnight: string, count: number | null, totals: { amountMinor: number, currency: string } | null, steps: Array<{ step: string, outcome: string, seq: number }> } | null };

export type TerminalEventFieldsFragment = { id: string, kind: TerminalEventKind, at: string, seq: number, readable: boolean, by: string | null, code: string | null, detail: string | null, count: number | null, power: PowerState | null, service: ServiceState | null, signedOn: boolean | null, peripheral: PeripheralKind | null, peripheralState: PeripheralState | null, step: string | null, outcome: string | null, overnight: string | null, action: string | null, requestedBy: string | null, operatorName: string | null, batchNo: number | null, businessDay: string | null, traceNo: number | null, receiptNo: number | null, cardLast4: string | null, resultCode: string | null, found: boolean | null, model: string | null, software: string | null, serial: string | null, means: string | null, healthy: boolean | null, depth: DiagnosisDepth | null, localDateTime: string | null, subject: string | null, amount: { amountMinor: number, currency: string } | null };

export type TerminalPageQueryVariables = Exact<{
  storeId: string;
  id: string;
}>;


export type TerminalPageQuery = { terminal: { driver: string, id: string, name: string, storeId: string, brand: string, model: string, power: PowerState, service: ServiceState, activity: Activity, signedOn: boolean, operatorName: string | null, unsettledCount: number, lastUseAt: string | null, lastSettledAt: string | null, stateAt: string | null, device: { model: string | null, software: string | null, serial: string | null, clockSkewSeconds: number | null, nextRebootAt: string | null } | null, observedTraffic: { event: string, at: string, signedOn: boolean | null, sessionAt: string | null, settlement: string | null, settlementAt: string | null, acquirerBatchNo: string | null, merchantNumber: string | null, saleWithoutSignOnAt: string | null } | null, dialogue: { capturedAt: string, cause: string } | null, actions: Array<{ action: TerminalAction, available: boolean, block: TerminalActionBlock | null, destructive: boolean, waits: boolean, parameters: Array<TerminalActionParameter> }>, commands: { totalCount: number, edges: Array<{ node: { id: string, storeId: string, terminalId: string, action: TerminalAction, state: CommandState, requestedBy: string, reason: string, text: string | null, depth: DiagnosisDepth | null, createdAt: string, stateAt: string, expiresAt: string, outcomeCode: string | null, outcomeDetail: string | null } }> }, unsettled: { amountMinor: number, currency: string }, peripherals: Array<{ kind: PeripheralKind, state: PeripheralState, since: string | null }>, closeProof: { terminalId: string, businessDay: string, provenAt: string, overnight: string, count: number | null, totals: { amountMinor: number, currency: string } | null, steps: Array<{ step: string, outcome: string, seq: number }> } | null } | null };

export type TerminalChangedSubscriptionVariables = Exact<{
  storeId: string;
  id: string;
}>;


export type TerminalChangedSubscription = { terminalChanged: { driver: string, id: string, name: string, storeId: string, brand: string, model: string, power: PowerState, service: ServiceState, activity: Activity, signedOn: boolean, operatorName: string | null, unsettledCount: number, lastUseAt: string | null, lastSettledAt: string | null, stateAt: string | null, device: { model: string | null, software: string | null, serial: string | null, clockSkewSeconds: number | null, nextRebootAt: string | null } | null, observedTraffic: { event: string, at: string, signedOn: boolean | null, sessionAt: string | null, settlement: string | null, settlementAt: string | null, acquirerBatchNo: string | null, merchantNumber: string | null, saleWithoutSignOnAt: string | null } | null, dialogue: { capturedAt: string, cause: string } | null, actions: Array<{ action: TerminalAction, available: boolean, block: TerminalActionBlock | null, destructive: boolean, waits: boolean, parameters: Array<TerminalActionParameter> }>, commands: { totalCount: number, edges: Array<{ node: { id: string, storeId: string, terminalId: string, action: TerminalAction, state: CommandState, requestedBy: string, reason: string, text: string | null, depth: DiagnosisDepth | null, createdAt: string, stateAt: string, expiresAt: string, outcomeCode: string | null, outcomeDetail: string | null } }> }, unsettled: { amountMinor: number, currency: string }, peripherals: Array<{ kind: PeripheralKind, state: PeripheralState, since: string | null }>, closeProof: { terminalId: string, businessDay: string, provenAt: string, overnight: string, count: number | null, totals: { amountMinor: number, currency: string } | null, steps: Array<{ step: string, outcome: string, seq: number }> } | null } };

export type TerminalHistoryQueryVariables = Exact<{
  storeId: string;
  id: string;
  first: number;
  after?: string | null | undefined;
  kinds?: Array<TerminalEventKind> | TerminalEventKind | null | undefined;
}>;


export type TerminalHistoryQuery = { terminal: { id: string, history: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, kind: TerminalEventKind, at: string, seq: number, readable: boolean, by: string | null, code: string | null, detail: string | null, count: number | null, power: PowerState | null, service: ServiceState | null, signedOn: boolean | null, peripheral: PeripheralKind | null, peripheralState: PeripheralState | null, step: string | null, outcome: string | null, overnight: string | null, action: string | null, requestedBy: string | null, operatorName: string | null, batchNo: number | null, businessDay: string | null, traceNo: number | null, receiptNo: number | null, cardLast4: string | null, resultCode: string | null, found: boolean | null, model: string | null, software: string | null, serial: string | null, means: string | null, healthy: boolean | null, depth: DiagnosisDepth | null, localDateTime: string | null, subject: string | null, amount: { amountMinor: number, currency: string } | null } }> } } | null };

export type TerminalOrdersQueryVariables = Exact<{
  storeId: string;
  id: string;
  after?: string | null | undefined;
}>;


export type TerminalOrdersQuery = { terminal: { id: string, commands: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, storeId: string, terminalId: string, action: TerminalAction, state: CommandState, requestedBy: string, reason: string, text: string | null, depth: DiagnosisDepth | null, createdAt: string, stateAt: string, expiresAt: string, outcomeCode: string | null, outcomeDetail: string | null } }> } } | null };

export type TerminalDialogueQueryVariables = Exact<{
  storeId: string;
  id: string;
}>;


export type TerminalDialogueQuery = { terminal: { id: string, dialogue: { capturedAt: string, cause: string, frames: Array<{ at: string, direction: string, name: string, bytes: number, fields: Array<{ tag: string, name: string, value: string }> }> } | null } | null };

export type RunTerminalActionMutationVariables = Exact<{
  input: RunTerminalActionInput;
}>;


export type RunTerminalActionMutation = { runTerminalAction:
    | { __typename: 'AlreadyRunning', code: RefusalCode, message: string }
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotAllowed', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'SecondPersonNeeded', code: RefusalCode, message: string }
    | { __typename: 'TerminalCommand', id: string, storeId: string, terminalId: string, action: TerminalAction, state: CommandState, requestedBy: string, reason: string, text: string | null, depth: DiagnosisDepth | null, createdAt: string, stateAt: string, expiresAt: string, outcomeCode: string | null, outcomeDetail: string | null }
    | { __typename: 'UnsupportedAction', code: RefusalCode, message: string }
   };

export type CoursesQueryVariables = Exact<{ [key: string]: never; }>;


export type CoursesQuery = { courses: Array<{ id: string, version: number, titleEn: string, titleZh: string, minutes: number, validDays: number, lessons: Array<{ id: string, titleEn: string, titleZh: string, bodyEn: string, bodyZh: string }>, questions: Array<{ id: string, textEn: string, textZh: string, options: Array<{ id: string, textEn: string, textZh: string }> }> }> };

export type TrainingRecordsQueryVariables = Exact<{
  storeId?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type TrainingRecordsQuery = { trainingRecords: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { lastScore: number | null, lastAttemptAt: string | null, person: { id: string, name: string, role: Role, stores: Array<{ id: string, name: string }> }, course: { id: string, titleEn: string, titleZh: string }, certificate: { id: string, issuedAt: string, validUntil: string, score: number } | null } }> } };

export type SubmitQuizMutationVariables = Exact<{
  input: SubmitQuizInput;
}>;


export type SubmitQuizMutation = { submitQuiz:
    | { __typename: 'InvalidInput', code: RefusalCode, message: string }
    | { __typename: 'NotFound', code: RefusalCode, message: string }
    | { __typename: 'QuizFailed', score: number, passMark: number, wrongQuestionIds: Array<string> }
    | { __typename: 'QuizOutdated', code: RefusalCode, message: string }
    | { __typename: 'QuizPassed', score: number, certificate: { id: string, issuedAt: string, validUntil: string, score: number } }
   };

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
export const FleetRequestFieldsFragmentDoc = new TypedDocumentString(`
    fragment FleetRequestFields on FleetRequest {
  id
  action
  state
  secondPerson
  reason
  hash
  requestedBy
  mine
  mayDecide
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  terminalCount
  storeCount
  targets {
    storeId
    storeName
    terminalId
    terminalName
    online
    commandId
    commandState
    unsettled {
      ...MoneyFields
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"FleetRequestFields"}) as unknown as TypedDocumentString<FleetRequestFieldsFragment, unknown>;
export const TerminalBoardFragmentDoc = new TypedDocumentString(`
    fragment TerminalBoard on Terminal {
  id
  name
  storeId
  brand
  model
  power
  service
  activity
  signedOn
  operatorName
  unsettled {
    ...MoneyFields
  }
  unsettledCount
  lastUseAt
  lastSettledAt
  stateAt
  peripherals {
    kind
    state
    since
  }
  closeProof {
    terminalId
    businessDay
    provenAt
    overnight
    count
    totals {
      ...MoneyFields
    }
    steps {
      step
      outcome
      seq
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"TerminalBoard"}) as unknown as TypedDocumentString<TerminalBoardFragment, unknown>;
export const StoreBoardFragmentDoc = new TypedDocumentString(`
    fragment StoreBoard on Store {
  id
  name
  city
  timeZone
  currency
  closesAt
  opensAt
  isOpen
  businessDay
  openIncidents
  fundsAtRisk {
    ...MoneyFields
  }
  gateway {
    id
    online
    lastSeenAt
    agentVersion
    ackedThrough
    journalHead
    policyVersion
    policyAppliedAt
    policyRefused {
      key
      reason
    }
  }
  closing {
    routineId
    businessDay
    startedAt
    finishedAt
    proven
    blocked
    running
  }
  terminals {
    ...TerminalBoard
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment TerminalBoard on Terminal {
  id
  name
  storeId
  brand
  model
  power
  service
  activity
  signedOn
  operatorName
  unsettled {
    ...MoneyFields
  }
  unsettledCount
  lastUseAt
  lastSettledAt
  stateAt
  peripherals {
    kind
    state
    since
  }
  closeProof {
    terminalId
    businessDay
    provenAt
    overnight
    count
    totals {
      ...MoneyFields
    }
    steps {
      step
      outcome
      seq
    }
  }
}`, {"fragmentName":"StoreBoard"}) as unknown as TypedDocumentString<StoreBoardFragment, unknown>;
export const GatewayEnrolmentFieldsFragmentDoc = new TypedDocumentString(`
    fragment GatewayEnrolmentFields on GatewayEnrolment {
  storeId
  gatewayId
  state
  claimUntil
  certificate {
    serial
    issuedAt
    notAfter
    revokedAt
    revokedReason
  }
}
    `, {"fragmentName":"GatewayEnrolmentFields"}) as unknown as TypedDocumentString<GatewayEnrolmentFieldsFragment, unknown>;
export const IncidentSummaryFragmentDoc = new TypedDocumentString(`
    fragment IncidentSummary on Incident {
  id
  kind
  state
  businessDay
  openedAt
  dueAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  cause
  amount {
    ...MoneyFields
  }
  store {
    id
    name
    timeZone
    isOpen
  }
  terminal {
    id
    name
    brand
    model
  }
  steps {
    id
    position
    key
    role
    dueAt
    state
    mode
    commandState
    doneAt
    doneBy
    note
    skipReason
    check {
      passed
      checkedAt
      detail
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"IncidentSummary"}) as unknown as TypedDocumentString<IncidentSummaryFragment, unknown>;
export const IncidentFullFragmentDoc = new TypedDocumentString(`
    fragment IncidentFull on Incident {
  ...IncidentSummary
  history {
    at
    actor
    action
    detail
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment IncidentSummary on Incident {
  id
  kind
  state
  businessDay
  openedAt
  dueAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  cause
  amount {
    ...MoneyFields
  }
  store {
    id
    name
    timeZone
    isOpen
  }
  terminal {
    id
    name
    brand
    model
  }
  steps {
    id
    position
    key
    role
    dueAt
    state
    mode
    commandState
    doneAt
    doneBy
    note
    skipReason
    check {
      passed
      checkedAt
      detail
    }
  }
}`, {"fragmentName":"IncidentFull"}) as unknown as TypedDocumentString<IncidentFullFragment, unknown>;
export const PolicyDocumentFieldsFragmentDoc = new TypedDocumentString(`
    fragment PolicyDocumentFields on PolicyDocument {
  level
  storeId
  version
  updatedAt
  updatedBy
  values {
    key
    value
    origin
    setHere
  }
}
    `, {"fragmentName":"PolicyDocumentFields"}) as unknown as TypedDocumentString<PolicyDocumentFieldsFragment, unknown>;
export const PersonFieldsFragmentDoc = new TypedDocumentString(`
    fragment PersonFields on Person {
  id
  name
  role
  language
  stores {
    id
    name
  }
}
    `, {"fragmentName":"PersonFields"}) as unknown as TypedDocumentString<PersonFieldsFragment, unknown>;
export const TerminalCommandFieldsFragmentDoc = new TypedDocumentString(`
    fragment TerminalCommandFields on TerminalCommand {
  id
  storeId
  terminalId
  action
  state
  requestedBy
  reason
  text
  depth
  createdAt
  stateAt
  expiresAt
  outcomeCode
  outcomeDetail
}
    `, {"fragmentName":"TerminalCommandFields"}) as unknown as TypedDocumentString<TerminalCommandFieldsFragment, unknown>;
export const TerminalFullFragmentDoc = new TypedDocumentString(`
    fragment TerminalFull on Terminal {
  ...TerminalBoard
  driver
  device {
    model
    software
    serial
    clockSkewSeconds
    nextRebootAt
  }
  observedTraffic {
    event
    at
    signedOn
    sessionAt
    settlement
    settlementAt
    acquirerBatchNo
    merchantNumber
    saleWithoutSignOnAt
  }
  dialogue {
    capturedAt
    cause
  }
  actions {
    action
    available
    block
    destructive
    waits
    parameters
  }
  commands(first: 5) {
    totalCount
    edges {
      node {
        ...TerminalCommandFields
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment TerminalBoard on Terminal {
  id
  name
  storeId
  brand
  model
  power
  service
  activity
  signedOn
  operatorName
  unsettled {
    ...MoneyFields
  }
  unsettledCount
  lastUseAt
  lastSettledAt
  stateAt
  peripherals {
    kind
    state
    since
  }
  closeProof {
    terminalId
    businessDay
    provenAt
    overnight
    count
    totals {
      ...MoneyFields
    }
    steps {
      step
      outcome
      seq
    }
  }
}
fragment TerminalCommandFields on TerminalCommand {
  id
  storeId
  terminalId
  action
  state
  requestedBy
  reason
  text
  depth
  createdAt
  stateAt
  expiresAt
  outcomeCode
  outcomeDetail
}`, {"fragmentName":"TerminalFull"}) as unknown as TypedDocumentString<TerminalFullFragment, unknown>;
export const TerminalEventFieldsFragmentDoc = new TypedDocumentString(`
    fragment TerminalEventFields on TerminalEvent {
  id
  kind
  at
  seq
  readable
  by
  code
  detail
  amount {
    ...MoneyFields
  }
  count
  power
  service
  signedOn
  peripheral
  peripheralState
  step
  outcome
  overnight
  action
  requestedBy
  operatorName
  batchNo
  businessDay
  traceNo
  receiptNo
  cardLast4
  resultCode
  found
  model
  software
  serial
  means
  healthy
  depth
  localDateTime
  subject
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`, {"fragmentName":"TerminalEventFields"}) as unknown as TypedDocumentString<TerminalEventFieldsFragment, unknown>;
export const FleetRequestsDocument = new TypedDocumentString(`
    query FleetRequests($states: [FleetRequestState!], $after: String) {
  fleetRequests(states: $states, first: 20, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...FleetRequestFields
      }
    }
  }
}
    fragment FleetRequestFields on FleetRequest {
  id
  action
  state
  secondPerson
  reason
  hash
  requestedBy
  mine
  mayDecide
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  terminalCount
  storeCount
  targets {
    storeId
    storeName
    terminalId
    terminalName
    online
    commandId
    commandState
    unsettled {
      ...MoneyFields
    }
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<FleetRequestsQuery, FleetRequestsQueryVariables>;
export const FleetRequestsWaitingDocument = new TypedDocumentString(`
    query FleetRequestsWaiting {
  fleetRequests(states: [waiting], first: 1) {
    totalCount
  }
}
    `) as unknown as TypedDocumentString<FleetRequestsWaitingQuery, FleetRequestsWaitingQueryVariables>;
export const FleetActionPreviewDocument = new TypedDocumentString(`
    query FleetActionPreview($action: TerminalAction!, $targets: [FleetTarget!]!) {
  fleetActionPreview(action: $action, targets: $targets) {
    __typename
    ... on FleetActionPreview {
      secondPerson
      limit
      terminals
      stores
      offline
      unsettledTerminals
      unsettledSums {
        ...MoneyFields
      }
      blocked {
        storeId
        terminalId
        block
      }
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<FleetActionPreviewQuery, FleetActionPreviewQueryVariables>;
export const RequestFleetActionDocument = new TypedDocumentString(`
    mutation RequestFleetAction($input: RequestFleetActionInput!) {
  requestFleetAction(input: $input) {
    __typename
    ... on FleetRequest {
      ...FleetRequestFields
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment FleetRequestFields on FleetRequest {
  id
  action
  state
  secondPerson
  reason
  hash
  requestedBy
  mine
  mayDecide
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  terminalCount
  storeCount
  targets {
    storeId
    storeName
    terminalId
    terminalName
    online
    commandId
    commandState
    unsettled {
      ...MoneyFields
    }
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<RequestFleetActionMutation, RequestFleetActionMutationVariables>;
export const ApproveFleetRequestDocument = new TypedDocumentString(`
    mutation ApproveFleetRequest($input: ApproveFleetRequestInput!) {
  approveFleetRequest(input: $input) {
    __typename
    ... on FleetRequest {
      ...FleetRequestFields
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment FleetRequestFields on FleetRequest {
  id
  action
  state
  secondPerson
  reason
  hash
  requestedBy
  mine
  mayDecide
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  terminalCount
  storeCount
  targets {
    storeId
    storeName
    terminalId
    terminalName
    online
    commandId
    commandState
    unsettled {
      ...MoneyFields
    }
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<ApproveFleetRequestMutation, ApproveFleetRequestMutationVariables>;
export const RefuseFleetRequestDocument = new TypedDocumentString(`
    mutation RefuseFleetRequest($input: RefuseFleetRequestInput!) {
  refuseFleetRequest(input: $input) {
    __typename
    ... on FleetRequest {
      ...FleetRequestFields
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment FleetRequestFields on FleetRequest {
  id
  action
  state
  secondPerson
  reason
  hash
  requestedBy
  mine
  mayDecide
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  terminalCount
  storeCount
  targets {
    storeId
    storeName
    terminalId
    terminalName
    online
    commandId
    commandState
    unsettled {
      ...MoneyFields
    }
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<RefuseFleetRequestMutation, RefuseFleetRequestMutationVariables>;
export const WithdrawFleetRequestDocument = new TypedDocumentString(`
    mutation WithdrawFleetRequest($id: ID!) {
  withdrawFleetRequest(id: $id) {
    __typename
    ... on FleetRequest {
      ...FleetRequestFields
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment FleetRequestFields on FleetRequest {
  id
  action
  state
  secondPerson
  reason
  hash
  requestedBy
  mine
  mayDecide
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  terminalCount
  storeCount
  targets {
    storeId
    storeName
    terminalId
    terminalName
    online
    commandId
    commandState
    unsettled {
      ...MoneyFields
    }
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<WithdrawFleetRequestMutation, WithdrawFleetRequestMutationVariables>;
export const FleetRequestChangedDocument = new TypedDocumentString(`
    subscription FleetRequestChanged {
  fleetRequestChanged {
    ...FleetRequestFields
  }
}
    fragment FleetRequestFields on FleetRequest {
  id
  action
  state
  secondPerson
  reason
  hash
  requestedBy
  mine
  mayDecide
  requestedAt
  expiresAt
  decidedBy
  decidedAt
  decisionReason
  terminalCount
  storeCount
  targets {
    storeId
    storeName
    terminalId
    terminalName
    online
    commandId
    commandState
    unsettled {
      ...MoneyFields
    }
  }
}
fragment MoneyFields on Money {
  amountMinor
  currency
}`) as unknown as TypedDocumentString<FleetRequestChangedSubscription, FleetRequestChangedSubscriptionVariables>;
export const AuditEntriesDocument = new TypedDocumentString(`
    query AuditEntries($filter: AuditFilter, $after: String) {
  auditEntries(filter: $filter, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        index
        id
        at
        actor
        actorRole
        action
        storeId
        subject
        summary
        detail
        hash
        prevHash
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AuditEntriesQuery, AuditEntriesQueryVariables>;
export const AuditVerificationDocument = new TypedDocumentString(`
    query AuditVerification {
  auditVerification {
    intact
    entries
    headHash
    firstBrokenIndex
    checkedAt
  }
}
    `) as unknown as TypedDocumentString<AuditVerificationQuery, AuditVerificationQueryVariables>;
export const FleetBoardDocument = new TypedDocumentString(`
    query FleetBoard($after: String) {
  stores(first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...StoreBoard
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment TerminalBoard on Terminal {
  id
  name
  storeId
  brand
  model
  power
  service
  activity
  signedOn
  operatorName
  unsettled {
    ...MoneyFields
  }
  unsettledCount
  lastUseAt
  lastSettledAt
  stateAt
  peripherals {
    kind
    state
    since
  }
  closeProof {
    terminalId
    businessDay
    provenAt
    overnight
    count
    totals {
      ...MoneyFields
    }
    steps {
      step
      outcome
      seq
    }
  }
}
fragment StoreBoard on Store {
  id
  name
  city
  timeZone
  currency
  closesAt
  opensAt
  isOpen
  businessDay
  openIncidents
  fundsAtRisk {
    ...MoneyFields
  }
  gateway {
    id
    online
    lastSeenAt
    agentVersion
    ackedThrough
    journalHead
    policyVersion
    policyAppliedAt
    policyRefused {
      key
      reason
    }
  }
  closing {
    routineId
    businessDay
    startedAt
    finishedAt
    proven
    blocked
    running
  }
  terminals {
    ...TerminalBoard
  }
}`) as unknown as TypedDocumentString<FleetBoardQuery, FleetBoardQueryVariables>;
export const StorePageDocument = new TypedDocumentString(`
    query StorePage($id: ID!) {
  store(id: $id) {
    ...StoreBoard
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment TerminalBoard on Terminal {
  id
  name
  storeId
  brand
  model
  power
  service
  activity
  signedOn
  operatorName
  unsettled {
    ...MoneyFields
  }
  unsettledCount
  lastUseAt
  lastSettledAt
  stateAt
  peripherals {
    kind
    state
    since
  }
  closeProof {
    terminalId
    businessDay
    provenAt
    overnight
    count
    totals {
      ...MoneyFields
    }
    steps {
      step
      outcome
      seq
    }
  }
}
fragment StoreBoard on Store {
  id
  name
  city
  timeZone
  currency
  closesAt
  opensAt
  isOpen
  businessDay
  openIncidents
  fundsAtRisk {
    ...MoneyFields
  }
  gateway {
    id
    online
    lastSeenAt
    agentVersion
    ackedThrough
    journalHead
    policyVersion
    policyAppliedAt
    policyRefused {
      key
      reason
    }
  }
  closing {
    routineId
    businessDay
    startedAt
    finishedAt
    proven
    blocked
    running
  }
  terminals {
    ...TerminalBoard
  }
}`) as unknown as TypedDocumentString<StorePageQuery, StorePageQueryVariables>;
export const FleetChangedDocument = new TypedDocumentString(`
    subscription FleetChanged {
  fleetChanged {
    ...StoreBoard
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment TerminalBoard on Terminal {
  id
  name
  storeId
  brand
  model
  power
  service
  activity
  signedOn
  operatorName
  unsettled {
    ...MoneyFields
  }
  unsettledCount
  lastUseAt
  lastSettledAt
  stateAt
  peripherals {
    kind
    state
    since
  }
  closeProof {
    terminalId
    businessDay
    provenAt
    overnight
    count
    totals {
      ...MoneyFields
    }
    steps {
      step
      outcome
      seq
    }
  }
}
fragment StoreBoard on Store {
  id
  name
  city
  timeZone
  currency
  closesAt
  opensAt
  isOpen
  businessDay
  openIncidents
  fundsAtRisk {
    ...MoneyFields
  }
  gateway {
    id
    online
    lastSeenAt
    agentVersion
    ackedThrough
    journalHead
    policyVersion
    policyAppliedAt
    policyRefused {
      key
      reason
    }
  }
  closing {
    routineId
    businessDay
    startedAt
    finishedAt
    proven
    blocked
    running
  }
  terminals {
    ...TerminalBoard
  }
}`) as unknown as TypedDocumentString<FleetChangedSubscription, FleetChangedSubscriptionVariables>;
export const GatewayEnrolmentsDocument = new TypedDocumentString(`
    query GatewayEnrolments($after: String) {
  gatewayEnrolments(first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...GatewayEnrolmentFields
      }
    }
  }
}
    fragment GatewayEnrolmentFields on GatewayEnrolment {
  storeId
  gatewayId
  state
  claimUntil
  certificate {
    serial
    issuedAt
    notAfter
    revokedAt
    revokedReason
  }
}`) as unknown as TypedDocumentString<GatewayEnrolmentsQuery, GatewayEnrolmentsQueryVariables>;
export const IssueClaimDocument = new TypedDocumentString(`
    mutation IssueClaim($storeId: ID!) {
  issueClaim(storeId: $storeId) {
    __typename
    ... on IssuedClaim {
      storeId
      gatewayId
      claim
      expiresAt
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<IssueClaimMutation, IssueClaimMutationVariables>;
export const RevokeGatewayDocument = new TypedDocumentString(`
    mutation RevokeGateway($input: RevokeGatewayInput!) {
  revokeGateway(input: $input) {
    __typename
    ... on GatewayEnrolment {
      ...GatewayEnrolmentFields
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment GatewayEnrolmentFields on GatewayEnrolment {
  storeId
  gatewayId
  state
  claimUntil
  certificate {
    serial
    issuedAt
    notAfter
    revokedAt
    revokedReason
  }
}`) as unknown as TypedDocumentString<RevokeGatewayMutation, RevokeGatewayMutationVariables>;
export const IncidentsDocument = new TypedDocumentString(`
    query Incidents($filter: IncidentFilter, $after: String) {
  incidents(filter: $filter, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...IncidentSummary
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment IncidentSummary on Incident {
  id
  kind
  state
  businessDay
  openedAt
  dueAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  cause
  amount {
    ...MoneyFields
  }
  store {
    id
    name
    timeZone
    isOpen
  }
  terminal {
    id
    name
    brand
    model
  }
  steps {
    id
    position
    key
    role
    dueAt
    state
    mode
    commandState
    doneAt
    doneBy
    note
    skipReason
    check {
      passed
      checkedAt
      detail
    }
  }
}`) as unknown as TypedDocumentString<IncidentsQuery, IncidentsQueryVariables>;
export const IncidentPageDocument = new TypedDocumentString(`
    query IncidentPage($id: ID!) {
  incident(id: $id) {
    ...IncidentFull
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment IncidentSummary on Incident {
  id
  kind
  state
  businessDay
  openedAt
  dueAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  cause
  amount {
    ...MoneyFields
  }
  store {
    id
    name
    timeZone
    isOpen
  }
  terminal {
    id
    name
    brand
    model
  }
  steps {
    id
    position
    key
    role
    dueAt
    state
    mode
    commandState
    doneAt
    doneBy
    note
    skipReason
    check {
      passed
      checkedAt
      detail
    }
  }
}
fragment IncidentFull on Incident {
  ...IncidentSummary
  history {
    at
    actor
    action
    detail
  }
}`) as unknown as TypedDocumentString<IncidentPageQuery, IncidentPageQueryVariables>;
export const IncidentChangedDocument = new TypedDocumentString(`
    subscription IncidentChanged {
  incidentChanged {
    ...IncidentFull
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment IncidentSummary on Incident {
  id
  kind
  state
  businessDay
  openedAt
  dueAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  cause
  amount {
    ...MoneyFields
  }
  store {
    id
    name
    timeZone
    isOpen
  }
  terminal {
    id
    name
    brand
    model
  }
  steps {
    id
    position
    key
    role
    dueAt
    state
    mode
    commandState
    doneAt
    doneBy
    note
    skipReason
    check {
      passed
      checkedAt
      detail
    }
  }
}
fragment IncidentFull on Incident {
  ...IncidentSummary
  history {
    at
    actor
    action
    detail
  }
}`) as unknown as TypedDocumentString<IncidentChangedSubscription, IncidentChangedSubscriptionVariables>;
export const AcknowledgeIncidentDocument = new TypedDocumentString(`
    mutation AcknowledgeIncident($incidentId: ID!, $idempotencyKey: ID!) {
  acknowledgeIncident(incidentId: $incidentId, idempotencyKey: $idempotencyKey) {
    __typename
    ... on Incident {
      ...IncidentFull
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment IncidentSummary on Incident {
  id
  kind
  state
  businessDay
  openedAt
  dueAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  cause
  amount {
    ...MoneyFields
  }
  store {
    id
    name
    timeZone
    isOpen
  }
  terminal {
    id
    name
    brand
    model
  }
  steps {
    id
    position
    key
    role
    dueAt
    state
    mode
    commandState
    doneAt
    doneBy
    note
    skipReason
    check {
      passed
      checkedAt
      detail
    }
  }
}
fragment IncidentFull on Incident {
  ...IncidentSummary
  history {
    at
    actor
    action
    detail
  }
}`) as unknown as TypedDocumentString<AcknowledgeIncidentMutation, AcknowledgeIncidentMutationVariables>;
export const CompleteStepDocument = new TypedDocumentString(`
    mutation CompleteStep($input: CompleteStepInput!) {
  completeStep(input: $input) {
    __typename
    ... on Incident {
      ...IncidentFull
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment IncidentSummary on Incident {
  id
  kind
  state
  businessDay
  openedAt
  dueAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  cause
  amount {
    ...MoneyFields
  }
  store {
    id
    name
    timeZone
    isOpen
  }
  terminal {
    id
    name
    brand
    model
  }
  steps {
    id
    position
    key
    role
    dueAt
    state
    mode
    commandState
    doneAt
    doneBy
    note
    skipReason
    check {
      passed
      checkedAt
      detail
    }
  }
}
fragment IncidentFull on Incident {
  ...IncidentSummary
  history {
    at
    actor
    action
    detail
  }
}`) as unknown as TypedDocumentString<CompleteStepMutation, CompleteStepMutationVariables>;
export const SkipStepDocument = new TypedDocumentString(`
    mutation SkipStep($input: SkipStepInput!) {
  skipStep(input: $input) {
    __typename
    ... on Incident {
      ...IncidentFull
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment IncidentSummary on Incident {
  id
  kind
  state
  businessDay
  openedAt
  dueAt
  acknowledgedAt
  acknowledgedBy
  resolvedAt
  cause
  amount {
    ...MoneyFields
  }
  store {
    id
    name
    timeZone
    isOpen
  }
  terminal {
    id
    name
    brand
    model
  }
  steps {
    id
    position
    key
    role
    dueAt
    state
    mode
    commandState
    doneAt
    doneBy
    note
    skipReason
    check {
      passed
      checkedAt
      detail
    }
  }
}
fragment IncidentFull on Incident {
  ...IncidentSummary
  history {
    at
    actor
    action
    detail
  }
}`) as unknown as TypedDocumentString<SkipStepMutation, SkipStepMutationVariables>;
export const PolicyCatalogueDocument = new TypedDocumentString(`
    query PolicyCatalogue {
  policyCatalogue {
    key
    type
    unit
    titleEn
    titleZh
    helpEn
    helpZh
    overridable
    defaultValue
    choices {
      value
      titleEn
      titleZh
    }
  }
}
    `) as unknown as TypedDocumentString<PolicyCatalogueQuery, PolicyCatalogueQueryVariables>;
export const PolicyPageDocument = new TypedDocumentString(`
    query PolicyPage($level: PolicyLevel!, $storeId: ID) {
  policy(level: $level, storeId: $storeId) {
    ...PolicyDocumentFields
  }
}
    fragment PolicyDocumentFields on PolicyDocument {
  level
  storeId
  version
  updatedAt
  updatedBy
  values {
    key
    value
    origin
    setHere
  }
}`) as unknown as TypedDocumentString<PolicyPageQuery, PolicyPageQueryVariables>;
export const PolicyStatusDocument = new TypedDocumentString(`
    query PolicyStatus {
  policyStatus {
    gatewayId
    online
    desiredVersion
    appliedVersion
    appliedAt
    refused {
      key
      reason
    }
    store {
      id
      name
      timeZone
    }
  }
}
    `) as unknown as TypedDocumentString<PolicyStatusQuery, PolicyStatusQueryVariables>;
export const UpdatePolicyDocument = new TypedDocumentString(`
    mutation UpdatePolicy($input: UpdatePolicyInput!) {
  updatePolicy(input: $input) {
    __typename
    ... on PolicyDocument {
      ...PolicyDocumentFields
    }
    ... on Refusal {
      code
      message
    }
    ... on InvalidInput {
      field
    }
    ... on VersionConflict {
      currentVersion
    }
    ... on SettingLocked {
      key
    }
  }
}
    fragment PolicyDocumentFields on PolicyDocument {
  level
  storeId
  version
  updatedAt
  updatedBy
  values {
    key
    value
    origin
    setHere
  }
}`) as unknown as TypedDocumentString<UpdatePolicyMutation, UpdatePolicyMutationVariables>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    ...PersonFields
  }
}
    fragment PersonFields on Person {
  id
  name
  role
  language
  stores {
    id
    name
  }
}`) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const SetLanguageDocument = new TypedDocumentString(`
    mutation SetLanguage($language: Language!) {
  setLanguage(language: $language) {
    ...PersonFields
  }
}
    fragment PersonFields on Person {
  id
  name
  role
  language
  stores {
    id
    name
  }
}`) as unknown as TypedDocumentString<SetLanguageMutation, SetLanguageMutationVariables>;
export const TerminalPageDocument = new TypedDocumentString(`
    query TerminalPage($storeId: ID!, $id: ID!) {
  terminal(storeId: $storeId, id: $id) {
    ...TerminalFull
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment TerminalBoard on Terminal {
  id
  name
  storeId
  brand
  model
  power
  service
  activity
  signedOn
  operatorName
  unsettled {
    ...MoneyFields
  }
  unsettledCount
  lastUseAt
  lastSettledAt
  stateAt
  peripherals {
    kind
    state
    since
  }
  closeProof {
    terminalId
    businessDay
    provenAt
    overnight
    count
    totals {
      ...MoneyFields
    }
    steps {
      step
      outcome
      seq
    }
  }
}
fragment TerminalCommandFields on TerminalCommand {
  id
  storeId
  terminalId
  action
  state
  requestedBy
  reason
  text
  depth
  createdAt
  stateAt
  expiresAt
  outcomeCode
  outcomeDetail
}
fragment TerminalFull on Terminal {
  ...TerminalBoard
  driver
  device {
    model
    software
    serial
    clockSkewSeconds
    nextRebootAt
  }
  observedTraffic {
    event
    at
    signedOn
    sessionAt
    settlement
    settlementAt
    acquirerBatchNo
    merchantNumber
    saleWithoutSignOnAt
  }
  dialogue {
    capturedAt
    cause
  }
  actions {
    action
    available
    block
    destructive
    waits
    parameters
  }
  commands(first: 5) {
    totalCount
    edges {
      node {
        ...TerminalCommandFields
      }
    }
  }
}`) as unknown as TypedDocumentString<TerminalPageQuery, TerminalPageQueryVariables>;
export const TerminalChangedDocument = new TypedDocumentString(`
    subscription TerminalChanged($storeId: ID!, $id: ID!) {
  terminalChanged(storeId: $storeId, id: $id) {
    ...TerminalFull
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment TerminalBoard on Terminal {
  id
  name
  storeId
  brand
  model
  power
  service
  activity
  signedOn
  operatorName
  unsettled {
    ...MoneyFields
  }
  unsettledCount
  lastUseAt
  lastSettledAt
  stateAt
  peripherals {
    kind
    state
    since
  }
  closeProof {
    terminalId
    businessDay
    provenAt
    overnight
    count
    totals {
      ...MoneyFields
    }
    steps {
      step
      outcome
      seq
    }
  }
}
fragment TerminalCommandFields on TerminalCommand {
  id
  storeId
  terminalId
  action
  state
  requestedBy
  reason
  text
  depth
  createdAt
  stateAt
  expiresAt
  outcomeCode
  outcomeDetail
}
fragment TerminalFull on Terminal {
  ...TerminalBoard
  driver
  device {
    model
    software
    serial
    clockSkewSeconds
    nextRebootAt
  }
  observedTraffic {
    event
    at
    signedOn
    sessionAt
    settlement
    settlementAt
    acquirerBatchNo
    merchantNumber
    saleWithoutSignOnAt
  }
  dialogue {
    capturedAt
    cause
  }
  actions {
    action
    available
    block
    destructive
    waits
    parameters
  }
  commands(first: 5) {
    totalCount
    edges {
      node {
        ...TerminalCommandFields
      }
    }
  }
}`) as unknown as TypedDocumentString<TerminalChangedSubscription, TerminalChangedSubscriptionVariables>;
export const TerminalHistoryDocument = new TypedDocumentString(`
    query TerminalHistory($storeId: ID!, $id: ID!, $first: Int!, $after: String, $kinds: [TerminalEventKind!]) {
  terminal(storeId: $storeId, id: $id) {
    id
    history(first: $first, after: $after, kinds: $kinds) {
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...TerminalEventFields
        }
      }
    }
  }
}
    fragment MoneyFields on Money {
  amountMinor
  currency
}
fragment TerminalEventFields on TerminalEvent {
  id
  kind
  at
  seq
  readable
  by
  code
  detail
  amount {
    ...MoneyFields
  }
  count
  power
  service
  signedOn
  peripheral
  peripheralState
  step
  outcome
  overnight
  action
  requestedBy
  operatorName
  batchNo
  businessDay
  traceNo
  receiptNo
  cardLast4
  resultCode
  found
  model
  software
  serial
  means
  healthy
  depth
  localDateTime
  subject
}`) as unknown as TypedDocumentString<TerminalHistoryQuery, TerminalHistoryQueryVariables>;
export const TerminalOrdersDocument = new TypedDocumentString(`
    query TerminalOrders($storeId: ID!, $id: ID!, $after: String) {
  terminal(storeId: $storeId, id: $id) {
    id
    commands(first: 30, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...TerminalCommandFields
        }
      }
    }
  }
}
    fragment TerminalCommandFields on TerminalCommand {
  id
  storeId
  terminalId
  action
  state
  requestedBy
  reason
  text
  depth
  createdAt
  stateAt
  expiresAt
  outcomeCode
  outcomeDetail
}`) as unknown as TypedDocumentString<TerminalOrdersQuery, TerminalOrdersQueryVariables>;
export const TerminalDialogueDocument = new TypedDocumentString(`
    query TerminalDialogue($storeId: ID!, $id: ID!) {
  terminal(storeId: $storeId, id: $id) {
    id
    dialogue {
      capturedAt
      cause
      frames {
        at
        direction
        name
        bytes
        fields {
          tag
          name
          value
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TerminalDialogueQuery, TerminalDialogueQueryVariables>;
export const RunTerminalActionDocument = new TypedDocumentString(`
    mutation RunTerminalAction($input: RunTerminalActionInput!) {
  runTerminalAction(input: $input) {
    __typename
    ... on TerminalCommand {
      ...TerminalCommandFields
    }
    ... on Refusal {
      code
      message
    }
  }
}
    fragment TerminalCommandFields on TerminalCommand {
  id
  storeId
  terminalId
  action
  state
  requestedBy
  reason
  text
  depth
  createdAt
  stateAt
  expiresAt
  outcomeCode
  outcomeDetail
}`) as unknown as TypedDocumentString<RunTerminalActionMutation, RunTerminalActionMutationVariables>;
export const CoursesDocument = new TypedDocumentString(`
    query Courses {
  courses {
    id
    version
    titleEn
    titleZh
    minutes
    validDays
    lessons {
      id
      titleEn
      titleZh
      bodyEn
      bodyZh
    }
    questions {
      id
      textEn
      textZh
      options {
        id
        textEn
        textZh
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CoursesQuery, CoursesQueryVariables>;
export const TrainingRecordsDocument = new TypedDocumentString(`
    query TrainingRecords($storeId: ID, $after: String) {
  trainingRecords(storeId: $storeId, first: 50, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        person {
          id
          name
          role
          stores {
            id
            name
          }
        }
        course {
          id
          titleEn
          titleZh
        }
        certificate {
          id
          issuedAt
          validUntil
          score
        }
        lastScore
        lastAttemptAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TrainingRecordsQuery, TrainingRecordsQueryVariables>;
export const SubmitQuizDocument = new TypedDocumentString(`
    mutation SubmitQuiz($input: SubmitQuizInput!) {
  submitQuiz(input: $input) {
    __typename
    ... on QuizPassed {
      score
      certificate {
        id
        issuedAt
        validUntil
        score
      }
    }
    ... on QuizFailed {
      score
      passMark
      wrongQuestionIds
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SubmitQuizMutation, SubmitQuizMutationVariables>;