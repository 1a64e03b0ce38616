import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { MoneyType } from './fleet.contract.js';
import { CalendarDate, DateTime } from './scalars.js';

/** How far down funds at risk are told apart. */
export const FundsLevel = { terminal: 'terminal', store: 'store', region: 'region', chain: 'chain' } as const;
export type FundsLevel = (typeof FundsLevel)[keyof typeof FundsLevel];
registerEnumType(FundsLevel, { name: 'FundsLevel' });

/** Unsettled funds of one place in one currency, against the acquirers' cut-offs. */
@ObjectType('FundsAtRisk', { description: 'Unsettled funds of one place in one currency, against the acquirers’ cut-offs.' })
export class FundsAtRiskType {
  @Field(() => ID, { description: 'Level, place and currency: stable.' }) id!: string;
  @Field(() => FundsLevel) level!: FundsLevel;
  @Field(() => ID, { nullable: true }) storeId!: string | null;
  @Field(() => ID, { nullable: true }) terminalId!: string | null;
  @Field(() => String, { nullable: true }) region!: string | null;
  @Field(() => String, { description: 'What people call the place; empty for the chain.' }) name!: string;
  @Field(() => MoneyType) amount!: MoneyType;
  @Field(() => Int, { description: 'Transactions.' }) count!: number;
  @Field(() => Int) batches!: number;
  @Field(() => CalendarDate, { nullable: true }) oldestBusinessDay!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'The earliest cut-off that is still to come; null when there is none.' })
  cutOffAt!: Date | null;
  @Field(() => Int, { nullable: true, description: 'Whole seconds until then, by core’s clock.' }) secondsLeft!: number | null;
  @Field(() => MoneyType, { description: 'The part whose cut-off has passed.' }) late!: MoneyType;
  @Field(() => Int) lateCount!: number;
}
