import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { MoneyType } from './fleet.contract.js';
import { InvalidInputType, NotFoundType, resultType } from './refusals.contract.js';
import { CalendarDate, DateTime, Json, MinorUnits } from './scalars.js';

const CARD_KIND =
  'Scheme and funding where the statement says them (visa debit, girocard, debit), other for a scheme nobody knows here, empty when it says nothing of the card.';
const UNRATED = 'Of charged: on rows no line of the schedule is for.';

/** Where a payout stands. */
export const PayoutState = {
  awaited: 'awaited',
  funded: 'funded',
  late: 'late',
  short: 'short',
  over: 'over',
  overdue: 'overdue',
  calendarUnknown: 'calendarUnknown',
} as const;
export type PayoutState = (typeof PayoutState)[keyof typeof PayoutState];
registerEnumType(PayoutState, { name: 'PayoutState' });

/** A version of what a provider charges and when it pays. */
@ObjectType('ProviderTerms')
export class ProviderTermsType {
  @Field(() => ID) acquirerId!: string;
  @Field(() => Int) version!: number;
  @Field(() => Json, { nullable: true, description: 'Fee schedule (docs/guide/reconciliation-core.md).' }) fees!: unknown;
  @Field(() => Json, { nullable: true, description: 'Account, country, delayBankDays, reservePpm, toleranceMinor.' }) funding!: unknown;
  @Field(() => DateTime) savedAt!: Date;
  @Field(() => String) savedBy!: string;
}

/** What a payout is made of, in minor units, signed as the merchant sees it. */
@ObjectType('PayoutParts')
export class PayoutPartsType {
  @Field(() => MinorUnits) salesMinor!: number;
  @Field(() => MinorUnits) refundsMinor!: number;
  @Field(() => MinorUnits) chargebacksMinor!: number;
  @Field(() => MinorUnits) feesMinor!: number;
  @Field(() => MinorUnits) deductionsMinor!: number;
  @Field(() => MinorUnits) creditsMinor!: number;
  @Field(() => MinorUnits) reserveMinor!: number;
}

/** Money an acquirer owes, and what the bank got of it. */
@ObjectType('Payout')
export class PayoutType {
  @Field(() => ID) id!: string;
  @Field(() => ID) acquirerId!: string;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => CalendarDate, { nullable: true, description: 'Bank day it is due; null where nobody knows the bank days.' }) dueDay!:
    | string
    | null;
  @Field(() => MoneyType) expected!: MoneyType;
  @Field(() => PayoutPartsType) parts!: PayoutPartsType;
  @Field(() => PayoutState) state!: PayoutState;
  @Field(() => ID, { nullable: true, description: 'The entry of the bank statement, which may pay several payouts.' }) bankEntryId!:
    | string
    | null;
  @Field(() => MoneyType, { nullable: true, description: 'All of that entry.' }) received!: MoneyType | null;
  @Field(() => MoneyType, { nullable: true, description: 'What all payouts of that entry together should be.' })
  expectedTogether!: MoneyType | null;
  @Field(() => Int, { nullable: true, description: 'Calendar days after the due day.' }) daysLate!: number | null;
}

/** The part of a batch's fees that is of one kind of cards. */
@ObjectType('FeeCheckKind')
export class FeeCheckKindType {
  @Field(() => String, { description: CARD_KIND }) cardKind!: string;
  @Field(() => Int) rows!: number;
  @Field(() => Int) wrongRows!: number;
  @Field(() => Int) rowsWithoutRate!: number;
  @Field(() => MoneyType) gross!: MoneyType;
  @Field(() => MoneyType) expected!: MoneyType;
  @Field(() => MoneyType) charged!: MoneyType;
  @Field(() => MoneyType, { description: UNRATED }) chargedWithoutRate!: MoneyType;
}

/** What a batch's fees are and should be. */
@ObjectType('FeeCheck')
export class FeeCheckType {
  @Field(() => ID) id!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => ID) acquirerId!: string;
  @Field(() => ID, { nullable: true }) terminalId!: string | null;
  @Field(() => String) batchNo!: string;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => Int) rows!: number;
  @Field(() => Int, { description: 'Of a schedule that rounds by batch: 1 when the batch is wrong.' }) wrongRows!: number;
  @Field(() => Int, { description: 'Rows no line of the schedule is for.' }) rowsWithoutRate!: number;
  @Field(() => MoneyType, { description: 'What the fees were charged on.' }) gross!: MoneyType;
  @Field(() => MoneyType, { description: 'Of the rows that have a rate.' }) expected!: MoneyType;
  @Field(() => MoneyType, { description: 'Of all rows.' }) charged!: MoneyType;
  @Field(() => MoneyType, { description: UNRATED }) chargedWithoutRate!: MoneyType;
  @Field(() => Int) termsVersion!: number;
  @Field(() => [FeeCheckKindType], { description: 'By card kind; they add up to the batch.' }) kinds?: FeeCheckKindType[];
}

/** What the days of a fee report are put together by. */
export const FeeReportPeriod = { day: 'day', month: 'month', whole: 'whole' } as const;
export type FeeReportPeriod = (typeof FeeReportPeriod)[keyof typeof FeeReportPeriod];
registerEnumType(FeeReportPeriod, {
  name: 'FeeReportPeriod',
  description: 'What the days of a report are put together by; whole is one period.',
});

/** One line of the fee report: an acquirer's cards of one kind in one currency and period. */
@ObjectType('FeeReportLine')
export class FeeReportLineType {
  @Field(() => ID) acquirerId!: string;
  @Field(() => String, { description: CARD_KIND }) cardKind!: string;
  @Field(() => String) currency!: string;
  @Field(() => CalendarDate, { description: 'First business day of the period, no earlier than the report’s.' }) fromDay!: string;
  @Field(() => Int) batches!: number;
  @Field(() => Int) rows!: number;
  @Field(() => Int) wrongRows!: number;
  @Field(() => Int) rowsWithoutRate!: number;
  @Field(() => MinorUnits) grossMinor!: number;
  @Field(() => MinorUnits, { description: 'Of the rows that have a rate. Negative costs the merchant.' }) expectedMinor!: number;
  @Field(() => MinorUnits, { description: 'Of all rows.' }) chargedMinor!: number;
  @Field(() => MinorUnits, { description: UNRATED }) chargedWithoutRateMinor!: number;
  @Field(() => MinorUnits, { description: 'Charged on rows that have a rate, less expected: negative was charged too much.' })
  gapMinor!: number;
}

/** Which payouts to list; absent means all. */
@InputType('PayoutFilter')
export class PayoutFilterInput {
  @Field(() => ID, { nullable: true }) acquirerId?: string | null;
  @Field(() => [PayoutState], { nullable: true }) state?: PayoutState[] | null;
  @Field(() => CalendarDate, { nullable: true }) fromDay?: string | null;
  @Field(() => CalendarDate, { nullable: true }) toDay?: string | null;
}

/** Which fee checks to list; absent means all the viewer sees. */
@InputType('FeeCheckFilter')
export class FeeCheckFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => ID, { nullable: true }) acquirerId?: string | null;
  @Field(() => CalendarDate, { nullable: true }) businessDay?: string | null;
  @Field(() => CalendarDate, { nullable: true }) fromDay?: string | null;
  @Field(() => CalendarDate, { nullable: true, description: 'Included.' }) toDay?: string | null;
  @Field(() => String, { nullable: true, description: 'Only batches with a card of this kind.' }) cardKind?: string | null;
  @Field(() => Boolean, { nullable: true, description: 'Only batches with a wrong fee, or only ones without.' }) wrong?: boolean | null;
}

/** Adds a version of a provider's terms. */
@InputType('ProviderTermsInput')
export class ProviderTermsInput {
  @Field(() => ID) acquirerId!: string;
  @Field(() => Json, { nullable: true }) fees?: unknown;
  @Field(() => Json, { nullable: true }) funding?: unknown;
}

/** Outcome of saving terms. */
export const ProviderTermsResult = createUnionType({
  name: 'ProviderTermsResult',
  types: () => [ProviderTermsType, NotFoundType, InvalidInputType] as const,
  resolveType: resultType('ProviderTerms'),
});
