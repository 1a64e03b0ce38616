import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { IngestModule } from '../ingest/index.js';
import { OutboxModule } from '../outbox/index.js';
import { Commands } from './commands.service.js';

/** Commands to gateways. */
@Module({ imports: [AuditModule, IngestModule, OutboxModule], providers: [Commands], exports: [Commands] })
export class CommandsModule {}
