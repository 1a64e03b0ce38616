import { AuditEntryType } from './audit.contract.js';
import { GatewayEnrolmentType } from './enrolment.contract.js';
import { StoreType } from './fleet.contract.js';
import { IncidentType } from './incidents.contract.js';
import { connectionOf, uncountedConnectionOf } from './paging.js';
import { BatchType, TransactionType } from './settlement.contract.js';
import { TerminalCommandType, TerminalEventType } from './terminal.contract.js';
import { TrainingRecordType } from './training.contract.js';

/** Every connection of the schema, each declared once. */
export const CONNECTIONS = {
  stores: connectionOf(StoreType, 'Store'),
  incidents: connectionOf(IncidentType, 'Incident'),
  auditEntries: connectionOf(AuditEntryType, 'AuditEntry'),
  batches: connectionOf(BatchType, 'Batch'),
  transactions: connectionOf(TransactionType, 'Transaction'),
  trainingRecords: connectionOf(TrainingRecordType, 'TrainingRecord'),
  gatewayEnrolments: connectionOf(GatewayEnrolmentType, 'GatewayEnrolment'),
  terminalCommands: connectionOf(TerminalCommandType, 'TerminalCommand'),
};

/** Connections whose rows nobody counts, because that would read all of a journal. */
export const UNCOUNTED_CONNECTIONS = {
  terminalEvents: uncountedConnectionOf(TerminalEventType, 'TerminalEvent'),
};
