import type { JournalKind, JournalPayload } from '@tillward/contracts';

/** Proof of being inside a transaction, and the way to write an entry in it. Valid only until the callback returns. */
export interface JournalTransaction {
  /**
   * Appends one entry and returns its sequence number. It exists only if the transaction commits.
   * `terminal` null: the entry concerns the gateway itself.
   */
  append<K extends JournalKind>(kind: K, terminal: string | null, payload: JournalPayload<K>): number;
}
