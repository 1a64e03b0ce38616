import pg from 'pg';
import type { BookedSale } from './differences.rules.js';

/** What the JSON of the headless demo says about core, apart from the sales. */
export interface CoreFigures {
  stores: number;
  terminals: number;
  closeProofs: { proven: number; blocked: number };
  incidents: { opened: number; byKind: Record<string, number> };
  policy: { version: number; gatewaysApplied: number; gateways: number };
  inDoubt: { seen: number; resolved: number };
}

/**
 * A connection that sees every store, for counting with plain SQL beside the product. The role must be the owner's or one that may become
 * `tillward_app`. Lost connections are reported by the next query.
 */
export function openDatabase(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 2,
    options: '-c tillward.stores=*',
    application_name: 'tillward-launcher',
  });
  // An idle connection that is lost (database killed on purpose) has no caller to tell; the pool replaces it.
  pool.on('error', () => undefined);
  return pool;
}

/** Every sale of which core says that money moved. */
export async function coreSales(database: pg.Pool): Promise<BookedSale[]> {
  const { rows } = await database.query<{ store: string; terminal: string; trace: number; amount: string; currency: string }>(
    `select store_id store, terminal_id terminal, coalesce(trace_no, -1) trace, amount_minor amount, currency from card_transaction
      where state = 'completed' and kind = 'sale'`,
  );
  return rows.map((r) => ({ store: r.store, terminal: r.terminal, traceNo: r.trace, amountMinor: Number(r.amount), currency: r.currency }));
}

/** The other figures, each from the rows core wrote. */
export async function coreFigures(database: pg.Pool): Promise<CoreFigures> {
  const one = async (sql: string) => (await database.query<Record<string, number>>(sql)).rows[0]!;
  const fleet = await one(`select (select count(*)::int from store) stores, (select count(*)::int from terminal) terminals`);
  const closes = await one(
    `select count(*) filter (where kind = 'CloseProven')::int proven, count(*) filter (where kind = 'CloseBlocked')::int blocked
       from journal_entry where kind in ('CloseProven', 'CloseBlocked')`,
  );
  const policy = await one(
    `select version, (select count(*)::int from gateway) gateways,
            (select count(*)::int from policy_application a where a.version = h.version and a.refused = '[]') applied from policy_head h`,
  );
  const doubt = await one(
    `with doubted as (select distinct store_id, payload::json->>'paymentId' id from journal_entry where kind = 'PaymentInDoubt'
            union select distinct store_id, payload::json->>'settlementId' from journal_entry where kind = 'SettlementInDoubt'),
          answered as (select distinct store_id, payload::json->>'paymentId' id from journal_entry where kind = 'PaymentResolved'
            union select distinct store_id, payload::json->>'settlementId' from journal_entry where kind = 'SettlementResolved')
     select (select count(*)::int from doubted) seen, (select count(*)::int from doubted join answered using (store_id, id)) resolved`,
  );
  const kinds = await database.query<{ kind: string; count: number }>(
    'select kind, count(*)::int from incident group by kind order by kind',
  );
  return {
    stores: fleet['stores']!,
    terminals: fleet['terminals']!,
    closeProofs: { proven: closes['proven']!, blocked: closes['blocked']! },
    incidents: {
      opened: kinds.rows.reduce((sum, row) => sum + row.count, 0),
      byKind: Object.fromEntries(kinds.rows.map((row) => [row.kind, row.count])),
    },
    policy: { version: policy['version']!, gatewaysApplied: policy['applied']!, gateways: policy['gateways']! },
    inDoubt: { seen: doubt['seen']!, resolved: doubt['resolved']! },
  };
}
