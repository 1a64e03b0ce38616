import pg from 'pg';
import {
  comparesBoth,
  identity,
  NAMED_AT_ACQUIRER,
  numbersAtAcquirer,
  numbersAtTerminal,
  otherIdentity,
  withOrders,
} from './numbers.sql.js';

/** What a run matches and how. Days are `YYYY-MM-DD`, both ends included. */
export interface MatchingScope {
  readonly acquirerId: string;
  /** Only this store; all of them where it is left out. Nothing reaches from one store into another. */
  readonly storeId?: string | undefined;
  readonly fromDay: string;
  readonly toDay: string;
  readonly identity: 'trace' | 'reference';
  readonly timingDays: number;
  /** Minor units by ISO 4217 code; 0 for currencies not named. */
  readonly amountToleranceMinor: Readonly<Record<string, number>>;
}

/** What some row of both sides has, and is therefore compared (libs/reconciliation, R11). */
export interface Compared {
  readonly batches: boolean;
  readonly trace: boolean;
  readonly reference: boolean;
  /** Transactions are looked up by what their order was called: the acquirer gives merchants' references back. */
  readonly orders: boolean;
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

/** The store a run is limited to, as a condition on the rows of a table. */
export function inScope(alias: string, { storeId }: Pick<MatchingScope, 'storeId'>): string {
  return storeId === undefined ? '' : ` AND ${alias}.store_id = ${literal(storeId)}`;
}

function acquirerRows(scope: MatchingScope): string {
  const { acquirerId, fromDay, toDay } = scope;
  return `r.acquirer_id = ${literal(acquirerId)} AND r.business_day BETWEEN ${literal(fromDay)}::date AND ${literal(toDay)}::date AND NOT r.superseded
    AND r.store_id <> ''${inScope('r', scope)} AND r.type IN ${COMPARED_TYPES}`;
}

function terminalRows(scope: MatchingScope): string {
  return `x.business_day BETWEEN ${literal(scope.fromDay)}::date AND ${literal(scope.toDay)}::date AND x.state = 'completed'${inScope('x', scope)}`;
}

/** Whether any row of the statement names a batch, and which numbers both sides have. What is rare is asked for first, and by index: where nobody has it all rows would be read to find none. */
export function comparedSql(scope: MatchingScope): string {
  const atAcquirer = (what: string) => `EXISTS (SELECT 1 FROM statement_row r WHERE ${acquirerRows(scope)} AND ${what})`;
  const atTerminal = (what: string) =>
    `EXISTS (SELECT 1 FROM card_transaction x JOIN rc_account c USING (store_id, terminal_id) WHERE ${terminalRows(scope)} AND ${what})`;
  // A side without any row has nothing to say about numbers.
  const terminalHas = (what: string) => `(${atTerminal(what)} OR NOT ${atTerminal('true')})`;
  const acquirerHas = (...what: string[]) => `(${[...what.map(atAcquirer), `NOT ${atAcquirer('true')}`].join(' OR ')})`;
  return `SELECT ${atAcquirer("r.batch_no <> ''")} AS batches,
                 ${terminalHas('x.trace_no IS NOT NULL')} AND ${acquirerHas("r.trace_no <> ''")} AS trace,
                 ${terminalHas('x.provider_reference IS NOT NULL')} AND ${acquirerHas("r.reference <> ''", "r.merchant_reference <> ''")} AS reference,
                 ${atAcquirer("r.merchant_reference <> ''")} AND ${atTerminal('x.order_reference IS NOT NULL')} AS orders`;
}

/**
 * Transactions whose provider told no reference, or whose acquirer writes none, under the name the acquirer gives their order: rc_named. A merchant's reference that leads to several names leads
 * nowhere.
 */
export function namedSql(scope: MatchingScope): string {
  return `
    CREATE TEMP TABLE rc_named ON COMMIT DROP AS
    SELECT x.store_id, x.payment_id, o.name AS reference
      FROM card_transaction x
      JOIN rc_account c USING (store_id, terminal_id)
      JOIN (SELECT r.store_id, r.merchant_reference, r.type, min(${NAMED_AT_ACQUIRER}) AS name, bool_and(r.reference = '') AS bare
              FROM statement_row r WHERE ${acquirerRows(scope)} AND r.merchant_reference <> ''
             GROUP BY r.store_id, r.merchant_reference, r.type HAVING count(DISTINCT ${NAMED_AT_ACQUIRER}) = 1) o
        ON o.store_id = x.store_id AND o.merchant_reference = x.order_reference AND o.type = x.kind
     WHERE ${terminalRows(scope)} AND (x.provider_reference IS NULL OR o.bare);
    ANALYZE rc_named`;
}

/** Terminals whose transactions the acquirer's statements should name, and the account their rows are compared under. */
export function accountsSql(scope: MatchingScope): string {
  const acquirer = literal(scope.acquirerId);
  return `
    CREATE TEMP TABLE rc_account ON COMMIT DROP AS
    SELECT t.store_id, t.terminal_id, CASE WHEN e.store_id IS NOT NULL THEN t.terminal_id ELSE '' END AS account, coalesce(e.merchant_no, m.merchant_no) AS merchant_no
      FROM terminal t
      LEFT JOIN acquirer_terminal e ON e.acquirer_id = ${acquirer} AND e.store_id = t.store_id AND e.terminal_id = t.terminal_id
      LEFT JOIN LATERAL (
        SELECT s.merchant_no FROM acquirer_terminal s WHERE s.acquirer_id = ${acquirer} AND s.store_id = t.store_id AND s.terminal_id IS NULL
         ORDER BY s.merchant_no, s.terminal_no LIMIT 1) m ON true
     WHERE (e.store_id IS NOT NULL
        OR m.merchant_no IS NOT NULL AND NOT EXISTS (SELECT 1 FROM acquirer_terminal o WHERE o.store_id = t.store_id AND o.terminal_id = t.terminal_id))${inScope('t', scope)};
    ANALYZE rc_account`;
}

/**
 * Totals first (R5): count, sum and the sum of 64-bit digests (number, amount, type) of each batch on both sides; a batch of several currencies is `mixed` and never equal, and its sums mean nothing until {@link currenciesSql} took them apart. Terminals' batches are added up by their own numbers, which are
 * integers, and brought under the acquirer's afterwards. Of rows under row-level security the planner expects one in a hundred, and would sort the millions that come: it is told to hash them.
 */
export function totalsSql(scope: MatchingScope, compared: Compared): string {
  const atTerminal = identity(scope, compared, numbersAtTerminal(compared));
  const atAcquirer = identity(scope, compared, numbersAtAcquirer(compared));
  return `
    SET LOCAL enable_sort = off;
    CREATE TEMP TABLE rc_tbatch ON COMMIT DROP AS
    SELECT g.*, c.account, ${compared.batches ? SHOWN_BATCH.replaceAll('x.', 'g.') : "''"}::text AS batch FROM (
      SELECT store_id, terminal_id, batch_no, day, sum(n) AS n, sum(minor) AS minor, min(currency) AS least, max(currency) AS most, sum(digest) AS digest FROM (
        SELECT x.store_id, x.terminal_id, x.batch_no, x.business_day AS day, x.currency, count(*) AS n, sum(${SIGNED}) AS minor,
               sum(hashtextextended(${atTerminal}, ${SIGNED} * 4 + ${TYPE_CODE.replaceAll('type', 'x.kind')})) AS digest
          FROM card_transaction x ${withOrders(compared)} WHERE ${terminalRows(scope)} AND NOT ${TAKEN_AT_TERMINAL}
         GROUP BY x.store_id, x.terminal_id, x.batch_no, x.business_day, x.currency) f
       GROUP BY store_id, terminal_id, batch_no, day) g
    JOIN rc_account c USING (store_id, terminal_id);
    CREATE TEMP TABLE rc_batch ON COMMIT DROP AS
    SELECT row_number() OVER () AS place, store_id, account, batch, day, coalesce(t.n, 0) AS t_count, coalesce(t.minor, 0) AS t_minor, coalesce(a.n, 0) AS a_count, coalesce(a.minor, 0) AS a_minor,
           CASE WHEN a.n IS NULL THEN 0 ELSE a.fee END AS a_fee, a.file AS file_id, coalesce(t.least, a.least) AS currency, t.n IS NOT NULL AS at_terminal,
           least(t.least, a.least) <> greatest(t.most, a.most) AS mixed, '[]' AS t_others, '[]' AS a_others,
           coalesce(t.n = a.n AND t.minor = a.minor AND t.digest = a.digest AND t.least = t.most AND a.least = a.most AND t.least = a.least, false) AS equal
      FROM (SELECT store_id, account, batch, day, sum(n) AS n, sum(minor) AS minor, sum(digest) AS digest, min(least) AS least, max(most) AS most
              FROM rc_tbatch GROUP BY store_id, account, batch, day) t
      FULL JOIN (
        SELECT store_id, account, batch, day, sum(n) AS n, sum(minor) AS minor, sum(fee) AS fee, min(currency) AS least, max(currency) AS most, sum(digest) AS digest,
               min(file_id::text)::uuid AS file
          FROM (
            SELECT r.store_id, coalesce(r.terminal_id, '') AS account, r.batch_no AS batch, r.business_day AS day, r.file_id, r.currency, count(*) AS n, sum(r.gross_minor) AS minor,
                   sum(r.fee_minor) AS fee, sum(hashtextextended(${atAcquirer}, r.gross_minor * 4 + ${TYPE_CODE.replaceAll('type', 'r.type')})) AS digest
              FROM statement_row r WHERE ${acquirerRows(scope)} AND NOT ${TAKEN_AT_ACQUIRER}
             GROUP BY r.store_id, r.terminal_id, r.batch_no, r.business_day, r.file_id, r.currency) g
         GROUP BY store_id, account, batch, day) a USING (store_id, account, batch, day);
    SET LOCAL enable_sort = on;
    ANALYZE rc_tbatch;
    ANALYZE rc_batch`;
}

/**
 * Sums of `mixed` batches, each currency for itself: the batch's own is the one most of the terminals' transactions are in, or of the acquirer's rows where there is none of those (the first by code of
 * equally many). The sums of rc_batch are that currency's; rows of the others are told apart, by code, in t_others and a_others.
 */
export function currenciesSql(scope: MatchingScope): string {
  const others = (side: string) =>
    `coalesce(json_agg(json_build_object('currency', c.currency, 'count', c.n, 'minor', c.minor, 'fee', c.fee) ORDER BY c.currency COLLATE "C")
                FILTER (WHERE c.side = '${side}' AND c.currency <> o.currency), '[]')::text`;
  const own = (side: string, column: string) =>
    `coalesce(sum(c.${column}) FILTER (WHERE c.side = '${side}' AND c.currency = o.currency), 0)`;
  return `
    CREATE TEMP TABLE rc_currency ON COMMIT DROP AS
    SELECT b.place, 't' AS side, x.currency, count(*) AS n, sum(${SIGNED}) AS minor, 0::numeric AS fee
      FROM card_transaction x
      JOIN rc_tbatch g ON g.store_id = x.store_id AND g.terminal_id = x.terminal_id AND g.batch_no = x.batch_no AND g.day = x.business_day
      JOIN rc_batch b ON b.store_id = g.store_id AND b.account = g.account AND b.batch = g.batch AND b.day = g.day AND b.mixed
     WHERE ${terminalRows(scope)} AND NOT ${TAKEN_AT_TERMINAL} GROUP BY b.place, x.currency
    UNION ALL
    SELECT b.place, 'a', r.currency, count(*), sum(r.gross_minor), sum(r.fee_minor)
      FROM statement_row r
      JOIN rc_batch b ON b.store_id = r.store_id AND b.account = coalesce(r.terminal_id, '') AND b.batch = r.batch_no AND b.day = r.business_day AND b.mixed
     WHERE ${acquirerRows(scope)} AND NOT ${TAKEN_AT_ACQUIRER} GROUP BY b.place, r.currency;
    UPDATE rc_batch b SET currency = s.currency, t_count = s.t_count, t_minor = s.t_minor, a_count = s.a_count, a_minor = s.a_minor, a_fee = s.a_fee, t_others = s.t_others, a_others = s.a_others
      FROM (
        SELECT o.place, o.currency, ${own('t', 'n')} AS t_count, ${own('t', 'minor')} AS t_minor, ${own('a', 'n')} AS a_count, ${own('a', 'minor')} AS a_minor,
               CASE WHEN bool_or(c.side = 'a' AND c.currency = o.currency) THEN sum(c.fee) FILTER (WHERE c.side = 'a' AND c.currency = o.currency) ELSE 0 END AS a_fee, ${others('t')} AS t_others, ${others('a')} AS a_others
          FROM (SELECT DISTINCT ON (place) place, currency FROM rc_currency ORDER BY place, side = 't' DESC, n DESC, currency COLLATE "C") o
          JOIN rc_currency c ON c.place = o.place
         GROUP BY o.place, o.currency) s
     WHERE s.place = b.place`;
}

/**
 * The rows of unequal batches, and of these the ones under keys whose rows are not the same on both sides. What is left out agrees row by row: under one key equal sets of currency and amount are all
 * matched (R4), whichever of equal rows goes with which. In rc_t and rc_a `place` is the number of the row's batch in this run, `k1` is what identifies a row, `k2` its other number, `trace` and
 * `reference` are its numbers as far as they are compared, `shown` its trace number for people.
 */
export function drillSql(scope: MatchingScope, compared: Compared): string {
  const t = numbersAtTerminal(compared);
  const a = numbersAtAcquirer(compared);
  const keys = (of: typeof t) => `${identity(scope, compared, of)}::text AS k1, ${otherIdentity(scope, compared, of)}::text AS k2`;
  return `
    CREATE TEMP TABLE rc_trow ON COMMIT DROP AS
    SELECT o.place, o.terminal_id, o.batch_no, x.kind AS type, ${t.trace}::text AS trace, ${t.reference}::text AS reference, coalesce(x.trace_no::text, '') AS shown, ${keys(t)}, x.currency,
           ${SIGNED} AS amount, x.payment_id, x.started_at
      FROM card_transaction x ${withOrders(compared)}
      JOIN (SELECT b.place, g.store_id, g.terminal_id, g.batch_no, g.day FROM rc_tbatch g
              JOIN rc_batch b ON b.store_id = g.store_id AND b.account = g.account AND b.batch = g.batch AND b.day = g.day AND NOT b.equal) o
        ON o.store_id = x.store_id AND o.terminal_id = x.terminal_id AND o.batch_no = x.batch_no AND o.day = x.business_day
     WHERE ${terminalRows(scope)} AND NOT ${TAKEN_AT_TERMINAL};
    CREATE TEMP TABLE rc_arow ON COMMIT DROP AS
    SELECT b.place, r.terminal_id, r.type, ${a.trace}::text AS trace, ${a.reference}::text AS reference, r.trace_no AS shown, ${keys(a)}, r.currency, r.gross_minor AS amount, r.fee_minor AS fee,
           r.file_id, r.row_no, r.day_told AS told
      FROM statement_row r
      JOIN rc_batch b ON b.store_id = r.store_id AND b.account = coalesce(r.terminal_id, '') AND b.batch = r.batch_no AND b.day = r.business_day AND NOT b.equal
     WHERE ${acquirerRows(scope)} AND NOT ${TAKEN_AT_ACQUIRER};
    CREATE TEMP TABLE rc_key ON COMMIT DROP AS
    SELECT DISTINCT place, type, k1 FROM (
      SELECT place, type, k1 FROM (
        SELECT place, type, k1, currency, amount, 1 AS n FROM rc_trow UNION ALL SELECT place, type, k1, currency, amount, -1 FROM rc_arow) s
       GROUP BY place, type, k1, currency, amount HAVING sum(n) <> 0) d;
    ANALYZE rc_key;
    CREATE TEMP TABLE rc_t ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY w.started_at, w.payment_id) AS id, w.place, b.store_id, b.account, b.batch, b.day, w.type, w.trace, w.reference, w.shown, w.currency, w.amount,
           NULL::bigint AS fee, w.payment_id, w.terminal_id, w.batch_no, w.k1, w.k2, false AS used, false AS twin
      FROM rc_trow w JOIN rc_key USING (place, type, k1) JOIN rc_batch b ON b.place = w.place;
    CREATE TEMP TABLE rc_a ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY w.file_id, w.row_no) AS id, w.place, b.store_id, b.account, b.batch, b.day, w.type, w.trace, w.reference, w.shown, w.currency, w.amount,
           w.fee, w.file_id, w.row_no, w.terminal_id, w.k1, w.k2, false AS used, false AS twin, w.told, k.known IS NULL AS unknown
      FROM rc_arow w JOIN rc_key USING (place, type, k1) JOIN rc_batch b ON b.place = w.place
      LEFT JOIN (SELECT DISTINCT store_id, account, batch, true AS known FROM rc_batch WHERE at_terminal) k
             ON k.store_id = b.store_id AND k.account = b.account AND k.batch = b.batch;
    CREATE TEMP TABLE rc_pair (t_id bigint NOT NULL, a_id bigint NOT NULL, type text) ON COMMIT DROP;
    ANALYZE rc_t;
    ANALYZE rc_a`;
}

const KEY = 'place, type, k1';
/** R2: order of rows by content. */
const CONTENT = 'currency COLLATE "C", amount, fee NULLS FIRST, trace COLLATE "C", reference COLLATE "C", id';

/**
 * Pairs within batches (R4): keys that stand once on both sides; of the others first what agrees in currency and amount, then, where a number identifies them, the rest in order. What the first number
 * found nothing for is then looked up by the other one in the same way. Then rows whose day nobody told are looked for on the days beside theirs.
 */
export function pairSql({ amountToleranceMinor }: MatchingScope, compared: Compared): string {
  return `
    ${pairRound('k1')}
    ${twins('rc_t')}
    ${twins('rc_a')}
    ${comparesBoth(compared) ? pairRound('k2') : ''}
    ${besideSql()}
    UPDATE rc_pair p SET type = CASE WHEN t.currency <> a.currency THEN 'currency'
        WHEN abs(a.amount - t.amount) <= ${tolerance(amountToleranceMinor)} THEN 'matched'
        WHEN CASE WHEN abs(a.amount) = abs(t.amount) THEN a.amount - t.amount ELSE abs(a.amount) - abs(t.amount) END > 0 THEN 'amountOver' ELSE 'amountUnder' END
      FROM rc_t t, rc_a a WHERE t.id = p.t_id AND a.id = p.a_id`;
}

function pairRound(lookup: 'k1' | 'k2'): string {
  const key = `place, type, ${lookup}`;
  const step = (parts: string, identified: boolean) => {
    const left = `NOT used${identified || lookup === 'k2' ? ` AND ${lookup} <> ''` : ''}`;
    return `
    WITH t AS (SELECT id, ${key}, currency, amount, row_number() OVER (PARTITION BY ${key}${parts} ORDER BY ${CONTENT}) AS n FROM rc_t WHERE ${left}),
         a AS (SELECT id, ${key}, currency, amount, row_number() OVER (PARTITION BY ${key}${parts} ORDER BY ${CONTENT}) AS n FROM rc_a WHERE ${left})
    INSERT INTO rc_pair (t_id, a_id) SELECT t.id, a.id FROM t JOIN a USING (${key}${parts}, n);
    ${USE_PAIRED}`;
  };
  const once = (table: 'rc_t' | 'rc_a') =>
    `(SELECT ${key}, min(id) AS id FROM ${table} WHERE ${lookup} <> '' AND NOT used GROUP BY ${key} HAVING count(*) = 1)`;
  return `
    INSERT INTO rc_pair (t_id, a_id) SELECT t.id, a.id FROM ${once('rc_t')} t JOIN ${once('rc_a')} a USING (${key});
    ${USE_PAIRED}
    ${step(', currency, amount', false)}
    ${step('', true)}`;
}

const USE_PAIRED = `
    UPDATE rc_t SET used = true FROM rc_pair p WHERE p.t_id = rc_t.id AND NOT rc_t.used;
    UPDATE rc_a SET used = true FROM rc_pair p WHERE p.a_id = rc_a.id AND NOT rc_a.used;`;

/** {@link USE_PAIRED} of a statement's own pairs: most runs find none, and then no row is looked at. */
const USE_FOUND = `
    , used_t AS (UPDATE rc_t SET used = true FROM found f WHERE f.t_id = rc_t.id)
    UPDATE rc_a SET used = true FROM found f WHERE f.a_id = rc_a.id;`;

/** Rows left of the acquirer's whose day is only that of a time the file writes, in a zone of its own and without knowing of any cut-off. */
const UNTOLD = 'NOT used AND NOT told';

/**
 * X8: such a row is of the day of the transaction it is identified with, when that is the day before or after; after the row's own day, so that what belongs there is not taken away, and within the same
 * batch where batches are named. A reference identifies, and so does a trace number of a terminal's batch; the trace number alone doesn't, because these begin again. First what agrees in currency and
 * amount; then, by reference, what is alone on both sides, so that a wrong amount is told as one.
 */
function besideSql(): string {
  const step = (of: 'reference' | 'trace', days: -1 | 1) => {
    const key = `store_id, account, batch, type, currency, amount, ${of}`;
    const known = of === 'reference' ? "reference <> ''" : "trace <> '' AND batch <> '' AND account <> ''";
    const nth = `row_number() OVER (PARTITION BY ${key}, day ORDER BY ${CONTENT}) AS n`;
    const other = of === 'reference' ? 'trace' : 'reference';
    return `
    WITH t AS (SELECT id, ${key}, ${other}, day + (${days}) AS day, ${nth} FROM rc_t WHERE NOT used AND ${known} AND EXISTS (SELECT 1 FROM rc_a WHERE ${UNTOLD})),
         a AS (SELECT id, ${key}, ${other}, day, ${nth} FROM rc_a WHERE ${UNTOLD} AND ${known}),
         found AS (INSERT INTO rc_pair (t_id, a_id) SELECT t.id, a.id FROM t JOIN a USING (${key}, day, n) WHERE t.${other} = '' OR a.${other} = '' OR t.${other} = a.${other}
                   RETURNING t_id, a_id)
    ${USE_FOUND}`;
  };
  return `${step('reference', -1)}${step('reference', 1)}${step('trace', -1)}${step('trace', 1)}
    WITH found AS (INSERT INTO rc_pair (t_id, a_id) SELECT t_id, a_id FROM (
      SELECT t.id AS t_id, a.id AS a_id, count(*) OVER (PARTITION BY t.id) AS of_t, count(*) OVER (PARTITION BY a.id) AS of_a
        FROM rc_t t JOIN rc_a a USING (store_id, account, batch, type, reference)
       WHERE reference <> '' AND NOT t.used AND NOT a.used AND NOT a.told AND abs(a.day - t.day) = 1 AND (t.trace = '' OR a.trace = '' OR t.trace = a.trace)) s
     WHERE of_t = 1 AND of_a = 1 RETURNING t_id, a_id)
    ${USE_FOUND}`;
}

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

/** Looks for what is left in batches of the same day that nobody here knows, then on later days (R4); then the same by the other number. */
export function elsewhereSql({ timingDays }: MatchingScope, compared: Compared): string {
  const both = comparesBoth(compared);
  const round = (lookup: 1 | 2) => `
    ${elsewhere('unknownBatch', { least: 0, most: 0, lookup, both })}
    ${timingDays > 0 ? elsewhere('timing', { least: 1, most: timingDays, lookup, both }) : ''}`;
  return `${round(1)}${both ? round(2) : ''}`;
}

interface Window {
  readonly least: number;
  readonly most: number;
  readonly lookup: 1 | 2;
  /** Rows have two numbers and may contradict each other in the one they are not looked up by. */
  readonly both: boolean;
}

/**
 * Days that lie exactly so far apart are paired as a set, in the order of R2, while only one number is compared; a span of days, or rows that may contradict each other, have to be walked through, because
 * the earliest that fits is taken.
 */
function elsewhere(kind: 'unknownBatch' | 'timing', { least, most, lookup, both }: Window): string {
  if (least !== most || both) return `SELECT tw_match_elsewhere('${kind}', ${least}, ${most}, ${lookup});`;
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
