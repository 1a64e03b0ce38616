import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { MoneyType, StoreType, TerminalType } from './fleet.contract.js';
import { Role } from './identity.contract.js';
import { AlreadyDoneType, InvalidInputType, NotAllowedType, NotFoundType, resultType, StepNotReadyType } from './refusals.contract.js';
import { CalendarDate, DateTime } from './scalars.js';
import { NEEDED_NOTE_LIMIT, NOTE_LIMIT } from './words.rules.js';

/** What happened. */
export const IncidentKind = {
  terminalLeftOn: 'terminalLeftOn',
  settlementMissed: 'settlementMissed',
  closeBlocked: 'closeBlocked',
  /** A gateway's journal is not the one core has: an old copy was put back, or a second machine writes. */
  journalForked: 'journalForked',
  /** A gateway sent something that can't be read; it is in quarantine. */
  journalQuarantined: 'journalQuarantined',
  /** A provider has not paid by its day. */
  fundingLate: 'fundingLate',
  /** The bank got less than the provider owes. */
  fundingShort: 'fundingShort',
} as const;
export type IncidentKind = (typeof IncidentKind)[keyof typeof IncidentKind];
registerEnumType(IncidentKind, { name: 'IncidentKind' });

/** Where an incident stands. */
export const IncidentState = { open: 'open', acknowledged: 'acknowledged', resolved: 'resolved' } as const;
export type IncidentState = (typeof IncidentState)[keyof typeof IncidentState];
registerEnumType(IncidentState, { name: 'IncidentState' });

/** Where a step stands. `running`: its command is under way. */
export const StepState = { waiting: 'waiting', ready: 'ready', running: 'running', done: 'done', skipped: 'skipped' } as const;
export type StepState = (typeof StepState)[keyof typeof StepState];
registerEnumType(StepState, { name: 'StepState' });

/** How a step gets done. */
export const StepMode = { manual: 'manual', command: 'command', automatic: 'automatic' } as const;
export type StepMode = (typeof StepMode)[keyof typeof StepMode];
registerEnumType(StepMode, { name: 'StepMode' });

/** Where a command to a gateway stands (DESIGN.md, Commands). */
export const CommandState = {
  created: 'created',
  sent: 'sent',
  received: 'received',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  rejected: 'rejected',
  expired: 'expired',
  cancelled: 'cancelled',
  outcomeUnknown: 'outcomeUnknown',
} as const;
export type CommandState = (typeof CommandState)[keyof typeof CommandState];
registerEnumType(CommandState, { name: 'CommandState' });

/** Result of a step's automatic check. */
@ObjectType('StepCheck')
export class StepCheckType {
  @Field(() => Boolean) passed!: boolean;
  @Field(() => DateTime) checkedAt!: Date;
  @Field(() => String) detail!: string;
}

/** One step of an incident's playbook. */
@ObjectType('IncidentStep')
export class IncidentStepType {
  @Field(() => ID) id!: string;
  @Field(() => Int) position!: number;
  @Field(() => String, { description: 'Key into the catalogue of step texts, e.g. settleNow.' }) key!: string;
  @Field(() => Role) role!: Role;
  @Field(() => DateTime) dueAt!: Date;
  @Field(() => StepState) state!: StepState;
  @Field(() => StepMode, {
    description: 'How the step is done: by the person, by a command to the gateway, or by itself when telemetry shows it.',
  })
  mode!: StepMode;
  @Field(() => StepCheckType, { nullable: true, description: 'Result of the automatic check, if the step has one.' })
  check!: StepCheckType | null;
  @Field(() => CommandState, { nullable: true }) commandState!: CommandState | null;
  @Field(() => DateTime, { nullable: true }) doneAt!: Date | null;
  @Field(() => String, { nullable: true }) doneBy!: string | null;
  @Field(() => String, { nullable: true }) note!: string | null;
  @Field(() => String, { nullable: true }) skipReason!: string | null;
}

/** One line of an incident's history. */
@ObjectType('IncidentEvent')
export class IncidentEventType {
  @Field(() => DateTime) at!: Date;
  @Field(() => String) actor!: string;
  @Field(() => String) action!: string;
  @Field(() => String, { nullable: true }) detail!: string | null;
}

/** A thing a person must deal with. */
@ObjectType('Incident')
export class IncidentType {
  @Field(() => ID) id!: string;
  storeId!: string;
  terminalId!: string | null;
  @Field(() => IncidentKind) kind!: IncidentKind;
  @Field(() => IncidentState) state!: IncidentState;
  @Field(() => StoreType) store?: StoreType;
  @Field(() => TerminalType, { nullable: true }) terminal?: TerminalType | null;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => DateTime) openedAt!: Date;
  @Field(() => DateTime) dueAt!: Date;
  @Field(() => DateTime, { nullable: true }) acknowledgedAt!: Date | null;
  @Field(() => String, { nullable: true }) acknowledgedBy!: string | null;
  @Field(() => DateTime, { nullable: true }) resolvedAt!: Date | null;
  @Field(() => String, { description: 'Stable code of the cause, e.g. hostUnreachable.' }) cause!: string;
  @Field(() => MoneyType, { nullable: true }) amount!: MoneyType | null;
  @Field(() => [IncidentStepType]) steps?: IncidentStepType[];
  @Field(() => [IncidentEventType]) history?: IncidentEventType[];
}

/** Which incidents to list; absent means all the viewer sees. */
@InputType('IncidentFilter')
export class IncidentFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => [IncidentState], { nullable: true }) state?: IncidentState[] | null;
  @Field(() => [IncidentKind], { nullable: true }) kind?: IncidentKind[] | null;
}

/** Does a step. */
@InputType('CompleteStepInput')
export class CompleteStepInput {
  @Field(() => ID) incidentId!: string;
  @Field(() => ID) stepId!: string;
  @Field(() => ID, { description: 'Client-made UUID: the same key twice is one action.' }) idempotencyKey!: string;
  @Field(() => String, { nullable: true, description: NOTE_LIMIT }) note?: string | null;
}

/** Skips a step; the reason is kept for the auditor. */
@InputType('SkipStepInput')
export class SkipStepInput {
  @Field(() => ID) incidentId!: string;
  @Field(() => ID) stepId!: string;
  @Field(() => ID) idempotencyKey!: string;
  @Field(() => String, { description: NEEDED_NOTE_LIMIT }) reason!: string;
}

/** Outcome of the incident mutations. */
export const IncidentResult = createUnionType({
  name: 'IncidentResult',
  types: () => [IncidentType, NotFoundType, NotAllowedType, AlreadyDoneType, StepNotReadyType, InvalidInputType] as const,
  resolveType: resultType('Incident'),
});
