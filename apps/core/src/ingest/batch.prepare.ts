import { isJournalKind } from '@tillward/contracts';
import type { CheckedBatch } from './batch.check.js';
import { readEntry } from './entry.check.js';
import type { ProjectedEntry } from './ingest.projection.js';
import { digestOf, type QuarantineRow } from './ingest.store.js';
import { JournalCopy } from './journal.copy.js';

const HASH_BYTES = 32;

/**
 * A batch on its way through a lane: its rows encoded for COPY, its entries read. Made when the message is taken, outside any transaction, so that the texts it
 * came in are garbage at once instead of waiting in the lane's queue, and the transaction has only to decide, fold and write.
 */
export class PreparedBatch {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly fromSeq: number;
  readonly throughSeq: number;
  readonly prevHash: string;
  readonly lastHash: string;
  /** What projections get, by index; absent where the kind is unknown or the payload is faulty. */
  readonly entries: readonly (ProjectedEntry | undefined)[];
  readonly faults: readonly QuarantineRow[];
  readonly #rows: Buffer;
  /** Where each row begins, and where the last one ends. */
  readonly #starts: Uint32Array;

  constructor(
    batch: CheckedBatch,
    encoded: { rows: Buffer; starts: Uint32Array },
    entries: (ProjectedEntry | undefined)[],
    faults: QuarantineRow[],
  ) {
    this.store = batch.store;
    this.gateway = batch.gateway;
    this.epoch = batch.epoch;
    this.fromSeq = batch.fromSeq;
    this.throughSeq = batch.throughSeq;
    this.prevHash = batch.prevHash;
    this.lastHash = batch.lastHash;
    this.entries = entries;
    this.faults = faults;
    this.#rows = encoded.rows;
    this.#starts = encoded.starts;
  }

  /** Number of entries. */
  get size(): number {
    return this.throughSeq - this.fromSeq + 1;
  }

  /** Hash of the entry at an index: the last column of its row. */
  hashAt(index: number): string {
    const end = this.#starts[index + 1]!;
    return this.#rows.toString('hex', end - HASH_BYTES, end);
  }

  /** The encoded rows from an index on. */
  rowsFrom(index: number): Buffer {
    return index === 0 ? this.#rows : this.#rows.subarray(this.#starts[index]!);
  }
}

/** One encoder for all batches: its buffer is filled and emptied synchronously. */
const encoder = new JournalCopy();

/** Reads and encodes every entry of a checked batch. Faulty entries are encoded like all others and listed in `faults`. */
export function prepareBatch(batch: CheckedBatch): PreparedBatch {
  const { store, gateway, epoch, fromSeq, at, kind, terminal, payload, hashes } = batch;
  const entries: (ProjectedEntry | undefined)[] = [];
  const faults: QuarantineRow[] = [];
  const starts = new Uint32Array(at.length + 1);
  for (let i = 0; i < at.length; i++) {
    const seq = fromSeq + i;
    const read = readOne(batch, i, seq);
    const faulty = read !== undefined && 'reason' in read;
    entries.push(faulty ? undefined : read);
    if (faulty) {
      const { reason, detail } = read;
      const bytes = Buffer.byteLength(payload[i]!);
      faults.push({ store, gateway, epoch, seq, kind: storable(kind[i]!), reason, detail, digest: digestOf(payload[i]!), bytes });
    }
    encoder.add(store, gateway, epoch, seq, at[i]!, storable(kind[i]!), terminal[i]!, storable(payload[i]!), hashes[i]!);
    starts[i + 1] = encoder.byteLength;
  }
  return new PreparedBatch(batch, { rows: encoder.takeRows(), starts }, entries, faults);
}

function readOne(batch: CheckedBatch, i: number, seq: number): ReturnType<typeof readEntry> | undefined {
  const kind = batch.kind[i]!;
  const payload = batch.payload[i]!;
  if (payload.includes('\0') || kind.includes('\0')) return { reason: 'unstorableCharacter', detail: 'U+0000 is stored as U+2400' };
  if (!isJournalKind(kind)) return undefined;
  const read = readEntry(batch.store, batch.gateway, batch.epoch, seq, batch.at[i]!, kind, batch.terminal[i]!, payload);
  return 'reason' in read ? read : withoutReceipt(read);
}

/** Receipts are the bulk of a payment and no projection's business; whoever wants one reads the stored entry. */
function withoutReceipt(entry: ProjectedEntry): ProjectedEntry {
  if (entry.kind !== 'PaymentCompleted') return entry;
  const { paymentId, batchNo, businessDay, booked } = entry.payload;
  return { ...entry, payload: { paymentId, batchNo, businessDay, booked } };
}

/** PostgreSQL's text can't hold U+0000; the entry is stored with U+2400 in its place, and the quarantine says that its hash is of the original. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
}
