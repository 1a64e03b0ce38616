import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { CommandsModule } from '../commands/index.js';
import { FleetModule } from '../fleet/index.js';
import { PolicyModule } from '../policy/index.js';
import { ApprovalJobs } from './approvals.jobs.js';
import { ApprovalsResolver } from './approvals.resolver.js';
import { Approvals } from './approvals.service.js';

/** Fleet-wide actions and the second person they need. */
@Module({
  imports: [AuditModule, CommandsModule, FleetModule, PolicyModule],
  providers: [Approvals, ApprovalJobs, ApprovalsResolver],
})
export class ApprovalsModule {}
