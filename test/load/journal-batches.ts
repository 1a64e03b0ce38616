import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { EVENT_TYPE, gatewaySource, type JournalBatchData } from '@tillward/contracts';
import { chainHashes, genesisHash, rawEd25519PublicKey, signHead } from '@tillward/journal';
import { storeDays } from './store-day.js';

/** One signed batch, ready to publish. */
export interface ReadyBatch {
  readonly fromSeq: number;
  readonly throughSeq: number;
  readonly message: Buffer;
  /** The same entries as columns, for the limit's COPY. */
  readonly data: JournalBatchData;
  readonly hashes: readonly string[];
}

/** A gateway whose journal was written before the measurement: signing and serialising is the store's work, not core's. */
export interface PreparedGateway {
  readonly store: string;
  readonly gateway: string;
  readonly publicKey: string;
  readonly batches: readonly ReadyBatch[];
}

/** Writes `entries` entries of a store's days into signed batches of `size`. */
export function prepareGateway(storeNo: number, prefix: string, entries: number, size: number): PreparedGateway {
  const store = `${prefix}-${storeNo}`;
  const gateway = `gw-${prefix}-${storeNo}`;
  const keys = generateKeyPairSync('ed25519');
  const days = storeDays(storeNo);
  const batches: ReadyBatch[] = [];
  let prevHash = genesisHash(store, gateway, 1);
  for (let fromSeq = 1; fromSeq <= entries; fromSeq += size) {
    const rows = Array.from({ length: Math.min(size, entries - fromSeq + 1) }, () => days.next().value);
    const columns = {
      epoch: 1,
      fromSeq,
      at: rows.map((row) => row.atMs),
      kind: rows.map((row) => row.kind as string),
      terminal: rows.map((row) => row.terminal),
      payload: rows.map((row) => row.payload),
    };
    const hashes = chainHashes(prevHash, columns);
    const lastHash = hashes.at(-1)!;
    const data: JournalBatchData = { ...columns, prevHash, lastHash, signature: signHead(keys.privateKey, lastHash) };
    batches.push({ fromSeq, throughSeq: fromSeq + rows.length - 1, message: message(store, gateway, data), data, hashes });
    prevHash = lastHash;
  }
  return { store, gateway, publicKey: rawEd25519PublicKey(keys.publicKey), batches };
}

function message(store: string, gateway: string, data: JournalBatchData): Buffer {
  return Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: gatewaySource(store, gateway),
      type: EVENT_TYPE.journalBatch,
      time: new Date(data.at[0]!).toISOString(),
      datacontenttype: 'application/json',
      data,
    }),
  );
}

/** Key pair of a core for a benchmark, as PEM text. */
export function coreKeyPem(): { pem: string; publicKey: KeyObject } {
  const keys = generateKeyPairSync('ed25519');
  return { pem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), publicKey: keys.publicKey };
}
