import { createUnionType, Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { MoneyType } from './fleet.contract.js';
import { PersonNameType } from './identity.contract.js';
import { DifferenceObjectType, RemedyKind } from './reconciliation.contract.js';
import {
  AlreadyDoneType,
  ContentChangedType,
  InvalidInputType,
  NotAllowedType,
  NotFoundType,
  OwnRequestType,
  RequestPendingType,
  resultType,
} from './refusals.contract.js';
import { CalendarDate, DateTime, Json, MinorUnits } from './scalars.js';
import { NEEDED_NOTE_LIMIT } from './words.rules.js';

/** Where a request for a remedy stands. */
export const RemedyState = { requested: 'requested', approved: 'approved', refused: 'refused', withdrawn: 'withdrawn' } as const;
export type RemedyState = (typeof RemedyState)[keyof typeof RemedyState];
registerEnumType(RemedyState, { name: 'RemedyState' });

/** What is decided about a request. */
export const RemedyDecision = { approve: 'approve', refuse: 'refuse', withdraw: 'withdraw' } as const;
export type RemedyDecision = (typeof RemedyDecision)[keyof typeof RemedyDecision];
registerEnumType(RemedyDecision, { name: 'RemedyDecision' });

/** A remedy one person asks for and another decides about. */
@ObjectType('RemedyRequest')
export class RemedyRequestType {
  @Field(() => ID) id!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => RemedyKind) kind!: RemedyKind;
  @Field(() => Json, {
    description: 'What it does: ids of differences, of an entry its amount, and what the differences said when it was asked for.',
  })
  content!: unknown;
  @Field(() => String, { description: 'SHA-256 over all of the request; whoever decides names it.' }) digest!: string;
  @Field(() => RemedyState) state!: RemedyState;
  @Field(() => String) reason!: string;
  @Field(() => String) requestedName!: string;
  @Field(() => PersonNameType) requestedBy!: PersonNameType;
  @Field(() => Boolean, { description: 'The viewer asked for it.' }) mine!: boolean;
  @Field(() => Boolean, { description: 'The viewer may approve or refuse it now.' }) mayDecide!: boolean;
  @Field(() => DateTime) requestedAt!: Date;
  @Field(() => String, { nullable: true }) decidedName!: string | null;
  @Field(() => DateTime, { nullable: true }) decidedAt!: Date | null;
  @Field(() => String, { nullable: true }) decisionNote!: string | null;
  @Field(() => [DifferenceObjectType], { description: 'What it is about; of a force-match the transaction’s first.' })
  differences?: DifferenceObjectType[];
}

/** An entry that makes up for a wrong record. It is never changed. */
@ObjectType('CorrectingEntry')
export class CorrectingEntryType {
  @Field(() => ID) id!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => ID) requestId!: string;
  @Field(() => ID) differenceId!: string;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => ID, { nullable: true }) terminalId!: string | null;
  @Field(() => MoneyType) amount!: MoneyType;
  @Field(() => String) reason!: string;
  @Field(() => DateTime) enteredAt!: Date;
  @Field(() => ID) requestedBy!: string;
  @Field(() => ID) approvedBy!: string;
}

/** Asks that a transaction and a row of a statement count as the same. */
@InputType('ForceMatchInput', {
  description: 'Both have one currency and one sign; their amounts differ by no more than the acquirer’s tolerance.',
})
export class ForceMatchInput {
  @Field(() => ID, { description: 'The difference of the transaction.' }) terminalDifferenceId!: string;
  @Field(() => ID, { description: "The difference of the statement's row." }) acquirerDifferenceId!: string;
  @Field(() => String, { description: NEEDED_NOTE_LIMIT }) reason!: string;
}

/** Asks for an entry that makes up for a difference. */
@InputType('CorrectingEntryInput')
export class CorrectingEntryInput {
  @Field(() => ID) differenceId!: string;
  @Field(() => MinorUnits, {
    description:
      'Added to the books of the merchant: what the acquirer has less what the terminal has (nothing counts as 0) and less the entries made before, or a part of it with the same sign. The difference ends when nothing is left.',
  })
  amountMinor!: number;
  @Field(() => String) currency!: string;
  @Field(() => String, { description: NEEDED_NOTE_LIMIT }) reason!: string;
}

/** Outcome of asking for a remedy and of deciding about one. */
export const RemedyResult = createUnionType({
  name: 'RemedyResult',
  types: () =>
    [
      RemedyRequestType,
      NotFoundType,
      NotAllowedType,
      AlreadyDoneType,
      InvalidInputType,
      OwnRequestType,
      ContentChangedType,
      RequestPendingType,
    ] as const,
  resolveType: resultType('RemedyRequest'),
});
