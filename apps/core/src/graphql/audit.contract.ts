import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { DateTime, Json } from './scalars.js';

/** One entry of the hash-chained audit log. */
@ObjectType('AuditEntry')
export class AuditEntryType {
  @Field(() => Int) index!: number;
  @Field(() => ID) id!: string;
  @Field(() => DateTime) at!: Date;
  @Field(() => String) actor!: string;
  @Field(() => ID, { nullable: true, description: 'Person id; null for the system and for somebody not signed in.' }) actorId!:
    | string
    | null;
  @Field(() => String) actorRole!: string;
  @Field(() => String) action!: string;
  @Field(() => ID, { nullable: true }) storeId!: string | null;
  @Field(() => String) subject!: string;
  @Field(() => String) summary!: string;
  @Field(() => Json) detail!: unknown;
  @Field(() => String) hash!: string;
  @Field(() => String) prevHash!: string;
}

/** Result of recomputing the whole chain of hashes. */
@ObjectType('AuditVerification')
export class AuditVerificationType {
  @Field(() => Boolean) intact!: boolean;
  @Field(() => Int) entries!: number;
  @Field(() => String) headHash!: string;
  @Field(() => Int, { nullable: true }) firstBrokenIndex!: number | null;
  @Field(() => DateTime) checkedAt!: Date;
}

/** Which entries to list; absent means all the viewer sees. */
@InputType('AuditFilter')
export class AuditFilterInput {
  @Field(() => ID, { nullable: true }) storeId?: string | null;
  @Field(() => String, { nullable: true }) action?: string | null;
  @Field(() => String, { nullable: true }) actor?: string | null;
  @Field(() => DateTime, { nullable: true }) from?: Date | null;
  @Field(() => DateTime, { nullable: true }) to?: Date | null;
  @Field(() => String, { nullable: true }) text?: string | null;
}
