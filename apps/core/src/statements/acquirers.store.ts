import type { WorkContext } from '../database/index.js';

/** Who takes the chain's card transactions and sends the statements. */
export interface AcquirerRow {
  id: string;
  name: string;
  /** Format of its files where the content alone doesn't say; null detects it. */
  format: string | null;
  /** Which columns its CSV has, as JSON text; null for formats that need no telling. */
  profile: string | null;
}

/** What an acquirer calls a terminal, and what that is here. */
export interface AcquirerTerminalRow {
  acquirerId: string;
  /** Empty: of any merchant number. */
  merchantNo: string;
  /** Empty: all terminals of the merchant number. */
  terminalNo: string;
  storeId: string;
  /** Null where only the store is known. */
  terminalId: string | null;
}

const ACQUIRER = 'acquirer_id AS id, name, format, profile';

/** Acquirers in the order of their names. */
export async function listAcquirers(ctx: WorkContext): Promise<AcquirerRow[]> {
  return await ctx.tx.query(`SELECT ${ACQUIRER} FROM acquirer ORDER BY name, acquirer_id`);
}

/** One acquirer, or undefined. */
export async function findAcquirer(ctx: WorkContext, id: string): Promise<AcquirerRow | undefined> {
  const rows: AcquirerRow[] = await ctx.tx.query(`SELECT ${ACQUIRER} FROM acquirer WHERE acquirer_id = $1`, [id]);
  return rows[0];
}

/** Creates or changes an acquirer. */
export async function saveAcquirer(ctx: WorkContext, a: AcquirerRow): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO acquirer (acquirer_id, name, format, profile, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
     ON CONFLICT (acquirer_id) DO UPDATE SET name = excluded.name, format = excluded.format, profile = excluded.profile, updated_at = excluded.updated_at`,
    [a.id, a.name, a.format, a.profile, ctx.now()],
  );
}

/** The mapping of an acquirer, or of all, in the order of its numbers. */
export async function listMapping(ctx: WorkContext, acquirerIds: readonly string[]): Promise<AcquirerTerminalRow[]> {
  return await ctx.tx.query(
    `SELECT acquirer_id AS "acquirerId", merchant_no AS "merchantNo", terminal_no AS "terminalNo", store_id AS "storeId", terminal_id AS "terminalId"
       FROM acquirer_terminal WHERE acquirer_id = ANY($1) ORDER BY acquirer_id, merchant_no, terminal_no`,
    [acquirerIds],
  );
}

/** Those of these (store, terminal) pairs that exist; a pair without a terminal asks for the store. */
export async function unknownPlaces(
  ctx: WorkContext,
  places: readonly { storeId: string; terminalId: string | null }[],
): Promise<string[]> {
  const rows: { place: string }[] = await ctx.tx.query(
    `SELECT p.store_id || coalesce('/' || p.terminal_id, '') AS place
       FROM unnest($1::text[], $2::text[]) AS p (store_id, terminal_id)
      WHERE NOT EXISTS (SELECT 1 FROM store s WHERE s.store_id = p.store_id)
         OR p.terminal_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM terminal t WHERE t.store_id = p.store_id AND t.terminal_id = p.terminal_id)`,
    [places.map((place) => place.storeId), places.map((place) => place.terminalId)],
  );
  return rows.map((row) => row.place);
}

/** Terminals among these that another entry than the given ones maps already. */
export async function mappedElsewhere(ctx: WorkContext, mapping: readonly AcquirerTerminalRow[]): Promise<string[]> {
  const rows: { place: string }[] = await ctx.tx.query(
    `SELECT DISTINCT t.store_id || '/' || t.terminal_id AS place
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS n (acquirer_id, merchant_no, terminal_no, store_id, terminal_id)
       JOIN acquirer_terminal t ON t.store_id = n.store_id AND t.terminal_id = n.terminal_id
      WHERE (t.acquirer_id, t.merchant_no, t.terminal_no) <> (n.acquirer_id, n.merchant_no, n.terminal_no)`,
    columnsOf(mapping),
  );
  return rows.map((row) => row.place);
}

/** Creates or changes entries of a mapping. */
export async function saveMapping(ctx: WorkContext, mapping: readonly AcquirerTerminalRow[]): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO acquirer_terminal (acquirer_id, merchant_no, terminal_no, store_id, terminal_id, mapped_at)
     SELECT n.*, $6 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS n
     ON CONFLICT (acquirer_id, merchant_no, terminal_no) DO UPDATE
       SET store_id = excluded.store_id, terminal_id = excluded.terminal_id, mapped_at = excluded.mapped_at`,
    [...columnsOf(mapping), ctx.now()],
  );
}

function columnsOf(mapping: readonly AcquirerTerminalRow[]): unknown[] {
  return [
    mapping.map((one) => one.acquirerId),
    mapping.map((one) => one.merchantNo),
    mapping.map((one) => one.terminalNo),
    mapping.map((one) => one.storeId),
    mapping.map((one) => one.terminalId),
  ];
}

/** How the numbers of a row `r` of an acquirer's statement lead to a store and a terminal: the exact pair, else the terminal's number alone, else the merchant's. */
export const PLACE_JOINS = `
  LEFT JOIN acquirer_terminal e ON e.acquirer_id = r.acquirer_id AND e.merchant_no = r.merchant_no AND e.terminal_no = r.terminal_no
  LEFT JOIN acquirer_terminal t ON t.acquirer_id = r.acquirer_id AND t.merchant_no = '' AND t.terminal_no = r.terminal_no AND r.terminal_no <> ''
  LEFT JOIN acquirer_terminal m ON m.acquirer_id = r.acquirer_id AND m.merchant_no = r.merchant_no AND m.terminal_no = ''`;

/** The store {@link PLACE_JOINS} found; '' where none did. */
export const PLACE_STORE = "coalesce(e.store_id, t.store_id, m.store_id, '')";
/** The terminal {@link PLACE_JOINS} found; null where only the store is known. */
export const PLACE_TERMINAL =
  'CASE WHEN e.store_id IS NOT NULL THEN e.terminal_id WHEN t.store_id IS NOT NULL THEN t.terminal_id ELSE m.terminal_id END';

/** Columns of statement_row beside the place, in one order for all who copy rows. */
export const ROW_COLUMNS = `file_id, row_no, acquirer_id, line, type, source_type, business_day, at, merchant_no, terminal_no, batch_no, trace_no, reference,
  merchant_reference, authorisation, scheme, card_funding, card_last4, currency, gross_minor, fee_minor, net_minor, fee_remainder, payout, day_told`;

/** Brings rows that no mapping knew to the store the mapping says now. Returns how many per file. A row's key changes with its store, so it is written anew. */
export async function placeRows(ctx: WorkContext, acquirerId: string): Promise<{ fileId: string; moved: number }[]> {
  return await ctx.tx.query(
    `WITH found AS (
       SELECT r.file_id, r.row_no, ${PLACE_STORE} AS store_id, ${PLACE_TERMINAL} AS terminal_id FROM statement_row r ${PLACE_JOINS}
        WHERE r.acquirer_id = $1 AND r.store_id = '' AND ${PLACE_STORE} <> ''),
     gone AS (
       DELETE FROM statement_row r USING found f WHERE r.store_id = '' AND r.file_id = f.file_id AND r.row_no = f.row_no
       RETURNING r.*, f.store_id AS place, f.terminal_id AS place_terminal),
     kept AS (
       INSERT INTO statement_row (store_id, terminal_id, superseded, told_in, ${ROW_COLUMNS})
       SELECT place, place_terminal, superseded, told_in, ${ROW_COLUMNS} FROM gone RETURNING file_id)
     SELECT file_id AS "fileId", count(*) AS moved FROM kept GROUP BY file_id`,
    [acquirerId],
  );
}
