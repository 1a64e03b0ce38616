import type { WorkContext } from '../database/index.js';
import type { Role } from '../graphql/index.js';

/** Somebody differences can be assigned to. */
export interface OwnerRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** Most people of one answer. */
const MOST_OWNERS = 200;

/**
 * D4: who may own differences of all of these stores: headquarters, and managers who belong to each of them; as far as the actor sees the people, and nobody when the actor doesn't see one of the
 * stores. In the order of their names.
 */
export async function ownersOf(ctx: WorkContext, storeIds: readonly string[], personId: string | null = null): Promise<OwnerRow[]> {
  return await ctx.tx.query(
    `SELECT p.id, p.name, p.role FROM person p
      WHERE ($2::text IS NULL OR p.id = $2) AND (p.role = 'hq' OR p.role = 'manager' AND NOT EXISTS (
              SELECT 1 FROM unnest($1::text[]) AS n (store_id) WHERE NOT EXISTS (SELECT 1 FROM person_store ps WHERE ps.person_id = p.id AND ps.store_id = n.store_id)))
        AND NOT EXISTS (SELECT 1 FROM unnest($1::text[]) AS n (store_id) WHERE NOT EXISTS (SELECT 1 FROM store s WHERE s.store_id = n.store_id))
      ORDER BY p.name, p.id LIMIT ${MOST_OWNERS}`,
    [storeIds, personId],
  );
}
