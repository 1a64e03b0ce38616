import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { OutboxModule } from '../outbox/index.js';
import { SettlementModule } from '../settlement/index.js';
import { StatementsModule } from '../statements/index.js';
import { DifferencesResolver } from './differences.resolver.js';
import { Differences } from './differences.service.js';
import { ExportsHttp } from './exports.http.js';
import { Matching } from './matching.service.js';
import { ReconciliationJobs } from './reconciliation.jobs.js';
import { ReconciliationResolver } from './reconciliation.resolver.js';
import { Reconciliation } from './reconciliation.service.js';
import { RemediesResolver } from './remedies.resolver.js';
import { Remedies } from './remedies.service.js';

/** Matching of journal and statements, and the work that comes out of it. */
@Module({
  imports: [AuditModule, OutboxModule, SettlementModule, StatementsModule],
  providers: [
    Matching,
    Differences,
    Reconciliation,
    Remedies,
    ReconciliationJobs,
    ReconciliationResolver,
    DifferencesResolver,
    RemediesResolver,
    ExportsHttp,
  ],
  exports: [Matching, Differences, Reconciliation, ReconciliationJobs],
})
export class ReconciliationModule {}
