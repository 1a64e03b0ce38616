import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { OutboxModule } from '../outbox/index.js';
import { PolicyResolver } from './policy.resolver.js';
import { Policy } from './policy.service.js';

/** The chain's policy and its way to the gateways. */
@Module({ imports: [AuditModule, OutboxModule], providers: [Policy, PolicyResolver], exports: [Policy] })
export class PolicyModule {}
