import type { WorkContext } from '../database/index.js';
import type { StatementFileRow } from './statements.store.js';

/** First half of the advisory lock keys under which files of one acquirer, and files of the bank, are compared with each other. */
const COMPARE_LOCKS = 7_459;

/** A row of no day is of one with all others of its merchant that have none. */
const DAY = "coalesce(r.business_day, '-infinity'::date)";
const text = (...columns: string[]) => `concat_ws(E'\\x1f', ${columns.join(', ')})`;
/** The merchant and day a row is of. */
const GROUP = text('r.merchant_no', DAY);
/** What makes a row the same as one another file tells: everything that says which transaction it is, and all of its money. */
const KEY = `md5(${text(
  'r.type',
  DAY,
  'r.merchant_no',
  'r.terminal_no',
  'r.batch_no',
  'r.trace_no',
  'r.reference',
  'r.merchant_reference',
  'r.authorisation',
  'r.currency',
  'r.gross_minor',
  // A file that doesn't tell fees and one that tells none say the same of the money.
  'coalesce(r.fee_minor, 0)',
  'r.net_minor',
  'r.fee_remainder',
)})::uuid`;
/** A row that says which transaction it is; what a transfer or a balance carried over looks like depends on the days of its file, and it moves nothing. */
const KNOWN = "r.reference <> '' OR r.terminal_no <> '' AND r.batch_no <> '' AND r.trace_no <> '' OR r.type IN ('payout', 'balance')";
/** A file of the day may not know yet with which payout it is paid; two payouts are money twice. */
const onePayout = (a: string, b: string) => `(${a}.payout = ${b}.payout OR ${a}.payout = '' OR ${b}.payout = '')`;

/** The earliest file's row; of files that came at the same moment the one whose row counts already. */
const EARLIEST = 'born, store_id IS NULL OR told_in IS NOT NULL, file_id';

/** Makes imports of one acquirer (null: of bank files) follow one another until the end of the transaction, so that each sees what the one before it told. */
export async function lockTold(ctx: WorkContext, acquirerId: string | null): Promise<void> {
  await ctx.tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [COMPARE_LOCKS, acquirerId ?? '']);
}

type Compared = Pick<StatementFileRow, 'id' | 'acquirerId' | 'merchant' | 'periodFrom' | 'periodTo'>;

/** Current files of the acquirer that have a day and a merchant in common with this one, and those that told rows again of it. */
export async function overlappingFiles(ctx: WorkContext, f: Compared): Promise<string[]> {
  const rows: { id: string }[] = await ctx.tx.query(
    `SELECT file_id AS id FROM statement_file o
      WHERE o.kind = 'acquirer' AND o.acquirer_id = $1 AND o.state = 'imported' AND o.file_id <> $2
        AND (o.period_to >= $3 AND o.period_from <= $4 AND ($5 = '' OR o.merchant = '' OR $5 LIKE '%…' OR o.merchant LIKE '%…' OR string_to_array(o.merchant, ',') && string_to_array($5, ','))
             -- Where nothing has a day, nothing says that two files are about the same.
          OR o.file_id IN (SELECT r.file_id FROM statement_row r WHERE r.told_in = $2))`,
    [f.acquirerId, f.id, f.periodFrom, f.periodTo, f.merchant],
  );
  return rows.map((row) => row.id);
}

/** Which files are compared: `files` are current, or about to be; `touched` is the one that came or went, and the one it corrects. */
export interface Comparison {
  readonly files: readonly string[];
  readonly touched: readonly string[];
  /** True while rows of a file are in `statement_arriving` still. */
  readonly arriving: boolean;
}

/**
 * F6, F7: works out which rows count, of each merchant and day that the touched files tell of, from what all current files tell of it (docs/adr/0059). The answer depends on the files and on nothing that was
 * answered before. Writes what differs from what is stored to the temporary table statement_told (store_id, file_id, row_no, told_in, told_before); rows that arrive have no store there. Returns how many of these are
 * told again.
 */
export async function compareTelling(ctx: WorkContext, of: Comparison): Promise<number> {
  // Of rows under row-level security the planner expects one in a hundred and would look each of them up.
  await ctx.tx.query('SET LOCAL enable_nestloop = off');
  const corrected = await gatherRows(ctx, of);
  await setApartUnknown(ctx);
  await findCorrected(ctx, corrected);
  await ctx.tx.query(
    `CREATE TEMP TABLE statement_told ON COMMIT DROP AS
     WITH live AS (SELECT t.* FROM told_nth t LEFT JOIN told_away a USING (file_id, row_no) WHERE NOT t.before AND a.head IS NULL),
     paid AS (
       SELECT l.file_id, l.row_no, l.key, l.born, l.store_id, l.told_in, first_value(l.file_id) OVER w AS teller, row_number() OVER w AS place
         FROM live l WHERE l.payout <> '' WINDOW w AS (PARTITION BY key, payout, nth_paid ORDER BY ${EARLIEST})),
     counted AS (SELECT key, count(*) AS n, array_agg(file_id ORDER BY ${EARLIEST}) AS files FROM paid WHERE place = 1 GROUP BY key),
     unpaid AS (SELECT l.file_id, l.row_no, l.key, l.nth, first_value(l.file_id) OVER (PARTITION BY key, nth ORDER BY ${EARLIEST}) AS teller FROM live l WHERE l.payout = ''),
     verdict AS (
       SELECT file_id, row_no, head AS teller FROM told_away
       UNION ALL SELECT file_id, row_no, CASE WHEN place > 1 THEN teller END FROM paid
       UNION ALL
       SELECT u.file_id, u.row_no,
              CASE WHEN u.nth <= c.n THEN (SELECT file FROM unnest(c.files) AS file WHERE file <> u.file_id LIMIT 1) WHEN u.teller <> u.file_id THEN u.teller END
         FROM unpaid u LEFT JOIN counted c USING (key))
     SELECT t.store_id, t.file_id, t.row_no, v.teller AS told_in, t.told_in AS told_before
       FROM verdict v JOIN told_nth t USING (file_id, row_no) WHERE v.teller IS DISTINCT FROM t.told_in`,
  );
  await ctx.tx.query('SET LOCAL enable_nestloop = on');
  await ctx.tx.query('DROP TABLE told_file, told_row, told_nth, told_away');
  await ctx.tx.query('ANALYZE statement_told');
  const [found] = (await ctx.tx.query('SELECT count(*) AS n FROM statement_told WHERE store_id IS NULL')) as [{ n: number }];
  return found.n;
}

/** A file some of whose rows count from now on, or (`lost`) no more. */
export interface ToldOtherwise {
  readonly id: string;
  readonly lost: boolean;
}

/** Writes the answer of {@link compareTelling} to rows that were stored before. Returns the files of which other rows count than before. */
export async function settleTelling(ctx: WorkContext): Promise<ToldOtherwise[]> {
  const changed: (ToldOtherwise & { counts: boolean })[] = await ctx.tx.query(
    `WITH done AS (
       UPDATE statement_row r SET told_in = t.told_in, superseded = t.told_in IS NOT NULL
         FROM statement_told t WHERE r.store_id = t.store_id AND r.file_id = t.file_id AND r.row_no = t.row_no RETURNING r.file_id, t.told_in, t.told_before)
     SELECT file_id AS id, bool_or(told_before IS NULL) AS lost, bool_or(told_in IS NULL) AS counts FROM done GROUP BY file_id`,
  );
  await countToldAgain(
    ctx,
    'statement_row',
    changed.map((file) => file.id),
  );
  return changed.filter((file) => file.lost || file.counts);
}

/**
 * Rows of the merchants and days in question, told by more than one file, in told_row. A file and those it corrects, one after another, are one: `head` is the current one, `born` when the first came,
 * `before` marks rows of corrected ones, which count no more and say which rows are corrected. Returns whether there are any.
 */
async function gatherRows(ctx: WorkContext, { files, touched, arriving }: Comparison): Promise<boolean> {
  await ctx.tx.query(
    `CREATE TEMP TABLE told_file ON COMMIT DROP AS
     WITH RECURSIVE chain AS (
       SELECT f.file_id AS head, f.arrived_at AS head_at, f.file_id, f.arrived_at FROM statement_file f WHERE f.file_id = ANY($1::uuid[])
       UNION SELECT c.head, c.head_at, f.file_id, f.arrived_at FROM statement_file f JOIN chain c ON f.superseded_by = c.file_id WHERE f.state = 'superseded')
     SELECT file_id, head, head_at, head <> file_id AS before, min(arrived_at) OVER (PARTITION BY head) AS born FROM chain`,
    [files],
  );
  const compared: { id: string }[] = await ctx.tx.query('SELECT file_id AS id FROM told_file');
  const columns = `r.file_id, r.row_no, ${GROUP} AS told_of, ${KEY} AS key, (${KNOWN}) AS known, r.payout`;
  const or = (more: string) => (arriving ? `UNION ALL ${more}` : '');
  if (arriving) await ctx.tx.query('ANALYZE statement_arriving');
  await ctx.tx.query(
    `CREATE TEMP TABLE told_row ON COMMIT DROP AS
     WITH touched AS (
       SELECT told_of FROM (SELECT ${GROUP} AS told_of FROM statement_row r WHERE r.file_id = ANY($2::uuid[]) ${or(`SELECT ${GROUP} FROM statement_arriving r`)}) t GROUP BY told_of),
     told AS (
       SELECT r.store_id, r.told_in, ${columns} FROM statement_row r WHERE r.file_id = ANY($1::uuid[])
       ${or(`SELECT NULL, NULL, ${columns} FROM statement_arriving r`)}),
     -- By file first: counting distinct ones of a day sorts all of its rows.
     tellers AS (SELECT told_of, head, bool_or(told_in IS NOT NULL) AS again FROM told JOIN touched USING (told_of) JOIN told_file USING (file_id) GROUP BY told_of, head),
     shared AS (SELECT told_of FROM tellers GROUP BY told_of HAVING count(*) > 1 OR bool_or(again))
     SELECT t.*, f.head, f.head_at, f.before, f.born FROM told t JOIN shared USING (told_of) JOIN told_file f USING (file_id)`,
    [compared.map((file) => file.id), touched],
  );
  await ctx.tx.query('ANALYZE told_row');
  const [corrected] = (await ctx.tx.query('SELECT EXISTS (SELECT 1 FROM told_row WHERE before) AS found')) as [{ found: boolean }];
  return corrected.found;
}

/**
 * Numbers equal rows within their file, in told_nth. A row that doesn't say which transaction it is can only be known by its company: where of two files one has all such rows of the merchant and day
 * that the other has, they tell the same; otherwise its file's are its own and are equal to no other's.
 */
async function setApartUnknown(ctx: WorkContext): Promise<void> {
  await ctx.tx.query(
    `CREATE TEMP TABLE told_nth ON COMMIT DROP AS
     WITH counts AS (SELECT told_of, file_id, head, key, count(*) AS n FROM told_row WHERE NOT known GROUP BY told_of, file_id, head, key),
     size AS (SELECT told_of, file_id, count(*) AS keys FROM counts GROUP BY told_of, file_id),
     within AS (
       SELECT x.told_of, x.head AS one, y.head AS other
         FROM counts x JOIN counts y ON y.key = x.key AND y.head <> x.head AND y.n >= x.n JOIN size s ON s.told_of = x.told_of AND s.file_id = x.file_id
        GROUP BY x.told_of, x.file_id, x.head, y.file_id, y.head, s.keys HAVING count(*) = s.keys),
     company AS (SELECT told_of, one AS head FROM within UNION SELECT told_of, other FROM within),
     named AS (
       SELECT t.store_id, t.told_in, t.file_id, t.row_no, t.told_of, t.payout, t.head, t.head_at, t.before, t.born,
              CASE WHEN t.known OR c.head IS NOT NULL THEN t.key ELSE md5(t.key::text || t.head::text)::uuid END AS key
         FROM told_row t LEFT JOIN company c ON c.told_of = t.told_of AND c.head = t.head)
     SELECT n.*, row_number() OVER (PARTITION BY file_id, key ORDER BY payout = '', payout, row_no) AS nth,
            row_number() OVER (PARTITION BY file_id, key, payout ORDER BY row_no) AS nth_paid FROM named n`,
  );
  await ctx.tx.query('ANALYZE told_nth');
}

/**
 * Rows that a correction took back, in told_away: equal to one of a file it corrects, of a merchant and day it tells of, and not in it. They count nowhere, whoever else tells them. What a correction itself tells
 * anew is taken back by a later one only.
 */
async function findCorrected(ctx: WorkContext, corrected: boolean): Promise<void> {
  if (!corrected) {
    await ctx.tx.query('CREATE TEMP TABLE told_away (file_id uuid, row_no bigint, head uuid) ON COMMIT DROP');
    return;
  }
  await ctx.tx.query(
    `CREATE TEMP TABLE told_away ON COMMIT DROP AS
     WITH corrects AS (SELECT DISTINCT told_of, head FROM told_nth WHERE before),
     tells AS (SELECT DISTINCT told_of, head FROM told_nth WHERE NOT before),
     kept AS (SELECT DISTINCT head, key, nth FROM told_nth WHERE before)
     SELECT x.file_id, x.row_no, min(b.head::text)::uuid AS head
       FROM told_nth b
       JOIN tells USING (told_of, head)
       JOIN told_nth x ON NOT x.before AND x.key = b.key AND x.nth = b.nth AND x.head <> b.head AND ${onePayout('x', 'b')}
       LEFT JOIN told_nth h ON NOT h.before AND h.head = b.head AND h.key = x.key AND h.nth = x.nth AND ${onePayout('h', 'x')}
       LEFT JOIN corrects c ON c.told_of = x.told_of AND c.head = x.head
       LEFT JOIN kept k ON k.head = x.head AND k.key = x.key AND k.nth = x.nth
      WHERE b.before AND h.key IS NULL AND (b.head_at > x.head_at OR c.head IS NULL OR k.head IS NOT NULL)
      GROUP BY x.file_id, x.row_no`,
  );
}

/** Counts anew how many rows of these files another one tells. */
export async function countToldAgain(ctx: WorkContext, table: 'statement_row' | 'bank_entry', fileIds: readonly string[]): Promise<void> {
  if (fileIds.length === 0) return;
  await ctx.tx.query(
    `UPDATE statement_file f SET told_again = (SELECT count(*) FROM ${table} r WHERE r.file_id = f.file_id AND r.told_in IS NOT NULL) WHERE f.file_id = ANY($1::uuid[])`,
    [fileIds],
  );
}
