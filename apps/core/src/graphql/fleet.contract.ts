import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { activity, powerState, serviceState } from '@tillward/contracts';
import { CalendarDate, DateTime, MinorUnits } from './scalars.js';

/** `unknown` is said whenever nobody can tell; it never means off. */
export const PowerState = powerState.enum;
export type PowerState = (typeof PowerState)[keyof typeof PowerState];
registerEnumType(PowerState, { name: 'PowerState', description: '`unknown` is said whenever nobody can tell; it never means off.' });

/** What an answering terminal says it needs. */
export const ServiceState = serviceState.enum;
export type ServiceState = (typeof ServiceState)[keyof typeof ServiceState];
registerEnumType(ServiceState, { name: 'ServiceState' });

/** What the gateway is doing with the terminal. */
export const Activity = activity.enum;
export type Activity = (typeof Activity)[keyof typeof Activity];
registerEnumType(Activity, { name: 'Activity' });

/** An amount: integer minor units and an ISO 4217 code. */
@ObjectType('Money')
export class MoneyType {
  @Field(() => MinorUnits) amountMinor!: number;
  @Field(() => String) currency!: string;
}

/** One setting a gateway refused, and why. */
@ObjectType('PolicyRefusal')
export class PolicyRefusalType {
  @Field(() => String) key!: string;
  @Field(() => String) reason!: string;
}

/** A store's edge agent. */
@ObjectType('Gateway')
export class GatewayType {
  @Field(() => ID) id!: string;
  @Field(() => Boolean) online!: boolean;
  @Field(() => DateTime, { nullable: true }) lastSeenAt!: Date | null;
  @Field(() => String, { nullable: true }) agentVersion!: string | null;
  @Field(() => Int, { description: 'Highest sequence number core has committed of the current epoch.' }) ackedThrough!: number;
  @Field(() => Int) journalHead!: number;
  @Field(() => Int, { nullable: true }) policyVersion!: number | null;
  @Field(() => DateTime, { nullable: true }) policyAppliedAt!: Date | null;
  @Field(() => [PolicyRefusalType]) policyRefused!: PolicyRefusalType[];
}

/** One step of a close proof and the journal entry that proves it. */
@ObjectType('ProofStep')
export class ProofStepType {
  @Field(() => String) step!: string;
  @Field(() => String) outcome!: string;
  @Field(() => Int) seq!: number;
}

/** The proof that a terminal was closed (DOMAIN.md, section 1). */
@ObjectType('CloseProof')
export class CloseProofType {
  @Field(() => ID) terminalId!: string;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => DateTime) provenAt!: Date;
  @Field(() => String) overnight!: string;
  @Field(() => MoneyType, { nullable: true }) totals!: MoneyType | null;
  @Field(() => Int, { nullable: true }) count!: number | null;
  @Field(() => [ProofStepType]) steps!: ProofStepType[];
}

/** A card terminal as core knows it. */
@ObjectType('Terminal')
export class TerminalType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
  @Field(() => ID) storeId!: string;
  @Field(() => String) brand!: string;
  @Field(() => String) model!: string;
  @Field(() => String) driver!: string;
  @Field(() => PowerState) power!: PowerState;
  @Field(() => ServiceState) service!: ServiceState;
  @Field(() => Activity) activity!: Activity;
  @Field(() => Boolean) signedOn!: boolean;
  @Field(() => String, { nullable: true }) operatorName!: string | null;
  @Field(() => MoneyType) unsettled!: MoneyType;
  @Field(() => Int) unsettledCount!: number;
  @Field(() => DateTime, { nullable: true }) lastUseAt!: Date | null;
  @Field(() => DateTime, { nullable: true }) lastSettledAt!: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'When this state was reported.' }) stateAt!: Date | null;
  @Field(() => CloseProofType, { nullable: true }) closeProof?: CloseProofType | null;
}

/** A run of the closing routine over a store's terminals. */
@ObjectType('Closing')
export class ClosingType {
  @Field(() => ID) routineId!: string;
  @Field(() => CalendarDate) businessDay!: string;
  @Field(() => DateTime) startedAt!: Date;
  @Field(() => DateTime, { nullable: true }) finishedAt!: Date | null;
  @Field(() => Int) proven!: number;
  @Field(() => Int) blocked!: number;
  @Field(() => Int) running!: number;
}

/** A store. Times are those of its effective policy in its own time zone. */
@ObjectType('Store')
export class StoreType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
  @Field(() => String) city!: string;
  @Field(() => String) timeZone!: string;
  @Field(() => String) currency!: string;
  @Field(() => DateTime, {
    nullable: true,
    description: "Tonight's closing of the effective policy; null when the store doesn't open that business day.",
  })
  closesAt?: Date | null;
  @Field(() => DateTime, { nullable: true }) opensAt?: Date | null;
  @Field(() => Boolean) isOpen?: boolean;
  @Field(() => CalendarDate) businessDay?: string;
  @Field(() => GatewayType, { nullable: true }) gateway?: GatewayType | null;
  @Field(() => [TerminalType]) terminals?: TerminalType[];
  @Field(() => MoneyType, { description: 'Unsettled amount of all terminals.' }) fundsAtRisk?: MoneyType;
  @Field(() => Int) openIncidents?: number;
  @Field(() => ClosingType, { nullable: true, description: 'Outcome of the newest closing, if there was one this business day.' })
  closing?: ClosingType | null;
}
