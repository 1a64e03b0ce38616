import { randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { JournalTransaction, Row, SqliteStore } from '../journal/index.js';
import type { StepRecord } from './routine.rules.js';

export type RoutineKind = 'closing' | 'opening' | 'maintenance';
export type RoutineRequester = 'policy' | 'command' | 'till' | 'recovery';

/** One run of a routine over some terminals of the store. */
export interface RoutineRun {
  routineId: string;
  kind: RoutineKind;
  businessDay: string;
  by: RoutineRequester;
  /** The instant it was scheduled for; null for openings, commands, and what is made up for. */
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

const NEXT_ORDINAL = '(SELECT coalesce(max(coalesce(ordinal, seq)), 0) + 1 FROM routines)';

/** Rows of `routines` and `routine_terminals`. */
export class RoutineStore {
  readonly #insert: StatementSync;
  readonly #insertTerminal: StatementSync;
  readonly #saveTerminal: StatementSync;
  readonly #finish: StatementSync;
  readonly #running: StatementSync;
  readonly #terminals: StatementSync;
  readonly #scheduled: StatementSync;
  readonly #forget: StatementSync;
  readonly #miss: StatementSync;
  readonly #newest: StatementSync;
  readonly #ordinal: StatementSync;
  readonly #retire: StatementSync;
  readonly #retireTerminals: StatementSync;
  readonly #byCommand: StatementSync;

  constructor(store: SqliteStore) {
    this.#insert = store.prepare(
      `INSERT INTO routines (routine_id, kind, business_day, requested_by, scheduled_for, command_id, state, seq, ordinal)
       VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ${NEXT_ORDINAL})`,
    );
    this.#insertTerminal = store.prepare(
      `INSERT INTO routine_terminals (routine_id, terminal, state, progress) VALUES (?, ?, 'running', '[]')`,
    );
    this.#saveTerminal = store.prepare(
      'UPDATE routine_terminals SET state = ?, progress = ?, detail = ? WHERE routine_id = ? AND terminal = ?',
    );
    this.#finish = store.prepare(`UPDATE routines SET state = 'finished' WHERE routine_id = ?`);
    this.#running = store.prepare(`SELECT * FROM routines WHERE state = 'running' ORDER BY coalesce(ordinal, seq)`);
    this.#terminals = store.prepare('SELECT * FROM routine_terminals WHERE routine_id = ? ORDER BY terminal');
    this.#scheduled = store.prepare(`SELECT 1 FROM routines WHERE kind = ? AND scheduled_for = ? AND state <> 'missed'`);
    this.#forget = store.prepare(`DELETE FROM routines WHERE kind = ? AND scheduled_for = ? AND state = 'missed'`);
    this.#miss = store.prepare(
      `INSERT INTO routines (routine_id, kind, business_day, requested_by, scheduled_for, command_id, state, seq, ordinal)
       VALUES (?, ?, ?, 'policy', ?, NULL, 'missed', 0, 0)`,
    );
    this.#newest = store.prepare('SELECT max(scheduled_for) AS at FROM routines WHERE kind = ?');
    this.#ordinal = store.prepare(
      `SELECT max(coalesce(ordinal, seq)) AS ordinal FROM routines WHERE kind = ? AND requested_by NOT IN ('command', 'till') AND state <> 'missed'`,
    );
    this.#byCommand = store.prepare('SELECT * FROM routines WHERE command_id = ? ORDER BY coalesce(ordinal, seq) DESC LIMIT 1');
    this.#retire = store.prepare(`DELETE FROM routines WHERE state <> 'running' AND business_day < ?`);
    this.#retireTerminals = store.prepare('DELETE FROM routine_terminals WHERE routine_id NOT IN (SELECT routine_id FROM routines)');
  }

  insert(_tx: JournalTransaction, run: RoutineRun, terminals: readonly string[]): void {
    if (run.scheduledFor !== null) this.#forget.run(run.kind, run.scheduledFor);
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

  /** Whether a routine was already started for this scheduled instant. One that was missed was not: should its time come again, it is due. */
  wasScheduled(kind: RoutineKind, scheduledFor: number): boolean {
    return this.#scheduled.get(kind, scheduledFor) !== undefined;
  }

  /** Remembers that nothing ran at this instant. */
  miss(_tx: JournalTransaction, kind: RoutineKind, scheduledFor: number, businessDay: string): void {
    this.#miss.run(randomUUID(), kind, businessDay, scheduledFor);
  }

  /** The newest instant that was dealt with, by a run or by missing it; null before the first. */
  newestScheduled(kind: RoutineKind): number | null {
    return (this.#newest.get(kind) as { at: number | null }).at;
  }

  /** The place of the newest run that nobody ordered among all runs of all kinds, in the order they began whatever clocks said; 0 when there is none. */
  lastOrdinal(kind: RoutineKind): number {
    return (this.#ordinal.get(kind) as { ordinal: number | null }).ordinal ?? 0;
  }

  /** Deletes what belongs to business days before this one and is over. Returns how many runs. */
  retire(businessDay: string): number {
    const runs = Number(this.#retire.run(businessDay).changes);
    if (runs > 0) this.#retireTerminals.run();
    return runs;
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
