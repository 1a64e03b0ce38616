export { FeesResolver } from './fees.resolver.js';
export { type FeeCheckChoice, type FeeCheckRow, listFeeChecks } from './fees.store.js';
export { FundingJobs } from './funding.jobs.js';
export { fundingMigrations } from './funding.migrations.js';
export { FundingModule } from './funding.module.js';
export { FundingResolver } from './funding.resolver.js';
export { listPayouts, type PayoutChoice, type PayoutRow } from './payouts.store.js';
export { TermsProposals } from './proposals.service.js';
export { TermsResolver } from './terms.resolver.js';
