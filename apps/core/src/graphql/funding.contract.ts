import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { MoneyType } from './fleet.contract.js';
import {
  AlreadyDoneType,
  ContentChangedType,
  InvalidInputType,
  NotAllowedType,
  NotFoundType,
  OwnRequestType,
  RequestPendingType,
  resultType,
  VersionConflictType,
} from './refusals.contract.js';
import { RemedyState } from './remedies.contract.js';
import { CalendarDate, DateTime, Json, MinorUnits } from './scalars.js';
import { REASON_LIMIT } from './words.rules.js';

const CARD_KIND =
  'Scheme and funding where the statement says them (visa debit, girocard, debit), other for a scheme nobody knows here, empty when it says nothing of the card.';
const FEES =
  'Fee schedule (docs/guide/reconciliation-core.md): 1 to 500 rates, each of at most 1,000,000 millionths; fixed, floor and cap at most 10,000,000,000 minor units; a card kind of at most 64 characters.';
const FUNDING =
  'Account (at most 64 characters), country, delayBankDays (0 to 60), reservePpm (0 to 1,000,000 millionths), reserveReleaseDays (1 to 730), toleranceMinor (0 to 1,000 minor units: ten units of a currency with two decimals).';
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
  @Field(() => Json, { nullable: true, description: FEES }) fees!: unknown;
  @Field(() => Json, { nullable: true, description: FUNDING }) funding!: unknown;
  @Field(() => DateTime) savedAt!: Date;
  @Field(() => String, { description: 'Who proposed it; of a version of the chain file: provisioning.' }) savedBy!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Who approved it; null of a version that needed no second person (the chain file’s, and those of earlier days).',
  })
  approvedBy!: string | null;
  @Field(() => String, { nullable: true, description: 'Why it was proposed.' }) reason!: string | null;
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
  @Field(() => String, { nullable: true, description: 'The acquirer’s number of the merchant it is for; null where its rows name none.' })
  merchantNo!: string | null;
  @Field(() => String, { nullable: true, description: 'What the acquirer calls it; null where it is what a day’s rows come to.' })
  reference!: string | null;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => CalendarDate, { nullable: true, description: 'Bank day it is due; null where nobody knows the bank days.' }) dueDay!:
    | string
    | null;
  @Field(() => MoneyType) expected!: MoneyType;
  @Field(() => PayoutPartsType) parts!: PayoutPartsType;
  @Field(() => PayoutState) state!: PayoutState;
  @Field(() => ID, {
    nullable: true,
    description:
      'The entry of the bank statement, which may pay several payouts; of several entries that pay one payout in parts the last one.',
  })
  bankEntryId!: string | null;
  @Field(() => [ID], { description: 'Entries that paid a part of it before that one; nearly always none.' }) earlierBankEntryIds!: string[];
  @Field(() => MoneyType, { nullable: true, description: 'All of that entry and the earlier ones.' }) received!: MoneyType | null;
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

/** A version of a provider's terms, as somebody wants them to be. */
@InputType('ProviderTermsInput')
export class ProviderTermsInput {
  @Field(() => ID) acquirerId!: string;
  @Field(() => Int, {
    description:
      'The version in force when these terms were written, 0 for none: where another one is by now, versionConflict is answered.',
  })
  replaces!: number;
  @Field(() => Json, { nullable: true, description: FEES }) fees?: unknown;
  @Field(() => Json, { nullable: true, description: FUNDING }) funding?: unknown;
  @Field(() => String, { description: REASON_LIMIT }) reason!: string;
}

/** Terms one person of headquarters proposes and another one decides about. */
@ObjectType('TermsProposal')
export class TermsProposalType {
  @Field(() => ID) id!: string;
  @Field(() => ID) acquirerId!: string;
  @Field(() => Int, { description: 'The version in force when these terms were written; 0: none was.' }) replaces!: number;
  @Field(() => Json, { nullable: true, description: FEES }) fees!: unknown;
  @Field(() => Json, { nullable: true, description: FUNDING }) funding!: unknown;
  @Field(() => String, { description: 'SHA-256 over all of the proposal; whoever decides names it.' }) digest!: string;
  @Field(() => RemedyState) state!: RemedyState;
  @Field(() => String) reason!: string;
  @Field(() => String) requestedName!: string;
  @Field(() => DateTime) requestedAt!: Date;
  @Field(() => Boolean, { description: 'The viewer proposed it.' }) mine!: boolean;
  @Field(() => Boolean, { description: 'The viewer may approve or refuse it now.' }) mayDecide!: boolean;
  @Field(() => String, { nullable: true }) decidedName!: string | null;
  @Field(() => DateTime, { nullable: true }) decidedAt!: Date | null;
  @Field(() => String, { nullable: true }) decisionNote!: string | null;
}

/** Outcome of proposing terms and of deciding about them. */
export const TermsProposalResult = createUnionType({
  name: 'TermsProposalResult',
  types: () =>
    [
      TermsProposalType,
      NotFoundType,
      NotAllowedType,
      AlreadyDoneType,
      InvalidInputType,
      OwnRequestType,
      ContentChangedType,
      RequestPendingType,
      VersionConflictType,
    ] as const,
  resolveType: resultType('TermsProposal'),
});
