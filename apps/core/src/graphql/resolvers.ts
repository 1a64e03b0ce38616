import type { Type } from '@nestjs/common';
import { AuditResolver } from '../audit/index.js';
import { FLEET_RESOLVERS } from '../fleet/index.js';
import { IdentityResolver } from '../identity/index.js';
import { IncidentsResolver, StoreIncidentsResolver } from '../incidents/index.js';
import { PolicyResolver } from '../policy/index.js';
import { SettlementResolver } from '../settlement/index.js';
import { TrainingResolver } from '../training/index.js';
import { CONNECTIONS } from './connections.js';

/** Every resolver of the schema: what it is printed from, and whose access declarations the spec walks. */
export const RESOLVERS: readonly Type<unknown>[] = [
  IdentityResolver,
  ...FLEET_RESOLVERS,
  SettlementResolver,
  PolicyResolver,
  IncidentsResolver,
  StoreIncidentsResolver,
  TrainingResolver,
  AuditResolver,
  ...Object.values(CONNECTIONS).map((connection) => connection.resolver),
];
