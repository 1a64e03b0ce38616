/**
 * The agent's tables, one list item per schema version, append-only. `user_version` says how many ran.
 * State tables hold what the journal entries of the same transaction say, so that a start needs no replay.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE entries (
    epoch INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, terminal TEXT, payload TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (epoch, seq)
  ) WITHOUT ROWID;

  CREATE TABLE policy (
    id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, body TEXT NOT NULL, signature TEXT NOT NULL, settings TEXT NOT NULL
  );

  CREATE TABLE terminal_states (
    terminal TEXT PRIMARY KEY, power TEXT NOT NULL, service TEXT NOT NULL, signed_on INTEGER NOT NULL, resting TEXT NOT NULL,
    held_until INTEGER, last_use_at INTEGER, last_trace_known INTEGER NOT NULL, last_trace_no INTEGER
  ) WITHOUT ROWID;

  CREATE TABLE operator_sessions (
    terminal TEXT PRIMARY KEY, operator_id TEXT NOT NULL, certificate_id TEXT NOT NULL, certified_until TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE batches (
    terminal TEXT NOT NULL, batch_no INTEGER NOT NULL, business_day TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (terminal, batch_no)
  ) WITHOUT ROWID;

  CREATE TABLE payments (
    payment_id TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, terminal TEXT NOT NULL, batch_no INTEGER NOT NULL, business_day TEXT NOT NULL,
    amount_minor INTEGER NOT NULL, currency TEXT NOT NULL, operator_id TEXT NOT NULL, till_id TEXT NOT NULL,
    state TEXT NOT NULL, last_trace_no INTEGER, booked_json TEXT, booked_minor INTEGER, detail TEXT, started_at INTEGER NOT NULL, ended_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX payments_open ON payments (terminal) WHERE state IN ('started', 'inDoubt');
  CREATE INDEX payments_batch ON payments (terminal, batch_no);

  CREATE TABLE settlements (
    settlement_id TEXT PRIMARY KEY, terminal TEXT NOT NULL, batch_no INTEGER NOT NULL, business_day TEXT NOT NULL, state TEXT NOT NULL,
    journal_totals TEXT NOT NULL, terminal_totals TEXT, host_totals TEXT, code TEXT, detail TEXT, seq INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX settlements_batch ON settlements (terminal, batch_no, seq);

  CREATE TABLE routines (
    routine_id TEXT PRIMARY KEY, kind TEXT NOT NULL, business_day TEXT NOT NULL, requested_by TEXT NOT NULL, scheduled_for INTEGER,
    command_id TEXT, state TEXT NOT NULL, seq INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX routines_schedule ON routines (kind, scheduled_for) WHERE scheduled_for IS NOT NULL;

  CREATE TABLE routine_terminals (
    routine_id TEXT NOT NULL, terminal TEXT NOT NULL, state TEXT NOT NULL, progress TEXT NOT NULL, detail TEXT,
    PRIMARY KEY (routine_id, terminal)
  ) WITHOUT ROWID;

  CREATE TABLE commands (
    command_id TEXT PRIMARY KEY, nonce TEXT NOT NULL UNIQUE, terminal TEXT NOT NULL, action TEXT NOT NULL, expires_at TEXT NOT NULL, not_before TEXT NOT NULL,
    state TEXT NOT NULL, code TEXT, detail TEXT, received_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE terminal_states ADD COLUMN last_order_no INTEGER;
  ALTER TABLE payments ADD COLUMN reference TEXT;
  `,
  `
  ALTER TABLE terminal_states ADD COLUMN device TEXT;
  ALTER TABLE terminal_states ADD COLUMN printer TEXT;
  ALTER TABLE terminal_states ADD COLUMN watched TEXT;
  ALTER TABLE commands ADD COLUMN parameters TEXT;
  `,
];
