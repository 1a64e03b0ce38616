import { approvalMigrations } from './approvals/approvals.migrations.js';
import { auditMigrations } from './audit/audit.migrations.js';
import { commandMigrations } from './commands/commands.migrations.js';
import { databaseMigrations, type Migration } from './database/index.js';
import { enrolmentMigrations } from './enrolment/enrolment.migrations.js';
import { fleetMigrations } from './fleet/fleet.migrations.js';
import { fundingMigrations } from './funding/funding.migrations.js';
import { identityMigrations } from './identity/identity.migrations.js';
import { incidentMigrations } from './incidents/incidents.migrations.js';
import { ingestMigrations } from './ingest/ingest.migrations.js';
import { outboxMigrations } from './outbox/outbox.migrations.js';
import { policyMigrations } from './policy/policy.migrations.js';
import { reconciliationMigrations } from './reconciliation/reconciliation.migrations.js';
import { settlementMigrations } from './settlement/settlement.migrations.js';
import { cardKeyMigrations } from './statements/card-key.migrations.js';
import { dayToldMigrations } from './statements/day-told.migrations.js';
import { statementMigrations } from './statements/statements.migrations.js';
import { trainingMigrations } from './training/training.migrations.js';

/** Every module's steps; numbers 0001–0099 belong to platform, ingest, fleet and settlement, 0100 and up to the modules above them. */
export const migrations: readonly Migration[] = [
  ...databaseMigrations,
  ...outboxMigrations,
  ...fleetMigrations,
  ...settlementMigrations,
  ...ingestMigrations,
  ...auditMigrations,
  ...identityMigrations,
  ...policyMigrations,
  ...commandMigrations,
  ...incidentMigrations,
  ...trainingMigrations,
  ...enrolmentMigrations,
  ...statementMigrations,
  ...cardKeyMigrations,
  ...reconciliationMigrations,
  ...fundingMigrations,
  ...approvalMigrations,
  ...dayToldMigrations,
];
