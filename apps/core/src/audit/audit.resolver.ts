import { Inject } from '@nestjs/common';
import { Args, Int, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  AuditEntryType,
  AuditFilterInput,
  AuditVerificationType,
  CONNECTIONS,
  type Connection,
  type PersonActor,
  pageOf,
  pageRequest,
  ViewerActor,
} from '../graphql/index.js';
import { AuditLog } from './audit.service.js';
import { countAuditEntries, listAuditEntries } from './audit.store.js';

/** Reading the audit log. Managers see their stores' entries, HQ and auditors all. */
@Resolver(() => AuditEntryType)
export class AuditResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** Newest first. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.auditEntries.type, { name: 'auditEntries' })
  async auditEntries(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => AuditFilterInput, nullable: true }) filter: AuditFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<AuditEntryType>> {
    const page = pageRequest(first, after, ['number']);
    const rows = await this.work.run(actor, (ctx) => listAuditEntries(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.index],
      (row) => row,
      () => this.work.run(actor, (ctx) => countAuditEntries(ctx, filter)),
    );
  }

  /** Recomputes the whole chain. */
  @Access('hq', 'auditor')
  @Query(() => AuditVerificationType, { name: 'auditVerification' })
  auditVerification(@ViewerActor() actor: PersonActor): Promise<AuditVerificationType> {
    return this.work.run(actor, (ctx) => this.audit.verify(ctx));
  }
}
