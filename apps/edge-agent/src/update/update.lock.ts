import { join } from 'node:path';

/** Held until released; the system releases it when the process ends, however it ends. */
export interface HeldLock {
  release(): void;
}

/** Takes the lock on the slots, or returns null when another process holds it. */
export type TakeLock = () => Promise<HeldLock | null>;

const BUSY = 5;

/**
 * A lock on the slots of this folder, shared by installer and starter. It is SQLite's lock on an empty database: Node has no flock, and a lock file would have to be
 * told from one that a killed process or a power cut left behind.
 */
export function slotLock(folder: string): TakeLock {
  return async () => {
    // Loaded when needed: the starter seldom is.
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(join(folder, 'lock'));
    try {
      database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (((error as { errcode?: number }).errcode ?? 0) % 256 === BUSY) return null;
      throw error;
    }
    return { release: () => database.close() };
  };
}
