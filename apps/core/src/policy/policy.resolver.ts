import { Inject } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { SETTING_KEYS, settingDefinition } from '@tillward/policy';
import { UnitOfWork } from '../database/index.js';
import {
  Access,
  type PersonActor,
  PolicyDocumentType,
  PolicyLevel,
  PolicySettingType,
  type RefusalValue,
  UpdatePolicyInput,
  UpdatePolicyResult,
  ViewerActor,
} from '../graphql/index.js';
import { Policy } from './policy.service.js';

/** The setting catalogue, the policy of chain and stores, and who has applied it. */
@Resolver(() => PolicyDocumentType)
export class PolicyResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(Policy) private readonly policies: Policy,
  ) {}

  @Access('hq', 'manager', 'cashier', 'auditor')
  @Query(() => [PolicySettingType], { name: 'policyCatalogue' })
  policyCatalogue(): PolicySettingType[] {
    return CATALOGUE;
  }

  @Access('hq', 'manager', 'auditor')
  @Query(() => PolicyDocumentType, { name: 'policy', nullable: true })
  async policy(
    @ViewerActor() actor: PersonActor,
    @Args('level', { type: () => PolicyLevel }) level: PolicyLevel,
    @Args('storeId', { type: () => ID, nullable: true }) storeId: string | null,
  ): Promise<PolicyDocumentType | null> {
    return (await this.work.run(actor, (ctx) => this.policies.document(ctx, level, storeId ?? null))) ?? null;
  }

  @Access('hq', 'manager')
  @Mutation(() => UpdatePolicyResult, { name: 'updatePolicy' })
  updatePolicy(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => UpdatePolicyInput }) input: UpdatePolicyInput,
  ): Promise<PolicyDocumentType | RefusalValue> {
    const { level, expectedVersion, reason } = input;
    const changes = input.changes.map(({ key, value }) => ({ key, value: value ?? null }));
    return this.work.run(actor, (ctx) =>
      this.policies.update(ctx, { level, storeId: input.storeId ?? null, expectedVersion, changes, reason }),
    );
  }
}

const CATALOGUE: PolicySettingType[] = SETTING_KEYS.map((key) => {
  const setting = settingDefinition(key);
  return {
    key,
    type: setting.type,
    unit: setting.unit,
    titleEn: setting.title.en,
    titleZh: setting.title.zh,
    helpEn: setting.help.en,
    helpZh: setting.help.zh,
    choices: setting.choices?.map(({ value, title }) => ({ value, titleEn: title.en, titleZh: title.zh })) ?? null,
    overridable: setting.overridable,
    defaultValue: setting.default,
  };
});
