import { Module } from '@nestjs/common';
import { AuditResolver } from './audit.resolver.js';
import { AuditLog } from './audit.service.js';

/** The audit log and its queries. */
@Module({ providers: [AuditLog, AuditResolver], exports: [AuditLog] })
export class AuditModule {}
