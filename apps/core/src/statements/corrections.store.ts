import type { WorkContext } from '../database/index.js';

/** What a file tells of and its correction doesn't: a merchant's day, or one terminal of it. */
export interface LeftOut {
  readonly merchantNo: string;
  readonly businessDay: string;
  /** Empty where the file's rows say none. */
  readonly terminalNo: string;
}

/** What is left out of a correction, a few of it by name. */
export interface LeavesOut {
  readonly some: readonly LeftOut[];
  readonly more: number;
}

/** A sentence names so many; who mends the file needs one to see what is meant. */
const MOST_NAMED = 3;
/** Rows that are the transfer itself say nothing of the transactions of their day. */
const TELLS = "r.type NOT IN ('payout', 'balance')";

/**
 * F9: what of an acquirer's current file the arriving one (`statement_arriving`) tells nothing of: a merchant's day, and where the current file's rows say terminals, each of these. Undefined where it
 * tells of all.
 */
export async function leavesOut(ctx: WorkContext, fileId: string): Promise<LeavesOut | undefined> {
  const rows: (LeftOut & { n: number })[] = await ctx.tx.query(
    `WITH told AS (SELECT DISTINCT r.merchant_no, r.business_day, r.terminal_no FROM statement_arriving r WHERE ${TELLS}),
     any_of AS (TABLE told UNION SELECT merchant_no, business_day, '' FROM told),
     known AS (SELECT DISTINCT r.merchant_no, r.business_day, r.terminal_no FROM statement_row r WHERE r.file_id = $1 AND r.business_day IS NOT NULL AND ${TELLS})
     SELECT k.merchant_no AS "merchantNo", k.business_day AS "businessDay", k.terminal_no AS "terminalNo", count(*) OVER () AS n
       FROM known k LEFT JOIN any_of t USING (merchant_no, business_day, terminal_no)
      WHERE t.merchant_no IS NULL ORDER BY k.business_day, k.merchant_no, k.terminal_no LIMIT ${MOST_NAMED}`,
    [fileId],
  );
  const [first] = rows;
  return first === undefined ? undefined : { some: rows.map(({ n: _, ...left }) => left), more: first.n - rows.length };
}

/** In words: `M1 2026-10-06 T1, M1 2026-10-06 T2 and 3 more`. */
export function namesOfLeftOut({ some, more }: LeavesOut): string {
  const names = some.map(({ merchantNo, businessDay, terminalNo }) => [merchantNo, businessDay, terminalNo].filter(Boolean).join(' '));
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
