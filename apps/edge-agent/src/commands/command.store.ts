import type { StatementSync } from 'node:sqlite';
import type { CommandAction, CommandBody } from '@tillward/contracts';
import type { JournalTransaction, Row, SqliteStore } from '../journal/index.js';
import type { CommandState } from './commands.rules.js';

/** A command in the inbox with its stored answer. */
export interface InboxCommand {
  commandId: string;
  terminal: string;
  action: CommandAction;
  notBeforeMs: number;
  expiresAtMs: number;
  parameters: Record<string, string>;
  state: CommandState;
  code: string | null;
  detail: string | null;
}

/** Rows of `commands`. */
export class CommandStore {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #byId: StatementSync;
  readonly #byNonce: StatementSync;
  readonly #unfinished: StatementSync;
  readonly #retire: StatementSync;

  constructor(store: SqliteStore) {
    this.#insert = store.prepare(
      `INSERT INTO commands (command_id, nonce, terminal, action, expires_at, not_before, state, received_at, parameters)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = store.prepare('UPDATE commands SET state = ?, code = ?, detail = ? WHERE command_id = ?');
    this.#byId = store.prepare('SELECT * FROM commands WHERE command_id = ?');
    this.#byNonce = store.prepare('SELECT 1 FROM commands WHERE nonce = ?');
    this.#unfinished = store.prepare(`SELECT * FROM commands WHERE state IN ('received', 'started') ORDER BY received_at`);
    this.#retire = store.prepare(`DELETE FROM commands WHERE state NOT IN ('received', 'started') AND expires_at < ?`);
  }

  insert(_tx: JournalTransaction, body: CommandBody, state: CommandState, receivedAt: number): void {
    const parameters = body.parameters ? JSON.stringify(body.parameters) : null;
    this.#insert.run(body.id, body.nonce, body.terminal, body.action, body.expiresAt, body.notBefore, state, receivedAt, parameters);
  }

  /** Moves a command on, with its answer when it is over. */
  update(_tx: JournalTransaction, commandId: string, state: CommandState, code: string | null, detail: string | null): void {
    this.#update.run(state, code, detail, commandId);
  }

  byId(commandId: string): InboxCommand | undefined {
    const row = this.#byId.get(commandId);
    return row ? toCommand(row as Row) : undefined;
  }

  nonceUsed(nonce: string): boolean {
    return this.#byNonce.get(nonce) !== undefined;
  }

  /** Deletes answered commands that expired before this instant: a copy of them is refused for its expiry alone. Returns how many. */
  retire(before: number): number {
    return Number(this.#retire.run(new Date(before).toISOString()).changes);
  }

  /** Commands without an answer, oldest first. */
  unfinished(): InboxCommand[] {
    return this.#unfinished.all().map((row) => toCommand(row as Row));
  }
}

function toCommand(row: Row): InboxCommand {
  return {
    commandId: String(row['command_id']),
    terminal: String(row['terminal']),
    action: row['action'] as CommandAction,
    notBeforeMs: Date.parse(String(row['not_before'])),
    expiresAtMs: Date.parse(String(row['expires_at'])),
    parameters: typeof row['parameters'] === 'string' ? (JSON.parse(row['parameters']) as Record<string, string>) : {},
    state: row['state'] as CommandState,
    code: row['code'] as string | null,
    detail: row['detail'] as string | null,
  };
}
