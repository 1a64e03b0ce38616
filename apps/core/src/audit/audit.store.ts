import type { WorkContext } from '../database/index.js';
import type { AuditEntryType, AuditFilterInput, PageRequest } from '../graphql/index.js';
import type { AuditHead, ChainedRecord } from './audit.rules.js';

interface AuditRow extends Omit<ChainedRecord, 'at'> {
  at: Date;
}

const COLUMNS = `index, id, at, actor, actor_id AS "actorId", actor_role AS "actorRole", action, store_id AS "storeId", subject, summary, detail,
  prev_hash AS "prevHash", hash`;

/** How many entries there must be, and the last one's hash. */
export async function readAuditHead(ctx: WorkContext): Promise<AuditHead> {
  const rows: AuditHead[] = await ctx.tx.query('SELECT entries, hash FROM audit_head');
  return rows[0]!;
}

/** Entries in order from `index` on, at most `limit`. */
export async function readChainFrom(ctx: WorkContext, index: number, limit: number): Promise<ChainedRecord[]> {
  const rows: AuditRow[] = await ctx.tx.query(`SELECT ${COLUMNS} FROM audit_entry WHERE index >= $1 ORDER BY index LIMIT $2`, [
    index,
    limit,
  ]);
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

function where(filter: AuditFilterInput | null | undefined): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const terms = ['true'];
  const add = (value: unknown, term: (n: string) => string) => {
    if (value === null || value === undefined) return;
    params.push(value);
    terms.push(term(`$${params.length}`));
  };
  add(filter?.storeId, (n) => `store_id = ${n}`);
  add(filter?.action, (n) => `action = ${n}`);
  add(filter?.actor, (n) => `(actor = ${n} OR actor_id = ${n})`);
  add(filter?.from, (n) => `at >= ${n}`);
  add(filter?.to, (n) => `at < ${n}`);
  add(filter?.text, (n) => `strpos(lower(concat_ws(' ', summary, subject, actor, action, detail)), lower(${n})) > 0`);
  return { sql: terms.join(' AND '), params };
}

/** One page of entries, newest first, one row more than the page. */
export async function listAuditEntries(
  ctx: WorkContext,
  filter: AuditFilterInput | null | undefined,
  page: PageRequest,
): Promise<AuditEntryType[]> {
  const { sql, params } = where(filter);
  const before = page.after?.[0] ?? Number.MAX_SAFE_INTEGER;
  const rows: AuditRow[] = await ctx.tx.query(
    `SELECT ${COLUMNS} FROM audit_entry WHERE ${sql} AND index < $${params.length + 1} ORDER BY index DESC LIMIT $${params.length + 2}`,
    [...params, before, page.limit],
  );
  return rows.map((row) => ({ ...row, detail: readDetail(row.detail) }));
}

/** How many entries the filter finds. */
export async function countAuditEntries(ctx: WorkContext, filter: AuditFilterInput | null | undefined): Promise<number> {
  const { sql, params } = where(filter);
  const rows: { count: number }[] = await ctx.tx.query(`SELECT count(*) AS count FROM audit_entry WHERE ${sql}`, params);
  return rows[0]!.count;
}

/** An altered detail may be no JSON any more; the auditor must still see it. */
function readDetail(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
