import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { COMMAND_ACTIONS, type CommandAction, JOURNAL_KINDS, type JournalKind, peripheral, peripheralState } from '@tillward/contracts';
import { MoneyType, PowerState, ServiceState } from './fleet.contract.js';
import { CommandState } from './incidents.contract.js';
import { InvalidInputType, NotAllowedType, NotFoundType, RefusalType, resultType } from './refusals.contract.js';
import { CalendarDate, DateTime } from './scalars.js';

/** A part of a terminal, or beside it, that fails on its own. */
export const PeripheralKind = peripheral.enum;
export type PeripheralKind = (typeof PeripheralKind)[keyof typeof PeripheralKind];
registerEnumType(PeripheralKind, { name: 'PeripheralKind' });

/** `unknown`: it, or the terminal, did not say, or the gateway is offline; never taken for ready. */
export const PeripheralState = peripheralState.enum;
export type PeripheralState = (typeof PeripheralState)[keyof typeof PeripheralState];
registerEnumType(PeripheralState, {
  name: 'PeripheralState',
  description: '`unknown`: it, or the terminal, did not say, or the gateway is offline. Never taken for ready.',
});

/** One-shot actions a terminal can be asked for. */
export const TerminalAction = Object.fromEntries(COMMAND_ACTIONS.map((action) => [action, action])) as { [A in CommandAction]: A };
export type TerminalAction = CommandAction;
registerEnumType(TerminalAction, { name: 'TerminalAction' });

/** Kinds of journal entries: what a terminal's history is made of. */
export const TerminalEventKind = Object.fromEntries(Object.keys(JOURNAL_KINDS).map((kind) => [kind, kind])) as { [K in JournalKind]: K };
export type TerminalEventKind = JournalKind;
registerEnumType(TerminalEventKind, { name: 'TerminalEventKind', description: 'Kinds of journal entries.' });

/** Why an action can't be ordered now. */
export const TerminalActionBlock = {
  notYourRole: 'notYourRole',
  observedOnly: 'observedOnly',
  unsupportedByProtocol: 'unsupportedByProtocol',
  noPowerSwitch: 'noPowerSwitch',
  alreadyRunning: 'alreadyRunning',
} as const;
export type TerminalActionBlock = (typeof TerminalActionBlock)[keyof typeof TerminalActionBlock];
registerEnumType(TerminalActionBlock, { name: 'TerminalActionBlock' });

/** What an action needs to know beside the reason. */
export const TerminalActionParameter = { text: 'text', depth: 'depth' } as const;
export type TerminalActionParameter = (typeof TerminalActionParameter)[keyof typeof TerminalActionParameter];
registerEnumType(TerminalActionParameter, { name: 'TerminalActionParameter' });

/** What a diagnosis tests: the way to the acquirer's host, or the terminal itself. */
export const DiagnosisDepth = { host: 'host', self: 'self' } as const;
export type DiagnosisDepth = (typeof DiagnosisDepth)[keyof typeof DiagnosisDepth];
registerEnumType(DiagnosisDepth, { name: 'DiagnosisDepth' });

/** A peripheral somebody reports on. */
@ObjectType('Peripheral')
export class PeripheralType {
  @Field(() => PeripheralKind) kind!: PeripheralKind;
  @Field(() => PeripheralState) state!: PeripheralState;
  @Field(() => DateTime, { nullable: true, description: 'Since when, by the journal; null where nobody can tell yet.' })
  since!: Date | null;
  @Field(() => String, { nullable: true, description: '`terminal` or `printer`; null where the journal has not told yet.' })
  toldBy!: string | null;
}

/** What a terminal told about itself; null where it did not. */
@ObjectType('TerminalDevice')
export class TerminalDeviceType {
  @Field(() => String, { nullable: true }) model!: string | null;
  @Field(() => String, { nullable: true }) software!: string | null;
  @Field(() => String, { nullable: true }) serial!: string | null;
  @Field(() => Int, {
    nullable: true,
    description: 'How far its clock is ahead of the time it was read at, in seconds, good to about ten; null where it tells no clock.',
  })
  clockSkewSeconds!: number | null;
  @Field(() => DateTime, { nullable: true, description: 'When it will restart by itself next.' }) nextRebootAt!: Date | null;
}

/** What is read from a watched terminal's traffic with its acquirer. */
@ObjectType('ObservedTraffic')
export class ObservedTrafficType {
  @Field(() => String, { description: 'The newest event, by its name in the journal (AcquirerTrafficObserved).' }) event!: string;
  @Field(() => DateTime) at!: Date;
  @Field(() => Boolean, { nullable: true, description: 'Whether a sign-on is the newest of sign-ons and sign-offs seen.' })
  signedOn!: boolean | null;
  @Field(() => DateTime, { nullable: true }) sessionAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'The newest event about a settlement.' }) settlement!: string | null;
  @Field(() => DateTime, { nullable: true }) settlementAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'The batch number the acquirer uses.' }) acquirerBatchNo!: string | null;
  @Field(() => String, { nullable: true }) merchantNumber!: string | null;
  @Field(() => DateTime, { nullable: true, description: 'When a sale without a sign-on was seen last.' }) saleWithoutSignOnAt!: Date | null;
}

/** One action, and whether this viewer may order it on this terminal now. */
@ObjectType('TerminalActionOption')
export class TerminalActionOptionType {
  @Field(() => TerminalAction) action!: TerminalAction;
  @Field(() => Boolean) available!: boolean;
  @Field(() => TerminalActionBlock, { nullable: true, description: 'Why not; null when available.' }) block!: TerminalActionBlock | null;
  @Field(() => Boolean, { description: 'It ends a batch, or takes the terminal away from the till for a while.' }) destructive!: boolean;
  @Field(() => Boolean, { description: 'The gateway is offline: an order waits for it until it expires.' }) waits!: boolean;
  @Field(() => [TerminalActionParameter]) parameters!: TerminalActionParameter[];
}

/** An ordered action (DESIGN.md, Commands). */
@ObjectType('TerminalCommand')
export class TerminalCommandType {
  @Field(() => ID) id!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => TerminalAction) action!: TerminalAction;
  @Field(() => CommandState) state!: CommandState;
  @Field(() => String) requestedBy!: string;
  @Field(() => String) reason!: string;
  @Field(() => String, { nullable: true }) text!: string | null;
  @Field(() => DiagnosisDepth, { nullable: true }) depth!: DiagnosisDepth | null;
  @Field(() => DateTime) createdAt!: Date;
  @Field(() => DateTime) stateAt!: Date;
  @Field(() => DateTime) expiresAt!: Date;
  @Field(() => String, { nullable: true, description: 'Stable code of a failure.' }) outcomeCode!: string | null;
  @Field(() => String, { nullable: true, description: "The gateway's own words." }) outcomeDetail!: string | null;
}

/** A decoded field of a frame; `tag` and `name` as the protocol's specification has them, `value` masked. */
@ObjectType('DialogueField')
export class DialogueFieldType {
  @Field(() => String) tag!: string;
  @Field(() => String) name!: string;
  @Field(() => String) value!: string;
}

/** One frame between gateway and terminal. */
@ObjectType('DialogueFrame')
export class DialogueFrameType {
  @Field(() => DateTime) at!: Date;
  @Field(() => String, { description: '`sent` to the terminal or `received` from it.' }) direction!: string;
  @Field(() => String) name!: string;
  @Field(() => Int) bytes!: number;
  @Field(() => [DialogueFieldType]) fields!: DialogueFieldType[];
}

/** The newest captured protocol dialogue, decoded and masked. */
@ObjectType('TerminalDialogue')
export class TerminalDialogueType {
  @Field(() => DateTime) capturedAt!: Date;
  @Field(() => String, { description: 'command, inDoubt, failed or streamBroken.' }) cause!: string;
  @Field(() => [DialogueFrameType], { description: 'Oldest first.' }) frames!: DialogueFrameType[];
}

const TEXT = { nullable: true } as const;

/**
 * One journal entry of a terminal. What a kind does not say is null; codes are stable and have their words in the dashboard's catalogues. `readable` is
 * false for an entry whose payload is not what its kind promises: it is shown, and says nothing more.
 */
@ObjectType('TerminalEvent', { description: 'One journal entry of a terminal; what its kind does not say is null.' })
export class TerminalEventType {
  @Field(() => ID) id!: string;
  @Field(() => TerminalEventKind) kind!: TerminalEventKind;
  @Field(() => DateTime, { description: "By the gateway's clock; order is that of epoch and seq." }) at!: Date;
  @Field(() => ID) gatewayId!: string;
  @Field(() => Int) epoch!: number;
  @Field(() => Int) seq!: number;
  @Field(() => Boolean) readable!: boolean;
  @Field(() => String, { ...TEXT, description: 'Who or what made it happen: policy, command, till, recovery, closing, handover.' })
  by?: string | null;
  @Field(() => String, { ...TEXT, description: 'Stable code of a failure or a refusal.' }) code?: string | null;
  @Field(() => String, { ...TEXT, description: "The gateway's or the terminal's own words." }) detail?: string | null;
  @Field(() => MoneyType, TEXT) amount?: MoneyType | null;
  @Field(() => Int, TEXT) count?: number | null;
  @Field(() => PowerState, TEXT) power?: PowerState | null;
  @Field(() => ServiceState, TEXT) service?: ServiceState | null;
  @Field(() => Boolean, TEXT) signedOn?: boolean | null;
  @Field(() => PeripheralKind, TEXT) peripheral?: PeripheralKind | null;
  @Field(() => PeripheralState, TEXT) peripheralState?: PeripheralState | null;
  @Field(() => String, TEXT) toldBy?: string | null;
  @Field(() => String, { ...TEXT, description: 'Step of a closing or an opening.' }) step?: string | null;
  @Field(() => String, { ...TEXT, description: 'Outcome of that step.' }) outcome?: string | null;
  @Field(() => String, TEXT) overnight?: string | null;
  @Field(() => String, { ...TEXT, description: 'Action of a command.' }) action?: string | null;
  @Field(() => ID, TEXT) commandId?: string | null;
  @Field(() => String, TEXT) requestedBy?: string | null;
  @Field(() => String, TEXT) operatorName?: string | null;
  @Field(() => Int, TEXT) batchNo?: number | null;
  @Field(() => CalendarDate, TEXT) businessDay?: string | null;
  @Field(() => Int, TEXT) traceNo?: number | null;
  @Field(() => Int, TEXT) receiptNo?: number | null;
  @Field(() => String, TEXT) cardLast4?: string | null;
  @Field(() => String, { ...TEXT, description: "The terminal's or the host's own result code." }) resultCode?: string | null;
  @Field(() => Boolean, { ...TEXT, description: 'An enquiry found that money moved, or that the batch is settled.' })
  found?: boolean | null;
  @Field(() => String, TEXT) model?: string | null;
  @Field(() => String, TEXT) software?: string | null;
  @Field(() => String, TEXT) serial?: string | null;
  @Field(() => String, { ...TEXT, description: 'How it was restarted: protocol or power.' }) means?: string | null;
  @Field(() => Boolean, { ...TEXT, description: 'It came back, or was found healthy.' }) healthy?: boolean | null;
  @Field(() => DiagnosisDepth, TEXT) depth?: DiagnosisDepth | null;
  @Field(() => String, { ...TEXT, description: 'Terminal-local date and time, YYYY-MM-DDTHH:MM:SS.' }) localDateTime?: string | null;
  @Field(() => String, { ...TEXT, description: "What was seen in the traffic with the acquirer, or the dialogue's cause." })
  subject?: string | null;
}

/** Orders an action on one terminal. */
@InputType('RunTerminalActionInput')
export class RunTerminalActionInput {
  @Field(() => ID) storeId!: string;
  @Field(() => ID) terminalId!: string;
  @Field(() => TerminalAction) action!: TerminalAction;
  @Field(() => String, { description: 'At most 400 characters; kept for the auditor.' }) reason!: string;
  @Field(() => String, { nullable: true, description: 'For displayMessage: at most 120 characters.' }) text?: string | null;
  @Field(() => DiagnosisDepth, { nullable: true, description: 'For diagnoseTerminal; the host where left out.' })
  depth?: DiagnosisDepth | null;
  @Field(() => ID, { description: 'Client-made UUID: the same key twice is one order.' }) idempotencyKey!: string;
}

/** The terminal can't be asked for this: its protocol lacks it, it is only observed, or nothing can switch its power. */
@ObjectType('UnsupportedAction', { implements: () => [RefusalType] })
export class UnsupportedActionType extends RefusalType {
  @Field(() => TerminalActionBlock) block!: TerminalActionBlock;
}

/** The same action is under way on this terminal. */
@ObjectType('AlreadyRunning', { implements: () => [RefusalType] })
export class AlreadyRunningType extends RefusalType {
  @Field(() => ID) commandId!: string;
}

/** With what this person ordered within the last hour it would be fleet-wide: a second person has to agree. */
@ObjectType('SecondPersonNeeded', { implements: () => [RefusalType] })
export class SecondPersonNeededType extends RefusalType {
  @Field(() => Int, { description: 'How many terminals one person may order such actions for alone, within an hour.' }) limit!: number;
}

/** Outcome of `runTerminalAction`. */
export const RunTerminalActionResult = createUnionType({
  name: 'RunTerminalActionResult',
  types: () =>
    [
      TerminalCommandType,
      NotFoundType,
      NotAllowedType,
      InvalidInputType,
      UnsupportedActionType,
      AlreadyRunningType,
      SecondPersonNeededType,
    ] as const,
  resolveType: resultType('TerminalCommand'),
});
