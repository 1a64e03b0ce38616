export { FundingJobs } from './funding.jobs.js';
export { fundingMigrations } from './funding.migrations.js';
export { FundingModule } from './funding.module.js';
export { FundingResolver } from './funding.resolver.js';
