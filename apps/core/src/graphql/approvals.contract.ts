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
} from './refusals.contract.js';
import { DateTime } from './scalars.js';
import { TerminalAction, TerminalActionBlock, UnsupportedActionType } from './terminal.contract.js';

/** Where a request for many terminals stands. `approved` means that its commands were made. */
export const FleetRequestState = {
  waiting: 'waiting',
  approved: 'approved',
  refused: 'refused',
  withdrawn: 'withdrawn',
  expired: 'expired',
} as const;
export type FleetRequestState = (typeof FleetRequestState)[keyof typeof FleetRequestState];
registerEnumType(FleetRequestState, {
  name: 'FleetRequestState',
  description: 'Where a request for many terminals stands. `approved` means that its commands were made.',
});

/** One terminal of a request, named within its store. */
@InputType('FleetTarget')
export class FleetTargetInput {
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
}

/** A terminal that can't be asked for the action. */
@ObjectType('FleetTargetBlock')
export class FleetTargetBlockType {
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => TerminalActionBlock) block!: TerminalActionBlock;
}

/** What an action on these terminals would mean now. */
@ObjectType('FleetActionPreview', { description: 'What an action on these terminals would mean now.' })
export class FleetActionPreviewType {
  @Field(() => TerminalAction) action!: TerminalAction;
  @Field(() => Boolean, { description: 'It would wait for a second person; otherwise it is done at once.' }) secondPerson!: boolean;
  @Field(() => Int, { description: 'How many terminals one person may order such actions for alone.' }) limit!: number;
  @Field(() => Int, { description: 'Terminals that can be asked for it.' }) terminals!: number;
  @Field(() => Int) stores!: number;
  @Field(() => Int, { description: 'Of those, terminals whose gateway is offline: an order waits there until it expires.' })
  offline!: number;
  @Field(() => Int, { description: 'Of those, terminals with an unsettled amount.' }) unsettledTerminals!: number;
  @Field(() => [MoneyType], { description: 'Unsettled on those, by currency.' }) unsettledSums!: MoneyType[];
  @Field(() => [FleetTargetBlockType], { description: 'Terminals that can not be asked for it.' }) blocked!: FleetTargetBlockType[];
}

/** One terminal of a request and what became of it there. */
@ObjectType('FleetRequestTarget')
export class FleetRequestTargetType {
  @Field(() => ID) storeId!: string;
  @Field(() => String) storeName!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => String, { description: 'Its id when the terminal is gone.' }) terminalName!: string;
  @Field(() => MoneyType, { nullable: true, description: 'Unsettled now; null when the terminal is gone.' })
  unsettled!: MoneyType | null;
  @Field(() => Boolean, { description: 'Its gateway is online now.' }) online!: boolean;
  @Field(() => ID, { nullable: true }) commandId!: string | null;
  @Field(() => CommandState, { nullable: true }) commandState!: CommandState | null;
}

/** An action asked for many terminals at once. */
@ObjectType('FleetRequest')
export class FleetRequestType {
  @Field(() => ID) id!: string;
  @Field(() => TerminalAction) action!: TerminalAction;
  @Field(() => FleetRequestState) state!: FleetRequestState;
  @Field(() => Boolean, { description: 'False for what one person may order alone: it was done at once.' }) secondPerson!: boolean;
  @Field(() => String) reason!: string;
  @Field(() => String, {
    description: 'SHA-256, hexadecimal, of everything that was asked: who agrees names it, so that nothing else is agreed to.',
  })
  hash!: string;
  @Field(() => String) requestedBy!: string;
  @Field(() => Boolean, { description: 'The viewer asked for it.' }) mine!: boolean;
  @Field(() => Boolean, { description: 'The viewer may agree to it or refuse it now.' }) mayDecide!: boolean;
  @Field(() => DateTime) requestedAt!: Date;
  @Field(() => DateTime, { description: 'Until when somebody must have decided.' }) expiresAt!: Date;
  @Field(() => String, { nullable: true }) decidedBy!: string | null;
  @Field(() => DateTime, { nullable: true }) decidedAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'Why it was refused.' }) decisionReason!: string | null;
  @Field(() => Int) terminalCount!: number;
  @Field(() => Int) storeCount!: number;
  @Field(() => [FleetRequestTargetType], { description: 'By store and terminal.' }) targets?: FleetRequestTargetType[];
}

/** Asks for an action on many terminals. */
@InputType('RequestFleetActionInput')
export class RequestFleetActionInput {
  @Field(() => TerminalAction, { description: 'An action on money or power.' }) action!: TerminalAction;
  @Field(() => [FleetTargetInput], { description: '1 to 500 terminals.' }) targets!: FleetTargetInput[];
  @Field(() => String, { description: 'At most 400 characters; the second person and the auditor read it.' }) reason!: string;
  @Field(() => ID, { description: 'Client-made UUID: the same key twice is one request.' }) idempotencyKey!: string;
}

/** Agrees to a request as it was read. */
@InputType('ApproveFleetRequestInput')
export class ApproveFleetRequestInput {
  @Field(() => ID) id!: string;
  @Field(() => String, { description: 'The hash of what was read and is agreed to.' }) hash!: string;
}

/** Refuses a request. */
@InputType('RefuseFleetRequestInput')
export class RefuseFleetRequestInput {
  @Field(() => ID) id!: string;
  @Field(() => String, { description: 'Needed; one line of at most 400 characters, no card number.' }) reason!: string;
}

/** Outcome of `fleetActionPreview`. */
export const FleetActionPreviewResult = createUnionType({
  name: 'FleetActionPreviewResult',
  types: () => [FleetActionPreviewType, NotFoundType, InvalidInputType] as const,
  resolveType: resultType('FleetActionPreview'),
});

/** Outcome of `requestFleetAction`. */
export const RequestFleetActionResult = createUnionType({
  name: 'RequestFleetActionResult',
  types: () => [FleetRequestType, NotFoundType, NotAllowedType, InvalidInputType, UnsupportedActionType] as const,
  resolveType: resultType('FleetRequest'),
});

/** Outcome of a decision about a request. */
export const DecideFleetRequestResult = createUnionType({
  name: 'DecideFleetRequestResult',
  types: () =>
    [
      FleetRequestType,
      NotFoundType,
      NotAllowedType,
      InvalidInputType,
      OwnRequestType,
      ContentChangedType,
      RequestExpiredType,
      AlreadyDoneType,
      UnsupportedActionType,
    ] as const,
  resolveType: resultType('FleetRequest'),
});
