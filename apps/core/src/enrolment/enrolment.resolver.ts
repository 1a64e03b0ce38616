import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  CONNECTIONS,
  type Connection,
  GatewayEnrolmentType,
  IssueClaimResult,
  isRefusal,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  RevokeGatewayInput,
  RevokeGatewayResult,
  ViewerActor,
} from '../graphql/index.js';
import { CLOCK, type Clock } from '../platform.js';
import { enrolmentState } from './enrolment.rules.js';
import { Enrolment, type IssuedClaim } from './enrolment.service.js';
import { countEnrolments, type EnrolmentRow, listEnrolments } from './enrolment.store.js';

/** Which gateways may connect; HQ lets them in and out. */
@Resolver(() => GatewayEnrolmentType)
export class EnrolmentResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Enrolment) private readonly enrolment: Enrolment,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** By store. */
  @Access('hq', 'auditor')
  @Query(() => CONNECTIONS.gatewayEnrolments.type, { name: 'gatewayEnrolments' })
  async gatewayEnrolments(
    @ViewerActor() actor: PersonActor,
    @Args('storeId', { type: () => ID, nullable: true }) storeId: string | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<GatewayEnrolmentType>> {
    const page = pageRequest(first, after, ['string', 'string']);
    const where = { storeId: storeId ?? null };
    const asked = { limit: page.limit, after: page.after as readonly [string, string] | undefined };
    const rows = await this.work.run(actor, (ctx) => listEnrolments(ctx, where, asked));
    return pageOf(
      page,
      rows,
      (row) => [row.storeId, row.gatewayId],
      (row) => this.#view(row),
      () => this.work.run(actor, (ctx) => countEnrolments(ctx, where)),
    );
  }

  @Access('hq')
  @Mutation(() => IssueClaimResult, { name: 'issueClaim' })
  issueClaim(@ViewerActor() actor: PersonActor, @Args('storeId', { type: () => ID }) storeId: string): Promise<IssuedClaim | RefusalValue> {
    return this.work.run(actor, (ctx) => this.enrolment.issueClaim(ctx, storeId));
  }

  @Access('hq')
  @Mutation(() => RevokeGatewayResult, { name: 'revokeGateway' })
  async revokeGateway(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => RevokeGatewayInput }) input: RevokeGatewayInput,
  ): Promise<GatewayEnrolmentType | RefusalValue> {
    const done = await this.work.run(actor, (ctx) => this.enrolment.revoke(ctx, input));
    return isRefusal(done) ? done : this.#view(done);
  }

  #view(row: EnrolmentRow): GatewayEnrolmentType {
    const { storeId, gatewayId, serial, fingerprint, issuedAt, notAfter, revokedAt, revokedReason, claimUntil } = row;
    const certificate =
      serial === null || fingerprint === null || issuedAt === null || notAfter === null
        ? null
        : { serial, fingerprint, issuedAt, notAfter, revokedAt, revokedReason };
    const newest = certificate === null ? undefined : { notAfterMs: certificate.notAfter.getTime(), revoked: revokedAt !== null };
    return { storeId, gatewayId, state: enrolmentState(newest, this.clock.now().getTime()), certificate, claimUntil };
  }
}
