import { createUnionType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { policyOrigin } from '@tillward/contracts';
import { PolicyRefusalType, StoreType } from './fleet.contract.js';
import { InvalidInputType, NotAllowedType, NotFoundType, resultType, SettingLockedType, VersionConflictType } from './refusals.contract.js';
import { DateTime, Json } from './scalars.js';
import { REASON_LIMIT } from './words.rules.js';

/** Levels that can set values; a store inherits from the chain. */
export const PolicyLevel = { chain: 'chain', store: 'store' } as const;
export type PolicyLevel = (typeof PolicyLevel)[keyof typeof PolicyLevel];
registerEnumType(PolicyLevel, { name: 'PolicyLevel' });

/** Where an effective value came from. */
export const PolicyOrigin = policyOrigin.enum;
export type PolicyOrigin = (typeof PolicyOrigin)[keyof typeof PolicyOrigin];
registerEnumType(PolicyOrigin, { name: 'PolicyOrigin' });

/** How a value is edited. */
export const PolicyValueKind = {
  time: 'time',
  duration: 'duration',
  boolean: 'boolean',
  choice: 'choice',
  integer: 'integer',
  text: 'text',
} as const;
export type PolicyValueKind = (typeof PolicyValueKind)[keyof typeof PolicyValueKind];
registerEnumType(PolicyValueKind, { name: 'PolicyValueType' });

/** One allowed value of a choice. */
@ObjectType('PolicyChoice')
export class PolicyChoiceType {
  @Field(() => String) value!: string;
  @Field(() => String) titleEn!: string;
  @Field(() => String) titleZh!: string;
}

/** A setting of the catalogue, explained in both languages. */
@ObjectType('PolicySetting', { description: 'A setting of the catalogue, explained in both languages.' })
export class PolicySettingType {
  @Field(() => String) key!: string;
  @Field(() => PolicyValueKind) type!: PolicyValueKind;
  @Field(() => String, { nullable: true }) unit!: string | null;
  @Field(() => String) titleEn!: string;
  @Field(() => String) titleZh!: string;
  @Field(() => String) helpEn!: string;
  @Field(() => String) helpZh!: string;
  @Field(() => [PolicyChoiceType], { nullable: true }) choices!: PolicyChoiceType[] | null;
  @Field(() => Boolean) overridable!: boolean;
  @Field(() => Json) defaultValue!: unknown;
}

/** One effective value and where it came from. */
@ObjectType('PolicyValue')
export class PolicyValueType {
  @Field(() => String) key!: string;
  @Field(() => Json) value!: unknown;
  @Field(() => PolicyOrigin) origin!: PolicyOrigin;
  @Field(() => Boolean, { description: 'Set at exactly this level.' }) setHere!: boolean;
}

/** The effective values at one level, with the chain-wide version they belong to. */
@ObjectType('PolicyDocument')
export class PolicyDocumentType {
  @Field(() => PolicyLevel) level!: PolicyLevel;
  @Field(() => ID, { nullable: true }) storeId!: string | null;
  @Field(() => Int) version!: number;
  @Field(() => DateTime) updatedAt!: Date;
  @Field(() => String, { nullable: true }) updatedBy!: string | null;
  @Field(() => [PolicyValueType]) values!: PolicyValueType[];
}

/** Whether one gateway has applied the newest version. */
@ObjectType('GatewayPolicyStatus')
export class GatewayPolicyStatusType {
  storeId!: string;
  @Field(() => StoreType) store?: StoreType;
  @Field(() => ID) gatewayId!: string;
  @Field(() => Boolean) online!: boolean;
  @Field(() => Int) desiredVersion!: number;
  @Field(() => Int, { nullable: true }) appliedVersion!: number | null;
  @Field(() => DateTime, { nullable: true }) appliedAt!: Date | null;
  @Field(() => [PolicyRefusalType]) refused!: PolicyRefusalType[];
}

/** One change of a policy edit. */
@InputType('PolicyChange')
export class PolicyChangeInput {
  @Field(() => String) key!: string;
  @Field(() => Json, {
    nullable: true,
    description: 'null removes the value from this level, so that the level above applies again.',
  })
  value?: unknown;
}

/** A policy edit: all of it or nothing. */
@InputType('UpdatePolicyInput')
export class UpdatePolicyInput {
  @Field(() => PolicyLevel) level!: PolicyLevel;
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => Int) expectedVersion!: number;
  @Field(() => [PolicyChangeInput]) changes!: PolicyChangeInput[];
  @Field(() => String, { description: REASON_LIMIT }) reason!: string;
}

/** Outcome of `updatePolicy`. */
export const UpdatePolicyResult = createUnionType({
  name: 'UpdatePolicyResult',
  types: () => [PolicyDocumentType, InvalidInputType, VersionConflictType, SettingLockedType, NotFoundType, NotAllowedType] as const,
  resolveType: resultType('PolicyDocument'),
});
