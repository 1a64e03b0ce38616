import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { IngestModule } from '../ingest/index.js';
import { OutboxModule } from '../outbox/index.js';
import { SettlementModule } from '../settlement/index.js';
import { StatementsModule } from '../statements/index.js';
import { DifferenceSidesResolver } from './difference-sides.resolver.js';
import { DifferencesResolver } from './differences.resolver.js';
import { Differences } from './differences.service.js';
import { ExportsHttp } from './exports.http.js';
import { LateData } from './late-data.service.js';
import { Matching } from './matching.service.js';
import { ReconciliationJobs } from './reconciliation.jobs.js';
import { ReconciliationResolver } from './reconciliation.resolver.js';
import { Reconciliation } from './reconciliation.service.js';
import { RemediesResolver } from './remedies.resolver.js';
import { Remedies } from './remedies.service.js';

/** Matching of journal and statements, and the work that comes out of it. */
@Module({
  imports: [AuditModule, IngestModule, OutboxModule, SettlementModule, StatementsModule],
  providers: [
    Matching,
    Differences,
    Reconciliation,
    Remedies,
    ReconciliationJobs,
    LateData,
    ReconciliationResolver,
    DifferencesResolver,
    DifferenceSidesResolver,
    RemediesResolver,
    ExportsHttp,
  ],
  exports: [Matching, Differences, Reconciliation, ReconciliationJobs],
})
export class ReconciliationModule {}
