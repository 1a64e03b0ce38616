import pg from 'pg';

/** What a run matches and how. Days are `YYYY-MM-DD`, both ends included. */
export interface MatchingScope {
  readonly acquirerId: string;
  readonly fromDay: string;
  readonly toDay: string;
  readonly identity: 'trace' | 'reference';
  readonly timingDays: number;
  /** Minor units by ISO 4217 code; 0 for currencies not named. */
  readonly amountToleranceMinor: Readonly<Record<string, number>>;
}

/** What both sides have, and is therefore compared (libs/reconciliation, ComparedColumns). */
export interface Compared {
  readonly batches: boolean;
  readonly trace: boolean;
}

const literal = (value: string) => pg.escapeLiteral(value);
/** As the terminal shows a batch's number (counter.rules.ts): four digits, then from 1 again. */
const SHOWN_BATCH = '((x.batch_no - 1) % 9999 + 1)';
const SIGNED = "CASE WHEN x.kind = 'sale' THEN x.amount_minor ELSE -x.amount_minor END";
/** A type as two bits beside the amount. */
const TYPE_CODE = "CASE type WHEN 'sale' THEN 0 WHEN 'refund' THEN 1 ELSE 2 END";
const COMPARED_TYPES = "('sale', 'refund', 'reversal')";

/** Rows of pairs that people made, or that reach over the ends of the run's days: they have their partner. */
const TAKEN_AT_TERMINAL = `EXISTS (SELECT 1 FROM reconciliation_match m WHERE m.store_id = x.store_id AND m.payment_id = x.payment_id)`;
const TAKEN_AT_ACQUIRER = `EXISTS (SELECT 1 FROM reconciliation_match m WHERE m.store_id = r.store_id AND m.file_id = r.file_id AND m.row_no = r.row_no)`;

function acquirerRows({ acquirerId, fromDay, toDay }: MatchingScope): string {
  return `r.acquirer_id = ${literal(acquirerId)} AND r.business_day BETWEEN ${literal(fromDay)}::date AND ${literal(toDay)}::date AND NOT r.superseded
    AND r.store_id <> '' AND r.type IN ${COMPARED_TYPES}`;
}

function terminalRows({ fromDay, toDay }: MatchingScope): string {
  return `x.business_day BETWEEN ${literal(fromDay)}::date AND ${literal(toDay)}::date AND x.state = 'completed'`;
}

/** Whether any row of the statement names a batch, and whether any names a trace number. */
export function comparedSql(scope: MatchingScope): string {
  return `SELECT EXISTS (SELECT 1 FROM statement_row r WHERE ${acquirerRows(scope)} AND r.batch_no <> '') AS batches,
                 EXISTS (SELECT 1 FROM statement_row r WHERE ${acquirerRows(scope)} AND r.trace_no <> '') AS trace`;
}

/** Terminals whose transactions the acquirer's statements should name, and the account their rows are compared under. */
export function accountsSql({ acquirerId }: MatchingScope): string {
  const acquirer = literal(acquirerId);
  return `
    CREATE TEMP TABLE rc_account ON COMMIT DROP AS
    SELECT t.store_id, t.terminal_id, CASE WHEN e.store_id IS NOT NULL THEN t.terminal_id ELSE '' END AS account, coalesce(e.merchant_no, m.merchant_no) AS merchant_no
      FROM terminal t
      LEFT JOIN acquirer_terminal e ON e.acquirer_id = ${acquirer} AND e.store_id = t.store_id AND e.terminal_id = t.terminal_id
      LEFT JOIN LATERAL (
        SELECT s.merchant_no FROM acquirer_terminal s WHERE s.acquirer_id = ${acquirer} AND s.store_id = t.store_id AND s.terminal_id IS NULL
         ORDER BY s.merchant_no, s.terminal_no LIMIT 1) m ON true
     WHERE e.store_id IS NOT NULL
        OR m.merchant_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM acquirer_terminal o WHERE o.store_id = t.store_id AND o.terminal_id = t.terminal_id);
    ANALYZE rc_account`;
}

/**
 * Totals first (R5): count, sum and the sum of 64-bit digests (number, amount, type) of each batch on both sides; a batch of several currencies is never equal. Terminals' batches are added up by their own numbers, which are
 * integers, and brought under the acquirer's afterwards. Of rows under row-level security the planner expects one in a hundred, and would sort the millions that come: it is told to hash them.
 */
export function totalsSql(scope: MatchingScope, { batches, trace }: Compared): string {
  const number = (column: string) => (trace ? column : "''");
  return `
    SET LOCAL enable_sort = off;
    CREATE TEMP TABLE rc_tbatch ON COMMIT DROP AS
    SELECT g.*, c.account, ${batches ? SHOWN_BATCH.replaceAll('x.', 'g.') : "''"}::text AS batch FROM (
      SELECT store_id, terminal_id, batch_no, day, sum(n) AS n, sum(minor) AS minor, min(currency) AS least, max(currency) AS most, sum(digest) AS digest FROM (
        SELECT x.store_id, x.terminal_id, x.batch_no, x.business_day AS day, x.currency, count(*) AS n, sum(${SIGNED}) AS minor,
               sum(hashtextextended(${number("coalesce(x.trace_no::text, '')")}, ${SIGNED} * 4 + ${TYPE_CODE.replaceAll('type', 'x.kind')})) AS digest
          FROM card_transaction x WHERE ${terminalRows(scope)} AND NOT ${TAKEN_AT_TERMINAL}
         GROUP BY x.store_id, x.terminal_id, x.batch_no, x.business_day, x.currency) f
       GROUP BY store_id, terminal_id, batch_no, day) g
    JOIN rc_account c USING (store_id, terminal_id);
    CREATE TEMP TABLE rc_batch ON COMMIT DROP AS
    SELECT row_number() OVER () AS place, store_id, account, batch, day, coalesce(t.n, 0) AS t_count, coalesce(t.minor, 0) AS t_minor, coalesce(a.n, 0) AS a_count, coalesce(a.minor, 0) AS a_minor,
           coalesce(a.fee, 0) AS a_fee, a.file AS file_id, coalesce(t.least, a.least) AS currency, t.n IS NOT NULL AS at_terminal,
           coalesce(t.n = a.n AND t.minor = a.minor AND t.digest = a.digest AND t.least = t.most AND a.least = a.most AND t.least = a.least, false) AS equal
      FROM (SELECT store_id, account, batch, day, sum(n) AS n, sum(minor) AS minor, sum(digest) AS digest, min(least) AS least, max(most) AS most
              FROM rc_tbatch GROUP BY store_id, account, batch, day) t
      FULL JOIN (
        SELECT store_id, account, batch, day, sum(n) AS n, sum(minor) AS minor, sum(fee) AS fee, min(currency) AS least, max(currency) AS most, sum(digest) AS digest,
               min(file_id::text)::uuid AS file
          FROM (
            SELECT r.store_id, coalesce(r.terminal_id, '') AS account, r.batch_no AS batch, r.business_day AS day, r.file_id, r.currency, count(*) AS n, sum(r.gross_minor) AS minor,
                   sum(r.fee_minor) AS fee, sum(hashtextextended(${number('r.trace_no')}, r.gross_minor * 4 + ${TYPE_CODE.replaceAll('type', 'r.type')})) AS digest
              FROM statement_row r WHERE ${acquirerRows(scope)} AND NOT ${TAKEN_AT_ACQUIRER}
             GROUP BY r.store_id, r.terminal_id, r.batch_no, r.business_day, r.file_id, r.currency) g
         GROUP BY store_id, account, batch, day) a USING (store_id, account, batch, day);
    SET LOCAL enable_sort = on;
    ANALYZE rc_tbatch;
    ANALYZE rc_batch`;
}

/**
 * The rows of unequal batches, and of these the ones under keys whose rows are not the same on both sides. What is left out agrees row by row: under one key equal sets of currency and amount are all
 * matched (R4), whichever of equal rows goes with which. In rc_t and rc_a `place` is the number of the row's batch in this run, `k1` is what identifies a row, `k2` its other number; a word of the
 * number's kind goes before it.
 */
export function drillSql(scope: MatchingScope, { trace }: Compared): string {
  const t = trace ? "coalesce(x.trace_no::text, '')" : "''";
  const a = trace ? 'r.trace_no' : "''";
  const key = `CASE WHEN w.trace = '' THEN '' ELSE '1' || w.trace END AS k1, ''::text AS k2, false AS used, false AS twin`;
  return `
    CREATE TEMP TABLE rc_trow ON COMMIT DROP AS
    SELECT o.place, o.terminal_id, o.batch_no, x.kind AS type, ${t}::text AS trace, x.currency, ${SIGNED} AS amount, x.payment_id, x.started_at
      FROM card_transaction x
      JOIN (SELECT b.place, g.store_id, g.terminal_id, g.batch_no, g.day FROM rc_tbatch g
              JOIN rc_batch b ON b.store_id = g.store_id AND b.account = g.account AND b.batch = g.batch AND b.day = g.day AND NOT b.equal) o
        ON o.store_id = x.store_id AND o.terminal_id = x.terminal_id AND o.batch_no = x.batch_no AND o.day = x.business_day
     WHERE ${terminalRows(scope)} AND NOT ${TAKEN_AT_TERMINAL};
    CREATE TEMP TABLE rc_arow ON COMMIT DROP AS
    SELECT b.place, r.terminal_id, r.type, ${a}::text AS trace, r.currency, r.gross_minor AS amount, r.fee_minor AS fee, r.file_id, r.row_no
      FROM statement_row r
      JOIN rc_batch b ON b.store_id = r.store_id AND b.account = coalesce(r.terminal_id, '') AND b.batch = r.batch_no AND b.day = r.business_day AND NOT b.equal
     WHERE ${acquirerRows(scope)} AND NOT ${TAKEN_AT_ACQUIRER};
    CREATE TEMP TABLE rc_key ON COMMIT DROP AS
    SELECT DISTINCT place, type, trace FROM (
      SELECT place, type, trace FROM (
        SELECT place, type, trace, currency, amount, 1 AS n FROM rc_trow UNION ALL SELECT place, type, trace, currency, amount, -1 FROM rc_arow) s
       GROUP BY place, type, trace, currency, amount HAVING sum(n) <> 0) d;
    ANALYZE rc_key;
    CREATE TEMP TABLE rc_t ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY w.started_at, w.payment_id) AS id, w.place, b.store_id, b.account, b.batch, b.day, w.type, w.trace, ''::text AS reference, w.currency, w.amount,
           NULL::bigint AS fee, w.payment_id, w.terminal_id, w.batch_no, ${key}
      FROM rc_trow w JOIN rc_key USING (place, type, trace) JOIN rc_batch b ON b.place = w.place;
    CREATE TEMP TABLE rc_a ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY w.file_id, w.row_no) AS id, w.place, b.store_id, b.account, b.batch, b.day, w.type, w.trace, ''::text AS reference, w.currency, w.amount,
           w.fee, w.file_id, w.row_no, w.terminal_id, ${key}, k.known IS NULL AS unknown
      FROM rc_arow w JOIN rc_key USING (place, type, trace) JOIN rc_batch b ON b.place = w.place
      LEFT JOIN (SELECT DISTINCT store_id, account, batch, true AS known FROM rc_batch WHERE at_terminal) k
             ON k.store_id = b.store_id AND k.account = b.account AND k.batch = b.batch;
    CREATE TEMP TABLE rc_pair (t_id bigint NOT NULL, a_id bigint NOT NULL, type text) ON COMMIT DROP;
    ANALYZE rc_t;
    ANALYZE rc_a`;
}

const KEY = 'place, type, k1';
/** R2: order of rows by content. */
const CONTENT = 'currency COLLATE "C", amount, fee NULLS FIRST, trace COLLATE "C", reference COLLATE "C", id';

/** Pairs within batches (R4): keys that stand once on both sides; of the others first what agrees in currency and amount, then, where a number identifies them, the rest in order. */
export function pairSql({ amountToleranceMinor }: MatchingScope): string {
  const step = (parts: string, identified: boolean) => `
    WITH t AS (SELECT id, ${KEY}, currency, amount, row_number() OVER (PARTITION BY ${KEY}${parts} ORDER BY ${CONTENT}) AS n FROM rc_t WHERE NOT used${identified ? " AND k1 <> ''" : ''}),
         a AS (SELECT id, ${KEY}, currency, amount, row_number() OVER (PARTITION BY ${KEY}${parts} ORDER BY ${CONTENT}) AS n FROM rc_a WHERE NOT used${identified ? " AND k1 <> ''" : ''})
    INSERT INTO rc_pair (t_id, a_id) SELECT t.id, a.id FROM t JOIN a USING (${KEY}${parts}, n);
    ${USE_PAIRED}`;
  return `
    INSERT INTO rc_pair (t_id, a_id)
    SELECT t.id, a.id FROM (SELECT ${KEY}, min(id) AS id FROM rc_t WHERE k1 <> '' GROUP BY ${KEY} HAVING count(*) = 1) t
      JOIN (SELECT ${KEY}, min(id) AS id FROM rc_a WHERE k1 <> '' GROUP BY ${KEY} HAVING count(*) = 1) a USING (${KEY});
    ${USE_PAIRED}
    ${step(', currency, amount', false)}
    ${step('', true)}
    ${twins('rc_t')}
    ${twins('rc_a')}
    UPDATE rc_pair p SET type = CASE WHEN t.currency <> a.currency THEN 'currency'
        WHEN abs(a.amount - t.amount) <= ${tolerance(amountToleranceMinor)} THEN 'matched'
        WHEN CASE WHEN abs(a.amount) = abs(t.amount) THEN a.amount - t.amount ELSE abs(a.amount) - abs(t.amount) END > 0 THEN 'amountOver' ELSE 'amountUnder' END
      FROM rc_t t, rc_a a WHERE t.id = p.t_id AND a.id = p.a_id`;
}

const USE_PAIRED = `
    UPDATE rc_t SET used = true FROM rc_pair p WHERE p.t_id = rc_t.id AND NOT rc_t.used;
    UPDATE rc_a SET used = true FROM rc_pair p WHERE p.a_id = rc_a.id AND NOT rc_a.used;`;

/** Marks rows left over beside another one of their key. */
function twins(table: 'rc_t' | 'rc_a'): string {
  return `
    UPDATE ${table} SET twin = true FROM (
      SELECT o.id FROM (SELECT id, ${KEY}, row_number() OVER (PARTITION BY ${KEY} ORDER BY ${CONTENT}) AS n FROM ${table} WHERE NOT used AND k1 <> '') o
        LEFT JOIN (SELECT DISTINCT ${KEY}, true AS paired FROM ${table} WHERE used AND k1 <> '') u USING (${KEY})
       WHERE o.n > 1 OR u.paired) d WHERE d.id = ${table}.id;`;
}

function tolerance(minor: Readonly<Record<string, number>>): string {
  const named = Object.entries(minor).map(([currency, most]) => `WHEN ${literal(currency)} THEN ${Number(most)}`);
  return named.length === 0 ? '0' : `CASE t.currency ${named.join(' ')} ELSE 0 END`;
}

/** Looks for what is left in batches of the same day that nobody here knows, then on later days (R4). */
export function elsewhereSql({ timingDays }: MatchingScope): string {
  const round = (lookup: 1 | 2) => `
    ${elsewhere('unknownBatch', 0, 0, lookup)}
    ${timingDays > 0 ? elsewhere('timing', 1, timingDays, lookup) : ''}`;
  return `${round(1)}${round(2)}`;
}

/**
 * Days that lie exactly so far apart are paired as a set, in the order of R2; a span of days has to be walked through, because the earliest that fits is taken. No two rows can contradict each
 * other while only one of their numbers is compared.
 */
function elsewhere(kind: 'unknownBatch' | 'timing', least: number, most: number, lookup: 1 | 2): string {
  if (least !== most) return `SELECT tw_match_elsewhere('${kind}', ${least}, ${most}, ${lookup});`;
  const k = `k${lookup}`;
  const place = `store_id, account, type, currency, amount, ${k}, day`;
  const order = `${CONTENT.replace(', id', '')}, batch COLLATE "C", id`;
  return `
    WITH t AS (SELECT id, store_id, account, type, currency, amount, ${k}, day + ${least} AS day, row_number() OVER (PARTITION BY ${place} ORDER BY ${order}) AS n
                 FROM rc_t WHERE NOT used AND ${k} <> ''),
         a AS (SELECT id, ${place}, row_number() OVER (PARTITION BY ${place} ORDER BY ${order}) AS n FROM rc_a WHERE NOT used AND ${k} <> ''${kind === 'unknownBatch' ? ' AND unknown' : ''})
    INSERT INTO rc_pair (t_id, a_id, type) SELECT t.id, a.id, '${kind}' FROM t JOIN a USING (${place}, n);
    ${USE_PAIRED}`;
}
