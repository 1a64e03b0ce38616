import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { RESULT_TYPES, type DifferenceType as Type } from '@tillward/reconciliation';
import { MoneyType } from './fleet.contract.js';
import { Role } from './identity.contract.js';
import { AlreadyDoneType, InvalidInputType, NotAllowedType, NotFoundType, resultType } from './refusals.contract.js';
import { CalendarDate, DateTime, Json, MinorUnits } from './scalars.js';
import { TransactionType } from './settlement.contract.js';
import { StatementLineType } from './statements.contract.js';

/** What two sides can differ in (libs/reconciliation, README.md). */
export const DifferenceType = Object.fromEntries(RESULT_TYPES.filter((type) => type !== 'matched').map((type) => [type, type])) as {
  [T in Type]: T;
};
export type DifferenceType = Type;
registerEnumType(DifferenceType, { name: 'DifferenceType' });

/** Where a difference stands. */
export const DifferenceState = { open: 'open', assigned: 'assigned', resolved: 'resolved', accepted: 'accepted' } as const;
export type DifferenceState = (typeof DifferenceState)[keyof typeof DifferenceState];
registerEnumType(DifferenceState, { name: 'DifferenceState' });

/** What a remedy of a difference does. */
export const RemedyKind = { forceMatch: 'forceMatch', correctingEntry: 'correctingEntry' } as const;
export type RemedyKind = (typeof RemedyKind)[keyof typeof RemedyKind];
registerEnumType(RemedyKind, { name: 'RemedyKind' });

/** What a viewer can do with a difference: acts upon it, and remedies to ask for. */
export const ViewerDifferenceAct = {
  assign: 'assign',
  resolve: 'resolve',
  accept: 'accept',
  reopen: 'reopen',
  forceMatch: 'forceMatch',
  correctingEntry: 'correctingEntry',
} as const;
export type ViewerDifferenceAct = (typeof ViewerDifferenceAct)[keyof typeof ViewerDifferenceAct];
registerEnumType(ViewerDifferenceAct, { name: 'ViewerDifferenceAct' });

/** Where a run stands. */
export const ReconciliationRunState = { waiting: 'waiting', done: 'done', failed: 'failed' } as const;
export type ReconciliationRunState = (typeof ReconciliationRunState)[keyof typeof ReconciliationRunState];
registerEnumType(ReconciliationRunState, { name: 'ReconciliationRunState' });

/** What identifies a row within its batch. */
export const RowIdentityKind = { trace: 'trace', reference: 'reference' } as const;
export type RowIdentityKind = (typeof RowIdentityKind)[keyof typeof RowIdentityKind];
registerEnumType(RowIdentityKind, { name: 'RowIdentityKind' });

/** One line of a difference's history. */
@ObjectType('DifferenceEvent')
export class DifferenceEventType {
  @Field(() => DateTime) at!: Date;
  @Field(() => String) what!: string;
  @Field(() => String) actor!: string;
  @Field(() => String, { nullable: true, description: 'Name of the person who did it; null for core’s own work.' }) actorName!:
    | string
    | null;
  @Field(() => String) detail!: string;
}

/** Something on which journal and statement don't agree, with whose work it is. */
@ObjectType('Difference')
export class DifferenceObjectType {
  @Field(() => ID) id!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => ID) acquirerId!: string;
  @Field(() => DifferenceType) type!: DifferenceType;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => ID, { nullable: true }) terminalId!: string | null;
  @Field(() => String) batchNo!: string;
  @Field(() => String, { description: 'sale, refund or reversal.' }) rowType!: string;
  @Field(() => String) traceNo!: string;
  @Field(() => ID, { nullable: true, description: 'The transaction of the journal.' }) paymentId!: string | null;
  @Field(() => ID, { nullable: true, description: "The statement's row." }) statementRowId!: string | null;
  @Field(() => MoneyType, { nullable: true, description: 'What the terminal booked.' }) terminalAmount!: MoneyType | null;
  @Field(() => MoneyType, { nullable: true, description: 'What the acquirer moved, in its row’s currency.' })
  acquirerAmount!: MoneyType | null;
  @Field(() => DifferenceState) state!: DifferenceState;
  @Field(() => Role) ownerRole!: Role;
  @Field(() => ID, { nullable: true }) ownerId!: string | null;
  @Field(() => String, { nullable: true, description: 'Name of the person it is assigned to; null for everybody of the role.' })
  ownerName!: string | null;
  @Field(() => DateTime) foundAt!: Date;
  @Field(() => DateTime) changedAt!: Date;
  @Field(() => String, { nullable: true }) endedBy!: string | null;
  @Field(() => String, { nullable: true }) note!: string | null;
  @Field(() => TransactionType, { nullable: true, description: 'The journal’s side; null where the journal has none.' })
  transaction?: TransactionType | null;
  @Field(() => StatementLineType, { nullable: true, description: 'The acquirer’s side; null where no statement has one.' })
  statementRow?: StatementLineType | null;
  @Field(() => [DifferenceEventType]) history?: DifferenceEventType[];
  @Field(() => [ViewerDifferenceAct], {
    description:
      'What the viewer may do with it now; of remedies, what may be asked for (forceMatch with one of forceMatchPartners), none of a kind that waits for a decision.',
  })
  viewerMay?: ViewerDifferenceAct[];
  @Field(() => [PendingRemedyType], { description: 'Remedies somebody asked for and nobody decided about yet, oldest first.' })
  pendingRemedies?: PendingRemedyType[];
}

/** Somebody differences can be assigned to. */
@ObjectType('DifferenceOwner')
export class DifferenceOwnerType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
  @Field(() => Role) role!: Role;
}

/** What a side of a batch has in a currency that isn't the batch's. */
@ObjectType('OtherCurrency')
export class OtherCurrencyType {
  @Field(() => Int, { description: 'Rows.' }) count!: number;
  @Field(() => MoneyType) total!: MoneyType;
  @Field(() => MoneyType, {
    nullable: true,
    description: 'What the acquirer charged on them; nothing of a terminal. Null where the statement doesn’t tell fees.',
  })
  fees!: MoneyType | null;
}

/** Waits for somebody's decision. */
@ObjectType('PendingRemedy')
export class PendingRemedyType {
  @Field(() => ID, { description: 'Of the RemedyRequest.' }) requestId!: string;
  @Field(() => RemedyKind) kind!: RemedyKind;
  @Field(() => String) requestedName!: string;
  @Field(() => DateTime) requestedAt!: Date;
}

/** Totals of a batch on both sides, of rows in its own currency; what is in others stands apart. */
@ObjectType('ComparedBatch')
export class ComparedBatchType {
  @Field(() => ID) id!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => ID) acquirerId!: string;
  @Field(() => ID, { nullable: true }) terminalId!: string | null;
  @Field(() => String, { description: 'As the acquirer writes it; empty where it names none.' }) batchNo!: string;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => Int) terminalCount!: number;
  @Field(() => MoneyType) terminalTotal!: MoneyType;
  @Field(() => Int) acquirerCount!: number;
  @Field(() => MoneyType) acquirerTotal!: MoneyType;
  @Field(() => MoneyType, { nullable: true, description: 'Of the rows whose fees the statement tells; null where it tells none of them.' })
  acquirerFees!: MoneyType | null;
  @Field(() => [OtherCurrencyType], { description: 'Transactions that aren’t in the batch’s currency, in none of its sums.' })
  terminalOtherCurrencies!: OtherCurrencyType[];
  @Field(() => [OtherCurrencyType], { description: 'Rows of statements that aren’t in the batch’s currency, in none of its sums.' })
  acquirerOtherCurrencies!: OtherCurrencyType[];
  @Field(() => Boolean, { description: 'All rows match: count, sum and digest of all rows are the same, and all in one currency.' })
  equal!: boolean;
}

/** One matching of journal and statements. */
@ObjectType('ReconciliationRun')
export class ReconciliationRunType {
  @Field(() => ID) id!: string;
  @Field(() => ID) acquirerId!: string;
  @Field(() => CalendarDate) fromDay!: string;
  @Field(() => CalendarDate) toDay!: string;
  @Field(() => String) cause!: string;
  @Field(() => ReconciliationRunState) state!: ReconciliationRunState;
  @Field(() => DateTime) requestedAt!: Date;
  @Field(() => DateTime, { nullable: true }) finishedAt!: Date | null;
  @Field(() => Int, { nullable: true }) durationMs!: number | null;
  @Field(() => Json, { description: 'Results by type.' }) counts!: Record<string, number>;
  @Field(() => String, { nullable: true }) failure!: string | null;
}

/** How many minor units of a currency two amounts may differ and still match. */
@ObjectType('AmountTolerance')
export class AmountToleranceType {
  @Field(() => String) currency!: string;
  @Field(() => MinorUnits) amountMinor!: number;
}

/** How an acquirer's rows are compared. */
@ObjectType('ReconciliationSetting')
export class ReconciliationSettingType {
  @Field(() => ID) acquirerId!: string;
  @Field(() => RowIdentityKind) identity!: RowIdentityKind;
  @Field(() => Int, { description: 'How many days later the acquirer may book a transaction.' }) timingDays!: number;
  @Field(() => [AmountToleranceType]) amountTolerances!: AmountToleranceType[];
}

/** Differences that were acted on together. */
@ObjectType('DifferencesChanged')
export class DifferencesChangedType {
  @Field(() => [DifferenceObjectType]) differences!: DifferenceObjectType[];
}

/** A run that was asked for. */
@ObjectType('ReconciliationRequested')
export class ReconciliationRequestedType {
  @Field(() => ID) runId!: string;
}

/** Which differences to list; absent means all the viewer sees. */
@InputType('DifferenceFilter')
export class DifferenceFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => ID, { nullable: true }) acquirerId?: string | null;
  @Field(() => ID, { nullable: true }) terminalId?: string | null;
  @Field(() => CalendarDate, { nullable: true }) fromDay?: string | null;
  @Field(() => CalendarDate, { nullable: true }) toDay?: string | null;
  @Field(() => [DifferenceType], { nullable: true }) type?: DifferenceType[] | null;
  @Field(() => [DifferenceState], { nullable: true }) state?: DifferenceState[] | null;
  @Field(() => Role, { nullable: true }) ownerRole?: Role | null;
  @Field(() => ID, { nullable: true }) ownerId?: string | null;
}

/** Which compared batches to list; absent means all the viewer sees. */
@InputType('ComparedBatchFilter')
export class ComparedBatchFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => ID, { nullable: true }) acquirerId?: string | null;
  @Field(() => ID, { nullable: true }) terminalId?: string | null;
  @Field(() => String, { nullable: true, description: 'As the acquirer writes it.' }) batchNo?: string | null;
  @Field(() => CalendarDate, { nullable: true }) businessDay?: string | null;
  @Field(() => CalendarDate, { nullable: true }) fromDay?: string | null;
  @Field(() => CalendarDate, { nullable: true, description: 'Included.' }) toDay?: string | null;
  @Field(() => Boolean, { nullable: true }) equal?: boolean | null;
}

/** A tolerance of one currency. */
@InputType('AmountToleranceInput')
export class AmountToleranceInput {
  @Field(() => String) currency!: string;
  @Field(() => MinorUnits, { description: '0 to 100 minor units: what rounding explains.' }) amountMinor!: number;
}

/** Says how an acquirer's rows are compared. What is left out stays as it is. */
@InputType('ReconciliationSettingInput', { description: 'What is left out stays as it is.' })
export class ReconciliationSettingInput {
  @Field(() => ID) acquirerId!: string;
  @Field(() => RowIdentityKind, { nullable: true }) identity?: RowIdentityKind | null;
  @Field(() => Int, { nullable: true, description: 'How many days later the acquirer may book a transaction: 0 to 31.' }) timingDays?:
    | number
    | null;
  @Field(() => [AmountToleranceInput], { nullable: true, description: 'All of them: a currency that is not named has none.' })
  amountTolerances?: AmountToleranceInput[] | null;
}

/** Outcome of acts on differences. */
export const DifferenceResult = createUnionType({
  name: 'DifferenceResult',
  types: () => [DifferencesChangedType, NotFoundType, NotAllowedType, AlreadyDoneType, InvalidInputType] as const,
  resolveType: resultType('DifferencesChanged'),
});

/** Outcome of asking for a run. */
export const ReconciliationRequestResult = createUnionType({
  name: 'ReconciliationRequestResult',
  types: () => [ReconciliationRequestedType, NotFoundType, InvalidInputType] as const,
  resolveType: resultType('ReconciliationRequested'),
});

/** Outcome of changing how an acquirer's rows are compared. */
export const ReconciliationSettingResult = createUnionType({
  name: 'ReconciliationSettingResult',
  types: () => [ReconciliationSettingType, NotFoundType, InvalidInputType] as const,
  resolveType: resultType('ReconciliationSetting'),
});
