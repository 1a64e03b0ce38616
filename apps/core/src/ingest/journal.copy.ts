import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BinaryCopy } from '../database/index.js';

/** The columns of journal_entry in the order rows are written. */
export const JOURNAL_COLUMNS = 'store_id, gateway_id, epoch, seq, at, kind, terminal_id, payload, hash';
const COLUMN_COUNT = 9;
const HASH_BYTES = 32;

/** Journal rows as input of a binary COPY. */
export class JournalCopy {
  readonly #copy = new BinaryCopy(COLUMN_COUNT);

  get rows(): number {
    return this.#copy.rows;
  }

  /** Adds one row. `hash` is 64 hexadecimal characters; `atMs` any safe integer. */
  add(
    store: string,
    gateway: string,
    epoch: number,
    seq: number,
    atMs: number,
    kind: string,
    terminal: string | null,
    payload: string,
    hash: string,
  ): void {
    const copy = this.#copy;
    copy.row(store.length + gateway.length + kind.length + (terminal?.length ?? 0) + payload.length);
    copy.text(store);
    copy.text(gateway);
    copy.integer(epoch);
    copy.bigint(seq);
    copy.timestamp(atMs);
    copy.text(kind);
    copy.text(terminal);
    copy.text(payload);
    copy.bytes(hash, HASH_BYTES);
  }

  /** The whole COPY input; the encoder is used up afterwards. */
  finish(): Buffer[] {
    return this.#copy.finish();
  }
}

/** The statement that takes binary rows of these columns. */
export function copyText(table: string, columns: string): string {
  return `COPY ${table} (${columns}) FROM STDIN (FORMAT binary)`;
}

/** Sends encoded rows into a table. Rejects when PostgreSQL refuses a row: then none is there. */
export async function copyRows(
  client: pg.ClientBase,
  chunks: readonly Buffer[],
  table = 'journal_entry',
  columns: string = JOURNAL_COLUMNS,
): Promise<void> {
  await pipeline(chunks, client.query(copyFrom(copyText(table, columns))));
}
