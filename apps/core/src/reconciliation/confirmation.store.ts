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
 * its key is equal on both sides, or when it has its partner: on the day, later, or by a person's decision. One amount in one currency is confirmed: a batch whose transactions are in several never is.
 */
const CONFIRMABLE = `
  WITH more AS (SELECT DISTINCT store_id, account, batch, day, true AS found FROM rc_a WHERE NOT used),
  named AS (
    SELECT store_id, terminal_id, batch_no, sum(n) AS n, coalesce(min(own_file), min(file)) AS file FROM (
      SELECT g.store_id, g.terminal_id, g.batch_no, g.n, b.file_id::text AS own_file, NULL::text AS file, m.found AS more, g.least, g.most
        FROM rc_tbatch g JOIN rc_batch b ON b.store_id = g.store_id AND b.account = g.account AND b.batch = g.batch AND b.day = g.day
        LEFT JOIN more m ON m.store_id = g.store_id AND m.account = g.account AND m.batch = g.batch AND m.day = g.day
      UNION ALL SELECT t.store_id, t.terminal_id, t.batch_no, CASE WHEN p.t_id IS NULL THEN -1 ELSE 0 END, NULL, a.file_id::text, NULL, NULL, NULL
        FROM rc_t t LEFT JOIN rc_pair p ON p.t_id = t.id AND p.type IN ('matched', 'timing') LEFT JOIN rc_a a ON a.id = p.a_id
      UNION ALL SELECT e.store_id, e.terminal_id, e.batch_no, 1, NULL, e.file, NULL, NULL, NULL
        FROM rc_earlier e WHERE EXISTS (SELECT 1 FROM rc_tbatch g WHERE g.store_id = e.store_id AND g.terminal_id = e.terminal_id AND g.batch_no = e.batch_no)) s
     GROUP BY store_id, terminal_id, batch_no HAVING count(more) = 0 AND min(least) = max(most))
  SELECT d.store_id AS "storeId", d.terminal_id AS "terminalId", d.batch_no AS "batchNo", d.file AS "statementId", t.journal_minor AS "amountMinor", t.currency
    FROM named d
    JOIN batch t ON t.store_id = d.store_id AND t.terminal_id = d.terminal_id AND t.batch_no = d.batch_no AND t.confirmed_by IS NULL
   WHERE d.n = t.journal_count AND d.file IS NOT NULL`;

/**
 * Confirmed batches in which a run finds a transaction that doesn't agree with the statement, or beside which the statement names something else: what would not be confirmed today. Those without any
 * finding keep what an earlier run said, because a run may see a part of a batch only.
 */
const DISAGREEING = `
  WITH wrong AS (
    SELECT x.store_id, x.terminal_id, x.batch_no
      FROM rc_difference d JOIN card_transaction x ON x.store_id = d.store_id AND x.payment_id = d.payment_id WHERE d.type <> 'timing'
    UNION
    SELECT g.store_id, g.terminal_id, g.batch_no
      FROM rc_tbatch g JOIN rc_a a ON a.store_id = g.store_id AND a.account = g.account AND a.batch = g.batch AND a.day = g.day WHERE NOT a.used)
  SELECT b.store_id AS "storeId", b.terminal_id AS "terminalId", b.batch_no AS "batchNo", b.confirmed_by AS "statementId"
    FROM wrong w
    JOIN batch b ON b.store_id = w.store_id AND b.terminal_id = w.terminal_id AND b.batch_no = w.batch_no
    JOIN statement_file f ON f.file_id::text = b.confirmed_by AND f.acquirer_id = $1
   ORDER BY 1, 2, 3`;

/** Takes back what an earlier run confirmed and this one finds not to agree, with other settings or other rows. Returns how many. */
export async function unconfirmDisagreeing(ctx: WorkContext, batches: BatchLifeService, { acquirerId }: MatchingScope): Promise<number> {
  await ctx.tx.query('SET LOCAL enable_nestloop = on');
  const found: (BatchKey & { statementId: string })[] = await ctx.tx.query(DISAGREEING, [acquirerId]);
  await ctx.tx.query('SET LOCAL enable_nestloop = off');
  await batches.unconfirmBatches(
    ctx,
    found.map(({ statementId, ...key }) => ({ key, statementId })),
  );
  return found.length;
}

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
