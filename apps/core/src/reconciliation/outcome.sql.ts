import pg from 'pg';
import { inScope, type MatchingScope } from './matching.sql.js';

const literal = (value: string) => pg.escapeLiteral(value);

/**
 * Removes what earlier runs derived for the days of this one. Pairs with one row outside of those days stay, with both of their rows taken: what that other row's day was compared with isn't
 * known here. Pairs people made stay always.
 */
export function clearDerivedSql(scope: MatchingScope): string {
  const { acquirerId, fromDay, toDay } = scope;
  const days = `BETWEEN ${literal(fromDay)}::date AND ${literal(toDay)}::date`;
  return `
    DELETE FROM reconciliation_match m WHERE acquirer_id = ${literal(acquirerId)} AND forced_by IS NULL AND terminal_day ${days} AND acquirer_day ${days}${inScope('m', scope)};
    DELETE FROM reconciliation_batch b WHERE acquirer_id = ${literal(acquirerId)} AND business_day ${days}${inScope('b', scope)}`;
}

/**
 * Writes batches and pairs. First it works out which days statements cover for which accounts, and when the last file of such a day or a later one arrived: only there can a transaction be missing, and
 * batches of other days are no result yet. A file that names no merchant, or more than its row names, covers all.
 *
 * Then what is left of the terminals' rows: a sale is `due` at the acquirer when its batch was settled before a file that could name it arrived (docs/adr/0057). What isn't due is no difference, and a
 * batch of which the acquirer knows nothing and nothing is due is no result yet. An unbalanced batch was settled as far as the acquirer goes.
 */
export function persistSql({ acquirerId, fromDay, toDay }: MatchingScope, runId: string): string {
  const [acquirer, from, to] = [literal(acquirerId), `${literal(fromDay)}::date`, `${literal(toDay)}::date`];
  return `
    CREATE TEMP TABLE rc_covered ON COMMIT DROP AS
    WITH merchants AS (SELECT DISTINCT merchant_no FROM rc_account),
    files AS (
      SELECT m.merchant_no, f.period_from, f.period_to, f.arrived_at
        FROM statement_file f
        JOIN merchants m ON f.merchant = '' OR f.merchant LIKE '%…' OR m.merchant_no = '' OR ',' || f.merchant || ',' LIKE '%,' || m.merchant_no || ',%'
       WHERE f.acquirer_id = ${acquirer} AND f.state = 'imported' AND f.period_to >= ${from}),
    days AS (
      SELECT DISTINCT f.merchant_no, d.day::date AS day
        FROM files f CROSS JOIN LATERAL generate_series(greatest(f.period_from, ${from}), least(f.period_to, ${to}), interval '1 day') AS d (day)),
    heard AS (
      SELECT d.merchant_no, d.day, max(f.arrived_at) AS heard_at FROM days d JOIN files f ON f.merchant_no = d.merchant_no AND f.period_to >= d.day GROUP BY d.merchant_no, d.day)
    SELECT c.store_id, c.account, h.day, max(h.heard_at) AS heard_at
      FROM (SELECT DISTINCT store_id, account, merchant_no FROM rc_account) c JOIN heard h ON h.merchant_no = c.merchant_no GROUP BY c.store_id, c.account, h.day;
    ANALYZE rc_covered;
    SET LOCAL enable_nestloop = on;
    CREATE TEMP TABLE rc_left ON COMMIT DROP AS
    SELECT t.id, t.place, b.state IS NULL OR b.state = 'unbalanced' OR coalesce(b.settled_at <= f.heard_at, false) AS due
      FROM rc_t t
      JOIN rc_covered f ON f.store_id = t.store_id AND f.account = t.account AND f.day = t.day
      LEFT JOIN batch b ON b.store_id = t.store_id AND b.terminal_id = t.terminal_id AND b.batch_no = t.batch_no
     WHERE NOT t.used;
    SET LOCAL enable_nestloop = off;
    INSERT INTO reconciliation_batch (store_id, acquirer_id, account, batch_no, business_day, terminal_count, terminal_minor, acquirer_count, acquirer_minor, acquirer_fee_minor,
                                      currency, equal, run_id, terminal_others, acquirer_others)
    SELECT o.store_id, ${acquirer}, o.account, o.batch, o.day, t_count, t_minor, a_count, a_minor, a_fee, currency, equal, ${literal(runId)}, t_others, a_others
      FROM rc_batch o
      LEFT JOIN rc_covered f USING (store_id, account, day)
      LEFT JOIN (SELECT place, true AS nothing FROM rc_left GROUP BY place HAVING NOT bool_or(due)) w USING (place)
     WHERE a_count > 0 OR a_others <> '[]' OR f.account IS NOT NULL AND w.nothing IS NULL;
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
    SELECT ${t}, p.type, t.day, t.account, t.terminal_id, t.batch, t.payment_id, a.file_id, a.row_no, t.type AS row_type, t.shown AS trace, t.currency, t.amount AS terminal_minor,
           a.amount AS acquirer_minor, nullif(a.currency, t.currency) AS acquirer_currency
      FROM rc_pair p JOIN rc_t t ON t.id = p.t_id JOIN rc_a a ON a.id = p.a_id WHERE p.type <> 'matched'
    UNION ALL
    SELECT ${t}, CASE WHEN t.twin THEN 'duplicateAtTerminal' ELSE 'missingAtAcquirer' END, t.day, t.account, t.terminal_id, t.batch, t.payment_id, NULL, NULL, t.type, t.shown,
           t.currency, t.amount, NULL, NULL
      FROM rc_t t JOIN rc_left l ON l.id = t.id WHERE l.due
    UNION ALL
    SELECT ${a}, CASE WHEN a.unknown THEN 'unknownBatch' WHEN a.twin THEN 'duplicateAtAcquirer' ELSE 'missingAtTerminal' END, a.day, a.account, a.terminal_id, a.batch, NULL, a.file_id,
           a.row_no, a.type, a.shown, a.currency, NULL, a.amount, NULL
      FROM rc_a a WHERE NOT a.used;
    ALTER TABLE rc_difference ADD COLUMN acquirer_id text DEFAULT ${literal(acquirerId)}`;
}
