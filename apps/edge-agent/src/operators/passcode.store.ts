import type { StatementSync } from 'node:sqlite';
import type { JournalTransaction, SqliteStore } from '../journal/index.js';

/**
 * From whom a passcode comes: who gave out the code it was chosen with, from whom that person's own passcode came, and so on. Empty: the installer gave the code. Null: kept by an agent that did not
 * write it down.
 */
export type Sponsors = readonly string[] | null;

/** A passcode as it is kept: never itself. */
export interface KeptPasscode {
  readonly salt: string;
  readonly digest: string;
  readonly iterations: number;
  readonly sponsors: Sponsors;
}

/** A one-time code as it is kept: never itself. */
export interface KeptCode {
  readonly digest: string;
  readonly issuedAt: number;
  readonly sponsors: Sponsors;
}

/** Rows of `operator_passcodes` and `operator_codes`. */
export class PasscodeStore {
  readonly #find: StatementSync;
  readonly #save: StatementSync;
  readonly #code: StatementSync;
  readonly #saveCode: StatementSync;
  readonly #dropCode: StatementSync;

  constructor(store: SqliteStore) {
    this.#find = store.prepare('SELECT salt, digest, iterations, sponsors FROM operator_passcodes WHERE operator_id = ?');
    this.#save = store.prepare(
      'REPLACE INTO operator_passcodes (operator_id, salt, digest, iterations, sponsors, chosen_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#code = store.prepare('SELECT digest, issued_at, sponsors FROM operator_codes WHERE operator_id = ?');
    this.#saveCode = store.prepare('REPLACE INTO operator_codes (operator_id, digest, sponsors, issued_at) VALUES (?, ?, ?, ?)');
    this.#dropCode = store.prepare('DELETE FROM operator_codes WHERE operator_id = ?');
  }

  find(operatorId: string): KeptPasscode | undefined {
    const row = this.#find.get(operatorId);
    return (
      row && {
        salt: String(row['salt']),
        digest: String(row['digest']),
        iterations: Number(row['iterations']),
        sponsors: sponsorsIn(row['sponsors']),
      }
    );
  }

  save(_tx: JournalTransaction, operatorId: string, { salt, digest, iterations, sponsors }: KeptPasscode, now: number): void {
    this.#save.run(operatorId, salt, digest, iterations, JSON.stringify(sponsors), now);
    this.#dropCode.run(operatorId);
  }

  /** The one-time code given out last. */
  code(operatorId: string): KeptCode | undefined {
    const row = this.#code.get(operatorId);
    return row && { digest: String(row['digest']), issuedAt: Number(row['issued_at']), sponsors: sponsorsIn(row['sponsors']) };
  }

  saveCode(_tx: JournalTransaction, operatorId: string, { digest, issuedAt, sponsors }: KeptCode): void {
    this.#saveCode.run(operatorId, digest, JSON.stringify(sponsors), issuedAt);
  }
}

/** {@link Sponsors} as a column keeps them. */
export function sponsorsIn(column: unknown): Sponsors {
  return typeof column === 'string' ? (JSON.parse(column) as Sponsors) : null;
}
