import { genesisHash } from '@tillward/journal';
import type { CheckedBatch } from './batch.check.js';

/** How far core has committed a gateway's journal: the last entry of the newest epoch. Epoch 0, seq 0: nothing yet. */
export interface Cursor {
  readonly epoch: number;
  readonly seq: number;
  readonly hash: string;
  /** Two machines write as this gateway: no epoch begins until a person decided (I7). */
  readonly cloned?: boolean;
}

/** Where the next entries of an unknown gateway start. */
export const NOTHING_COMMITTED: Cursor = { epoch: 0, seq: 0, hash: '' };

/** What to do with one batch, given the cursor. */
export type BatchDecision =
  /** Store the entries from index `skip` on; `cursor` is the state after them. `opensEpoch` when the batch begins a new epoch. */
  | { readonly kind: 'store'; readonly skip: number; readonly cursor: Cursor; readonly opensEpoch: boolean }
  /** All of it is committed already. The entry at `seq` must carry `hash`, else the journal forked. */
  | { readonly kind: 'duplicate'; readonly epoch: number; readonly seq: number; readonly hash: string }
  /** Entries before it are missing. */
  | { readonly kind: 'gap'; readonly epoch: number; readonly fromSeq: number; readonly throughSeq: number | null }
  /** It continues something other than what core committed: two journals share an epoch. */
  | { readonly kind: 'fork'; readonly epoch: number; readonly seq: number; readonly knownHash: string; readonly otherHash: string }
  /** It would begin an epoch while two machines write as this gateway. */
  | { readonly kind: 'notNow'; readonly epoch: number }
  /** Its epoch is so far after the current one that no gateway can have begun all those between. */
  | { readonly kind: 'strangeEpoch'; readonly epoch: number };

/** Epochs a gateway may have begun without core hearing of any: each takes a loss of data. */
const MOST_UNHEARD_EPOCHS = 1_000;

/** Decides about one batch; the lane applies the decisions of a gateway's batches one after the other, each on the cursor the last one left. */
export type CursorRule = (cursor: Cursor, batch: CheckedBatch) => BatchDecision;

/**
 * I1: an entry is stored only as the direct successor, by number and by hash, of the entry before it. I2: what is committed is never stored again.
 * I3: a gap stores nothing. I4: an epoch begins with entry 1 on its own genesis hash, and ends those before it; of epochs lost before core heard of them only the
 * numbers are missing. I5: a second journal of the same epoch is never mixed in. I7: no epoch begins while two machines write as one gateway.
 */
export const decideBatch: CursorRule = (cursor, batch) => {
  if (batch.epoch < cursor.epoch) return { kind: 'duplicate', epoch: batch.epoch, seq: batch.throughSeq, hash: batch.lastHash };
  if (batch.epoch > cursor.epoch) return decideEpoch(cursor, batch);
  if (batch.fromSeq > cursor.seq + 1) {
    return { kind: 'gap', epoch: cursor.epoch, fromSeq: cursor.seq + 1, throughSeq: batch.fromSeq - 1 };
  }
  if (batch.throughSeq < cursor.seq) return { kind: 'duplicate', epoch: batch.epoch, seq: batch.throughSeq, hash: batch.lastHash };
  // The batch reaches the cursor: the hash it carries there must be the one committed.
  const skip = cursor.seq - batch.fromSeq + 1;
  const otherHash = skip === 0 ? batch.prevHash : batch.hashes[skip - 1]!;
  if (otherHash !== cursor.hash) return { kind: 'fork', epoch: cursor.epoch, seq: cursor.seq, knownHash: cursor.hash, otherHash };
  if (batch.throughSeq === cursor.seq) return { kind: 'duplicate', epoch: batch.epoch, seq: cursor.seq, hash: cursor.hash };
  return { kind: 'store', skip, cursor: { epoch: batch.epoch, seq: batch.throughSeq, hash: batch.lastHash }, opensEpoch: false };
};

function decideEpoch(cursor: Cursor, batch: CheckedBatch): BatchDecision {
  if (batch.epoch > cursor.epoch + MOST_UNHEARD_EPOCHS) return { kind: 'strangeEpoch', epoch: batch.epoch };
  if (cursor.cloned) return { kind: 'notNow', epoch: batch.epoch };
  if (batch.fromSeq > 1) return { kind: 'gap', epoch: batch.epoch, fromSeq: 1, throughSeq: batch.fromSeq - 1 };
  const genesis = genesisHash(batch.store, batch.gateway, batch.epoch);
  if (batch.prevHash !== genesis) return { kind: 'fork', epoch: batch.epoch, seq: 0, knownHash: genesis, otherHash: batch.prevHash };
  return { kind: 'store', skip: 0, cursor: { epoch: batch.epoch, seq: batch.throughSeq, hash: batch.lastHash }, opensEpoch: true };
}

/** A batch whose entries core can't store because it holds others. */
export interface Contradiction {
  readonly batch: CheckedBatch;
  /** The last entry of the batch that core holds too, `fromSeq - 1` when only the one before it; null when not even that. */
  readonly agreed: number | null;
  /** The last entry core holds of the batch's epoch; 0 when none. */
  readonly epochEnd: number;
}

/** The last entry up to which a batch and what core holds are the same; `known` gives core's hash of an entry of that epoch. */
export function agreedThrough(batch: CheckedBatch, known: (seq: number) => string | undefined): number | null {
  for (let i = batch.hashes.length - 1; i >= 0; i--) {
    if (known(batch.fromSeq + i) === batch.hashes[i]) return batch.fromSeq + i;
  }
  const before = batch.fromSeq === 1 ? genesisHash(batch.store, batch.gateway, batch.epoch) : known(batch.fromSeq - 1);
  return before === batch.prevHash ? batch.fromSeq - 1 : null;
}

/**
 * I6: an epoch that was over goes on where core's copy of it ends: the machine that wrote it is still at work beside the one that began the later epoch. Everything else
 * that contradicts comes from a journal that is not the one core has: an old copy.
 */
export function judgeContradiction({ batch, agreed, epochEnd }: Contradiction, cursor: Cursor): 'diverged' | 'cloned' {
  if (batch.closed) return 'diverged';
  if (cursor.cloned) return 'cloned';
  return batch.epoch < cursor.epoch && epochEnd > 0 && agreed === epochEnd ? 'cloned' : 'diverged';
}

/**
 * The lane a gateway belongs to, always the same one: affinity is what keeps its batches in order. FNV-1a over its name, then the finaliser of MurmurHash3:
 * FNV's low bits alone put stores and gateways that are numbered alike all into one lane.
 */
export function laneOf(store: string, gateway: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${store}/${gateway}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % lanes;
}
