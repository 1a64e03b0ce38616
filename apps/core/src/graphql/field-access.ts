import type { PersonActor, RequestContext } from './access.js';
import { AccessRefused, Unauthenticated } from './graphql.errors.js';
import type { Role } from './identity.contract.js';

/**
 * Fields that not everybody may ask who may ask for the object they stand on: a cashier sees a terminal's state, not its journal. Their resolvers ask
 * {@link fieldViewer}; a spec asks each of them as each role, and docs/permissions.md lists them.
 */
export const FIELD_ACCESS = {
  'Terminal.history': ['hq', 'manager', 'auditor'],
  'Terminal.commands': ['hq', 'manager', 'auditor'],
  'Terminal.dialogue': ['hq', 'manager', 'auditor'],
  'Terminal.observedTraffic': ['hq', 'manager', 'auditor'],
} as const satisfies Record<string, readonly Role[]>;

/** The viewer, who may ask this field. Throws {@link AccessRefused} for anybody else. */
export function fieldViewer(context: RequestContext, field: keyof typeof FIELD_ACCESS): PersonActor {
  if (context.viewer === undefined) throw new Unauthenticated();
  const { actor } = context.viewer;
  const roles: readonly Role[] = FIELD_ACCESS[field];
  if (!roles.includes(actor.role)) throw new AccessRefused();
  return actor;
}
