import { isJournalKind } from '@tillward/contracts';
import type { CheckedBatch } from './batch.check.js';
import { type EntryFault, readEntry } from './entry.check.js';
import type { ProjectedEntry } from './ingest.projection.js';
import { digestOf, type QuarantineRow } from './ingest.store.js';
import type { JournalCopy } from './journal.copy.js';

/** Takes what {@link readBatch} finds, entry by entry, in order. */
export interface BatchReader {
  /** An entry of a known kind whose payload is what the kind demands. */
  entry(entry: ProjectedEntry): void;
  /** An entry that is stored but not projected. */
  fault(row: QuarantineRow): void;
}

/**
 * Encodes the entries of a batch from index `skip` on as rows and reads their payloads. Done inside the lane's transaction, right before what was read is folded: objects
 * read earlier would outlive the young generation in the lane's queue, and collecting them costs more than the texts they come from.
 */
export function readBatch(batch: CheckedBatch, skip: number, copy: JournalCopy, reader: BatchReader): void {
  const { store, gateway, epoch, fromSeq, at, terminal, hashes } = batch;
  for (let i = skip; i < at.length; i++) {
    const kind = storable(batch.kind[i]!);
    const payload = batch.payload[i]!;
    const stored = storable(payload);
    copy.add(store, gateway, epoch, fromSeq + i, at[i]!, kind, terminal[i]!, stored, hashes[i]!);
    const read = stored === payload && kind === batch.kind[i] ? readOne(batch, i) : UNSTORABLE;
    if (read === undefined) continue;
    if ('reason' in read) {
      const { reason, detail } = read;
      const digest = digestOf(payload);
      reader.fault({
        store,
        gateway,
        epoch,
        seq: fromSeq + i,
        kind,
        reason,
        detail,
        digest,
        bytes: Buffer.byteLength(payload),
      });
    } else reader.entry(read);
  }
}

const UNSTORABLE: EntryFault = { reason: 'unstorableCharacter', detail: 'U+0000 is stored as U+2400' };

/** The entry, what is wrong with it, or undefined for a kind this version doesn't know. */
function readOne(batch: CheckedBatch, i: number): ProjectedEntry | EntryFault | undefined {
  const kind = batch.kind[i]!;
  if (!isJournalKind(kind)) return undefined;
  return readEntry(batch.store, batch.gateway, batch.epoch, batch.fromSeq + i, batch.at[i]!, kind, batch.terminal[i]!, batch.payload[i]!);
}

/** PostgreSQL's text can't hold U+0000; the entry is stored with U+2400 in its place, and the quarantine says that its hash is of the original. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u2400') : text;
}
