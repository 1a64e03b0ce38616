import { setImmediate } from 'node:timers/promises';
import type { JournalRefusal } from '@tillward/contracts';
import { genesisHash } from '@tillward/journal';
import type pg from 'pg';
import { Conversation, isTransient, type Parameter, pgTypes } from '../database/index.js';
import type { CheckedBatch } from './batch.check.js';
import { type BatchReader, readBatch } from './batch.read.js';
import type { Fold, FoldDatabase, ProjectedEntry, Projection } from './ingest.projection.js';
import { agreedThrough, type BatchDecision, type Cursor, type CursorRule, judgeContradiction, NOTHING_COMMITTED } from './ingest.rules.js';
import { digestOf, type EpochRow, type ForkRow, IngestTables, type QuarantineRow } from './ingest.store.js';
import { copyText, JOURNAL_COLUMNS, JournalCopy } from './journal.copy.js';
import type { JournalRange } from './journal.subscriptions.js';

/** All batches of one gateway in a transaction, in their order. */
export interface GatewayBatches {
  readonly store: string;
  readonly gateway: string;
  readonly batches: readonly CheckedBatch[];
}

/** What a gateway is told after the commit. */
export type Reply =
  | {
      readonly kind: 'ack';
      readonly store: string;
      readonly gateway: string;
      readonly epoch: number;
      readonly ackedThrough: number;
      /** Of entry `ackedThrough`. */
      readonly hash: string;
      readonly refused?: JournalRefusal;
    }
  | {
      readonly kind: 'resend';
      readonly store: string;
      readonly gateway: string;
      readonly epoch: number;
      readonly fromSeq: number;
      readonly throughSeq: number | null;
    };

/** What one transaction did. */
export interface Committed {
  readonly replies: readonly Reply[];
  readonly entries: number;
  readonly duplicates: number;
  readonly gaps: number;
  readonly forks: readonly ForkRow[];
  readonly quarantined: readonly QuarantineRow[];
  readonly stores: readonly string[];
  /** An outbox row was written. */
  readonly rang: boolean;
}

/** What a transaction needs to know about the rest of core. */
export interface TransactionRules {
  readonly projections: readonly Projection[];
  readonly wanted: (kind: string) => boolean;
  readonly rule: CursorRule;
}

/**
 * Stores the batches of many gateways in one transaction: cursors locked, chain checked, entries copied, projected, announced in the outbox, cursors
 * advanced, committed. `careful` is for one gateway alone (see Fold). When it rejects, nothing of it is there (a lost connection at the commit leaves that open; the cursor tells at the next try).
 */
export async function commitBatches(
  client: pg.ClientBase,
  gateways: readonly GatewayBatches[],
  rules: TransactionRules,
  careful = false,
): Promise<Committed> {
  const talk = new Conversation(client, pgTypes);
  const db: FoldDatabase = {
    say: (text, values) => talk.say(text, values),
    copy: (table, columns, chunks) => talk.copy(copyText(table, columns), chunks),
    query: async <R extends object>(text: string, values?: Parameter[]) => ({ rows: await talk.ask<R>(text, values) }),
  };
  talk.say('BEGIN');
  try {
    const tables = new IngestTables(db);
    const cursors = await tables.lockCursors(gateways);
    const work = new Work(rules);
    let sliceEndsMs = performance.now() + SLICE_MS;
    for (const one of gateways) {
      work.gateway(one, cursors.get(`${one.store}/${one.gateway}`) ?? NOTHING_COMMITTED);
      if (performance.now() < sliceEndsMs) continue;
      await setImmediate();
      sliceEndsMs = performance.now() + SLICE_MS;
    }
    await work.write(db, tables, careful);
    talk.say('COMMIT');
    await talk.send();
    return work.result();
  } catch (error) {
    await rollBack(client);
    throw error;
  }
}

/** Folding goes on for so long before other lanes' connections get a turn: a lane that folds must not keep the others' PostgreSQL waiting. */
const SLICE_MS = 3;

/** Ends the transaction. A connection that is gone has taken its transaction with it; the error that led here is the one that matters then. */
async function rollBack(client: pg.ClientBase): Promise<void> {
  try {
    await client.query('ROLLBACK');
  } catch (error) {
    if (!isTransient(error)) throw error;
  }
}

class Work {
  readonly #copy = new JournalCopy();
  readonly #folds: Fold[];
  readonly #foldsOf = new Map<string, Fold[]>();
  readonly #replies = new Map<string, Reply>();
  readonly #cursors: { store: string; gateway: string; cursor: Cursor }[] = [];
  readonly #epochs: EpochRow[] = [];
  readonly #forks: ForkRow[] = [];
  readonly #quarantined: QuarantineRow[] = [];
  readonly #ranges: JournalRange[] = [];
  readonly #duplicates: { batch: CheckedBatch; store: string; gateway: string; epoch: number; seq: number; hash: string }[] = [];
  /** Batches that don't fit what core holds; where they part is asked after the copy. */
  readonly #contradicting: CheckedBatch[] = [];
  readonly #clones: { store: string; gateway: string; epoch: number; seq: number }[] = [];
  /** Where each gateway stands at the end of this transaction. */
  readonly #newest = new Map<string, Cursor>();
  #duplicateCount = 0;
  #gaps = 0;

  constructor(private readonly rules: TransactionRules) {
    this.#folds = rules.projections.map((projection) => projection.begin());
    for (const [i, projection] of rules.projections.entries()) {
      for (const kind of projection.kinds) this.#foldsOf.set(kind, [...(this.#foldsOf.get(kind) ?? []), this.#folds[i]!]);
    }
  }

  gateway(one: GatewayBatches, committed: Cursor): void {
    let cursor = committed;
    for (const batch of one.batches) {
      const decision = this.rules.rule(cursor, batch);
      if (decision.kind === 'store') {
        if (decision.opensEpoch) {
          this.#epochs.push({ ...one, epoch: batch.epoch, previousSeq: cursor.seq, previousHash: cursor.hash });
        }
        this.#store(batch, decision.skip);
        cursor = committed.cloned ? { ...decision.cursor, cloned: true } : decision.cursor;
        this.#reply({
          kind: 'ack',
          store: one.store,
          gateway: one.gateway,
          epoch: cursor.epoch,
          ackedThrough: cursor.seq,
          hash: cursor.hash,
        });
      } else {
        this.#notStored(one, batch, decision, cursor);
      }
    }
    this.#newest.set(`${one.store}/${one.gateway}`, cursor);
    if (cursor !== committed) this.#cursors.push({ store: one.store, gateway: one.gateway, cursor });
  }

  #notStored(one: GatewayBatches, batch: CheckedBatch, decision: Exclude<BatchDecision, { kind: 'store' }>, cursor: Cursor): void {
    const { store, gateway } = one;
    switch (decision.kind) {
      case 'duplicate':
        this.#duplicateCount += batch.at.length;
        this.#duplicates.push({ batch, store, gateway, ...decision });
        return;
      case 'gap':
        this.#gaps += 1;
        this.#reply({ store, gateway, ...decision, kind: 'resend' });
        return;
      case 'fork':
        this.#forks.push({ store, gateway, ...decision });
        this.#contradicting.push(batch);
        return;
      case 'notNow':
        this.#refuse(batch, 'cloned', 0, genesisHash(store, gateway, batch.epoch));
        return;
      case 'strangeEpoch':
        this.#quarantined.push({
          store,
          gateway,
          epoch: batch.epoch,
          seq: 0,
          kind: null,
          reason: 'strangeEpoch',
          detail: `epoch ${batch.epoch} does not follow ${cursor.epoch}`,
          digest: digestOf(batch.lastHash),
          bytes: 0,
        });
        return;
    }
  }

  /** The last word to a gateway counts; a resend says more than an acknowledgement, and what is refused is said beside it, to whom it concerns. */
  #reply(reply: Reply): void {
    const refused = reply.kind === 'ack' ? reply.refused : undefined;
    const key = `${reply.store}/${reply.gateway}/${reply.epoch}/${reply.kind}${refused ? `/${refused.lastHash}` : ''}`;
    if (reply.kind === 'resend' && this.#replies.has(key)) return;
    this.#replies.set(key, reply);
  }

  #refuse(
    { store, gateway, epoch, throughSeq, lastHash }: CheckedBatch,
    code: JournalRefusal['code'],
    ackedThrough: number,
    hash: string,
  ): void {
    this.#reply({ kind: 'ack', store, gateway, epoch, ackedThrough, hash, refused: { code, throughSeq, lastHash } });
  }

  #store(batch: CheckedBatch, skip: number): void {
    const kinds = new Set<string>();
    const reader: BatchReader = {
      entry: (entry) => this.#project(entry, kinds),
      fault: (row) => void this.#quarantined.push(row),
    };
    readBatch(batch, skip, this.#copy, reader);
    if (kinds.size > 0) this.#announce(batch, batch.fromSeq + skip, kinds);
  }

  /** One outbox row for each gateway and epoch: a range that later batches of the transaction extend. */
  #announce({ store, gateway, epoch, throughSeq }: CheckedBatch, fromSeq: number, kinds: Set<string>): void {
    const last = this.#ranges.at(-1);
    if (last !== undefined && last.store === store && last.gateway === gateway && last.epoch === epoch) {
      this.#ranges[this.#ranges.length - 1] = { ...last, throughSeq, kinds: [...new Set([...last.kinds, ...kinds])] };
    } else {
      this.#ranges.push({ store, gateway, epoch, fromSeq, throughSeq, kinds: [...kinds] });
    }
  }

  #project(entry: ProjectedEntry, kinds: Set<string>): void {
    for (const fold of this.#foldsOf.get(entry.kind) ?? []) fold.add(entry);
    if (this.rules.wanted(entry.kind)) kinds.add(entry.kind);
  }

  /** A repeated batch is acknowledged again only when it is the same journal that core has; asked after the copy, which may hold the first sending. */
  async #checkDuplicates(tables: IngestTables): Promise<void> {
    const hashes = await tables.hashesAt(this.#duplicates);
    for (const { batch, store, gateway, epoch, seq, hash } of this.#duplicates) {
      const newest = this.#newest.get(`${store}/${gateway}`)!;
      const known = epoch === newest.epoch && seq === newest.seq ? newest.hash : hashes.get(`${store}/${gateway}/${epoch}/${seq}`);
      if (known === hash) {
        const acked = epoch === newest.epoch ? { ackedThrough: newest.seq, hash: newest.hash } : { ackedThrough: seq, hash };
        this.#reply({ kind: 'ack', store, gateway, epoch, ...acked });
      } else {
        this.#forks.push({ store, gateway, epoch, seq, knownHash: known ?? '', otherHash: hash });
        this.#contradicting.push(batch);
      }
    }
  }

  /** I6: tells whoever wrote what doesn't fit how far core holds the same, so that the rest of it can go on in a new epoch. */
  async #answerContradictions(tables: IngestTables): Promise<void> {
    for (const batch of this.#contradicting) {
      const { store, gateway, epoch, fromSeq, throughSeq } = batch;
      const { hashes, end } = await tables.known({ store, gateway, epoch, fromSeq: fromSeq - 1, throughSeq });
      const agreed = agreedThrough(batch, (seq) => hashes.get(seq));
      // A later batch of the same window: the one in which the two part says it.
      if (agreed === null) continue;
      const code = judgeContradiction({ batch, agreed, epochEnd: end }, this.#newest.get(`${store}/${gateway}`)!);
      if (code === 'cloned') this.#clones.push({ store, gateway, epoch, seq: agreed });
      this.#refuse(batch, code, agreed, agreed === 0 ? genesisHash(store, gateway, epoch) : hashes.get(agreed)!);
    }
  }

  async write(db: FoldDatabase, tables: IngestTables, careful: boolean): Promise<void> {
    if (this.#copy.rows > 0) {
      db.copy('journal_entry', JOURNAL_COLUMNS, this.#copy.finish());
      for (const fold of this.#folds) await fold.flush(db, careful);
    }
    await this.#checkDuplicates(tables);
    await this.#answerContradictions(tables);
    tables.addEpochs(this.#epochs);
    tables.addForks(this.#forks);
    tables.addQuarantined(this.#quarantined);
    tables.addRanges(this.#ranges);
    tables.advance(this.#cursors);
    tables.addClones(this.#clones);
  }

  result(): Committed {
    return {
      replies: [...this.#replies.values()],
      entries: this.#copy.rows,
      duplicates: this.#duplicateCount,
      gaps: this.#gaps,
      forks: this.#forks,
      quarantined: this.#quarantined,
      stores: [...new Set(this.#cursors.map((cursor) => cursor.store))],
      rang: this.#ranges.length > 0 || this.#forks.length > 0 || this.#quarantined.length > 0 || this.#clones.length > 0,
    };
  }
}
