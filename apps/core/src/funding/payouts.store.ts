import type { FundingState, PayoutParts } from '@tillward/reconciliation';
import type { WorkContext } from '../database/index.js';
import type { PageRequest } from '../graphql/index.js';

/** Where a payout stands; `calendarUnknown`: nobody knows which days are bank days there, so nothing is called late. */
export type PayoutState = Exclude<FundingState, 'unexpected'> | 'calendarUnknown';

/** A payout's row. */
export interface PayoutRow {
  acquirerId: string;
  /** Whose payout of which number or day: `merchant M1 payout 380`, `merchant M1 day 2026-11-21`; without the merchant where rows name none. */
  payoutId: string;
  /** '' where rows name none. */
  merchantNo: string;
  currency: string;
  account: string;
  reference: string;
  businessDay: string;
  dueDay: string | null;
  parts: PayoutParts;
  netMinor: number;
  storeId: string;
  state: PayoutState;
  entryFile: string | null;
  entryRow: number | null;
  /** Entries that paid a part of it before that one, each as file and row; nearly always none. */
  earlierEntries: readonly (readonly [file: string, row: number])[];
  /** Of the whole bank entry, which may pay several payouts, and of the earlier ones. */
  receivedMinor: number;
  /** What all payouts of the entry together should be. */
  expectedMinor: number;
  daysLate: number | null;
  changedAt: Date;
  /** The state an incident was opened for; null when none was. */
  toldState: 'overdue' | 'short' | null;
}

/** A payout as it is worked out. */
export interface OwedPayout
  extends Omit<
    PayoutRow,
    'entryFile' | 'entryRow' | 'earlierEntries' | 'receivedMinor' | 'expectedMinor' | 'daysLate' | 'changedAt' | 'toldState'
  > {
  /** Held back of it for later chargebacks. */
  heldMinor: number;
  /** From which business day on that is paid out; null: never by itself. */
  releaseDay: string | null;
}

const PAYOUT = `acquirer_id AS "acquirerId", payout_id AS "payoutId", merchant_no AS "merchantNo", currency, account, reference, business_day AS "businessDay", due_day AS "dueDay", parts::jsonb AS parts,
  net_minor AS "netMinor", store_id AS "storeId", state, entry_file AS "entryFile", entry_row AS "entryRow", earlier_entries::jsonb AS "earlierEntries", received_minor AS "receivedMinor", expected_minor AS "expectedMinor",
  days_late AS "daysLate", changed_at AS "changedAt", told_state AS "toldState"`;

/** Advisory lock key of funding, both halves. */
const FUNDING_LOCK = [7_458, 0] as const;

/**
 * Keeps other transactions from working out payouts and matching them until this one ends. Two at once would each add up its own file's rows only, and give one bank entry to two payouts.
 * What others committed is seen from here on. Taken before the audit log's lock, by everybody.
 */
export async function lockFunding(ctx: WorkContext): Promise<void> {
  await ctx.tx.query('SELECT pg_advisory_xact_lock($1, $2)', [...FUNDING_LOCK]);
}

/** A bank entry, by the row of its file. */
export interface EntryPlace {
  readonly entryFile: string;
  readonly entryRow: number;
}

/** Removes payouts none of whose rows counts any more. Returns the bank entries that paid them. */
export async function deletePayouts(
  ctx: WorkContext,
  acquirerId: string,
  ids: readonly string[],
  kept: readonly string[],
): Promise<EntryPlace[]> {
  const [deleted]: [{ entryFile: string | null; entryRow: number }[]] = await ctx.tx.query(
    `DELETE FROM payout WHERE acquirer_id = $1 AND payout_id = ANY($2) AND NOT payout_id || ' ' || currency = ANY($3)
     RETURNING entry_file AS "entryFile", entry_row AS "entryRow"`,
    [acquirerId, ids, kept],
  );
  return deleted.flatMap(({ entryFile, entryRow }) => (entryFile === null ? [] : [{ entryFile, entryRow }]));
}

/** Whatever else these entries paid is judged anew. */
export async function reopenPaidBy(ctx: WorkContext, entries: readonly EntryPlace[]): Promise<void> {
  await ctx.tx.query(
    `UPDATE payout SET state = 'awaited' WHERE due_day IS NOT NULL AND (entry_file, entry_row) IN (SELECT * FROM unnest($1::uuid[], $2::bigint[]))`,
    [entries.map(({ entryFile }) => entryFile), entries.map(({ entryRow }) => entryRow)],
  );
}

/**
 * Has payouts judged anew that are too old to be matched by themselves, because a file of the bank came or went: what an entry of it paid, and what wasn't paid (as owed) and was due when its entries were
 * booked or is named by one of them.
 */
export async function reopenForBankFile(ctx: WorkContext, fileId: string): Promise<void> {
  await ctx.tx.query(
    `UPDATE payout p SET state = 'awaited'
      WHERE p.due_day IS NOT NULL AND (p.entry_file = $1 OR p.earlier_entries <> '[]' AND position($1::text IN p.earlier_entries) > 0 OR p.state IN ('overdue', 'short', 'over') AND EXISTS (
              SELECT 1 FROM (SELECT account, min(booking_day) AS first, max(booking_day) AS last FROM bank_entry WHERE file_id = $1 GROUP BY account) b
               WHERE b.account = p.account AND p.due_day BETWEEN b.first - ${WITHIN_DAYS.late} AND b.last + ${WITHIN_DAYS.early})
            OR p.state IN ('overdue', 'short', 'over') AND p.reference <> '' AND EXISTS (
              SELECT 1 FROM bank_entry b WHERE b.file_id = $1 AND b.account = p.account AND position(p.reference IN ${ENTRY_TEXT}) > 0))`,
    [fileId],
  );
}

/** Which payouts of a provider the bank paid as owed, and which it didn't. */
export async function payoutsByPaid(
  ctx: WorkContext,
  acquirerId: string,
): Promise<{ payoutId: string; currency: string; paid: boolean }[]> {
  return await ctx.tx.query(
    `SELECT payout_id AS "payoutId", currency, state IN ('funded', 'late') AS paid FROM payout WHERE acquirer_id = $1`,
    [acquirerId],
  );
}

/** Writes what is owed; what the bank paid is found anew. */
export async function savePayout(ctx: WorkContext, p: OwedPayout): Promise<void> {
  await ctx.tx.query(
    `INSERT INTO payout (acquirer_id, payout_id, currency, account, reference, business_day, due_day, parts, net_minor, store_id, state, changed_at, held_minor, release_day, merchant_no)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (acquirer_id, payout_id, currency) DO UPDATE SET account = excluded.account, reference = excluded.reference, business_day = excluded.business_day,
       told_state = CASE WHEN payout.net_minor = excluded.net_minor THEN payout.told_state END, due_day = excluded.due_day, parts = excluded.parts, net_minor = excluded.net_minor, store_id = excluded.store_id, state = excluded.state, changed_at = excluded.changed_at,
       held_minor = excluded.held_minor, release_day = excluded.release_day`,
    [
      p.acquirerId,
      p.payoutId,
      p.currency,
      p.account,
      p.reference,
      p.businessDay,
      p.dueDay,
      JSON.stringify(p.parts),
      p.netMinor,
      p.storeId,
      p.state,
      ctx.now(),
      p.heldMinor,
      p.releaseDay,
      p.merchantNo,
    ],
  );
}

/** How far from its due day a payout's entry is looked for that doesn't name it. */
export const AROUND_DUE_DAY = { earlyBankDays: 2, lateDays: 10, lateBankDays: 5 } as const;
/** Calendar days that are no fewer than those, whatever holidays there are. */
const WITHIN_DAYS = { early: 14, late: 31 } as const;
/** What a bank entry says. */
const ENTRY_TEXT = "b.reference || ' ' || b.remittance";

/** Payouts matched anew: those due since a day (`$n`), those not judged yet however old, and what one entry paid together with one of them. */
const inQuestion = (alias: string, n: number) => `${alias}.due_day IS NOT NULL AND (${alias}.due_day >= $${n} OR ${alias}.state = 'awaited'
       OR coalesce((${alias}.entry_file, ${alias}.entry_row) IN (
            SELECT o.entry_file, o.entry_row FROM payout o WHERE o.entry_file IS NOT NULL AND (o.due_day >= $${n} OR o.state = 'awaited')), false))`;

/** Payouts with a due day since `fromDay`, of all acquirers, and older ones that are still to be judged. */
export async function duePayouts(ctx: WorkContext, fromDay: string): Promise<PayoutRow[]> {
  return await ctx.tx.query(
    `SELECT ${PAYOUT} FROM payout p WHERE ${inQuestion('p', 1)} ORDER BY due_day, acquirer_id, payout_id, currency`,
    [fromDay],
  );
}

/** What makes two bank entries one: the bank's own reference where it gives one, else everything it says. */
const SAME_ENTRY = `b.account, b.currency, b.amount_minor, b.booking_day, b.bank_reference,
                CASE WHEN b.bank_reference IN ('', 'NONREF') THEN concat_ws(E'\\x1f', b.value_day, b.reference, b.remittance, b.type_code, b.details) ELSE '' END`;

/**
 * Booked credits and debits of these accounts on these days, and those since another day that have one of these references, as far as no payout has them that isn't matched anew (`duePayouts` of the same `fromDay`). Files may overlap: an entry that repeats one of a file that arrived earlier is left out.
 * A bank's reference is one entry's; without one, as many alike count as one file has of them.
 */
export async function bookedEntries(
  ctx: WorkContext,
  accounts: readonly string[],
  days: readonly string[],
  named: { readonly references: readonly string[]; readonly sinceDay: string },
  fromDay: string,
): Promise<
  { fileId: string; rowNo: number; account: string; currency: string; amountMinor: number; day: string; valueDay: string; text: string }[]
> {
  return await ctx.tx.query(
    `WITH alike AS (
       SELECT b.*, row_number() OVER (PARTITION BY b.file_id, ${SAME_ENTRY} ORDER BY b.row_no) AS nth
         FROM bank_entry b WHERE b.account = ANY($1) AND (b.booking_day = ANY($2::date[])
                OR b.booking_day >= $5::date AND EXISTS (SELECT 1 FROM unnest($4::text[]) AS named (reference) WHERE position(named.reference IN ${ENTRY_TEXT}) > 0)) AND b.status = 'booked' AND NOT b.superseded
     ), counted AS (
       SELECT b.*, b.bank_reference NOT IN ('', 'NONREF') AND b.nth > 1
                OR row_number() OVER (PARTITION BY ${SAME_ENTRY}, b.nth ORDER BY f.arrived_at, b.file_id) > 1 AS repeated
         FROM alike b JOIN statement_file f ON f.file_id = b.file_id
     )
     SELECT b.file_id AS "fileId", b.row_no AS "rowNo", b.account, b.currency, b.amount_minor AS "amountMinor", b.booking_day AS day,
            coalesce(b.value_day, b.booking_day) AS "valueDay", ${ENTRY_TEXT} AS text
       FROM counted b WHERE NOT b.repeated
        AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.entry_file = b.file_id AND p.entry_row = b.row_no AND NOT (${inQuestion('p', 3)}))
        AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.earlier_entries <> '[]' AND p.earlier_entries::jsonb @> jsonb_build_array(jsonb_build_array(b.file_id::text, b.row_no)) AND NOT (${inQuestion('p', 3)}))
      ORDER BY b.booking_day, b.file_id, b.row_no`,
    [accounts, days, fromDay, named.references, named.sinceDay],
  );
}

/** Payouts nobody knew the due day of when they were worked out. */
export async function payoutsWithoutDay(ctx: WorkContext): Promise<PayoutRow[]> {
  return await ctx.tx.query(`SELECT ${PAYOUT} FROM payout WHERE due_day IS NULL ORDER BY acquirer_id, payout_id, currency`);
}

/** Writes a payout's due day, known at last. */
export async function setDueDay(ctx: WorkContext, p: PayoutRow, dueDay: string): Promise<void> {
  await ctx.tx.query(
    "UPDATE payout SET due_day = $4, state = 'awaited', changed_at = $5 WHERE acquirer_id = $1 AND payout_id = $2 AND currency = $3",
    [p.acquirerId, p.payoutId, p.currency, dueDay, ctx.now()],
  );
}

/** Current files since a day none of whose days has a payout: they came before anybody said when this acquirer pays. */
export async function filesWithoutPayout(ctx: WorkContext, acquirerId: string, fromDay: string): Promise<string[]> {
  const rows: { id: string }[] = await ctx.tx.query(
    `SELECT f.file_id AS id FROM statement_file f WHERE f.acquirer_id = $1 AND f.state = 'imported' AND f.period_to >= $2
        AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.acquirer_id = f.acquirer_id AND p.business_day BETWEEN f.period_from AND f.period_to) ORDER BY f.period_from, f.file_id`,
    [acquirerId, fromDay],
  );
  return rows.map((row) => row.id);
}

/** Writes what the bank paid for a payout. */
export async function markPayout(ctx: WorkContext, p: PayoutRow): Promise<void> {
  await ctx.tx.query(
    `UPDATE payout SET state = $4, entry_file = $5, entry_row = $6, received_minor = $7, expected_minor = $8, days_late = $9, changed_at = $10, told_state = $11, earlier_entries = $12
      WHERE acquirer_id = $1 AND payout_id = $2 AND currency = $3`,
    [
      p.acquirerId,
      p.payoutId,
      p.currency,
      p.state,
      p.entryFile,
      p.entryRow,
      p.receivedMinor,
      p.expectedMinor,
      p.daysLate,
      ctx.now(),
      p.toldState,
      JSON.stringify(p.earlierEntries),
    ],
  );
}

/** Which payouts; absent or null means all. */
export interface PayoutChoice {
  readonly acquirerId?: string | null | undefined;
  readonly state?: readonly PayoutState[] | null | undefined;
  readonly fromDay?: string | null | undefined;
  readonly toDay?: string | null | undefined;
}

function where(filter: PayoutChoice | null): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  if (filter?.acquirerId) terms.push(`acquirer_id = $${params.push(filter.acquirerId)}`);
  if (filter?.state) terms.push(`state = ANY($${params.push(filter.state)})`);
  if (filter?.fromDay) terms.push(`business_day >= $${params.push(filter.fromDay)}`);
  if (filter?.toDay) terms.push(`business_day <= $${params.push(filter.toDay)}`);
  return { sql: terms.join(' AND '), params };
}

/** One page of payouts, newest business day first, one row more than the page. */
export async function listPayouts(ctx: WorkContext, filter: PayoutChoice | null, page: PageRequest): Promise<PayoutRow[]> {
  const { sql, params } = where(filter);
  const key = 'business_day, acquirer_id, payout_id, currency';
  const after =
    page.after === undefined
      ? ''
      : ` AND (${key}) < (${page.after.map((part, i) => `$${params.push(part)}${i === 0 ? '::date' : ''}`).join(', ')})`;
  return await ctx.tx.query(
    `SELECT ${PAYOUT} FROM payout WHERE ${sql}${after} ORDER BY business_day DESC, acquirer_id DESC, payout_id DESC, currency DESC LIMIT $${params.push(page.limit)}`,
    params,
  );
}

/** How many payouts the filter finds. */
export async function countPayouts(ctx: WorkContext, filter: PayoutChoice | null): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { n: number }[] = await ctx.tx.query(`SELECT count(*) AS n FROM payout WHERE ${sql}`, params);
  return rows[0]!.n;
}
