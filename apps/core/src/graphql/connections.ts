import { FleetRequestType } from './approvals.contract.js';
import { AuditEntryType } from './audit.contract.js';
import { GatewayEnrolmentType } from './enrolment.contract.js';
import { StoreType } from './fleet.contract.js';
import { FeeCheckType, PayoutType } from './funding.contract.js';
import { FundsAtRiskType } from './funds.contract.js';
import { IncidentType } from './incidents.contract.js';
import { connectionOf, uncountedConnectionOf } from './paging.js';
import { ComparedBatchType, DifferenceObjectType, ReconciliationRunType } from './reconciliation.contract.js';
import { CorrectingEntryType, RemedyRequestType } from './remedies.contract.js';
import { BatchType, TransactionType } from './settlement.contract.js';
import { SettlementBoardStoreType } from './settlement-board.contract.js';
import { SettlementRequestType } from './settlement-requests.contract.js';
import { BankEntryType, StatementFileType, StatementLineType } from './statements.contract.js';
import { TerminalCommandType, TerminalEventType } from './terminal.contract.js';
import { TrainingRecordType } from './training.contract.js';

/** Every connection of the schema, each declared once. */
export const CONNECTIONS = {
  stores: connectionOf(StoreType, 'Store'),
  incidents: connectionOf(IncidentType, 'Incident'),
  auditEntries: connectionOf(AuditEntryType, 'AuditEntry'),
  batches: connectionOf(BatchType, 'Batch'),
  transactions: connectionOf(TransactionType, 'Transaction'),
  settlementBoard: connectionOf(SettlementBoardStoreType, 'SettlementBoardStore'),
  fundsAtRisk: connectionOf(FundsAtRiskType, 'FundsAtRisk'),
  settlementRequests: connectionOf(SettlementRequestType, 'SettlementRequest'),
  trainingRecords: connectionOf(TrainingRecordType, 'TrainingRecord'),
  gatewayEnrolments: connectionOf(GatewayEnrolmentType, 'GatewayEnrolment'),
  fleetRequests: connectionOf(FleetRequestType, 'FleetRequest'),
  statementFiles: connectionOf(StatementFileType, 'StatementFile'),
  statementRows: connectionOf(StatementLineType, 'StatementRow'),
  bankEntries: connectionOf(BankEntryType, 'BankEntry'),
  reconciliationRuns: connectionOf(ReconciliationRunType, 'ReconciliationRun'),
  comparedBatches: connectionOf(ComparedBatchType, 'ComparedBatch'),
  differences: connectionOf(DifferenceObjectType, 'Difference'),
  remedyRequests: connectionOf(RemedyRequestType, 'RemedyRequest'),
  correctingEntries: connectionOf(CorrectingEntryType, 'CorrectingEntry'),
  payouts: connectionOf(PayoutType, 'Payout'),
  feeChecks: connectionOf(FeeCheckType, 'FeeCheck'),
  terminalCommands: connectionOf(TerminalCommandType, 'TerminalCommand'),
};

/** Connections whose rows nobody counts, because that would read all of a journal. */
export const UNCOUNTED_CONNECTIONS = {
  terminalEvents: uncountedConnectionOf(TerminalEventType, 'TerminalEvent'),
};
