import type { WorkContext } from '../database/index.js';
import type { BatchKey, BatchLifeService } from '../settlement/index.js';

interface Confirmable extends BatchKey {
  statementId: string;
  amountMinor: number;
  currency: string;
}

/**
 * Batches of a run's days, not confirmed yet, all of whose transactions an acquirer's statement names with their amounts: those of equal batches, and those of which every row has its
 * partner (on the day, later, or by a person's decision) while the statement names nothing beside them.
 */
const CONFIRMABLE = `
  WITH placed AS (
    SELECT g.store_id, g.terminal_id, g.batch_no, b.file_id, b.equal, b.account, b.batch, b.day, g.n
      FROM rc_tbatch g JOIN rc_batch b ON b.store_id = g.store_id AND b.account = g.account AND b.batch = g.batch AND b.day = g.day),
  drilled AS (
    SELECT x.store_id, x.terminal_id, x.batch_no, count(*) AS n, min(m.file_id::text) AS file
      FROM reconciliation_match m JOIN card_transaction x ON x.store_id = m.store_id AND x.payment_id = m.payment_id
     WHERE m.type IN ('matched', 'timing', 'forced') AND (x.store_id, x.terminal_id, x.batch_no) IN (SELECT store_id, terminal_id, batch_no FROM placed WHERE NOT equal)
     GROUP BY x.store_id, x.terminal_id, x.batch_no),
  more AS (SELECT DISTINCT store_id, account, batch, day, true AS found FROM rc_a WHERE NOT used)
  SELECT p.store_id AS "storeId", p.terminal_id AS "terminalId", p.batch_no AS "batchNo", coalesce(p.file_id::text, d.file) AS "statementId", t.journal_minor AS "amountMinor", t.currency
    FROM placed p
    JOIN batch t ON t.store_id = p.store_id AND t.terminal_id = p.terminal_id AND t.batch_no = p.batch_no AND t.confirmed_by IS NULL
    LEFT JOIN drilled d ON d.store_id = p.store_id AND d.terminal_id = p.terminal_id AND d.batch_no = p.batch_no
    LEFT JOIN more m ON m.store_id = p.store_id AND m.account = p.account AND m.batch = p.batch AND m.day = p.day
   WHERE p.equal AND t.journal_count = p.n OR NOT p.equal AND d.n = t.journal_count AND m.found IS NULL`;

/** Confirms the batches of a run whose rows all match. Returns how many. A batch nobody settled yet is left to the day somebody does. */
export async function confirmMatched(ctx: WorkContext, batches: BatchLifeService): Promise<number> {
  const found: Confirmable[] = await ctx.tx.query(CONFIRMABLE);
  if (found.length === 0) return 0;
  const outcomes = await batches.confirmBatches(
    ctx,
    found.map(({ statementId, amountMinor, currency, ...key }) => ({ key, confirmation: { statementId, amountMinor, currency } })),
  );
  return outcomes.filter(({ outcome }) => outcome === 'changed').length;
}
