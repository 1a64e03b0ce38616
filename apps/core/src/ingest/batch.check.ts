import { EVENT_TYPE, gatewaySource, MAX_BATCH_ENTRIES, MAX_PAYLOAD_BYTES, type TopicAddress } from '@tillward/contracts';
import { chainHashes } from '@tillward/journal';

/** A batch whose form is right and whose own hashes fit together; its signature and its place in the chain are not yet known to be right. */
export interface CheckedBatch {
  readonly store: string;
  readonly gateway: string;
  readonly epoch: number;
  readonly fromSeq: number;
  readonly throughSeq: number;
  readonly prevHash: string;
  readonly lastHash: string;
  readonly signature: string;
  /** The gateway has begun a later epoch: it wants to know what core has of this one, and keeps the rest for the later. */
  readonly closed: boolean;
  readonly at: readonly number[];
  readonly kind: readonly string[];
  readonly terminal: readonly (string | null)[];
  readonly payload: readonly string[];
  /** Hash of each entry, in order. */
  readonly hashes: readonly string[];
}

/** Why a message is no batch. Stable codes for log, counters and quarantine. */
export type BatchFault = 'notJson' | 'notABatch' | 'foreignSource' | 'columnsUneven' | 'badColumn' | 'brokenChain';

/** Either a batch or what is wrong with the message. */
export type BatchCheck = { readonly ok: true; readonly batch: CheckedBatch } | { readonly ok: false; readonly fault: BatchFault };

const HASH = /^[0-9a-f]{64}$/;
const SIGNATURE = /^[A-Za-z0-9+/]{86}==$/;
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;
const MAX_SEQ = Number.MAX_SAFE_INTEGER - MAX_BATCH_ENTRIES;
/** A journal of 2^31 epochs is no journal; the column is an integer. */
const MAX_EPOCH = 2_147_483_647;
const MAX_KIND = 64;

/**
 * Reads one message of channel `journal` by hand-written checks, because this is the hot path (PERFORMANCE.md, design 5); the shape is that of
 * `journalBatchEvent` in libs/contracts, and batch.check.spec holds the two together. Recomputes every entry's hash from the exact payload texts.
 */
export function checkBatch(address: Pick<TopicAddress, 'store' | 'gateway'>, bytes: Buffer): BatchCheck {
  let event: unknown;
  try {
    event = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { ok: false, fault: 'notJson' };
  }
  if (!isRecord(event) || event['type'] !== EVENT_TYPE.journalBatch || event['specversion'] !== '1.0' || !isRecord(event['data'])) {
    return { ok: false, fault: 'notABatch' };
  }
  if (event['source'] !== gatewaySource(address.store, address.gateway)) return { ok: false, fault: 'foreignSource' };
  return checkData(address, event['data']);
}

function checkData(address: Pick<TopicAddress, 'store' | 'gateway'>, data: Record<string, unknown>): BatchCheck {
  const { epoch, fromSeq, prevHash, lastHash, signature, closed, at, kind, terminal, payload } = data;
  if (!isPositive(epoch, MAX_EPOCH) || !isPositive(fromSeq, MAX_SEQ)) return { ok: false, fault: 'notABatch' };
  if (!matches(HASH, prevHash) || !matches(HASH, lastHash) || !matches(SIGNATURE, signature)) return { ok: false, fault: 'notABatch' };
  if (closed !== undefined && closed !== true) return { ok: false, fault: 'notABatch' };
  if (!Array.isArray(at) || !Array.isArray(kind) || !Array.isArray(terminal) || !Array.isArray(payload))
    return { ok: false, fault: 'notABatch' };
  const length = at.length;
  if (length === 0 || length > MAX_BATCH_ENTRIES) return { ok: false, fault: 'notABatch' };
  if (kind.length !== length || terminal.length !== length || payload.length !== length) return { ok: false, fault: 'columnsUneven' };
  for (let i = 0; i < length; i++) {
    if (!isEntry(at[i], kind[i], terminal[i], payload[i])) return { ok: false, fault: 'badColumn' };
  }
  const hashes = chainHashes(prevHash, { epoch, fromSeq, at, kind, terminal, payload });
  if (hashes[length - 1] !== lastHash) return { ok: false, fault: 'brokenChain' };
  const { store, gateway } = address;
  return {
    ok: true,
    batch: {
      store,
      gateway,
      epoch,
      fromSeq,
      throughSeq: fromSeq + length - 1,
      prevHash,
      lastHash,
      signature,
      closed: closed === true,
      at,
      kind,
      terminal,
      payload,
      hashes,
    },
  };
}

function isEntry(at: unknown, kind: unknown, terminal: unknown, payload: unknown): boolean {
  return (
    typeof at === 'number' &&
    Number.isSafeInteger(at) &&
    at >= 0 &&
    typeof kind === 'string' &&
    kind.length > 0 &&
    kind.length <= MAX_KIND &&
    (terminal === null || terminal === lastTerminal || isTerminal(terminal)) &&
    typeof payload === 'string' &&
    payload.length <= MAX_PAYLOAD_BYTES
  );
}

/** The last one that was right: a store has few terminals, and their entries come in runs. */
let lastTerminal: unknown = null;

function isTerminal(value: unknown): boolean {
  if (typeof value !== 'string' || !SLUG.test(value)) return false;
  lastTerminal = value;
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPositive(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= max;
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}
