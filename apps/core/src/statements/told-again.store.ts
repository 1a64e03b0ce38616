import type { WorkContext } from '../database/index.js';
import type { StatementFileRow } from './statements.store.js';

/** First half of the advisory lock keys under which files of one acquirer, and files of the bank, are compared with each other. */
const COMPARE_LOCKS = 7_459;

/** What makes a row the same as one another file tells: everything that says which transaction it is, and all of its money. */
const SAME = [
  'type',
  'business_day',
  'merchant_no',
  'terminal_no',
  'batch_no',
  'trace_no',
  'reference',
  'merchant_reference',
  'authorisation',
  'currency',
  'gross_minor',
  'fee_minor',
  'net_minor',
  'fee_remainder',
];
/** A row of no day is of one with all others of its merchant that have none. */
const DAY = "coalesce(r.business_day, '-infinity'::date)";
const KEY = SAME.map((column) => (column === 'business_day' ? `${DAY} AS business_day` : `r.${column}`)).join(', ');
const PARTITION = SAME.map((column) => (column === 'business_day' ? DAY : `r.${column}`)).join(', ');
/** What a transfer or a balance carried over looks like depends on the days a file is of. */
const MOVES_NOTHING = "type IN ('payout', 'balance')";

/** Makes imports of one acquirer (null: of bank files) follow one another until the end of the transaction, so that each sees what the one before it told. */
export async function lockTold(ctx: WorkContext, acquirerId: string | null): Promise<void> {
  await ctx.tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [COMPARE_LOCKS, acquirerId ?? '']);
}

/** Current files of the acquirer that have a day and a merchant in common with this one. */
export async function overlappingFiles(
  ctx: WorkContext,
  f: Pick<StatementFileRow, 'id' | 'acquirerId' | 'merchant' | 'periodFrom' | 'periodTo'>,
): Promise<string[]> {
  // Where nothing has a day, nothing says that two files are about the same.
  if (f.periodFrom === null) return [];
  const rows: { id: string }[] = await ctx.tx.query(
    `SELECT file_id AS id FROM statement_file o
      WHERE o.kind = 'acquirer' AND o.acquirer_id = $1 AND o.state = 'imported' AND o.file_id <> $2 AND o.period_to >= $3 AND o.period_from <= $4
        AND ($5 = '' OR o.merchant = '' OR $5 LIKE '%…' OR o.merchant LIKE '%…' OR string_to_array(o.merchant, ',') && string_to_array($5, ','))`,
    [f.acquirerId, f.id, f.periodFrom, f.periodTo, f.merchant],
  );
  return rows.map((row) => row.id);
}

/**
 * F6: finds which rows of `statement_arriving` these files told already, and writes them to the temporary table statement_told (row_no, told_in). Rows that are equal in everything are counted:
 * the third one is told again only where there were three. A row is told again when the new file has all of what the other file has of its merchant and day; of a file that has only some of it, each
 * row counts, because what an acquirer really moved twice comes alone. Returns how many rows there are.
 */
export async function findToldAgain(
  ctx: WorkContext,
  f: Pick<StatementFileRow, 'periodFrom' | 'periodTo'>,
  otherIds: readonly string[],
): Promise<number> {
  await ctx.tx.query('ANALYZE statement_arriving');
  // Of rows under row-level security the planner expects one in a hundred and would look each of them up.
  await ctx.tx.query('SET LOCAL enable_nestloop = off');
  await ctx.tx.query(
    `CREATE TEMP TABLE statement_told ON COMMIT DROP AS
     WITH earlier AS (
       SELECT r.file_id, ${KEY}, r.payout, row_number() OVER (PARTITION BY ${PARTITION} ORDER BY f.arrived_at, r.file_id, r.row_no) AS nth
         FROM statement_row r JOIN statement_file f ON f.file_id = r.file_id
        WHERE r.file_id = ANY($1::uuid[]) AND NOT r.superseded AND (r.business_day IS NULL OR r.business_day BETWEEN $2 AND $3)),
     arriving AS (SELECT r.row_no, ${KEY}, r.payout, row_number() OVER (PARTITION BY ${PARTITION} ORDER BY r.row_no) AS nth FROM statement_arriving r),
     pairs AS (
       SELECT e.file_id, e.merchant_no, e.business_day, (e.${MOVES_NOTHING}) AS idle,
              -- A file of the day may not know yet with which payout it is paid; two payouts are money twice.
              CASE WHEN e.payout = a.payout OR e.payout = '' OR a.payout = '' THEN a.row_no END AS row_no
         FROM earlier e LEFT JOIN arriving a USING (${SAME.join(', ')}, nth)),
     whole AS (
       SELECT file_id, merchant_no, business_day FROM pairs GROUP BY file_id, merchant_no, business_day
        HAVING count(*) FILTER (WHERE NOT idle) = count(row_no) FILTER (WHERE NOT idle) AND count(row_no) > 0)
     SELECT p.row_no, p.file_id AS told_in FROM pairs p JOIN whole USING (file_id, merchant_no, business_day) WHERE p.row_no IS NOT NULL`,
    [otherIds, f.periodFrom, f.periodTo],
  );
  await ctx.tx.query('SET LOCAL enable_nestloop = on');
  const [found] = (await ctx.tx.query('SELECT count(*) AS n FROM statement_told')) as [{ n: number }];
  return found.n;
}

/**
 * F7: what files told again of one that counts no more. Where the file in its place tells of the same merchant and day, its telling is the one that counts; elsewhere the earliest of them counts from now
 * on, and what others tell again is its. Returns the files some of whose rows count now.
 */
export async function passOn(ctx: WorkContext, goneId: string, heirId: string | null): Promise<string[]> {
  const changed: { id: string; counts: boolean }[] = await ctx.tx.query(
    `WITH heir AS (SELECT DISTINCT r.merchant_no, ${DAY} AS day FROM statement_row r WHERE r.file_id = $2),
     told AS (
       SELECT r.store_id, r.file_id, r.row_no,
              CASE WHEN h.day IS NOT NULL THEN $2::uuid ELSE first_value(r.file_id) OVER (PARTITION BY r.merchant_no, ${DAY} ORDER BY f.arrived_at, r.file_id) END AS teller
         FROM statement_row r JOIN statement_file f ON f.file_id = r.file_id
         LEFT JOIN heir h ON h.merchant_no = r.merchant_no AND h.day = ${DAY}
        WHERE r.told_in = $1 AND f.state = 'imported'),
     done AS (
       UPDATE statement_row r SET told_in = nullif(t.teller, r.file_id), superseded = t.teller <> r.file_id
         FROM told t WHERE r.store_id = t.store_id AND r.file_id = t.file_id AND r.row_no = t.row_no RETURNING r.file_id, r.told_in)
     SELECT file_id AS id, bool_or(told_in IS NULL) AS counts FROM done GROUP BY file_id`,
    [goneId, heirId],
  );
  const counting = changed.filter((file) => file.counts).map((file) => file.id);
  await countToldAgain(ctx, 'statement_row', counting);
  return counting;
}

/** F8: entries of a bank's interim reports are provisional: those of accounts and days about which a statement has a say are told again. Says so anew for these days. */
export async function settleInterim(ctx: WorkContext, fromDay: string, toDay: string): Promise<void> {
  const changed: { id: string }[] = await ctx.tx.query(
    `WITH said AS (
       SELECT f.file_id, f.arrived_at, c.account, c.currency, c."from", c."to"
         FROM statement_file f, jsonb_to_recordset(f.covers::jsonb) AS c (account text, currency text, "from" date, "to" date)
        WHERE f.kind = 'bank' AND f.state = 'imported' AND NOT f.interim AND f.period_to >= $1 AND f.period_from <= $2),
     wanted AS (
       SELECT b.file_id, b.row_no, s.file_id AS told_in
         FROM bank_entry b JOIN statement_file f ON f.file_id = b.file_id
         LEFT JOIN LATERAL (
           SELECT s.file_id FROM said s WHERE s.account = b.account AND s.currency = b.currency AND b.booking_day BETWEEN s."from" AND s."to"
            ORDER BY s.arrived_at, s.file_id LIMIT 1) s ON true
        WHERE f.state = 'imported' AND f.interim AND b.booking_day BETWEEN $1 AND $2),
     done AS (
       UPDATE bank_entry b SET told_in = w.told_in, superseded = w.told_in IS NOT NULL
         FROM wanted w WHERE b.file_id = w.file_id AND b.row_no = w.row_no AND b.told_in IS DISTINCT FROM w.told_in RETURNING b.file_id)
     SELECT DISTINCT file_id AS id FROM done`,
    [fromDay, toDay],
  );
  await countToldAgain(
    ctx,
    'bank_entry',
    changed.map((file) => file.id),
  );
}

async function countToldAgain(ctx: WorkContext, table: 'statement_row' | 'bank_entry', fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  await ctx.tx.query(
    `UPDATE statement_file f SET told_again = (SELECT count(*) FROM ${table} r WHERE r.file_id = f.file_id AND r.told_in IS NOT NULL) WHERE f.file_id = ANY($1::uuid[])`,
    [fileIds],
  );
}
