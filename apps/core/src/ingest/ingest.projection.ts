import type { JournalKind, JournalPayload } from '@tillward/contracts';
import type { Parameter } from '../database/index.js';

/** One entry of a kind, its payload checked against the kind's schema. */
export interface EntryOf<K extends JournalKind> {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly seq: number;
  /** The gateway's clock, milliseconds since the Unix epoch; never used for order. */
  readonly atMs: number;
  readonly kind: K;
  readonly terminal: string | null;
  readonly payload: JournalPayload<K>;
}

/** An entry of any known kind; switching on `kind` narrows the payload. */
export type ProjectedEntry = { [K in JournalKind]: EntryOf<K> }[JournalKind];

/** Something that answers a statement. */
export interface Queryable {
  query<R extends object = Record<string, unknown>>(text: string, values?: Parameter[]): Promise<{ rows: R[] }>;
}

/**
 * What a projection writes with: the lane's connection, inside the lane's transaction, under role tillward_ingest. Statements run in the order of the calls, but `say` and
 * `copy` only add to what is sent with the next `query` or with the commit, where their errors show: each round trip saved is a turn of core's event loop.
 * Texts are constants (each is prepared once a connection).
 */
export interface FoldDatabase extends Queryable {
  /** A statement whose rows nobody needs. */
  say(text: string, values?: Parameter[]): void;
  /** Rows by binary COPY: only into tables that belong to tillward_ingest (docs/adr/0002). */
  copy(table: string, columns: string, chunks: readonly Buffer[]): void;
}

/** The entries of one transaction on their way into a projection's tables. */
export interface Fold {
  /** Takes the next entry; entries of one gateway come in their order. Pure in memory, must not throw for a checked entry. */
  add(entry: ProjectedEntry): void;
  /**
   * Writes what was folded, set by set. Called once, before the commit. `careful` false: may take the fast way that refuses the whole transaction when the
   * gateway contradicts itself; it is then repeated for each gateway alone with `careful` true, which must bear that.
   */
  flush(db: FoldDatabase, careful: boolean): Promise<void>;
}

/** Derives tables from journal entries in the transaction that stores the entries, so that each entry counts exactly once. */
export interface Projection {
  readonly kinds: readonly JournalKind[];
  begin(): Fold;
}
