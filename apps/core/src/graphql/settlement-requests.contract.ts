import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { MoneyType } from './fleet.contract.js';
import { CommandState } from './incidents.contract.js';
import {
  AlreadyDoneType,
  ContentChangedType,
  InvalidInputType,
  NotAllowedType,
  NotFoundType,
  OwnRequestType,
  RequestExpiredType,
  resultType,
  StepNotReadyType,
} from './refusals.contract.js';
import { CalendarDate, DateTime } from './scalars.js';
import { BatchType } from './settlement.contract.js';
import { UnsupportedActionType } from './terminal.contract.js';
import { MAX_REASON, REASON_LIMIT } from './words.rules.js';

/** What two people may do with a batch. */
export const SettlementRequestKind = { settle: 'settle', acceptUnbalanced: 'acceptUnbalanced' } as const;
export type SettlementRequestKind = (typeof SettlementRequestKind)[keyof typeof SettlementRequestKind];
registerEnumType(SettlementRequestKind, {
  name: 'SettlementRequestKind',
  description: 'Have a batch settled by hand, or answer for the difference of an unbalanced one.',
});

/** Where a request stands. */
export const SettlementRequestState = {
  waiting: 'waiting',
  approved: 'approved',
  refused: 'refused',
  withdrawn: 'withdrawn',
  expired: 'expired',
} as const;
export type SettlementRequestState = (typeof SettlementRequestState)[keyof typeof SettlementRequestState];
registerEnumType(SettlementRequestState, { name: 'SettlementRequestState', description: '`approved` means that its command was made.' });

/** A decision about a request. */
export const SettlementDecision = { approve: 'approve', refuse: 'refuse', withdraw: 'withdraw' } as const;
export type SettlementDecision = (typeof SettlementDecision)[keyof typeof SettlementDecision];
registerEnumType(SettlementDecision, { name: 'SettlementDecision' });

/** What one person asked for and another decides; amounts are those the batch showed then. */
@ObjectType('SettlementRequest', { description: 'What one person asked for and another decides; amounts are those the batch showed then.' })
export class SettlementRequestType {
  @Field(() => ID) id!: string;
  @Field(() => SettlementRequestKind) kind!: SettlementRequestKind;
  @Field(() => SettlementRequestState) state!: SettlementRequestState;
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => Int) batchNo!: number;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => MoneyType) journal!: MoneyType;
  @Field(() => Int) count!: number;
  @Field(() => MoneyType, { nullable: true }) terminalTotal!: MoneyType | null;
  @Field(() => MoneyType, { nullable: true }) hostTotal!: MoneyType | null;
  @Field(() => String) reason!: string;
  @Field(() => String, { description: 'SHA-256 of all of the request; an approval names it.' }) digest!: string;
  @Field(() => ID) requestedBy!: string;
  @Field(() => String) requestedByName!: string;
  @Field(() => DateTime) requestedAt!: Date;
  @Field(() => DateTime) expiresAt!: Date;
  @Field(() => String, { nullable: true }) decidedByName!: string | null;
  @Field(() => DateTime, { nullable: true }) decidedAt!: Date | null;
  @Field(() => String, { nullable: true }) decisionNote!: string | null;
  @Field(() => ID, { nullable: true }) commandId!: string | null;
  @Field(() => CommandState, { nullable: true, description: 'What became of the command of an approved request.' })
  commandState?: CommandState | null;
  @Field(() => Boolean, { description: 'The viewer may decide about it now.' }) mayDecide!: boolean;
}

/** Which requests to list; absent means all the viewer sees. */
@InputType('SettlementRequestFilter')
export class SettlementRequestFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => [SettlementRequestState], { nullable: true }) state?: SettlementRequestState[] | null;
}

/** A request for a second person. */
@InputType('RequestSettlementInput')
export class RequestSettlementInput {
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => Int) batchNo!: number;
  @Field(() => SettlementRequestKind) kind!: SettlementRequestKind;
  @Field(() => String, { description: REASON_LIMIT }) reason!: string;
  @Field(() => ID, { description: 'A UUID made by the client: the same one again returns the same request.' }) idempotencyKey!: string;
}

/** A decision about a request. */
@InputType('DecideSettlementRequestInput')
export class DecideSettlementRequestInput {
  @Field(() => ID) id!: string;
  @Field(() => SettlementDecision) decision!: SettlementDecision;
  @Field(() => String, { nullable: true, description: 'The digest of what was read; needed to approve.' }) digest?: string | null;
  @Field(() => String, { nullable: true, description: `Needed to refuse; one line of at most ${MAX_REASON} characters, no card number.` })
  note?: string | null;
}

/** That a batch's transactions were handed to the acquirer. */
@InputType('RecordBatchUploadInput')
export class RecordBatchUploadInput {
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => Int) batchNo!: number;
  @Field(() => String, { description: 'The acquirer’s or provider’s reference: at most 80 characters.' }) reference!: string;
}

/** Outcome of `requestSettlement`. */
export const RequestSettlementResult = createUnionType({
  name: 'RequestSettlementResult',
  types: () =>
    [
      SettlementRequestType,
      InvalidInputType,
      NotFoundType,
      NotAllowedType,
      AlreadyDoneType,
      StepNotReadyType,
      UnsupportedActionType,
    ] as const,
  resolveType: resultType('SettlementRequest'),
});

/** Outcome of `decideSettlementRequest`. */
export const DecideSettlementRequestResult = createUnionType({
  name: 'DecideSettlementRequestResult',
  types: () =>
    [
      SettlementRequestType,
      InvalidInputType,
      NotFoundType,
      NotAllowedType,
      OwnRequestType,
      ContentChangedType,
      RequestExpiredType,
      AlreadyDoneType,
      StepNotReadyType,
    ] as const,
  resolveType: resultType('SettlementRequest'),
});

/** Outcome of `recordBatchUpload`. */
export const RecordBatchUploadResult = createUnionType({
  name: 'RecordBatchUploadResult',
  types: () => [BatchType, InvalidInputType, NotFoundType, NotAllowedType, StepNotReadyType] as const,
  resolveType: resultType('Batch'),
});
