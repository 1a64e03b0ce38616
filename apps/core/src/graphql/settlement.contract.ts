import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { paymentState, transactionKind } from '@tillward/contracts';
import { MoneyType } from './fleet.contract.js';
import { CalendarDate, DateTime } from './scalars.js';

/** States of a batch (DOMAIN.md, section 2). */
export const BatchState = {
  open: 'open',
  settling: 'settling',
  settled: 'settled',
  unbalanced: 'unbalanced',
  inDoubt: 'inDoubt',
  missed: 'missed',
  recovered: 'recovered',
} as const;
export type BatchState = (typeof BatchState)[keyof typeof BatchState];
registerEnumType(BatchState, { name: 'BatchState' });

/** Where a payment stands; `inDoubt` means that money may have moved. */
export const TransactionState = paymentState.enum;
export type TransactionState = (typeof TransactionState)[keyof typeof TransactionState];
registerEnumType(TransactionState, { name: 'TransactionState' });

/** What a transaction does: a sale takes money, a reversal and a refund give it back. */
export const TransactionKind = transactionKind.enum;
export type TransactionKind = (typeof TransactionKind)[keyof typeof TransactionKind];
registerEnumType(TransactionKind, { name: 'TransactionKind' });

/** A terminal's transactions between two settlements. */
@ObjectType('Batch')
export class BatchType {
  @Field(() => ID) id!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => String) terminalName!: string;
  @Field(() => Int) batchNo!: number;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => BatchState) state!: BatchState;
  @Field(() => MoneyType) journal!: MoneyType;
  @Field(() => Int) count!: number;
  @Field(() => MoneyType, { nullable: true }) terminalTotal!: MoneyType | null;
  @Field(() => MoneyType, { nullable: true }) hostTotal!: MoneyType | null;
  @Field(() => DateTime) openedAt!: Date;
  @Field(() => DateTime, { nullable: true }) settledAt!: Date | null;
}

/** A payment as the journal tells it. */
@ObjectType('Transaction')
export class TransactionType {
  @Field(() => ID) id!: string;
  @Field(() => TransactionKind) kind!: TransactionKind;
  /** Of a reversal or refund: the sale it gives back, where that is known. */
  @Field(() => ID, { nullable: true }) originalPaymentId!: string | null;
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => String) terminalName!: string;
  @Field(() => TransactionState) state!: TransactionState;
  /** Negative where money was given back. */
  @Field(() => MoneyType) amount!: MoneyType;
  @Field(() => String, { nullable: true }) operatorId!: string | null;
  @Field(() => Int, { nullable: true }) traceNo!: number | null;
  @Field(() => Int, { nullable: true }) receiptNo!: number | null;
  @Field(() => String, { nullable: true }) cardLast4!: string | null;
  @Field(() => String, { nullable: true }) cardName!: string | null;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => DateTime) startedAt!: Date;
  @Field(() => DateTime, { nullable: true }) finishedAt!: Date | null;
  @Field(() => Boolean) wasInDoubt!: boolean;
}

/** Which batches to list; absent means all the viewer sees. */
@InputType('BatchFilter')
export class BatchFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => ID, { nullable: true }) terminalId?: string | null;
  @Field(() => CalendarDate, { nullable: true }) businessDay?: string | null;
  @Field(() => [BatchState], { nullable: true }) state?: BatchState[] | null;
}

/** Which transactions to list; absent means all the viewer sees. */
@InputType('TransactionFilter')
export class TransactionFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => ID, { nullable: true }) terminalId?: string | null;
  @Field(() => CalendarDate, { nullable: true }) businessDay?: string | null;
  @Field(() => [TransactionState], { nullable: true }) state?: TransactionState[] | null;
}
