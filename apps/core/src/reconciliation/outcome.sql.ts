import pg from 'pg';
import type { MatchingScope } from './matching.sql.js';

const literal = (value: string) => pg.escapeLiteral(value);

/**
 * Removes what earlier runs derived for the days of this one. Pairs with one row outside of those days stay, with both of their rows taken: what that other row's day was compared with isn't
 * known here. Pairs people made stay always.
 */
export function clearDerivedSql({ acquirerId, fromDay, toDay }: MatchingScope): string {
  const days = `BETWEEN ${literal(fromDay)}::date AND ${literal(toDay)}::date`;
  return `
    DELETE FROM reconciliation_match WHERE acquirer_id = ${literal(acquirerId)} AND forced_by IS NULL AND terminal_day ${days} AND acquirer_day ${days};
    DELETE FROM reconciliation_batch WHERE acquirer_id = ${literal(acquirerId)} AND business_day ${days}`;
}

/**
 * Writes batches and pairs. First it works out which days statements cover for which accounts: only there can a transaction be missing, and batches of other days are no result yet. A file that
 * names no merchant, or more than its row names, covers all.
 */
export function persistSql({ acquirerId, fromDay, toDay }: MatchingScope, runId: string): string {
  const [acquirer, from, to] = [literal(acquirerId), `${literal(fromDay)}::date`, `${literal(toDay)}::date`];
  return `
    CREATE TEMP TABLE rc_covered ON COMMIT DROP AS
    SELECT DISTINCT c.store_id, c.account, d.day::date AS day
      FROM statement_file f
      JOIN (SELECT DISTINCT store_id, account, merchant_no FROM rc_account) c
        ON f.merchant = '' OR f.merchant LIKE '%…' OR c.merchant_no = '' OR ',' || f.merchant || ',' LIKE '%,' || c.merchant_no || ',%'
     CROSS JOIN LATERAL generate_series(greatest(f.period_from, ${from}), least(f.period_to, ${to}), interval '1 day') AS d (day)
     WHERE f.acquirer_id = ${acquirer} AND f.state = 'imported' AND f.period_to >= ${from} AND f.period_from <= ${to};
    ANALYZE rc_covered;
    INSERT INTO reconciliation_batch (store_id, acquirer_id, account, batch_no, business_day, terminal_count, terminal_minor, acquirer_count, acquirer_minor, acquirer_fee_minor,
                                      currency, equal, run_id)
    SELECT o.store_id, ${acquirer}, o.account, o.batch, o.day, t_count, t_minor, a_count, a_minor, a_fee, currency, equal, ${literal(runId)}
      FROM rc_batch o LEFT JOIN rc_covered f USING (store_id, account, day) WHERE a_count > 0 OR f.account IS NOT NULL;
    INSERT INTO reconciliation_match (store_id, payment_id, file_id, row_no, acquirer_id, terminal_day, acquirer_day, type, run_id)
    SELECT t.store_id, t.payment_id, a.file_id, a.row_no, ${acquirer}, t.day, a.day, p.type, ${literal(runId)}
      FROM rc_pair p JOIN rc_t t ON t.id = p.t_id JOIN rc_a a ON a.id = p.a_id`;
}

/** Everything that is no match, each with the row it is about: a pair's is its payment. */
export function differencesSql({ acquirerId }: MatchingScope): string {
  const t = "t.store_id, 'p:' || t.payment_id AS subject";
  const a = "a.store_id, 'r:' || a.file_id || ':' || a.row_no AS subject";
  return `
    CREATE TEMP TABLE rc_difference ON COMMIT DROP AS
    SELECT ${t}, p.type, t.day, t.account, t.terminal_id, t.batch, t.payment_id, a.file_id, a.row_no, t.type AS row_type, t.trace, t.currency, t.amount AS terminal_minor,
           a.amount AS acquirer_minor
      FROM rc_pair p JOIN rc_t t ON t.id = p.t_id JOIN rc_a a ON a.id = p.a_id WHERE p.type <> 'matched'
    UNION ALL
    SELECT ${t}, CASE WHEN t.twin THEN 'duplicateAtTerminal' ELSE 'missingAtAcquirer' END, t.day, t.account, t.terminal_id, t.batch, t.payment_id, NULL, NULL, t.type, t.trace,
           t.currency, t.amount, NULL
      FROM rc_t t JOIN rc_covered f USING (store_id, account, day) WHERE NOT t.used
    UNION ALL
    SELECT ${a}, CASE WHEN a.unknown THEN 'unknownBatch' WHEN a.twin THEN 'duplicateAtAcquirer' ELSE 'missingAtTerminal' END, a.day, a.account, a.terminal_id, a.batch, NULL, a.file_id,
           a.row_no, a.type, a.trace, a.currency, NULL, a.amount
      FROM rc_a a WHERE NOT a.used;
    ALTER TABLE rc_difference ADD COLUMN acquirer_id text DEFAULT ${literal(acquirerId)}`;
}
