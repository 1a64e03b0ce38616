import type { WorkContext } from '../database/index.js';
import { inScope, type MatchingScope } from './matching.sql.js';

/** Differences correcting entries make up for, added up: those that cancel each other out make up for nothing. */
export const CORRECTED =
  'SELECT e.difference_id FROM correcting_entry e GROUP BY e.store_id, e.difference_id HAVING sum(e.amount_minor) <> 0';

/**
 * D6: differences of a run's days that it doesn't find any more though correcting entries make up for them are open again, because the entries themselves are wrong now. Both sides say the same from then
 * on, so that what is left to make up for is the entries, turned round. Once: who then accepts it has decided. Returns the stores touched.
 */
export async function reopenNeedlesslyCorrected(ctx: WorkContext, runId: string, scope: MatchingScope): Promise<string[]> {
  const rows: { storeId: string }[] = await ctx.tx.query(
    `WITH corrected AS (
       SELECT e.store_id, e.difference_id, sum(e.amount_minor)::bigint AS minor FROM correcting_entry e GROUP BY e.store_id, e.difference_id HAVING sum(e.amount_minor) <> 0),
     reopened AS (
       UPDATE difference d SET state = CASE WHEN d.state = 'assigned' THEN 'assigned' ELSE 'open' END, ended_by = NULL, ended_by_run = false, note = NULL,
              acquirer_minor = d.terminal_minor, file_id = NULL, row_no = NULL, changed_at = $1, run_id = $2
         FROM corrected c
        WHERE c.store_id = d.store_id AND c.difference_id = d.id AND d.acquirer_minor IS DISTINCT FROM d.terminal_minor
          AND d.acquirer_id = $4 AND d.business_day BETWEEN $5 AND $6 AND d.subject NOT LIKE 'f:%'${inScope('d', scope)}
          AND NOT EXISTS (SELECT 1 FROM rc_difference f WHERE f.store_id = d.store_id AND f.subject = d.subject)
          AND NOT EXISTS (SELECT 1 FROM reconciliation_match m
                           WHERE m.store_id = d.store_id AND m.payment_id = d.payment_id AND m.run_id <> $2 AND m.type NOT IN ('matched', 'forced'))
       RETURNING d.store_id, d.id, d.currency, c.minor),
     told AS (
       INSERT INTO difference_event (store_id, difference_id, at, what, actor, detail)
       SELECT store_id, id, $1, 'reopened', $3, 'nothing differs any more, and correcting entries of ' || minor || ' minor units of ' || currency || ' are no longer needed' FROM reopened
       RETURNING store_id)
     SELECT DISTINCT store_id AS "storeId" FROM told`,
    [ctx.now(), runId, ctx.actor.name, scope.acquirerId, scope.fromDay, scope.toDay],
  );
  return rows.map(({ storeId }) => storeId);
}
