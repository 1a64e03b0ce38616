import { createUnionType, Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AlreadyDoneType, InvalidInputType, NotAllowedType, NotFoundType, resultType } from './refusals.contract.js';
import { DateTime } from './scalars.js';
import { REASON_LIMIT } from './words.rules.js';

/** Where a gateway stands with its certificate. `expired` may renew by itself, `revoked` may nothing. */
export const EnrolmentState = { notEnrolled: 'notEnrolled', active: 'active', expired: 'expired', revoked: 'revoked' } as const;
export type EnrolmentState = (typeof EnrolmentState)[keyof typeof EnrolmentState];
registerEnumType(EnrolmentState, {
  name: 'EnrolmentState',
  description: 'Where a gateway stands with its certificate. `expired` may renew by itself, `revoked` may nothing.',
});

/** A gateway's newest certificate. */
@ObjectType('GatewayCertificate')
export class GatewayCertificateType {
  @Field(() => String) serial!: string;
  @Field(() => String, { description: 'SHA-256 of the certificate, hexadecimal.' }) fingerprint!: string;
  @Field(() => DateTime) issuedAt!: Date;
  @Field(() => DateTime) notAfter!: Date;
  @Field(() => DateTime, { nullable: true }) revokedAt!: Date | null;
  @Field(() => String, { nullable: true }) revokedReason!: string | null;
}

/** A gateway's right to connect. */
@ObjectType('GatewayEnrolment')
export class GatewayEnrolmentType {
  @Field(() => ID) storeId!: string;
  @Field(() => ID) gatewayId!: string;
  @Field(() => EnrolmentState) state!: EnrolmentState;
  @Field(() => GatewayCertificateType, { nullable: true }) certificate!: GatewayCertificateType | null;
  @Field(() => DateTime, { nullable: true, description: 'Until when an issued claim can still be used; null when there is none.' })
  claimUntil!: Date | null;
}

/** A claim just issued. */
@ObjectType('IssuedClaim')
export class IssuedClaimType {
  @Field(() => ID) storeId!: string;
  @Field(() => ID) gatewayId!: string;
  @Field(() => String, { description: 'For `tillward-edge enroll --claim`. It is shown this once.' }) claim!: string;
  @Field(() => DateTime) expiresAt!: Date;
}

/** Outcome of `issueClaim`. */
export const IssueClaimResult = createUnionType({
  name: 'IssueClaimResult',
  types: () => [IssuedClaimType, NotFoundType, NotAllowedType] as const,
  resolveType: resultType('IssuedClaim'),
});

/** Which gateway to revoke, and why. */
@InputType('RevokeGatewayInput')
export class RevokeGatewayInput {
  @Field(() => ID) storeId!: string;
  @Field(() => ID) gatewayId!: string;
  @Field(() => String, { description: REASON_LIMIT }) reason!: string;
}

/** Outcome of `revokeGateway`. */
export const RevokeGatewayResult = createUnionType({
  name: 'RevokeGatewayResult',
  types: () => [GatewayEnrolmentType, NotFoundType, InvalidInputType, AlreadyDoneType] as const,
  resolveType: resultType('GatewayEnrolment'),
});
