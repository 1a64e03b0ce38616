import type { StatementSync } from 'node:sqlite';
import type { BatchTotals, StepFailure } from '@tillward/contracts';
import type { JournalTransaction, Row, SqliteStore } from '../journal/index.js';

/** How one attempt to settle stands. */
export type SettlementState = 'started' | 'completed' | 'unbalanced' | 'failed' | 'inDoubt';

/** One attempt to settle a batch. */
export interface Settlement {
  settlementId: string;
  terminal: string;
  batchNo: number;
  businessDay: string;
  state: SettlementState;
  journalTotals: BatchTotals;
  terminalTotals: BatchTotals | null;
  hostTotals: BatchTotals | null;
  code: StepFailure | null;
  detail: string | null;
}

/** Rows of `settlements`. */
export class SettlementStore {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #unfinished: StatementSync;
  readonly #interrupted: StatementSync;
  readonly #closedSince: StatementSync;

  constructor(store: SqliteStore) {
    this.#insert = store.prepare(
      `INSERT INTO settlements (settlement_id, terminal, batch_no, business_day, state, journal_totals, terminal_totals, seq)
       VALUES (?, ?, ?, ?, 'started', ?, ?, ?)`,
    );
    this.#update = store.prepare(
      'UPDATE settlements SET state = ?, host_totals = ?, code = ?, detail = ?, seq = ? WHERE settlement_id = ?',
    );
    this.#unfinished = store.prepare(
      `SELECT * FROM settlements WHERE terminal = ? AND state IN ('started', 'inDoubt') ORDER BY seq DESC LIMIT 1`,
    );
    this.#interrupted = store.prepare(`SELECT * FROM settlements WHERE state = 'started'`);
    this.#closedSince = store.prepare(
      `SELECT * FROM settlements WHERE terminal = ? AND seq > ? AND state IN ('completed', 'unbalanced') ORDER BY seq DESC LIMIT 1`,
    );
  }

  insert(_tx: JournalTransaction, settlement: Settlement, seq: number): void {
    const { settlementId, terminal, batchNo, businessDay, journalTotals, terminalTotals } = settlement;
    this.#insert.run(
      settlementId,
      terminal,
      batchNo,
      businessDay,
      JSON.stringify(journalTotals),
      terminalTotals && JSON.stringify(terminalTotals),
      seq,
    );
  }

  /** Records how far a settlement is known; `seq` is the entry that says so. */
  update(_tx: JournalTransaction, settlement: Settlement, seq: number): void {
    const { settlementId, state, hostTotals, code, detail } = settlement;
    this.#update.run(state, hostTotals && JSON.stringify(hostTotals), code, detail, seq, settlementId);
  }

  /** The settlement of a terminal whose outcome isn't known. */
  unfinished(terminal: string): Settlement | undefined {
    return toSettlement(this.#unfinished.get(terminal) as Row | undefined);
  }

  /** Settlements a crash cut off. */
  interrupted(): Settlement[] {
    return this.#interrupted.all().map((row) => toSettlement(row as Row)!);
  }

  /** The newest settlement of a terminal that closed its batch after entry `seq`. */
  closedSince(terminal: string, seq: number): Settlement | undefined {
    return toSettlement(this.#closedSince.get(terminal, seq) as Row | undefined);
  }
}

function toSettlement(row: Row | undefined): Settlement | undefined {
  if (!row) return undefined;
  return {
    settlementId: String(row['settlement_id']),
    terminal: String(row['terminal']),
    batchNo: Number(row['batch_no']),
    businessDay: String(row['business_day']),
    state: row['state'] as SettlementState,
    journalTotals: JSON.parse(String(row['journal_totals'])) as BatchTotals,
    terminalTotals: totalsOf(row['terminal_totals']),
    hostTotals: totalsOf(row['host_totals']),
    code: row['code'] as StepFailure | null,
    detail: row['detail'] as string | null,
  };
}

function totalsOf(value: Row[string] | undefined): BatchTotals | null {
  return typeof value === 'string' ? (JSON.parse(value) as BatchTotals) : null;
}
