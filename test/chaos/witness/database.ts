import pg from 'pg';
import type { StoredEntry } from './chain.rules.js';
import type { CoreMovement } from './movements.rules.js';

/** The examiner's own connection to the database: plain SQL, every store, past the proxy. Its role owns everything. */
export class DatabaseWitness {
  readonly #url: string;
  #client: pg.Client | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Rows of a query. A lost connection is opened anew at the next query; this one rejects. */
  async rows<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = await this.connected();
    try {
      return (await client.query<T>(text, values)).rows;
    } catch (error) {
      if (!isSqlError(error)) this.#forget(client);
      throw error;
    }
  }

  /** The same, asked again until the database answers: it may be down on purpose. */
  async rowsWhenUp<T extends pg.QueryResultRow>(text: string, values: unknown[] = [], withinMs = 60_000): Promise<T[]> {
    for (const deadline = performance.now() + withinMs; ; ) {
      try {
        return await this.rows<T>(text, values);
      } catch (error) {
        if (isSqlError(error) || performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  async connected(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    const client = new pg.Client({
      connectionString: this.#url,
      options: '-c tillward.stores=* -c timezone=UTC',
      application_name: 'chaos-exam',
      connectionTimeoutMillis: 5_000,
      query_timeout: 60_000,
    });
    client.on('error', () => this.#forget(client));
    await client.connect();
    this.#client = client;
    return client;
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    // What is broken may refuse even to end.
    void Promise.allSettled([client.end()]);
  }
}

/** An answer of the server that is no trouble of the connection or its restart (PostgreSQL, appendix A: classes 08 and 57). */
function isSqlError(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('08') && !code.startsWith('57');
}

interface MovementRow {
  store: string;
  terminal: string;
  driver: string;
  kind: CoreMovement['kind'];
  trace: number;
  amount: string;
  currency: string;
  id: string;
  key: string | null;
  reference: string | null;
}

/** Money of which core says that it moved, each with the till's key for it. */
export async function coreMovements(database: DatabaseWitness): Promise<CoreMovement[]> {
  const rows = await database.rows<MovementRow>(
    `with ordered as (
       select store_id, payload::json->>'paymentId' id, min(payload::json->>'idempotencyKey') key, min(payload::json->>'reference') reference
         from journal_entry where kind in ('PaymentStarted', 'RepaymentStarted') group by 1, 2)
     select t.store_id store, t.terminal_id terminal, x.driver, t.kind, coalesce(t.trace_no, -1) trace, t.amount_minor amount, t.currency,
            t.payment_id::text id, o.key, o.reference
       from card_transaction t
       join terminal x on x.store_id = t.store_id and x.terminal_id = t.terminal_id
       left join ordered o on o.store_id = t.store_id and o.id = t.payment_id::text
      where t.state = 'completed'`,
  );
  return rows.map((r) => ({
    store: r.store,
    terminal: r.terminal,
    kind: r.kind,
    // A ZVT terminal knows its own trace numbers only; nexo terminals keep what the gateway called the order.
    name: r.driver === 'zvt' ? `trace ${r.trace}` : (r.reference ?? 'no reference'),
    amountMinor: Number(r.amount),
    currency: r.currency,
    paymentId: r.id,
    key: r.key,
  }));
}

/** Everything that is still open in core: sales, settlements, commands. Sentences. */
export async function unresolvedInCore(database: DatabaseWitness): Promise<string[]> {
  const rows = await database.rows<{ what: string }>(
    `select format('payment %s of %s/%s is %s', payment_id, store_id, terminal_id, state) what from card_transaction where state in ('started', 'inDoubt')
     union all
     select format('batch %s of %s/%s is %s', batch_no, store_id, terminal_id, state) from batch where state in ('settling', 'inDoubt')
     union all
     select format('%s %s of %s was never resolved', d.what, d.id, d.store_id) from (
       select distinct store_id, 'payment' what, payload::json->>'paymentId' id from journal_entry
        where kind in ('PaymentStarted', 'RepaymentStarted', 'PaymentInDoubt', 'RepaymentInDoubt')
       union select distinct store_id, 'settlement', payload::json->>'settlementId' from journal_entry where kind = 'SettlementInDoubt') d
      where not exists (select 1 from journal_entry r where r.store_id = d.store_id
                          and r.kind ~ '^((Rep|P)ayment(Completed|Declined|Failed|Resolved)|SettlementResolved)$'
                          and coalesce(r.payload::json->>'paymentId', r.payload::json->>'settlementId') = d.id)
     order by 1`,
  );
  return rows.map(({ what }) => what);
}

/** One epoch of one gateway in core. */
export interface StoredEpoch {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly entries: readonly StoredEntry[];
}

/** Every entry core has, by gateway and epoch, sorted by number. */
export async function storedJournals(database: DatabaseWitness): Promise<StoredEpoch[]> {
  const rows = await database.rows<{
    store: string;
    gateway: string;
    epoch: number;
    seq: string;
    at: string;
    kind: string;
    terminal: string | null;
    payload: string;
    hash: string;
  }>(
    `select store_id store, gateway_id gateway, epoch, seq, round(extract(epoch from at) * 1000)::text at, kind, terminal_id terminal, payload, encode(hash, 'hex') hash
       from journal_entry order by store_id, gateway_id, epoch, seq`,
  );
  return [...Map.groupBy(rows, (r) => `${r.store} ${r.gateway} ${r.epoch}`).values()].map((group) => ({
    store: group[0]!.store,
    gateway: group[0]!.gateway,
    epoch: group[0]!.epoch,
    entries: group.map((r) => ({ seq: Number(r.seq), atMs: r.at, kind: r.kind, terminal: r.terminal, payload: r.payload, hash: r.hash })),
  }));
}
