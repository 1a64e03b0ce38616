import type { StatementSync } from 'node:sqlite';
import type { JournalTransaction, Row, SqliteStore } from '../journal/index.js';
import type { StepRecord } from './routine.rules.js';

export type RoutineKind = 'closing' | 'opening';
export type RoutineRequester = 'policy' | 'command' | 'recovery';

/** One run of a routine over some terminals of the store. */
export interface RoutineRun {
  routineId: string;
  kind: RoutineKind;
  businessDay: string;
  by: RoutineRequester;
  /** The closing instant it was scheduled for; null for openings and commands. */
  scheduledFor: number | null;
  commandId: string | null;
  /** Sequence number of its start entry. */
  seq: number;
}

/** How far one terminal is in a run. */
export interface RoutineTerminal {
  terminal: string;
  state: 'running' | 'passed' | 'blocked';
  progress: StepRecord[];
  /** Why it is blocked. */
  detail: string | null;
}

/** Rows of `routines` and `routine_terminals`. */
export class RoutineStore {
  readonly #insert: StatementSync;
  readonly #insertTerminal: StatementSync;
  readonly #saveTerminal: StatementSync;
  readonly #finish: StatementSync;
  readonly #running: StatementSync;
  readonly #terminals: StatementSync;
  readonly #scheduled: StatementSync;
  readonly #byCommand: StatementSync;

  constructor(store: SqliteStore) {
    this.#insert = store.prepare(
      `INSERT INTO routines (routine_id, kind, business_day, requested_by, scheduled_for, command_id, state, seq) VALUES (?, ?, ?, ?, ?, ?, 'running', ?)`,
    );
    this.#insertTerminal = store.prepare(
      `INSERT INTO routine_terminals (routine_id, terminal, state, progress) VALUES (?, ?, 'running', '[]')`,
    );
    this.#saveTerminal = store.prepare(
      'UPDATE routine_terminals SET state = ?, progress = ?, detail = ? WHERE routine_id = ? AND terminal = ?',
    );
    this.#finish = store.prepare(`UPDATE routines SET state = 'finished' WHERE routine_id = ?`);
    this.#running = store.prepare(`SELECT * FROM routines WHERE state = 'running' ORDER BY seq`);
    this.#terminals = store.prepare('SELECT * FROM routine_terminals WHERE routine_id = ? ORDER BY terminal');
    this.#scheduled = store.prepare('SELECT 1 FROM routines WHERE kind = ? AND scheduled_for = ?');
    this.#byCommand = store.prepare('SELECT * FROM routines WHERE command_id = ? ORDER BY seq DESC LIMIT 1');
  }

  insert(_tx: JournalTransaction, run: RoutineRun, terminals: readonly string[]): void {
    this.#insert.run(run.routineId, run.kind, run.businessDay, run.by, run.scheduledFor, run.commandId, run.seq);
    for (const terminal of terminals) this.#insertTerminal.run(run.routineId, terminal);
  }

  saveTerminal(_tx: JournalTransaction, routineId: string, row: RoutineTerminal): void {
    this.#saveTerminal.run(row.state, JSON.stringify(row.progress), row.detail, routineId, row.terminal);
  }

  finish(_tx: JournalTransaction, routineId: string): void {
    this.#finish.run(routineId);
  }

  /** Runs that aren't over: after a start, those a crash interrupted. */
  running(): RoutineRun[] {
    return this.#running.all().map((row) => toRun(row as Row));
  }

  /** The terminals of a run. */
  terminals(routineId: string): RoutineTerminal[] {
    return this.#terminals.all(routineId).map((row) => ({
      terminal: String(row['terminal']),
      state: row['state'] as RoutineTerminal['state'],
      progress: JSON.parse(String(row['progress'])) as StepRecord[],
      detail: row['detail'] as string | null,
    }));
  }

  /** Whether a routine was already started for this scheduled instant. */
  wasScheduled(kind: RoutineKind, scheduledFor: number): boolean {
    return this.#scheduled.get(kind, scheduledFor) !== undefined;
  }

  /** The run a command started. */
  byCommand(commandId: string): RoutineRun | undefined {
    const row = this.#byCommand.get(commandId);
    return row ? toRun(row as Row) : undefined;
  }
}

function toRun(row: Row): RoutineRun {
  return {
    routineId: String(row['routine_id']),
    kind: row['kind'] as RoutineKind,
    businessDay: String(row['business_day']),
    by: row['requested_by'] as RoutineRequester,
    scheduledFor: row['scheduled_for'] as number | null,
    commandId: row['command_id'] as string | null,
    seq: Number(row['seq']),
  };
}
