import type { KeyObject } from 'node:crypto';
import { ed25519PublicKeyFromRaw } from '@tillward/journal';
import type { Queryable } from './ingest.projection.js';

/** Between two looks for a gateway that isn't registered. */
const RELOAD_AFTER_MS = 2_000;

/** The registered gateways' public keys, kept in memory; looks again, at most every two seconds, when asked for one it doesn't know. */
export class GatewayRegistry {
  #keys = new Map<string, KeyObject>();
  #loadedAtMs = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;

  constructor(
    private readonly db: () => Promise<Queryable>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** The key of a gateway when it is in memory. */
  known(store: string, gateway: string): KeyObject | undefined {
    return this.#keys.get(`${store}/${gateway}`);
  }

  /** The key of a gateway, undefined when it is not registered. Rejects when the database can't be asked. */
  async find(store: string, gateway: string): Promise<KeyObject | undefined> {
    const known = this.known(store, gateway);
    if (known !== undefined) return known;
    if (this.nowMs() - this.#loadedAtMs >= RELOAD_AFTER_MS) await this.reload();
    return this.known(store, gateway);
  }

  /** Reads all keys again, for instance after provisioning changed one. */
  async reload(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  async #load(): Promise<void> {
    const db = await this.db();
    const { rows } = await db.query<{ store_id: string; gateway_id: string; public_key: string }>(
      'SELECT store_id, gateway_id, public_key FROM gateway WHERE public_key IS NOT NULL',
    );
    this.#keys = new Map(rows.map((row) => [`${row.store_id}/${row.gateway_id}`, ed25519PublicKeyFromRaw(row.public_key)]));
    this.#loadedAtMs = this.nowMs();
  }
}
