import pg from 'pg';
import type { WorkContext } from '../database/index.js';
import type { BatchKey, BatchLifeService } from '../settlement/index.js';
import { inScope, type MatchingScope } from './matching.sql.js';

interface Confirmable extends BatchKey {
  statementId: string;
  amountMinor: number;
  currency: string;
}

/** Pairs of earlier runs and of people, with the batch of their payment: found by its key one by one, because they are few among all payments. */
const earlierSql = (runId: string, scope: MatchingScope) => `
  SET LOCAL enable_nestloop = on;
  CREATE TEMP TABLE rc_earlier ON COMMIT DROP AS
  SELECT x.store_id, x.terminal_id, x.batch_no, m.file_id::text AS file
    FROM reconciliation_match m JOIN card_transaction x ON x.store_id = m.store_id AND x.payment_id = m.payment_id
   WHERE m.type IN ('matched', 'timing', 'forced') AND m.run_id IS DISTINCT FROM ${pg.escapeLiteral(runId)}::uuid AND m.acquirer_id = ${pg.escapeLiteral(scope.acquirerId)}${inScope('m', scope)};
  SET LOCAL enable_nestloop = off;
  ANALYZE rc_earlier`;

/**
 * Batches of a run's days, not confirmed yet, all of whose transactions an acquirer's statement names with their amounts, while it names nothing beside them. A transaction is named when its batch or
 * its key is equal on both sides, or when it has its partner: on the day, later, or by a person's decision.
 */
const CONFIRMABLE = `
  WITH more AS (SELECT DISTINCT store_id, account, batch, day, true AS found FROM rc_a WHERE NOT used),
  named AS (
    SELECT store_id, terminal_id, batch_no, sum(n) AS n, coalesce(min(own_file), min(file)) AS file FROM (
      SELECT g.store_id, g.terminal_id, g.batch_no, g.n, b.file_id::text AS own_file, NULL::text AS file, m.found AS more
        FROM rc_tbatch g JOIN rc_batch b ON b.store_id = g.store_id AND b.account = g.account AND b.batch = g.batch AND b.day = g.day
        LEFT JOIN more m ON m.store_id = g.store_id AND m.account = g.account AND m.batch = g.batch AND m.day = g.day
      UNION ALL SELECT t.store_id, t.terminal_id, t.batch_no, CASE WHEN p.t_id IS NULL THEN -1 ELSE 0 END, NULL, a.file_id::text, NULL
        FROM rc_t t LEFT JOIN rc_pair p ON p.t_id = t.id AND p.type IN ('matched', 'timing') LEFT JOIN rc_a a ON a.id = p.a_id
      UNION ALL SELECT e.store_id, e.terminal_id, e.batch_no, 1, NULL, e.file, NULL
        FROM rc_earlier e WHERE EXISTS (SELECT 1 FROM rc_tbatch g WHERE g.store_id = e.store_id AND g.terminal_id = e.terminal_id AND g.batch_no = e.batch_no)) s
     GROUP BY store_id, terminal_id, batch_no HAVING count(more) = 0)
  SELECT d.store_id AS "storeId", d.terminal_id AS "terminalId", d.batch_no AS "batchNo", d.file AS "statementId", t.journal_minor AS "amountMinor", t.currency
    FROM named d
    JOIN batch t ON t.store_id = d.store_id AND t.terminal_id = d.terminal_id AND t.batch_no = d.batch_no AND t.confirmed_by IS NULL
   WHERE d.n = t.journal_count AND d.file IS NOT NULL`;

/** Confirms the batches of a run whose rows all match. Returns how many. A batch nobody settled yet is left to the day somebody does. */
export async function confirmMatched(ctx: WorkContext, batches: BatchLifeService, runId: string, scope: MatchingScope): Promise<number> {
  await ctx.tx.query(earlierSql(runId, scope));
  const found: Confirmable[] = await ctx.tx.query(CONFIRMABLE);
  if (found.length === 0) return 0;
  const outcomes = await batches.confirmBatches(
    ctx,
    found.map(({ statementId, amountMinor, currency, ...key }) => ({ key, confirmation: { statementId, amountMinor, currency } })),
  );
  return outcomes.filter(({ outcome }) => outcome === 'changed').length;
}
