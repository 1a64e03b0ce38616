import type { StatementSync } from 'node:sqlite';
import type { JournalTransaction, SqliteStore } from '../journal/index.js';

/** A passcode as it is kept: never itself. */
export interface KeptPasscode {
  readonly salt: string;
  readonly digest: string;
  readonly iterations: number;
}

/** Rows of `operator_passcodes` and `operator_codes`. */
export class PasscodeStore {
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #code: StatementSync;
  readonly #saveCode: StatementSync;
  readonly #dropCode: StatementSync;

  constructor(store: SqliteStore) {
    this.#find = store.prepare('SELECT salt, digest, iterations FROM operator_passcodes WHERE operator_id = ?');
    this.#save = store.prepare('REPLACE INTO operator_passcodes (operator_id, salt, digest, iterations, chosen_at) VALUES (?, ?, ?, ?, ?)');
    this.#code = store.prepare('SELECT digest, issued_at FROM operator_codes WHERE operator_id = ?');
    this.#saveCode = store.prepare('REPLACE INTO operator_codes (operator_id, digest, issued_at) VALUES (?, ?, ?)');
    this.#dropCode = store.prepare('DELETE FROM operator_codes WHERE operator_id = ?');
  }

  find(operatorId: string): KeptPasscode | undefined {
    const row = this.#find.get(operatorId);
    return row && { salt: String(row['salt']), digest: String(row['digest']), iterations: Number(row['iterations']) };
  }

  save(_tx: JournalTransaction, operatorId: string, { salt, digest, iterations }: KeptPasscode, now: number): void {
    this.#save.run(operatorId, salt, digest, iterations, now);
    this.#dropCode.run(operatorId);
  }

  /** The one-time code given out last. */
  code(operatorId: string): { digest: string; issuedAt: number } | undefined {
    const row = this.#code.get(operatorId);
    return row && { digest: String(row['digest']), issuedAt: Number(row['issued_at']) };
  }

  saveCode(_tx: JournalTransaction, operatorId: string, digest: string, now: number): void {
    this.#saveCode.run(operatorId, digest, now);
  }
}
