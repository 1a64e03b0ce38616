import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { IdentityHttp } from './identity.http.js';
import { IdentityResolver } from './identity.resolver.js';
import { Identity } from './identity.service.js';

/** People and sessions. */
@Module({ imports: [AuditModule], providers: [Identity, IdentityHttp, IdentityResolver], exports: [Identity] })
export class IdentityModule {}
