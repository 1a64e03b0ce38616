import type { WorkContext } from '../database/index.js';
import type { PageRequest } from '../graphql/index.js';

/** What a batch's fees are and should be. Negative costs the merchant. */
export interface FeeCheckRow {
  storeId: string;
  acquirerId: string;
  fileId: string;
  account: string;
  batchNo: string;
  businessDay: string;
  currency: string;
  rows: number;
  wrongRows: number;
  rowsWithoutRate: number;
  expectedMinor: number;
  chargedMinor: number;
  termsVersion: number;
}

/** Which checks; absent or null means all the actor may see. */
export interface FeeCheckChoice {
  readonly storeId?: string | null | undefined;
  readonly acquirerId?: string | null | undefined;
  readonly businessDay?: string | null | undefined;
  /** Only batches with a wrong fee, or only ones without. */
  readonly wrong?: boolean | null | undefined;
}

const CHECK = `store_id AS "storeId", acquirer_id AS "acquirerId", file_id AS "fileId", account, batch_no AS "batchNo", business_day AS "businessDay", currency, rows,
  wrong_rows AS "wrongRows", rows_without_rate AS "rowsWithoutRate", expected_minor AS "expectedMinor", charged_minor AS "chargedMinor", terms_version AS "termsVersion"`;
const KEY = 'business_day, store_id, file_id, account, batch_no, currency';

function where(filter: FeeCheckChoice | null): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  if (filter?.storeId) terms.push(`store_id = $${params.push(filter.storeId)}`);
  if (filter?.acquirerId) terms.push(`acquirer_id = $${params.push(filter.acquirerId)}`);
  if (filter?.businessDay) terms.push(`business_day = $${params.push(filter.businessDay)}`);
  if (filter?.wrong !== null && filter?.wrong !== undefined) terms.push(filter.wrong ? 'wrong_rows > 0' : 'wrong_rows = 0');
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
    `SELECT ${CHECK} FROM fee_check WHERE ${sql}${after} ORDER BY ${order} LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** How many checks the filter finds. */
export async function countFeeChecks(ctx: WorkContext, filter: FeeCheckChoice | null): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM fee_check WHERE ${sql}`, params);
  return rows[0]!.n;
}
