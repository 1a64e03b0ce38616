import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StatementSync } from 'node:sqlite';
import { type JournalKind, type JournalPayload, MAX_PAYLOAD_BYTES } from '@tillward/contracts';
import { chainHashes, entryHash, genesisHash, type JournalColumns } from '@tillward/journal';
import { JournalCorruptError } from './journal.errors.js';
import { readIdentity, writeIdentity } from './journal.identity.js';
import { decideEpoch, type EpochDecision } from './journal.rules.js';
import { SqliteStore } from './journal.store.js';

/** How many entries of the end are checked against the hash chain at every start. */
const TAIL_CHECKED = 1_000;

/** Proof of being inside a transaction, and the way to write an entry in it. Valid only until the callback returns. */
export interface JournalTransaction {
  /**
   * Appends one entry and returns its sequence number. It exists only if the transaction commits.
   * `terminal` null: the entry concerns the gateway itself.
   */
  append<K extends JournalKind>(kind: K, terminal: string | null, payload: JournalPayload<K>): number;
}

export interface JournalOptions {
  /** Folder of the agent; created when missing. */
  dataDir: string;
  store: string;
  gateway: string;
  now: () => number;
}

interface EntryRow {
  at: number;
  kind: string;
  terminal: string | null;
  payload: string;
  hash: string;
}

/** Consecutive entries of one epoch as columns, with the hashes that frame them. */
export interface JournalSlice extends JournalColumns {
  prevHash: string;
  lastHash: string;
}

/**
 * The gateway's journal in SQLite. Invariants:
 * J1 sequence numbers of an epoch are contiguous from 1; J2 every entry's hash covers the one before; J3 an entry and the state change it records are
 * committed together or not at all; J4 a committed entry survives kill -9 and power cuts; J5 released entries leave their last hash behind.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #store: SqliteStore;
  readonly #insert: StatementSync;
  readonly #slice: StatementSync;
  readonly #hashAt: StatementSync;
  readonly #setMeta: StatementSync;
  readonly #listeners = new Set<() => void>();
  readonly #transaction: JournalTransaction;
  readonly #decision: EpochDecision;
  #epoch: number;
  #session: number;
  #headSeq = 0;
  #headHash = '';
  #headAtStart = 0;
  #prunedSeq = 0;
  #prunedHash = '';
  #ackedThrough = 0;

  /**
   * Opens the journal, checks its end, and decides the epoch. Throws JournalUnavailableError when the folder can't be written or another agent
   * holds it, JournalCorruptError when the folder belongs to another gateway.
   */
  constructor(options: JournalOptions) {
    this.#options = options;
    mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
    const beside = readIdentity(options.dataDir);
    if (beside && (beside.store !== options.store || beside.gateway !== options.gateway)) {
      throw new JournalCorruptError(`the data folder belongs to gateway ${beside.gateway} of store ${beside.store}`);
    }
    this.#store = new SqliteStore(join(options.dataDir, 'journal.sqlite'));
    this.#insert = this.#store.prepare('INSERT INTO entries (epoch, seq, at, kind, terminal, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.#slice = this.#store.prepare(
      'SELECT at, kind, terminal, payload, hash FROM entries WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq',
    );
    this.#hashAt = this.#store.prepare('SELECT hash FROM entries WHERE epoch = ? AND seq = ?');
    this.#setMeta = this.#store.prepare(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    this.#transaction = { append: (kind, terminal, payload) => this.#append(kind, terminal, JSON.stringify(payload)) };

    const inDatabase = this.#metaNumber('epoch');
    this.#epoch = inDatabase ?? 0;
    if (inDatabase !== null) this.#loadHead();
    this.#decision = decideEpoch({ inDatabase, beside: beside?.epoch ?? null, tailIntact: inDatabase === null || this.#tailIsIntact() });
    this.#session = Math.max(this.#metaNumber('session') ?? 0, beside?.session ?? 0) + 1;
    if (this.#decision.kind !== 'continued') this.#beginEpoch(this.#decision.epoch);
    this.#headAtStart = this.#headSeq;
    writeIdentity(options.dataDir, { store: options.store, gateway: options.gateway, epoch: this.#epoch, session: this.#session });
    this.#store.transaction(() => this.#setMeta.run('session', String(this.#session)));
  }

  /** Counts data losses of this gateway; part of every entry's identity. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Number of this start; grows with every one, also across a lost database. */
  get session(): number {
    return this.#session;
  }

  /** How the epoch was decided at start. */
  get epochDecision(): EpochDecision {
    return this.#decision;
  }

  /** Sequence number of the last entry; 0 when the epoch has none. */
  get headSeq(): number {
    return this.#headSeq;
  }

  /** Core has committed everything up to here. */
  get ackedThrough(): number {
    return this.#ackedThrough;
  }

  /** For the agent's own state tables, which live in the same file so that they change in the same transaction. */
  get store(): SqliteStore {
    return this.#store;
  }

  /**
   * Runs `write` in one transaction: entries it appends and rows it changes are on disk when this returns. Throws JournalUnavailableError
   * when the disk refused; then nothing was written.
   */
  commit<T>(write: (tx: JournalTransaction) => T): T {
    const head = { seq: this.#headSeq, hash: this.#headHash };
    let result: T;
    try {
      result = this.#store.transaction(() => write(this.#transaction));
    } catch (error) {
      this.#headSeq = head.seq;
      this.#headHash = head.hash;
      throw error;
    }
    if (this.#headSeq !== head.seq) for (const listener of this.#listeners) listener();
    return result;
  }

  /** Calls `listener` after every commit that appended entries. Returns how to stop that. */
  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Entries `fromSeq`…, at most `limit` and about `maxBytes` of payload, but at least one; `undefined` when `fromSeq` lies after the head or has
   * been pruned.
   */
  read(fromSeq: number, limit: number, maxBytes = Number.POSITIVE_INFINITY): JournalSlice | undefined {
    if (fromSeq > this.#headSeq || fromSeq <= this.#prunedSeq) return undefined;
    const all = this.#slice.all(this.#epoch, fromSeq, fromSeq + limit - 1) as unknown as EntryRow[];
    const rows = all.slice(0, countWithin(all, maxBytes));
    const last = rows.at(-1);
    if (!last) throw new JournalCorruptError(`entry ${fromSeq} of epoch ${this.#epoch} is missing`);
    return { epoch: this.#epoch, fromSeq, prevHash: this.#hashBefore(fromSeq), lastHash: last.hash, ...columnsOf(rows) };
  }

  /** First entry that is still kept. */
  get firstKeptSeq(): number {
    return this.#prunedSeq + 1;
  }

  /** Notes in memory that core holds everything up to `seq`; {@link saveAcknowledged} makes it durable. Never goes back. */
  acknowledge(seq: number): void {
    if (seq > this.#headSeq) throw new RangeError(`entry ${seq} does not exist yet`);
    if (seq > this.#ackedThrough) this.#ackedThrough = seq;
  }

  /** Writes the acknowledged position. Losing it costs a repeated upload, nothing else; hence it need not be written for every one. */
  saveAcknowledged(): void {
    this.#store.transaction(() => this.#setMeta.run('ackedThrough', String(this.#ackedThrough)));
  }

  /** Deletes entries that core holds and that are older than `olderThan` (epoch ms), keeping the last deleted hash. Returns how many. */
  prune(olderThan: number): number {
    const row = this.#store.get(
      'SELECT max(seq) AS seq FROM entries WHERE epoch = ? AND seq <= ? AND at < ?',
      this.#epoch,
      this.#ackedThrough,
      olderThan,
    );
    const through = Number(row?.['seq'] ?? 0);
    if (through <= this.#prunedSeq) return 0;
    const hash = this.#hashBefore(through + 1);
    const count = this.#store.transaction(() => {
      const result = this.#store
        .prepare('DELETE FROM entries WHERE epoch < ? OR (epoch = ? AND seq <= ?)')
        .run(this.#epoch, this.#epoch, through);
      this.#setMeta.run('prunedSeq', String(through));
      this.#setMeta.run('prunedHash', hash);
      return Number(result.changes);
    });
    this.#prunedSeq = through;
    this.#prunedHash = hash;
    return count;
  }

  /**
   * Starts a new epoch because core knows entries this journal does not have: its data was lost or it is a copy. Entries that core can't hold (written
   * since the loss) are appended again to the new epoch, so that nothing recorded is forgotten.
   */
  startNewEpoch(): void {
    const unknownToCore = this.#ackedThrough === 0 ? 0 : Math.max(this.#ackedThrough, this.#headAtStart);
    const rows = this.#slice.all(this.#epoch, unknownToCore + 1, this.#headSeq) as unknown as EntryRow[];
    this.#beginEpoch(this.#epoch + 1, () => {
      for (const row of rows) this.#write(row.at, row.kind, row.terminal, row.payload);
    });
    this.#headAtStart = 0;
    writeIdentity(this.#options.dataDir, {
      store: this.#options.store,
      gateway: this.#options.gateway,
      epoch: this.#epoch,
      session: this.#session,
    });
    for (const listener of this.#listeners) listener();
  }

  /** Closes the file. Nothing may be called afterwards. */
  close(): void {
    this.#store.close();
  }

  #append(kind: string, terminal: string | null, payload: string): number {
    if (payload.length > MAX_PAYLOAD_BYTES / 3 && Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
      throw new RangeError(`the payload of ${kind} is longer than ${MAX_PAYLOAD_BYTES} bytes`);
    }
    return this.#write(this.#options.now(), kind, terminal, payload);
  }

  #write(at: number, kind: string, terminal: string | null, payload: string): number {
    if (!this.#store.database.isTransaction) throw new Error('an entry was appended outside a transaction');
    const seq = this.#headSeq + 1;
    const hash = entryHash(this.#headHash, { epoch: this.#epoch, seq, at, kind, terminal, payload });
    this.#insert.run(this.#epoch, seq, at, kind, terminal, payload, hash);
    this.#headSeq = seq;
    this.#headHash = hash;
    return seq;
  }

  #beginEpoch(epoch: number, also: () => void = () => {}): void {
    this.#epoch = epoch;
    this.#headSeq = 0;
    this.#prunedSeq = 0;
    this.#ackedThrough = 0;
    this.#headHash = this.#prunedHash = genesisHash(this.#options.store, this.#options.gateway, epoch);
    this.#store.transaction(() => {
      this.#setMeta.run('epoch', String(epoch));
      this.#setMeta.run('ackedThrough', '0');
      this.#setMeta.run('prunedSeq', '0');
      this.#setMeta.run('prunedHash', this.#prunedHash);
      also();
    });
  }

  #loadHead(): void {
    this.#prunedSeq = this.#metaNumber('prunedSeq') ?? 0;
    this.#prunedHash = String(this.#store.get('SELECT value FROM meta WHERE key = ?', 'prunedHash')?.['value'] ?? '');
    this.#ackedThrough = this.#metaNumber('ackedThrough') ?? 0;
    const last = this.#store.get('SELECT seq, hash FROM entries WHERE epoch = ? ORDER BY seq DESC LIMIT 1', this.#epoch);
    this.#headSeq = last ? Number(last['seq']) : this.#prunedSeq;
    this.#headHash = last ? String(last['hash']) : this.#prunedHash;
  }

  #tailIsIntact(): boolean {
    const from = Math.max(this.#prunedSeq + 1, this.#headSeq - TAIL_CHECKED + 1);
    if (this.#ackedThrough > this.#headSeq) return false;
    if (from > this.#headSeq) return true;
    const prevHash = this.#hashBeforeOrNone(from);
    const slice = this.#slice.all(this.#epoch, from, this.#headSeq) as unknown as EntryRow[];
    if (prevHash === undefined || slice.length !== this.#headSeq - from + 1) return false;
    const hashes = chainHashes(prevHash, { epoch: this.#epoch, fromSeq: from, ...columnsOf(slice) });
    return hashes.every((hash, i) => hash === slice[i]!.hash);
  }

  #hashBefore(seq: number): string {
    const hash = this.#hashBeforeOrNone(seq);
    if (hash === undefined) throw new JournalCorruptError(`entry ${seq - 1} of epoch ${this.#epoch} is missing`);
    return hash;
  }

  #hashBeforeOrNone(seq: number): string | undefined {
    if (seq - 1 === this.#prunedSeq) return this.#prunedHash;
    const row = this.#hashAt.get(this.#epoch, seq - 1) as { hash: string } | undefined;
    return row?.hash;
  }

  #metaNumber(key: string): number | null {
    const row = this.#store.get('SELECT value FROM meta WHERE key = ?', key);
    return row ? Number(row['value']) : null;
  }
}

function columnsOf(rows: readonly EntryRow[]): Pick<JournalColumns, 'at' | 'kind' | 'terminal' | 'payload'> {
  return {
    at: rows.map((row) => row.at),
    kind: rows.map((row) => row.kind),
    terminal: rows.map((row) => row.terminal),
    payload: rows.map((row) => row.payload),
  };
}

function countWithin(rows: readonly EntryRow[], maxBytes: number): number {
  let bytes = 0;
  for (let i = 0; i < rows.length; i++) {
    bytes += rows[i]!.payload.length;
    if (bytes > maxBytes) return Math.max(1, i);
  }
  return rows.length;
}
