import type { StatementSync } from 'node:sqlite';
import type { JournalTransaction, SqliteStore } from '../journal/index.js';
import { type TerminalFacts, UNKNOWN_TERMINAL } from './terminal.rules.js';

/** Rows of `terminal_states`. */
export class TerminalStore {
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;

  constructor(store: SqliteStore) {
    this.#select = store.prepare('SELECT * FROM terminal_states WHERE terminal = ?');
    this.#upsert = store.prepare(
      `INSERT INTO terminal_states (terminal, power, service, signed_on, resting, held_until, last_use_at, last_trace_known, last_trace_no,
         last_order_no, device, printer, watched)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (terminal) DO UPDATE SET power = excluded.power, service = excluded.service, signed_on = excluded.signed_on, resting = excluded.resting,
         held_until = excluded.held_until, last_use_at = excluded.last_use_at, last_trace_known = excluded.last_trace_known,
         last_trace_no = excluded.last_trace_no, last_order_no = excluded.last_order_no,
         device = excluded.device, printer = excluded.printer, watched = excluded.watched`,
    );
  }

  /** What was last known; a terminal never seen is unknown. */
  load(terminal: string): TerminalFacts {
    const row = this.#select.get(terminal);
    if (!row) return UNKNOWN_TERMINAL;
    return {
      power: row['power'] as TerminalFacts['power'],
      service: row['service'] as TerminalFacts['service'],
      signedOn: row['signed_on'] === 1,
      resting: row['resting'] as TerminalFacts['resting'],
      heldUntil: row['held_until'] as number | null,
      lastUseAt: row['last_use_at'] as number | null,
      lastTraceKnown: row['last_trace_known'] === 1,
      lastTraceNo: row['last_trace_no'] as number | null,
      lastOrderNo: row['last_order_no'] as number | null,
      device: parsed<TerminalFacts['device']>(row['device']),
      printer: row['printer'] as TerminalFacts['printer'],
      watched: parsed<TerminalFacts['watched']>(row['watched']),
    };
  }

  /** Writes the facts inside the running transaction. */
  save(_tx: JournalTransaction, terminal: string, facts: TerminalFacts): void {
    this.#upsert.run(
      terminal,
      facts.power,
      facts.service,
      facts.signedOn ? 1 : 0,
      facts.resting,
      facts.heldUntil,
      facts.lastUseAt,
      facts.lastTraceKnown ? 1 : 0,
      facts.lastTraceNo,
      facts.lastOrderNo,
      facts.device && JSON.stringify(facts.device),
      facts.printer,
      facts.watched && JSON.stringify(facts.watched),
    );
  }
}

function parsed<T>(column: unknown): T | null {
  return typeof column === 'string' ? (JSON.parse(column) as T) : null;
}
