import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import type { CoreConfig } from '../config.js';
import { OutboxModule } from '../outbox/index.js';
import { CONFIG } from '../platform.js';
import { Acquirers } from './acquirers.service.js';
import { readSftpSources, SFTP_SOURCES, STATEMENT_SPOOL, spoolOf } from './statements.config.js';
import { StatementsHttp } from './statements.http.js';
import { StatementImporter } from './statements.importer.js';
import { StatementJobs } from './statements.jobs.js';
import { StatementsResolver } from './statements.resolver.js';
import { Statements } from './statements.service.js';
import { FileWithdrawalResolver, WithdrawalsResolver } from './withdrawals.resolver.js';
import { Withdrawals } from './withdrawals.service.js';

/** Acquirers, and the files they and the bank send. */
@Module({
  imports: [AuditModule, OutboxModule],
  providers: [
    { provide: STATEMENT_SPOOL, inject: [CONFIG], useFactory: (config: CoreConfig) => spoolOf(config.statements) },
    { provide: SFTP_SOURCES, inject: [CONFIG], useFactory: (config: CoreConfig) => readSftpSources(config.statements?.sftpSourcesFile) },
    Acquirers,
    Statements,
    StatementImporter,
    StatementJobs,
    StatementsHttp,
    StatementsResolver,
    Withdrawals,
    WithdrawalsResolver,
    FileWithdrawalResolver,
  ],
  exports: [Acquirers, Statements, StatementImporter, StatementJobs],
})
export class StatementsModule {}
