import type { WorkContext } from '../database/index.js';
import type { PageRequest } from '../graphql/index.js';
import type { FeeSums } from './fee-check.rules.js';

/** What a batch's fees are and should be. Negative costs the merchant. */
export interface FeeCheckRow extends FeeSums {
  storeId: string;
  acquirerId: string;
  fileId: string;
  account: string;
  batchNo: string;
  businessDay: string;
  currency: string;
  termsVersion: number;
}

/** Which check: the key of fee_check. */
export type FeeCheckKey = Pick<FeeCheckRow, 'storeId' | 'fileId' | 'account' | 'batchNo' | 'businessDay' | 'currency'>;

/** The part of a check that is of one card kind. */
export interface FeeKindRow extends FeeCheckKey, FeeSums {
  /** Empty where the statement says nothing of the card. */
  cardKind: string;
}

/** Which checks; absent or null means all the actor may see. */
export interface FeeCheckChoice {
  readonly storeId?: string | null | undefined;
  readonly acquirerId?: string | null | undefined;
  readonly businessDay?: string | null | undefined;
  readonly fromDay?: string | null | undefined;
  readonly toDay?: string | null | undefined;
  /** Only batches with a card of this kind. */
  readonly cardKind?: string | null | undefined;
  /** Only batches with a wrong fee, or only ones without. */
  readonly wrong?: boolean | null | undefined;
}

const SUMS = `rows, wrong_rows AS "wrongRows", rows_without_rate AS "rowsWithoutRate", gross_minor AS "grossMinor", expected_minor AS "expectedMinor", charged_minor AS "chargedMinor",
  unrated_minor AS "unratedMinor"`;
const PLACE = `store_id AS "storeId", file_id AS "fileId", account, batch_no AS "batchNo", business_day AS "businessDay", currency`;
const CHECK = `acquirer_id AS "acquirerId", terms_version AS "termsVersion", ${PLACE}, ${SUMS}`;
const KEY = 'business_day, store_id, file_id, account, batch_no, currency';

function where(filter: FeeCheckChoice | null): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  const add = (value: unknown, term: (n: string) => string) => {
    if (value !== null && value !== undefined) terms.push(term(`$${params.push(value)}`));
  };
  add(filter?.storeId, (n) => `c.store_id = ${n}`);
  add(filter?.acquirerId, (n) => `c.acquirer_id = ${n}`);
  add(filter?.businessDay, (n) => `c.business_day = ${n}`);
  add(filter?.fromDay, (n) => `c.business_day >= ${n}`);
  add(filter?.toDay, (n) => `c.business_day <= ${n}`);
  add(
    filter?.cardKind,
    (n) =>
      `EXISTS (SELECT 1 FROM fee_kind k WHERE (k.store_id, k.file_id, k.account, k.batch_no, k.business_day, k.currency, k.card_kind) = (c.store_id, c.file_id, c.account, c.batch_no, c.business_day, c.currency, ${n}))`,
  );
  if (filter?.wrong !== null && filter?.wrong !== undefined) terms.push(filter.wrong ? 'c.wrong_rows > 0' : 'c.wrong_rows = 0');
  return { sql: terms.join(' AND '), params };
}

/** One page of checks, newest business day first, one row more than the page. */
export async function listFeeChecks(ctx: WorkContext, filter: FeeCheckChoice | null, page: PageRequest): Promise<FeeCheckRow[]> {
  const { sql, params } = where(filter);
  const casts = ['::date', '', '::uuid', '', '', ''];
  const after =
    page.after === undefined ? '' : ` AND (${KEY}) < (${page.after.map((part, i) => `$${params.push(part)}${casts[i]}`).join(', ')})`;
  const order = KEY.split(', ')
    .map((column) => `${column} DESC`)
    .join(', ');
  return await ctx.tx.query(
    `SELECT ${CHECK} FROM fee_check c WHERE ${sql}${after} ORDER BY ${order} LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** How many checks the filter finds. */
export async function countFeeChecks(ctx: WorkContext, filter: FeeCheckChoice | null): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM fee_check c WHERE ${sql}`, params);
  return rows[0]!.n;
}

/** The parts of these checks by card kind, in the kinds' order. */
export async function kindsOfChecks(ctx: WorkContext, keys: readonly FeeCheckKey[]): Promise<FeeKindRow[]> {
  return await ctx.tx.query(
    `SELECT card_kind AS "cardKind", ${PLACE}, ${SUMS} FROM fee_kind
      WHERE (store_id, file_id, account, batch_no, business_day, currency) IN (SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::text[]))
      ORDER BY card_kind`,
    [
      keys.map((key) => key.storeId),
      keys.map((key) => key.fileId),
      keys.map((key) => key.account),
      keys.map((key) => key.batchNo),
      keys.map((key) => key.businessDay),
      keys.map((key) => key.currency),
    ],
  );
}

/** What the days of a report are put together by. */
export type FeeReportPeriod = 'day' | 'month' | 'whole';

/** One line of the fee report. */
export interface FeeReportRow extends FeeSums {
  acquirerId: string;
  cardKind: string;
  currency: string;
  /** First business day of the period, no earlier than the report's. */
  fromDay: string;
  batches: number;
}

/** Which days and whose, both days included; the store absent or null means all the actor may see. */
export interface FeeReportChoice {
  readonly fromDay: string;
  readonly toDay: string;
  readonly period: FeeReportPeriod;
  readonly acquirerId?: string | null | undefined;
  readonly storeId?: string | null | undefined;
}

const PERIOD: Readonly<Record<FeeReportPeriod, string>> = {
  day: 'k.business_day',
  month: "greatest(date_trunc('month', k.business_day)::date, $1::date)",
  whole: '$1::date',
};

/** Null beyond a third of what is exact in JSON: three sums together are exact too. */
const exactSum = (column: string) =>
  `CASE WHEN abs(sum(k.${column})) <= ${Math.floor(Number.MAX_SAFE_INTEGER / 3)} THEN sum(k.${column})::bigint END`;

/** Fees by acquirer, card kind, currency and period, newest period first: one query over the actor's stores. Null when a sum is too large to be exact: ask for fewer days. */
export async function feeReport(
  ctx: WorkContext,
  { fromDay, toDay, period, acquirerId, storeId }: FeeReportChoice,
): Promise<FeeReportRow[] | null> {
  const rows: FeeReportRow[] = await ctx.tx.query(
    `SELECT k.acquirer_id AS "acquirerId", k.card_kind AS "cardKind", k.currency, ${PERIOD[period]} AS "fromDay", count(*)::int AS batches, sum(k.rows)::int AS rows,
            sum(k.wrong_rows)::int AS "wrongRows", sum(k.rows_without_rate)::int AS "rowsWithoutRate", ${exactSum('gross_minor')} AS "grossMinor",
            ${exactSum('expected_minor')} AS "expectedMinor", ${exactSum('charged_minor')} AS "chargedMinor", ${exactSum('unrated_minor')} AS "unratedMinor"
       FROM fee_kind k
      WHERE k.business_day BETWEEN $1 AND $2 AND ($3::text IS NULL OR k.acquirer_id = $3) AND ($4::text IS NULL OR k.store_id = $4) AND ($5::text[] IS NULL OR k.store_id = ANY($5))
      GROUP BY 1, 2, 3, 4 ORDER BY 4 DESC, 1, 3, 2`,
    // Row-level security would drop the others' rows after having read them; named, they aren't read.
    [fromDay, toDay, acquirerId ?? null, storeId ?? null, ctx.actor.stores === '*' ? null : ctx.actor.stores],
  );
  const exact = rows.every((row) => [row.grossMinor, row.expectedMinor, row.chargedMinor, row.unratedMinor].every(Number.isSafeInteger));
  return exact ? rows : null;
}
