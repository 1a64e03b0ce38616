import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { StoreType } from './fleet.contract.js';

/** What a person is in the chain; decides which fields answer at all. */
export const Role = { hq: 'hq', manager: 'manager', cashier: 'cashier', auditor: 'auditor' } as const;
export type Role = (typeof Role)[keyof typeof Role];
registerEnumType(Role, { name: 'Role' });

/** Languages the product is complete in. */
export const Language = { en: 'en', zh: 'zh' } as const;
export type Language = (typeof Language)[keyof typeof Language];
registerEnumType(Language, { name: 'Language' });

/** A person with an account. `stores` holds those of the person's stores that the viewer sees too. */
@ObjectType('Person')
export class PersonType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
  @Field(() => Role) role!: Role;
  @Field(() => Language) language!: Language;
  @Field(() => [StoreType]) stores?: StoreType[];
}

/** A person by name: what everybody may read who sees what the person did. */
@ObjectType('PersonName')
export class PersonNameType {
  @Field(() => ID) id!: string;
  @Field(() => String) name!: string;
}
