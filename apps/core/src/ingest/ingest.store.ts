import { hash } from 'node:crypto';
import type { Parameter } from '../database/index.js';
import type { FoldDatabase, Queryable } from './ingest.projection.js';
import type { Cursor } from './ingest.rules.js';
import { JOURNAL_INGESTED, JOURNAL_TROUBLE, type JournalRange } from './journal.subscriptions.js';

/** A row of journal_quarantine. `seq` 0: a whole message. Contents are never kept, only their digest and size. */
export interface QuarantineRow {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly seq: number;
  readonly kind: string | null;
  readonly reason: string;
  readonly detail: string;
  readonly digest: string;
  readonly bytes: number;
}

/** A row of journal_fork. */
export interface ForkRow {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly seq: number;
  readonly knownHash: string;
  readonly otherHash: string;
}

/** A row of journal_epoch. */
export interface EpochRow {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly previousSeq: number;
  readonly previousHash: string;
}

interface GatewayKey {
  readonly store: string;
  readonly gateway: string;
}

/** Most whole messages kept in quarantine for one gateway: a broken one must not fill the database. */
const MAX_MESSAGES_KEPT = 1_000;

interface CursorRow {
  readonly store_id: string;
  readonly gateway_id: string;
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  readonly cloned_key: string | null;
}

/** SHA-256 of contents that are not kept. */
export function digestOf(contents: string | Buffer): string {
  return hash('sha256', contents, 'hex');
}

/** Records messages that were no batch, outside of any lane's transaction. */
export async function recordRefused(db: Queryable, rows: readonly QuarantineRow[]): Promise<void> {
  await db.query(INSERT_QUARANTINED, quarantineColumns(rows));
}

/** Entries are all kept; of whole messages at most a thousand a gateway. The same contents again only count up. What is new is told. */
const INSERT_QUARANTINED = `
  WITH kept AS (INSERT INTO journal_quarantine AS q (store_id, gateway_id, epoch, seq, kind, reason, detail, digest, bytes)
  SELECT n.* FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[])
         AS n (store_id, gateway_id, epoch, seq, kind, reason, detail, digest, bytes)
   WHERE n.seq > 0 OR (SELECT count(*) FROM journal_quarantine k WHERE k.store_id = n.store_id AND k.gateway_id = n.gateway_id AND k.seq = 0) < $10
  ON CONFLICT (store_id, gateway_id, epoch, seq, digest) DO UPDATE SET times = q.times + 1, seen_at = now()
  RETURNING store_id, gateway_id, epoch, seq, reason, times)
  INSERT INTO outbox (topic, key, payload)
  SELECT DISTINCT ON (store_id, gateway_id) '${JOURNAL_TROUBLE}', store_id || '/' || gateway_id,
         json_build_object('store', store_id, 'gateway', gateway_id, 'trouble', 'quarantined', 'epoch', epoch, 'seq', seq, 'reason', reason)::text
    FROM kept WHERE times = 1 ORDER BY store_id, gateway_id, epoch, seq`;

function quarantineColumns(rows: readonly QuarantineRow[]): Parameter[] {
  const distinct = [...new Map(rows.map((r) => [`${r.store}/${r.gateway}/${r.epoch}/${r.seq}/${r.digest}`, r])).values()];
  return [
    distinct.map((r) => r.store),
    distinct.map((r) => r.gateway),
    distinct.map((r) => r.epoch),
    distinct.map((r) => r.seq),
    distinct.map((r) => r.kind),
    distinct.map((r) => r.reason),
    distinct.map((r) => r.detail),
    distinct.map((r) => r.digest),
    distinct.map((r) => r.bytes),
    MAX_MESSAGES_KEPT,
  ];
}

/** Ingest's own tables, written set by set inside the lane's transaction. */
export class IngestTables {
  constructor(private readonly db: FoldDatabase) {}

  /** Locks and reads the cursors of these gateways, in key order so that two cores never wait for each other; creates missing ones. */
  async lockCursors(gateways: readonly GatewayKey[]): Promise<Map<string, Cursor>> {
    const keys = [gateways.map((one) => one.store), gateways.map((one) => one.gateway)];
    let rows = await this.#lock(keys);
    if (rows.length < gateways.length) {
      this.db.say(
        `INSERT INTO gateway_cursor (store_id, gateway_id, epoch, seq, hash)
         SELECT store_id, gateway_id, 0, 0, '' FROM unnest($1::text[], $2::text[]) AS n (store_id, gateway_id) ORDER BY 1, 2
         ON CONFLICT DO NOTHING`,
        keys,
      );
      rows = await this.#lock(keys);
    }
    const cloned = await this.#stillCloned(rows);
    return new Map(
      rows.map((row) => {
        const key = `${row.store_id}/${row.gateway_id}`;
        const cursor = { epoch: row.epoch, seq: row.seq, hash: row.hash };
        return [key, cloned.has(key) ? { ...cursor, cloned: true } : cursor];
      }),
    );
  }

  /** A gateway that was enrolled anew since has another key: a person has decided. */
  async #stillCloned(rows: readonly CursorRow[]): Promise<ReadonlySet<string>> {
    const marked = rows.filter((row) => row.cloned_key !== null);
    if (marked.length === 0) return new Set();
    const { rows: still } = await this.db.query<{ id: string }>(
      `SELECT g.store_id || '/' || g.gateway_id AS id FROM gateway g
         JOIN unnest($1::text[], $2::text[], $3::text[]) AS n (store_id, gateway_id, cloned_key)
           ON g.store_id = n.store_id AND g.gateway_id = n.gateway_id AND g.public_key = n.cloned_key`,
      [marked.map((row) => row.store_id), marked.map((row) => row.gateway_id), marked.map((row) => row.cloned_key)],
    );
    return new Set(still.map(({ id }) => id));
  }

  async #lock(keys: Parameter[]): Promise<CursorRow[]> {
    const { rows } = await this.db.query<CursorRow>(
      `SELECT store_id, gateway_id, epoch, seq, hash, cloned_key FROM gateway_cursor
        WHERE (store_id, gateway_id) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY store_id, gateway_id FOR UPDATE`,
      keys,
    );
    return rows;
  }

  /** The hashes of committed entries, keyed `<store>/<gateway>/<epoch>/<seq>`; what isn't committed is absent. */
  async hashesAt(at: readonly (GatewayKey & { epoch: number; seq: number })[]): Promise<Map<string, string>> {
    if (at.length === 0) return new Map();
    const { rows } = await this.db.query<{ id: string; hash: string }>(
      `SELECT j.store_id || '/' || j.gateway_id || '/' || j.epoch || '/' || j.seq AS id, encode(j.hash, 'hex') AS hash FROM journal_entry j
        WHERE (store_id, gateway_id, epoch, seq) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[]))`,
      [at.map((one) => one.store), at.map((one) => one.gateway), at.map((one) => one.epoch), at.map((one) => one.seq)],
    );
    return new Map(rows.map((row) => [row.id, row.hash]));
  }

  /** The hashes core holds of a range of one epoch, by sequence number, and the last entry it holds of that epoch (0: none). */
  async known(
    at: GatewayKey & { epoch: number; fromSeq: number; throughSeq: number },
  ): Promise<{ hashes: Map<number, string>; end: number }> {
    const { rows } = await this.db.query<{ seq: number; hash: string }>(
      `SELECT seq, encode(hash, 'hex') AS hash FROM journal_entry WHERE store_id = $1 AND gateway_id = $2 AND epoch = $3 AND seq BETWEEN $4 AND $5
       UNION
       (SELECT seq, encode(hash, 'hex') FROM journal_entry WHERE store_id = $1 AND gateway_id = $2 AND epoch = $3 ORDER BY seq DESC LIMIT 1)`,
      [at.store, at.gateway, at.epoch, at.fromSeq, at.throughSeq],
    );
    const hashes = new Map(rows.map(({ seq, hash }) => [Number(seq), hash]));
    return { hashes, end: Math.max(0, ...hashes.keys()) };
  }

  /** Remembers that two machines write as these gateways, and tells it once. */
  addClones(rows: readonly (GatewayKey & { epoch: number; seq: number })[]): void {
    if (rows.length === 0) return;
    this.db.say(
      `WITH marked AS (
         UPDATE gateway_cursor c SET cloned_key = g.public_key
           FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[]) AS n (store_id, gateway_id, epoch, seq)
           JOIN gateway g ON g.store_id = n.store_id AND g.gateway_id = n.gateway_id
          WHERE c.store_id = n.store_id AND c.gateway_id = n.gateway_id AND c.cloned_key IS DISTINCT FROM g.public_key
         RETURNING c.store_id, c.gateway_id, n.epoch, n.seq)
       INSERT INTO outbox (topic, key, payload)
       SELECT '${JOURNAL_TROUBLE}', store_id || '/' || gateway_id,
              json_build_object('store', store_id, 'gateway', gateway_id, 'trouble', 'cloned', 'epoch', epoch, 'seq', seq, 'reason', '')::text FROM marked`,
      [rows.map((r) => r.store), rows.map((r) => r.gateway), rows.map((r) => r.epoch), rows.map((r) => r.seq)],
    );
  }

  addEpochs(rows: readonly EpochRow[]): void {
    if (rows.length === 0) return;
    this.db.say(
      `INSERT INTO journal_epoch (store_id, gateway_id, epoch, previous_seq, previous_hash)
       SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[])`,
      [
        rows.map((r) => r.store),
        rows.map((r) => r.gateway),
        rows.map((r) => r.epoch),
        rows.map((r) => r.previousSeq),
        rows.map((r) => r.previousHash),
      ],
    );
  }

  addForks(rows: readonly ForkRow[]): void {
    if (rows.length === 0) return;
    this.db.say(
      `WITH kept AS (INSERT INTO journal_fork (store_id, gateway_id, epoch, seq, known_hash, other_hash)
       SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[]) ON CONFLICT DO NOTHING
       RETURNING store_id, gateway_id, epoch, seq)
       INSERT INTO outbox (topic, key, payload)
       SELECT DISTINCT ON (store_id, gateway_id) '${JOURNAL_TROUBLE}', store_id || '/' || gateway_id,
              json_build_object('store', store_id, 'gateway', gateway_id, 'trouble', 'diverged', 'epoch', epoch, 'seq', seq, 'reason', '')::text
         FROM kept ORDER BY store_id, gateway_id, epoch, seq`,
      [
        rows.map((r) => r.store),
        rows.map((r) => r.gateway),
        rows.map((r) => r.epoch),
        rows.map((r) => r.seq),
        rows.map((r) => r.knownHash),
        rows.map((r) => r.otherHash),
      ],
    );
  }

  addQuarantined(rows: readonly QuarantineRow[]): void {
    if (rows.length > 0) this.db.say(INSERT_QUARANTINED, quarantineColumns(rows));
  }

  addRanges(ranges: readonly JournalRange[]): void {
    if (ranges.length === 0) return;
    this.db.say(
      'INSERT INTO outbox (topic, key, payload) SELECT $1, key, payload FROM unnest($2::text[], $3::text[]) AS n (key, payload)',
      [JOURNAL_INGESTED, ranges.map((range) => `${range.store}/${range.gateway}`), ranges.map((range) => JSON.stringify(range))],
    );
  }

  advance(cursors: readonly (GatewayKey & { cursor: Cursor })[]): void {
    if (cursors.length === 0) return;
    this.db.say(
      `UPDATE gateway_cursor c SET epoch = n.epoch, seq = n.seq, hash = n.hash, updated_at = now()
         FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[]) AS n (store_id, gateway_id, epoch, seq, hash)
        WHERE c.store_id = n.store_id AND c.gateway_id = n.gateway_id`,
      [
        cursors.map((c) => c.store),
        cursors.map((c) => c.gateway),
        cursors.map((c) => c.cursor.epoch),
        cursors.map((c) => c.cursor.seq),
        cursors.map((c) => c.cursor.hash),
      ],
    );
  }
}
