import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { paymentState, transactionKind } from '@tillward/contracts';
import { MoneyType } from './fleet.contract.js';
import { CalendarDate, DateTime, Json } from './scalars.js';

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

/** How far a batch's money has come after its settlement. */
export const BatchMoney = { unconfirmed: 'unconfirmed', confirmed: 'confirmed', funded: 'funded' } as const;
export type BatchMoney = (typeof BatchMoney)[keyof typeof BatchMoney];
registerEnumType(BatchMoney, {
  name: 'BatchMoney',
  description: 'How far a batch’s money has come: nothing heard, named by the acquirer’s statement, credited by the bank.',
});

/** What was done about an unbalanced batch. */
export const BatchHandling = { frozen: 'frozen', uploaded: 'uploaded', accepted: 'accepted' } as const;
export type BatchHandling = (typeof BatchHandling)[keyof typeof BatchHandling];
registerEnumType(BatchHandling, {
  name: 'BatchHandling',
  description:
    'What was done about an unbalanced batch: evidence frozen, transactions uploaded to the acquirer, difference accepted by two people.',
});

/** Where a payment stands; `inDoubt` means that money may have moved. */
export const TransactionState = paymentState.enum;
export type TransactionState = (typeof TransactionState)[keyof typeof TransactionState];
registerEnumType(TransactionState, { name: 'TransactionState' });

/** What a transaction does: a sale takes money, a reversal and a refund give it back. */
export const TransactionKind = transactionKind.enum;
export type TransactionKind = (typeof TransactionKind)[keyof typeof TransactionKind];
registerEnumType(TransactionKind, { name: 'TransactionKind' });

/** Who counted a card's totals. */
export const CardTotalSource = { journal: 'journal', terminal: 'terminal' } as const;
export type CardTotalSource = (typeof CardTotalSource)[keyof typeof CardTotalSource];
registerEnumType(CardTotalSource, { name: 'CardTotalSource' });

/** Which way money went. */
export const CardTotalDirection = { debit: 'debit', credit: 'credit', net: 'net' } as const;
export type CardTotalDirection = (typeof CardTotalDirection)[keyof typeof CardTotalDirection];
registerEnumType(CardTotalDirection, {
  name: 'CardTotalDirection',
  description: 'Debit takes money from cardholders, credit gives it back (ISO 8583); net is one sum of both, as a terminal tells it.',
});

/** One card's totals in a batch, in one currency. */
@ObjectType('BatchCardTotal')
export class BatchCardTotalType {
  @Field(() => CardTotalSource) source!: CardTotalSource;
  @Field(() => String, { description: 'As the terminal names the card; empty where it named none.' }) cardName!: string;
  @Field(() => String, { description: 'visa, mastercard, girocard, unionpay…; other for a name nobody knows, unnamed for none.' })
  scheme!: string;
  @Field(() => String, { description: 'debit, credit, prepaid, or unknown where the name doesn’t say.' }) funding!: string;
  @Field(() => CardTotalDirection) direction!: CardTotalDirection;
  @Field(() => MoneyType, { description: 'Of payments in this currency only: a batch may have totals in several.' }) amount!: MoneyType;
  @Field(() => Int, { nullable: true, description: 'Null where a terminal told no number.' }) count!: number | null;
}

/** What was known of an unbalanced batch, sealed at that moment. */
@ObjectType('BatchEvidence')
export class BatchEvidenceType {
  @Field(() => ID) settlementId!: string;
  @Field(() => DateTime) sealedAt!: Date;
  @Field(() => String, { description: 'SHA-256 of the content’s UTF-8 bytes, hexadecimal.' }) digest!: string;
  @Field(() => Boolean, { description: 'The content still has this digest.' }) intact!: boolean;
  @Field(() => String, { description: 'Canonical JSON (RFC 8785), exactly as sealed.' }) content!: string;
}

/** One decision or statement in a batch's history. */
@ObjectType('BatchEvent')
export class BatchEventType {
  @Field(() => DateTime) at!: Date;
  @Field(() => String) what!: string;
  @Field(() => String) actor!: string;
  @Field(() => Json) detail!: unknown;
}

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
  @Field(() => Int, { nullable: true, description: 'As the terminal counted; null where it did not say.' }) terminalCount!: number | null;
  @Field(() => Int, { nullable: true }) hostCount!: number | null;
  @Field(() => DateTime) openedAt!: Date;
  @Field(() => DateTime, { nullable: true }) settledAt!: Date | null;
  @Field(() => Boolean, { description: 'Its settlement was missed once, whatever its state now.' }) missed!: boolean;
  @Field(() => String, { nullable: true, description: 'Stable code of the last settlement that failed.' }) failureCode!: string | null;
  @Field(() => ID, { nullable: true }) settlementId!: string | null;
  @Field(() => BatchHandling, { nullable: true }) handling!: BatchHandling | null;
  @Field(() => DateTime, { nullable: true }) acceptedAt!: Date | null;
  @Field(() => BatchMoney) money!: BatchMoney;
  @Field(() => DateTime, { nullable: true }) confirmedAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'The acquirer’s statement that names it.' }) confirmedBy!: string | null;
  @Field(() => MoneyType, { nullable: true }) confirmed!: MoneyType | null;
  @Field(() => DateTime, { nullable: true }) fundedAt!: Date | null;
  @Field(() => CalendarDate, { nullable: true, description: 'Value date.' }) fundedOn!: string | null;
  @Field(() => String, { nullable: true, description: 'The bank’s line that pays it.' }) fundedBy!: string | null;
  @Field(() => MoneyType, { nullable: true }) funded!: MoneyType | null;
  @Field(() => [BatchCardTotalType]) cardTotals?: BatchCardTotalType[];
  @Field(() => [BatchEvidenceType]) evidence?: BatchEvidenceType[];
  @Field(() => [BatchEventType]) lifeEvents?: BatchEventType[];
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
  @Field(() => CalendarDate, { nullable: true }) fromBusinessDay?: string | null;
  @Field(() => CalendarDate, { nullable: true, description: 'Included.' }) throughBusinessDay?: string | null;
  @Field(() => BatchMoney, { nullable: true }) money?: BatchMoney | null;
}

/** Which transactions to list; absent means all the viewer sees. */
@InputType('TransactionFilter')
export class TransactionFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => ID, { nullable: true }) terminalId?: string | null;
  @Field(() => CalendarDate, { nullable: true }) businessDay?: string | null;
  @Field(() => [TransactionState], { nullable: true }) state?: TransactionState[] | null;
  @Field(() => Int, { nullable: true, description: 'Batches are numbered by their terminal: name that too.' }) batchNo?: number | null;
}
