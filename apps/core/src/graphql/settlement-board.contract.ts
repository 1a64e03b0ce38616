import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { CalendarDate, MinorUnits } from './scalars.js';

/** How a store's batches of one business day and currency stand. Each batch is in exactly one of the counts from `open` to `funded`. */
@ObjectType('SettlementBoardDay', {
  description:
    'How a store’s batches of one business day and currency stand. Each batch is in exactly one of open, settling, inDoubt, unbalanced, missed, settled, confirmed, funded.',
})
export class SettlementBoardDayType {
  @Field(() => ID) id!: string;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => String) currency!: string;
  @Field(() => Int) batches!: number;
  @Field(() => Int, { description: 'Transactions in the journal’s totals.' }) count!: number;
  @Field(() => Int) open!: number;
  @Field(() => Int) settling!: number;
  @Field(() => Int) inDoubt!: number;
  @Field(() => Int, { description: 'Unbalanced, and nobody answers for the difference yet.' }) unbalanced!: number;
  @Field(() => Int) missed!: number;
  @Field(() => Int, { description: 'Settled, recovered or accepted by two people; no statement names them yet.' }) settled!: number;
  @Field(() => Int, { description: 'Named by the acquirer’s statement, not credited yet.' }) confirmed!: number;
  @Field(() => Int, { description: 'Credited by the bank.' }) funded!: number;
  @Field(() => Int, { description: 'Of all: their settlement was missed once, whatever their state now.' }) missedOnce!: number;
  @Field(() => Int, { description: 'Of settled, confirmed and funded: unbalanced, with a difference two people answer for.' })
  accepted!: number;
  @Field(() => MinorUnits, { description: 'What the journal booked.' }) journalMinor!: number;
  @Field(() => MinorUnits, { description: 'Of it in batches that are not settled: funds at risk.' }) unsettledMinor!: number;
  @Field(() => MinorUnits, { description: 'What statements named, of funded batches too.' }) confirmedMinor!: number;
  @Field(() => MinorUnits, { description: 'What the bank credited, net of what the acquirer kept.' }) fundedMinor!: number;
  @Field(() => ID, { nullable: true, description: 'Terminal of the only batch; null when there are several.' }) onlyTerminalId!:
    | string
    | null;
  @Field(() => Int, { nullable: true, description: 'Number of the only batch; null when there are several.' }) onlyBatchNo!: number | null;
}

/** A store on the settlement board. */
@ObjectType('SettlementBoardStore')
export class SettlementBoardStoreType {
  @Field(() => ID) storeId!: string;
  @Field(() => String) storeName!: string;
  @Field(() => [SettlementBoardDayType], { description: 'Newest day first, by currency; a day without a batch has no row.' })
  days!: SettlementBoardDayType[];
}
