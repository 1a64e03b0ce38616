import type { StatementSync } from 'node:sqlite';
import type { BatchTotals, StepFailure } from '@tillward/contracts';
import type { JournalTransaction, Row, SqliteStore } from '../journal/index.js';

/** How one attempt to settle stands. `accepted`: it was unbalanced, and two people answer for the difference. */
export type SettlementState = 'started' | 'completed' | 'unbalanced' | 'accepted' | 'failed' | 'inDoubt';

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
  readonly #closedFor: StatementSync;
  readonly #lastWithMoney: StatementSync;
  readonly #byId: StatementSync;
  readonly #accept: StatementSync;

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
    this.#byId = store.prepare('SELECT * FROM settlements WHERE terminal = ? AND settlement_id = ?');
    this.#accept = store.prepare(`UPDATE settlements SET state = 'accepted' WHERE settlement_id = ? AND state = 'unbalanced'`);
    this.#closedFor = store.prepare(
      `SELECT * FROM settlements WHERE terminal = ? AND (business_day = ? OR seq > ?) AND state IN ('completed', 'unbalanced', 'accepted')
       ORDER BY seq DESC LIMIT 1`,
    );
    this.#lastWithMoney = store.prepare(
      `SELECT * FROM settlements WHERE terminal = ? AND (state IN ('unbalanced', 'accepted') OR (state = 'completed' AND json_extract(journal_totals, '$.count') > 0))
       ORDER BY seq DESC LIMIT 1`,
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

  /** Marks an unbalanced settlement as accepted. It keeps its place in order: what came after it stays newer. */
  accept(_tx: JournalTransaction, settlementId: string): void {
    this.#accept.run(settlementId);
  }

  /** The settlement of a terminal whose outcome isn't known. */
  unfinished(terminal: string): Settlement | undefined {
    return toSettlement(this.#unfinished.get(terminal) as Row | undefined);
  }

  /** One settlement of a terminal by its id. */
  byId(terminal: string, settlementId: string): Settlement | undefined {
    return toSettlement(this.#byId.get(terminal, settlementId) as Row | undefined);
  }

  /** Settlements a crash cut off. */
  interrupted(): Settlement[] {
    return this.#interrupted.all().map((row) => toSettlement(row as Row)!);
  }

  /** The newest settlement that closed a batch of a terminal: of this business day (null: none), or recorded after entry `seq`. */
  closedFor(terminal: string, businessDay: string | null, seq: number): Settlement | undefined {
    return toSettlement(this.#closedFor.get(terminal, businessDay, seq) as Row | undefined);
  }

  /** The unbalanced settlement of a terminal which no balanced or accepted one with money in it has followed. An empty batch explains no difference. */
  standingUnbalanced(terminal: string): Settlement | undefined {
    const settlement = toSettlement(this.#lastWithMoney.get(terminal) as Row | undefined);
    return settlement?.state === 'unbalanced' ? settlement : undefined;
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
