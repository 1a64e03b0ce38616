import { createUnionType, Field, ID, ObjectType } from '@nestjs/graphql';
import {
  AlreadyDoneType,
  ContentChangedType,
  InvalidInputType,
  NotAllowedType,
  NotFoundType,
  OwnRequestType,
  resultType,
} from './refusals.contract.js';
import { RemedyState } from './remedies.contract.js';
import { DateTime } from './scalars.js';
import { StatementFileType } from './statements.contract.js';

/** A wish that a file counts no more: one person asks, another one decides. */
@ObjectType('StatementWithdrawal')
export class StatementWithdrawalType {
  @Field(() => ID) id!: string;
  @Field(() => ID) fileId!: string;
  @Field(() => StatementFileType) file?: StatementFileType;
  @Field(() => String, { description: 'SHA-256 over all of the request and the file; whoever decides names it.' }) digest!: string;
  @Field(() => RemedyState) state!: RemedyState;
  @Field(() => String) reason!: string;
  @Field(() => String) requestedName!: string;
  @Field(() => DateTime) requestedAt!: Date;
  @Field(() => Boolean, { description: 'The viewer asked for it.' }) mine!: boolean;
  @Field(() => Boolean, { description: 'The viewer may approve or refuse it now.' }) mayDecide!: boolean;
  @Field(() => String, { nullable: true }) decidedName!: string | null;
  @Field(() => DateTime, { nullable: true }) decidedAt!: Date | null;
  @Field(() => String, { nullable: true }) decisionNote!: string | null;
}

/** Outcome of asking to withdraw a file and of deciding about it. */
export const StatementWithdrawalResult = createUnionType({
  name: 'StatementWithdrawalResult',
  types: () =>
    [StatementWithdrawalType, NotFoundType, NotAllowedType, AlreadyDoneType, InvalidInputType, OwnRequestType, ContentChangedType] as const,
  resolveType: resultType('StatementWithdrawal'),
});
