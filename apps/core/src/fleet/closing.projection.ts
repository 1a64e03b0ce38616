import type { JournalPayload } from '@tillward/contracts';
import type { FoldDatabase, ProjectedEntry } from '../ingest/index.js';

interface Closing {
  store: string;
  routineId: string;
  gateway: string;
  businessDay: string;
  terminals: Set<string>;
  proven: Set<string>;
  blocked: Set<string>;
  startedAtMs: number;
  finishedAtMs: number | null;
}

interface Proof {
  store: string;
  terminal: string;
  gateway: string;
  epoch: number;
  seq: number;
  atMs: number;
  payload: JournalPayload<'CloseProven'>;
}

/** Closings and close proofs of one transaction. A terminal blocked first and proven later in the same closing counts as proven. */
export class ClosingFold {
  readonly #closings = new Map<string, Closing>();
  readonly #proofs = new Map<string, Proof>();

  add(entry: ProjectedEntry): void {
    switch (entry.kind) {
      case 'ClosingStarted':
        for (const terminal of entry.payload.terminals) this.#closing(entry, entry.payload).terminals.add(terminal);
        return;
      case 'CloseBlocked':
        this.#closing(entry, entry.payload).blocked.add(entry.terminal ?? '');
        return;
      case 'CloseProven':
        this.#proven(entry);
        return;
      case 'ClosingFinished':
        this.#closing(entry, entry.payload).finishedAtMs = entry.atMs;
        return;
      default:
        return;
    }
  }

  flush(db: FoldDatabase): void {
    this.#flushClosings(db);
    this.#flushProofs(db);
  }

  #proven(entry: Extract<ProjectedEntry, { kind: 'CloseProven' }>): void {
    const terminal = entry.terminal ?? '';
    const closing = this.#closing(entry, entry.payload);
    closing.proven.add(terminal);
    closing.blocked.delete(terminal);
    const { store, gateway, epoch, seq, atMs, payload } = entry;
    this.#proofs.set(`${store}/${terminal}/${payload.routineId.toLowerCase()}`, { store, terminal, gateway, epoch, seq, atMs, payload });
  }

  #closing(entry: ProjectedEntry, payload: { routineId: string; businessDay: string }): Closing {
    const routineId = payload.routineId.toLowerCase();
    const key = `${entry.store}/${routineId}`;
    let closing = this.#closings.get(key);
    if (closing === undefined) {
      closing = {
        store: entry.store,
        routineId,
        gateway: entry.gateway,
        businessDay: payload.businessDay,
        terminals: new Set(),
        proven: new Set(),
        blocked: new Set(),
        startedAtMs: entry.atMs,
        finishedAtMs: null,
      };
      this.#closings.set(key, closing);
    }
    return closing;
  }

  #flushClosings(db: FoldDatabase): void {
    const all = [...this.#closings.values()];
    if (all.length === 0) return;
    const of = <T>(pick: (closing: Closing) => T) => all.map(pick);
    // Sets travel as JSON texts: unnest would flatten arrays of arrays.
    db.say(UPSERT_CLOSINGS, [
      of((c) => c.store),
      of((c) => c.routineId),
      of((c) => c.gateway),
      of((c) => c.businessDay),
      of((c) => c.startedAtMs),
      of((c) => c.finishedAtMs),
      of((c) => JSON.stringify([...c.terminals])),
      of((c) => JSON.stringify([...c.proven])),
      of((c) => JSON.stringify([...c.blocked])),
    ]);
  }

  #flushProofs(db: FoldDatabase): void {
    const all = [...this.#proofs.values()];
    if (all.length === 0) return;
    const of = <T>(pick: (proof: Proof) => T) => all.map(pick);
    db.say(UPSERT_PROOFS, [
      of((p) => p.store),
      of((p) => p.terminal),
      of((p) => p.payload.routineId),
      of((p) => p.gateway),
      of((p) => p.payload.businessDay),
      of((p) => p.atMs),
      of((p) => p.payload.overnight),
      of((p) => p.payload.totals?.amountMinor ?? null),
      of((p) => p.payload.totals?.currency ?? null),
      of((p) => p.payload.totals?.count ?? null),
      of((p) => JSON.stringify(p.payload.steps)),
      of((p) => p.epoch),
      of((p) => p.seq),
    ]);
  }
}

const UPSERT_CLOSINGS = `
  WITH n AS (
    SELECT u.store_id, u.routine_id, u.gateway_id, u.business_day, to_timestamp(u.started / 1000) AS started_at, to_timestamp(u.finished / 1000) AS finished_at,
           ARRAY(SELECT jsonb_array_elements_text(u.terminals::jsonb)) AS terminals,
           ARRAY(SELECT jsonb_array_elements_text(u.proven::jsonb)) AS proven,
           ARRAY(SELECT jsonb_array_elements_text(u.blocked::jsonb)) AS blocked
      FROM unnest($1::text[], $2::uuid[], $3::text[], $4::date[], $5::float8[], $6::float8[], $7::text[], $8::text[], $9::text[])
           AS u (store_id, routine_id, gateway_id, business_day, started, finished, terminals, proven, blocked)
  )
  INSERT INTO closing AS c (store_id, routine_id, gateway_id, business_day, started_at, finished_at, terminals, proven, blocked)
  SELECT store_id, routine_id, gateway_id, business_day, started_at, finished_at, terminals, proven, blocked FROM n
  ON CONFLICT (store_id, routine_id) DO UPDATE
    SET finished_at = coalesce(excluded.finished_at, c.finished_at),
        terminals = ARRAY(SELECT unnest(c.terminals) UNION SELECT unnest(excluded.terminals) ORDER BY 1),
        proven = ARRAY(SELECT unnest(c.proven) UNION SELECT unnest(excluded.proven) ORDER BY 1),
        blocked = ARRAY(SELECT unnest(c.blocked) UNION SELECT unnest(excluded.blocked) EXCEPT SELECT unnest(excluded.proven) ORDER BY 1)`;

const UPSERT_PROOFS = `
  INSERT INTO close_proof (store_id, terminal_id, routine_id, gateway_id, business_day, proven_at, overnight, total_minor, total_currency, total_count,
                           steps, epoch, seq)
  SELECT n.store_id, n.terminal_id, n.routine_id, n.gateway_id, n.business_day, to_timestamp(n.at / 1000), n.overnight, n.total_minor, n.total_currency,
         n.total_count, n.steps::jsonb, n.epoch, n.seq
    FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::date[], $6::float8[], $7::text[], $8::bigint[], $9::text[], $10::int[], $11::text[],
                $12::int[], $13::bigint[])
         AS n (store_id, terminal_id, routine_id, gateway_id, business_day, at, overnight, total_minor, total_currency, total_count, steps, epoch, seq)
  ON CONFLICT (store_id, terminal_id, routine_id) DO UPDATE
    SET proven_at = excluded.proven_at, overnight = excluded.overnight, total_minor = excluded.total_minor, total_currency = excluded.total_currency,
        total_count = excluded.total_count, steps = excluded.steps, epoch = excluded.epoch, seq = excluded.seq`;
