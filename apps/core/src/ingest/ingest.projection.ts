import type { JournalKind, JournalPayload } from '@tillward/contracts';

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

/** What a projection writes with: the lane's connection, inside the lane's transaction, under role tillward_ingest. */
export interface Queryable {
  query<R extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: R[]; rowCount: number | null }>;
}

/** A {@link Queryable} that also takes rows by binary COPY: only into tables that belong to tillward_ingest (docs/adr/0002). */
export interface FoldDatabase extends Queryable {
  copy(table: string, columns: string, chunks: readonly Buffer[]): Promise<void>;
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
