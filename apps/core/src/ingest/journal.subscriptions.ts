import type { JournalKind } from '@tillward/contracts';
import type { DataSource } from 'typeorm';
import type { Outbox } from '../outbox/index.js';

/** Outbox topic that says entries of a gateway were committed; payload {@link JournalRange}. */
export const JOURNAL_INGESTED = 'journal.ingested';

/** Outbox topic: something is wrong with a gateway's journal that a person must deal with; payload {@link JournalTrouble}. */
export const JOURNAL_TROUBLE = 'journal.trouble';

/** What is wrong: an old copy wrote on, two machines write as one gateway, or something could not be read and is in quarantine. */
export interface JournalTrouble {
  readonly store: string;
  readonly gateway: string;
  readonly trouble: 'diverged' | 'cloned' | 'quarantined';
  readonly epoch: number;
  readonly seq: number;
  /** A stable word: why it was put into quarantine; empty otherwise. */
  readonly reason: string;
}

/** Committed entries of one gateway, with the kinds among them. */
export interface JournalRange {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly fromSeq: number;
  readonly throughSeq: number;
  readonly kinds: readonly string[];
}

/** A committed journal entry as core read it back. `payload` is parsed from the stored text and was valid for its kind when ingested. */
export interface CommittedEntry {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly seq: number;
  readonly at: Date;
  readonly kind: JournalKind;
  readonly terminal: string | null;
  readonly payload: unknown;
}

/** Reacts to an entry after its commit, at least once, in the gateway's order: must be idempotent. Throwing repeats the whole range later. */
export type JournalHandler = (entry: CommittedEntry) => Promise<void>;

/** Reacts once to all entries of its kinds in a committed range of one gateway, in their order; never called with none. Otherwise like {@link JournalHandler}. */
export type JournalRangeHandler = (entries: readonly CommittedEntry[]) => Promise<void>;

interface EntryRow {
  seq: number;
  at: Date;
  kind: JournalKind;
  terminal_id: string | null;
  payload: string;
}

/** Lets modules react to journal entries of kinds they name. Subscriptions are made in `onModuleInit`, before ingest starts. */
export class JournalSubscriptions {
  readonly #handlers = new Map<string, JournalHandler[]>();
  readonly #troubleHandlers: ((trouble: JournalTrouble) => Promise<void>)[] = [];
  readonly #rangeHandlers: { kinds: ReadonlySet<string>; handler: JournalRangeHandler }[] = [];

  constructor(
    private readonly dataSource: DataSource,
    outbox: Outbox,
  ) {
    outbox.handle(JOURNAL_INGESTED, async (message) => this.#deliver(message.payload as JournalRange));
    outbox.handle(JOURNAL_TROUBLE, async (message) => {
      for (const handler of this.#troubleHandlers) await handler(message.payload as JournalTrouble);
    });
  }

  /** Calls `handler` for every committed entry of these kinds whose payload is valid. */
  onJournal(kinds: readonly JournalKind[], handler: JournalHandler): void {
    for (const kind of kinds) this.#handlers.set(kind, [...(this.#handlers.get(kind) ?? []), handler]);
  }

  /** Calls `handler` for the committed entries of these kinds together: for reactions that one transaction can do for many entries. After the handlers of single entries. */
  onJournalRange(kinds: readonly JournalKind[], handler: JournalRangeHandler): void {
    this.#rangeHandlers.push({ kinds: new Set(kinds), handler });
  }

  /** Calls `handler` when something is wrong with a gateway's journal that a person must deal with. At least once: must be idempotent. */
  onTrouble(handler: (trouble: JournalTrouble) => Promise<void>): void {
    this.#troubleHandlers.push(handler);
  }

  /** True when somebody reacts to this kind; ingest writes an outbox row only then. */
  wanted(kind: string): boolean {
    return this.#handlers.has(kind) || this.#rangeHandlers.some(({ kinds }) => kinds.has(kind));
  }

  /** The entries of a range that are of one of `kinds`, in order, without quarantined ones. */
  async read(range: JournalRange, kinds: readonly string[]): Promise<CommittedEntry[]> {
    const rows = await this.dataSource.transaction(async (tx) => {
      await tx.query("SELECT set_config('tillward.stores', $1, true)", [range.store]);
      return (await tx.query(
        `SELECT seq, at, kind, terminal_id, payload FROM journal_entry j
          WHERE store_id = $1 AND gateway_id = $2 AND epoch = $3 AND seq BETWEEN $4 AND $5 AND kind = ANY($6)
            AND NOT EXISTS (SELECT 1 FROM journal_quarantine q
                             WHERE q.store_id = j.store_id AND q.gateway_id = j.gateway_id AND q.epoch = j.epoch AND q.seq = j.seq)
          ORDER BY seq`,
        [range.store, range.gateway, range.epoch, range.fromSeq, range.throughSeq, kinds],
      )) as EntryRow[];
    });
    return rows.map((row) => ({
      store: range.store,
      gateway: range.gateway,
      epoch: range.epoch,
      seq: row.seq,
      at: row.at,
      kind: row.kind,
      terminal: row.terminal_id,
      payload: JSON.parse(row.payload),
    }));
  }

  async #deliver(range: JournalRange): Promise<void> {
    const entries = await this.read(
      range,
      [...new Set(range.kinds)].filter((kind) => this.wanted(kind)),
    );
    for (const entry of entries) {
      for (const handler of this.#handlers.get(entry.kind) ?? []) await handler(entry);
    }
    for (const { kinds, handler } of this.#rangeHandlers) {
      const own = entries.filter((entry) => kinds.has(entry.kind));
      if (own.length > 0) await handler(own);
    }
  }
}
