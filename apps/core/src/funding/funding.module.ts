import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { FleetModule } from '../fleet/index.js';
import { IncidentsModule } from '../incidents/index.js';
import { OutboxModule } from '../outbox/index.js';
import { SettlementModule } from '../settlement/index.js';
import { StatementsModule } from '../statements/index.js';
import { FeesResolver } from './fees.resolver.js';
import { FeeChecks } from './fees.service.js';
import { FundingJobs } from './funding.jobs.js';
import { FundingResolver } from './funding.resolver.js';
import { FundingService } from './funding.service.js';
import { TermsProposals } from './proposals.service.js';
import { TermsResolver } from './terms.resolver.js';

/** What providers charge, what they owe, and what the bank got. */
@Module({
  imports: [AuditModule, FleetModule, IncidentsModule, OutboxModule, SettlementModule, StatementsModule],
  providers: [FundingService, FeeChecks, TermsProposals, FundingJobs, FundingResolver, FeesResolver, TermsResolver],
  exports: [FundingJobs, TermsProposals],
})
export class FundingModule {}
