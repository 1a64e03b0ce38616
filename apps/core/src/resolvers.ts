import type { Type } from '@nestjs/common';
import { ApprovalsResolver } from './approvals/index.js';
import { AuditResolver } from './audit/index.js';
import { EnrolmentResolver } from './enrolment/index.js';
import { FLEET_RESOLVERS } from './fleet/index.js';
import { FeesResolver, FundingResolver, TermsResolver } from './funding/index.js';
import { ACCESS_METADATA, type AccessRule, CONNECTIONS } from './graphql/index.js';
import { IdentityResolver } from './identity/index.js';
import { IncidentsResolver, StoreIncidentsResolver } from './incidents/index.js';
import { PolicyResolver } from './policy/index.js';
import { DifferenceSidesResolver, DifferencesResolver, ReconciliationResolver, RemediesResolver } from './reconciliation/index.js';
import { SETTLEMENT_RESOLVERS } from './settlement/index.js';
import { FileWithdrawalResolver, StatementsResolver, WithdrawalsResolver } from './statements/index.js';
import { TrainingResolver } from './training/index.js';

/** Every resolver of the schema: what it is printed from, and whose access declarations are documented and tested. */
export const RESOLVERS: readonly Type<unknown>[] = [
  IdentityResolver,
  ...FLEET_RESOLVERS,
  ...SETTLEMENT_RESOLVERS,
  PolicyResolver,
  IncidentsResolver,
  StoreIncidentsResolver,
  StatementsResolver,
  WithdrawalsResolver,
  FileWithdrawalResolver,
  ReconciliationResolver,
  DifferencesResolver,
  DifferenceSidesResolver,
  RemediesResolver,
  FundingResolver,
  FeesResolver,
  TermsResolver,
  TrainingResolver,
  EnrolmentResolver,
  ApprovalsResolver,
  AuditResolver,
  ...Object.values(CONNECTIONS).map((connection) => connection.resolver),
];

/** A query, mutation or subscription of the schema. */
export interface RootField {
  operation: 'Query' | 'Mutation' | 'Subscription';
  name: string;
  /** What its resolver declares; nothing declared is refused by the guard. */
  access: readonly AccessRule[];
}

/** Every root field of the code, in the order of {@link RESOLVERS}: Nest marks a resolver's method with operation and name. */
export function rootFields(): RootField[] {
  return RESOLVERS.flatMap((resolver) =>
    Object.getOwnPropertyNames(resolver.prototype).flatMap((method) => {
      const handler = resolver.prototype[method] as object;
      const operation = Reflect.getMetadata('graphql:resolver_type', handler) as string | undefined;
      if (operation !== 'Query' && operation !== 'Mutation' && operation !== 'Subscription') return [];
      const name = (Reflect.getMetadata('graphql:resolver_name', handler) as string | undefined) ?? method;
      return [
        { operation, name, access: (Reflect.getMetadata(ACCESS_METADATA, handler) as readonly AccessRule[] | undefined) ?? [] } as const,
      ];
    }),
  );
}
