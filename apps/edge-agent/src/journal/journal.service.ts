import { mkdirSync } from 'node:fs';
import type { StatementSync } from 'node:sqlite';
import { MAX_PAYLOAD_BYTES } from '@tillward/contracts';
import { entryHash, genesisHash } from '@tillward/journal';
import { columnsOf, countWithin, type EntryRow, EntryTable, type JournalSegment, type JournalSlice } from './journal.entries.js';
import { JournalCorruptError, JournalDamagedError, JournalUnavailableError } from './journal.errors.js';
import { readIdentity, writeIdentity } from './journal.identity.js';
import { markSuspect, openStore } from './journal.open.js';
import { DiskRoom } from './journal.room.js';
import { decideEpoch, type EpochDecision, type EpochReason } from './journal.rules.js';
import type { SpaceOptions } from './journal.space.js';
import type { SqliteStore } from './journal.store.js';
import type { JournalTransaction } from './journal.transaction.js';

/** How many entries of the end are checked against the hash chain at every start. */
const TAIL_CHECKED = 1_000;
/** Entries one call of {@link Journal.prune} deletes: tills wait meanwhile. */
const PRUNED_AT_ONCE = 5_000;

export interface JournalOptions {
  /** Folder of the agent; created when missing. */
  dataDir: string;
  store: string;
  gateway: string;
  now: () => number;
  space?: SpaceOptions;
}

/**
 * The gateway's journal in SQLite. Invariants:
 * J1 sequence numbers of an epoch are contiguous from 1; J2 every entry's hash covers the one before; J3 an entry and the state change it records are
 * committed together or not at all; J4 a committed entry survives kill -9 and power cuts; J5 released entries leave their last hash behind; J6 a number is never used
 * twice: what core can't take in an epoch is carried into the next one; J7 short of room new work is refused before anybody is told, running work ends.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #room: DiskRoom;
  readonly #store: SqliteStore;
  readonly #entries: EntryTable;
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
  #identityIsStale = false;

  /**
   * Opens the journal, checks its end, and decides the epoch. A database that can't be read is set aside and a new one begun. Throws JournalUnavailableError when
   * the folder can't be written or another agent holds it, JournalCorruptError when the folder belongs to another gateway.
   */
  constructor(options: JournalOptions) {
    this.#options = options;
    mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
    const beside = readIdentity(options.dataDir);
    if (beside && (beside.store !== options.store || beside.gateway !== options.gateway)) {
      throw new JournalCorruptError(`the data folder belongs to gateway ${beside.gateway} of store ${beside.store}`);
    }
    this.#room = new DiskRoom(options.dataDir, options.space);
    if (this.#room.isRunningOut()) this.#room.reserve();
    this.#store = openStore(options.dataDir);
    this.#entries = new EntryTable(this.#store);
    this.#setMeta = this.#store.prepare(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    this.#transaction = { append: (kind, terminal, payload) => this.#append(kind, terminal, JSON.stringify(payload)) };

    const known = this.readMeta('epoch');
    const inDatabase = known === null ? null : Number(known);
    this.#epoch = inDatabase ?? 0;
    if (inDatabase !== null) this.#loadHead();
    const intact = inDatabase === null ? 0 : this.#intactThrough();
    const tailIntact = intact === this.#headSeq && this.#ackedThrough <= this.#headSeq;
    this.#decision = decideEpoch({ inDatabase, beside: beside?.epoch ?? null, tailIntact });
    this.#session = Math.max(Number(this.readMeta('session')), beside?.session ?? 0) + 1;
    if (this.#decision.kind === 'first') this.#store.transaction(() => this.#beginEpoch(1));
    if (this.#decision.kind === 'new') this.#replaceEpoch(this.#decision.epoch, this.#decision.reason, intact);
    this.#headAtStart = this.#headSeq;
    this.#saveIdentity();
    this.#saveSession();
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

  /** The head when this process began: what lies after it was written in this run. */
  get headAtStart(): number {
    return this.#headAtStart;
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
   * when the disk refused, or is short of room and an entry begins new work; then nothing was written. `write` may be called twice: a full disk is given the
   * ballast's room and tried again.
   */
  commit<T>(write: (tx: JournalTransaction) => T): T {
    const before = this.#headSeq;
    const nested = this.#store.database.isTransaction;
    if (!nested && this.#room.isRunningOut()) this.#makeRoom();
    let result: T;
    try {
      result = this.#attempt(write);
    } catch (error) {
      if (!(error instanceof JournalUnavailableError) || error.trouble !== 'full' || this.#room.isLow || nested)
        throw this.#room.refused(error);
      this.#makeRoom();
      try {
        result = this.#attempt(write);
      } catch (again) {
        throw this.#room.refused(again);
      }
    }
    if (this.#headSeq !== before) for (const listener of this.#listeners) listener();
    return result;
  }

  /** Whether there is room on the disk, and whether new work may begin. */
  get room(): DiskRoom {
    return this.#room;
  }

  /** Calls `listener` after every commit that appended entries. Returns how to stop that. */
  onAppended(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Entries `fromSeq`…, at most `limit` and about `maxBytes` of payload, but at least one; `undefined` when `fromSeq` lies after the end or has
   * been pruned. Of an earlier epoch only while something of it is left to send.
   */
  read(fromSeq: number, limit: number, maxBytes = Number.POSITIVE_INFINITY, epoch = this.#epoch): JournalSlice | undefined {
    const bounds = this.#boundsOf(epoch);
    if (!bounds || fromSeq > bounds.through || fromSeq <= bounds.baseSeq) return undefined;
    const all = this.#entries.slice(epoch, fromSeq, Math.min(bounds.through, fromSeq + limit - 1));
    const rows = all.slice(0, countWithin(all, maxBytes));
    const last = rows.at(-1);
    const prevHash = this.hashOf(epoch, fromSeq - 1);
    if (!last || prevHash === undefined) throw new JournalCorruptError(`entry ${fromSeq} of epoch ${epoch} is missing`);
    return { epoch, fromSeq, prevHash, lastHash: last.hash, ...columnsOf(rows) };
  }

  /** Hash of an entry, or of the genesis for 0; undefined when this journal doesn't hold it. */
  hashOf(epoch: number, seq: number): string | undefined {
    const bounds = this.#boundsOf(epoch);
    if (bounds && seq === bounds.baseSeq) return bounds.baseHash;
    return this.#entries.hashAt(epoch, seq);
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

  /**
   * Deletes entries that core holds and that were written before `olderThan` (epoch ms), or of which more than `atMost` are kept, keeping the last deleted hash. A
   * few thousand at once; returns how many.
   */
  prune(olderThan: number, atMost = Number.POSITIVE_INFINITY): number {
    const byAge = this.#entries.newestBefore(this.#epoch, this.#ackedThrough, olderThan);
    const byCount = Math.min(this.#ackedThrough, this.#headSeq - atMost);
    const through = Math.min(Math.max(byAge, byCount), this.#prunedSeq + PRUNED_AT_ONCE);
    if (through <= this.#prunedSeq) return 0;
    const hash = this.hashOf(this.#epoch, through);
    if (hash === undefined) throw new JournalCorruptError(`entry ${through} of epoch ${this.#epoch} is missing`);
    const count = this.#store.transaction(() => {
      this.#setMeta.run('prunedSeq', String(through));
      this.#setMeta.run('prunedHash', hash);
      return this.#entries.deleteThrough(this.#epoch, through);
    });
    this.#prunedSeq = through;
    this.#prunedHash = hash;
    return count;
  }

  /**
   * Starts a new epoch because core knows something else than this journal: it is a copy, or core lost what is no longer kept here. Entries after `agreed`, which
   * core doesn't hold, are appended again to the new epoch in the same transaction (J6).
   */
  startNewEpoch(reason: EpochReason, agreed: number): void {
    const previous = this.#epoch;
    const carried = this.#entries.slice(previous, agreed + 1, this.#headSeq);
    this.#keepingHead(() =>
      this.#store.transaction(() => {
        this.#beginEpoch(previous + 1);
        this.#sayEpoch(reason, previous, agreed, carried.length);
        for (const row of carried) this.#write(row.at, row.kind, row.terminal, row.payload);
      }),
    );
    this.#headAtStart = 0;
    this.#saveIdentity();
    for (const listener of this.#listeners) listener();
  }

  /** The oldest earlier epoch of which something is left to send. */
  get segment(): JournalSegment | undefined {
    return this.#entries.segment();
  }

  /** Core holds an earlier epoch up to `seq`. */
  acknowledgeSegment(epoch: number, seq: number): void {
    this.#store.transaction(() => this.#entries.acknowledgeSegment(epoch, seq));
  }

  /** Core holds an earlier epoch up to `agreed` and takes no more of it: the rest is appended to the present one (J6). */
  carrySegment(epoch: number, agreed: number): number {
    const segment = this.#boundsOf(epoch);
    if (!segment || epoch === this.#epoch) return 0;
    const rows = this.#entries.slice(epoch, agreed + 1, segment.through);
    this.commit(() => {
      for (const row of rows) this.#write(row.at, row.kind, row.terminal, row.payload);
      this.#entries.dropSegment(epoch);
    });
    return rows.length;
  }

  /**
   * To be called about every minute: takes the ballast again when there is room, and makes up for what could not be written beside the database. Throws
   * JournalUnavailableError when the disk still refuses.
   */
  keepUp(): void {
    if (this.#identityIsStale) this.#saveIdentity();
    if (this.#room.restore()) this.commit((tx) => tx.append('JournalSpaceRecovered', null, { freeBytes: this.#room.freeBytes }));
  }

  /** A small fact beside the tables; null when it was never written. */
  readMeta(key: string): string | null {
    const row = this.#store.get('SELECT value FROM meta WHERE key = ?', key);
    return row ? String(row['value']) : null;
  }

  /** Writes a small fact; inside {@link commit} together with it, else in a transaction of its own. */
  writeMeta(key: string, value: string): void {
    if (this.#store.database.isTransaction) this.#setMeta.run(key, value);
    else this.#store.transaction(() => this.#setMeta.run(key, value));
  }

  /** Closes the file. Nothing may be called afterwards. */
  close(): void {
    this.#store.close();
  }

  #attempt<T>(write: (tx: JournalTransaction) => T): T {
    try {
      const result = this.#keepingHead(() =>
        this.#store.transaction(() => {
          this.#room.say(this.#transaction);
          return write(this.#transaction);
        }),
      );
      this.#room.said();
      return result;
    } catch (error) {
      if (error instanceof JournalDamagedError) markSuspect(this.#options.dataDir);
      throw error;
    }
  }

  #keepingHead<T>(work: () => T): T {
    const [epoch, seq, hash] = [this.#epoch, this.#headSeq, this.#headHash];
    const [prunedSeq, prunedHash, acked] = [this.#prunedSeq, this.#prunedHash, this.#ackedThrough];
    try {
      return work();
    } catch (error) {
      [this.#epoch, this.#headSeq, this.#headHash] = [epoch, seq, hash];
      [this.#prunedSeq, this.#prunedHash, this.#ackedThrough] = [prunedSeq, prunedHash, acked];
      throw error;
    }
  }

  /** Gives up the ballast and folds the log into the database, so that running work has room to end. */
  #makeRoom(): void {
    this.#room.reserve();
    try {
      this.#store.checkpoint();
    } catch (error) {
      // The attempt that follows says what the disk is like; nothing depends on this one.
      if (!(error instanceof JournalUnavailableError)) throw error;
    }
  }

  #append(kind: string, terminal: string | null, payload: string): number {
    if (payload.length > MAX_PAYLOAD_BYTES / 3 && Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
      throw new RangeError(`the payload of ${kind} is longer than ${MAX_PAYLOAD_BYTES} bytes`);
    }
    this.#room.admit(kind);
    // Core takes no time before 1970, and nothing here depends on it.
    return this.#write(Math.max(0, Math.trunc(this.#options.now())), kind, terminal, payload);
  }

  #write(at: number, kind: string, terminal: string | null, payload: string): number {
    if (!this.#store.database.isTransaction) throw new Error('an entry was appended outside a transaction');
    const seq = this.#headSeq + 1;
    const hash = entryHash(this.#headHash, { epoch: this.#epoch, seq, at, kind, terminal, payload });
    this.#entries.insert(this.#epoch, seq, { at, kind, terminal, payload, hash } satisfies EntryRow);
    this.#headSeq = seq;
    this.#headHash = hash;
    return seq;
  }

  /** A new epoch at a start: what is intact of the one before stays to be sent in it. */
  #replaceEpoch(epoch: number, reason: EpochReason, intact: number): void {
    const previous: JournalSegment = {
      epoch: this.#epoch,
      baseSeq: this.#prunedSeq,
      baseHash: this.#prunedHash,
      acked: Math.min(this.#ackedThrough, intact),
      through: intact,
    };
    this.#store.transaction(() => {
      if (previous.through > previous.acked) this.#entries.addSegment(previous);
      this.#beginEpoch(epoch);
      this.#sayEpoch(reason, epoch - 1, previous.epoch === epoch - 1 ? intact : 0, 0);
    });
  }

  #beginEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#headSeq = 0;
    this.#prunedSeq = 0;
    this.#ackedThrough = 0;
    this.#headHash = this.#prunedHash = genesisHash(this.#options.store, this.#options.gateway, epoch);
    this.#setMeta.run('epoch', String(epoch));
    this.#setMeta.run('ackedThrough', '0');
    this.#setMeta.run('prunedSeq', '0');
    this.#setMeta.run('prunedHash', this.#prunedHash);
  }

  #sayEpoch(reason: EpochReason, previousEpoch: number, previousSeq: number, carried: number): void {
    this.#transaction.append('JournalEpochStarted', null, { reason, previousEpoch, previousSeq, carried });
  }

  #loadHead(): void {
    this.#prunedSeq = Number(this.readMeta('prunedSeq'));
    this.#prunedHash = this.readMeta('prunedHash') ?? '';
    this.#ackedThrough = Number(this.readMeta('ackedThrough'));
    const last = this.#entries.last(this.#epoch);
    this.#headSeq = last ? last.seq : this.#prunedSeq;
    this.#headHash = last ? last.hash : this.#prunedHash;
  }

  #intactThrough(): number {
    const from = Math.max(this.#prunedSeq + 1, this.#headSeq - TAIL_CHECKED + 1);
    if (from > this.#headSeq) return this.#headSeq;
    const prevHash = this.hashOf(this.#epoch, from - 1);
    return prevHash === undefined ? this.#prunedSeq : this.#entries.intactThrough(this.#epoch, from, this.#headSeq, prevHash);
  }

  #boundsOf(epoch: number): Pick<JournalSegment, 'baseSeq' | 'baseHash' | 'through'> | undefined {
    if (epoch === this.#epoch) return { baseSeq: this.#prunedSeq, baseHash: this.#prunedHash, through: this.#headSeq };
    const segment = this.#entries.segment();
    return segment?.epoch === epoch ? segment : undefined;
  }

  #saveIdentity(): void {
    const { dataDir, store, gateway } = this.#options;
    try {
      writeIdentity(dataDir, { store, gateway, epoch: this.#epoch, session: this.#session });
      this.#identityIsStale = false;
    } catch (error) {
      // The database knows both; the file is for the day it is lost.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      this.#identityIsStale = true;
    }
  }

  /** A full disk is no reason not to start: what there is can be read and sent, and tills be told that nothing new can begin. */
  #saveSession(): void {
    try {
      this.writeMeta('session', String(this.#session));
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#room.refused(error);
    }
  }
}
