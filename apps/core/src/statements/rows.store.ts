import type { BankEntry, CardFunding, StatementRowType } from '@tillward/statements';
import type { WorkContext } from '../database/index.js';
import type { PageRequest } from '../graphql/index.js';
import { isUuid } from './statements.store.js';

/** A row of an acquirer's statement as stored. Texts that the file doesn't have are empty. */
export interface StatementRowView {
  /** Empty for a row no mapping knows, and for what belongs to no store. */
  storeId: string;
  fileId: string;
  rowNo: number;
  acquirerId: string;
  terminalId: string | null;
  line: number;
  type: StatementRowType;
  sourceType: string;
  businessDay: string | null;
  at: string | null;
  merchantNo: string;
  terminalNo: string;
  batchNo: string;
  traceNo: string;
  reference: string;
  merchantReference: string;
  authorisation: string;
  scheme: string | null;
  cardFunding: CardFunding | null;
  cardLast4: string | null;
  currency: string;
  grossMinor: number;
  /** Null where the file doesn't tell it. */
  feeMinor: number | null;
  netMinor: number;
  feeRemainder: number;
  payout: string;
  /** It counts no more, or not: see toldIn. */
  superseded: boolean;
  /** The file that told it already. */
  toldIn: string | null;
}

/** Which rows; absent or null means all the actor may see. */
export interface StatementRowChoice {
  readonly storeId?: string | null | undefined;
  readonly fileId?: string | null | undefined;
  readonly acquirerId?: string | null | undefined;
  readonly terminalId?: string | null | undefined;
  readonly businessDay?: string | null | undefined;
  readonly type?: readonly StatementRowType[] | null | undefined;
  readonly payout?: string | null | undefined;
  /** Only rows whose terminal no mapping knows. */
  readonly unmapped?: boolean | null | undefined;
  readonly superseded?: boolean | null | undefined;
}

const ROW = `store_id AS "storeId", file_id AS "fileId", row_no AS "rowNo", acquirer_id AS "acquirerId", terminal_id AS "terminalId", line, type,
  source_type AS "sourceType", business_day AS "businessDay", at, merchant_no AS "merchantNo", terminal_no AS "terminalNo", batch_no AS "batchNo",
  trace_no AS "traceNo", reference, merchant_reference AS "merchantReference", authorisation, scheme, card_funding AS "cardFunding", card_last4 AS "cardLast4",
  currency, gross_minor AS "grossMinor", fee_minor AS "feeMinor", net_minor AS "netMinor", fee_remainder AS "feeRemainder", payout, superseded, told_in AS "toldIn"`;

function where(filter: StatementRowChoice | null): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  const equal = (column: string, value: string | boolean | null | undefined) => {
    if (value !== null && value !== undefined) terms.push(`${column} = $${params.push(value)}`);
  };
  equal('store_id', filter?.storeId);
  equal('acquirer_id', filter?.acquirerId);
  equal('terminal_id', filter?.terminalId);
  equal('business_day', filter?.businessDay);
  equal('payout', filter?.payout);
  equal('superseded', filter?.superseded);
  if (filter?.fileId) terms.push(isUuid(filter.fileId) ? `file_id = $${params.push(filter.fileId)}::uuid` : 'false');
  if (filter?.type) terms.push(`type = ANY($${params.push(filter.type)})`);
  if (filter?.unmapped === true) terms.push("store_id = '' AND (terminal_no <> '' OR type IN ('sale', 'refund', 'reversal'))");
  return { sql: terms.join(' AND '), params };
}

/** One page of rows in the order of files and lines, one row more than the page. */
export async function listRows(ctx: WorkContext, filter: StatementRowChoice | null, page: PageRequest): Promise<StatementRowView[]> {
  const { sql, params } = where(filter);
  const after = page.after ? ` AND (file_id, row_no) > ($${params.push(page.after[0])}::uuid, $${params.push(page.after[1])}::bigint)` : '';
  return await ctx.tx.query(
    `SELECT ${ROW} FROM statement_row WHERE ${sql}${after} ORDER BY file_id, row_no LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** The rows with these keys, as far as the actor sees their stores. */
export async function findRows(
  ctx: WorkContext,
  keys: readonly { readonly storeId: string; readonly fileId: string; readonly rowNo: number }[],
): Promise<StatementRowView[]> {
  return await ctx.tx.query(
    `SELECT ${ROW} FROM statement_row WHERE (store_id, file_id, row_no) IN (SELECT * FROM unnest($1::text[], $2::uuid[], $3::bigint[]))`,
    [keys.map((key) => key.storeId), keys.map((key) => key.fileId), keys.map((key) => key.rowNo)],
  );
}

/** How many rows the filter finds. */
export async function countRows(ctx: WorkContext, filter: StatementRowChoice | null): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM statement_row WHERE ${sql}`, params);
  return rows[0]!.n;
}

/** A line of a bank statement. Positive amounts came in. */
export interface BankEntryView {
  fileId: string;
  rowNo: number;
  line: number;
  account: string;
  bookingDay: string;
  valueDay: string | null;
  amountMinor: number;
  currency: string;
  /** `pending` and `information` are not on the account yet. */
  status: BankEntry['status'];
  /** It takes back an earlier entry. */
  reversal: boolean;
  reference: string;
  bankReference: string;
  remittance: string;
  typeCode: string;
  /** Parts of a batch booking, as JSON text. */
  details: string;
  superseded: boolean;
  /** The statement that told it as well. */
  toldIn: string | null;
}

const ENTRY = `file_id AS "fileId", row_no AS "rowNo", line, account, booking_day AS "bookingDay", value_day AS "valueDay", amount_minor AS "amountMinor", currency,
  status, reversal, reference, bank_reference AS "bankReference", remittance, type_code AS "typeCode", details, superseded, told_in AS "toldIn"`;

/** One page of bank entries, newest booking day first, one row more than the page. */
export async function listBankEntries(
  ctx: WorkContext,
  filter: { fileId?: string | null | undefined; bookingDay?: string | null | undefined } | null,
  page: PageRequest,
): Promise<BankEntryView[]> {
  const params: unknown[] = [];
  const terms = ['true'];
  if (filter?.fileId) terms.push(isUuid(filter.fileId) ? `file_id = $${params.push(filter.fileId)}::uuid` : 'false');
  if (filter?.bookingDay) terms.push(`booking_day = $${params.push(filter.bookingDay)}`);
  if (page.after) {
    const [day, file, row] = page.after;
    terms.push(`(booking_day, file_id, row_no) < ($${params.push(day)}::date, $${params.push(file)}::uuid, $${params.push(row)}::bigint)`);
  }
  return await ctx.tx.query(
    `SELECT ${ENTRY} FROM bank_entry WHERE ${terms.join(' AND ')} ORDER BY booking_day DESC, file_id DESC, row_no DESC LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** How many bank entries the filter finds. */
export async function countBankEntries(
  ctx: WorkContext,
  filter: { fileId?: string | null | undefined; bookingDay?: string | null | undefined } | null,
): Promise<number> {
  const rows: { n: number }[] = await ctx.tx.query(
    'SELECT count(*) AS n FROM bank_entry WHERE ($1::uuid IS NULL OR file_id = $1) AND ($2::date IS NULL OR booking_day = $2)',
    [filter?.fileId && isUuid(filter.fileId) ? filter.fileId : null, filter?.bookingDay ?? null],
  );
  return rows[0]!.n;
}
