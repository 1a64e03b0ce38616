import { type IDBPDatabase, openDB } from 'idb';
import type { OutboxEntry } from './outbox.rules.js';

/** Where entries survive a closed tab, a dead battery, a day without network. */
export interface OutboxStore {
  all(): Promise<OutboxEntry[]>;
  put(entry: OutboxEntry): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Keeps entries in memory only: for browsers that deny IndexedDB, and for tests. */
export function memoryStore(): OutboxStore {
  const entries = new Map<string, OutboxEntry>();
  return {
    all: () => Promise.resolve([...entries.values()]),
    put: (entry) => Promise.resolve(void entries.set(entry.key, entry)),
    remove: (key) => Promise.resolve(void entries.delete(key)),
  };
}

/** Keeps entries in IndexedDB. A browser that denies it (private windows) gets the memory store; `durable` says which. */
export async function openStore(): Promise<{ store: OutboxStore; durable: boolean }> {
  let database: IDBPDatabase;
  try {
    database = await openDB('tillward', 1, { upgrade: (db) => void db.createObjectStore('outbox', { keyPath: 'key' }) });
  } catch (cause) {
    console.warn('IndexedDB is not available: writes are kept only while this page is open.', cause);
    return { store: memoryStore(), durable: false };
  }
  const store: OutboxStore = {
    all: () => database.getAll('outbox') as Promise<OutboxEntry[]>,
    put: async (entry) => void (await database.put('outbox', entry)),
    remove: (key) => database.delete('outbox', key),
  };
  return { store, durable: true };
}
