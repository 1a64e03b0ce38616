import type { WorkContext } from '../database/index.js';
import { countToldAgain } from './told-again.store.js';

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

/**
 * F12: entries two statements of different formats tell of one account and day (a camt.053 of the day, an MT940 of two days). Formats call one booking differently, and a bank that gives no reference in
 * one gives none to compare; so entries with the same booking day, value day, currency and amount are one, as many as the format with the most of them has. Statements of one format can be told apart by
 * what they write, which is funding's to do: here their equal entries stand for one. Says so anew for these days.
 */
export async function settleFormats(ctx: WorkContext, fromDay: string, toDay: string): Promise<void> {
  const text = "concat_ws(E'\\x1f', b.bank_reference, b.reference, b.remittance, b.type_code, b.details)";
  const money = 'account, currency, booking_day, value_day, amount_minor';
  const changed: { id: string }[] = await ctx.tx.query(
    `WITH told AS (
       SELECT b.file_id, b.row_no, b.told_in, f.format, f.arrived_at, b.account, b.currency, b.booking_day, coalesce(b.value_day, b.booking_day) AS value_day, b.amount_minor, ${text} AS said,
              row_number() OVER (PARTITION BY b.file_id, b.account, b.currency, b.booking_day, b.value_day, b.amount_minor, ${text} ORDER BY b.row_no) AS nth
         FROM bank_entry b JOIN statement_file f ON f.file_id = b.file_id
        WHERE f.state = 'imported' AND NOT f.interim AND b.status = 'booked' AND b.booking_day BETWEEN $1 AND $2),
     booking AS (
       SELECT DISTINCT ON (format, ${money}, said, nth) file_id, arrived_at, format, ${money}, said, nth
         FROM told ORDER BY format, ${money}, said, nth, arrived_at, file_id),
     place AS (SELECT b.*, row_number() OVER (PARTITION BY format, ${money} ORDER BY arrived_at, file_id, said, nth) AS place FROM booking b),
     first AS (
       SELECT p.format, ${money}, said, nth, first_value(p.file_id) OVER w AS teller, first_value(p.format) OVER w AS teller_format
         FROM place p WINDOW w AS (PARTITION BY ${money}, place ORDER BY arrived_at, file_id)),
     wanted AS (
       SELECT t.file_id, t.row_no, t.told_in, CASE WHEN f.teller_format <> t.format THEN f.teller END AS teller
         FROM told t JOIN first f USING (format, ${money}, said, nth)),
     done AS (
       UPDATE bank_entry b SET told_in = w.teller, superseded = w.teller IS NOT NULL
         FROM wanted w WHERE b.file_id = w.file_id AND b.row_no = w.row_no AND w.told_in IS DISTINCT FROM w.teller RETURNING b.file_id)
     SELECT DISTINCT file_id AS id FROM done`,
    [fromDay, toDay],
  );
  await countToldAgain(
    ctx,
    'bank_entry',
    changed.map((file) => file.id),
  );
}
