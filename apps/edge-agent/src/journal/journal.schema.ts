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
  `
  ALTER TABLE payments ADD COLUMN kind TEXT NOT NULL DEFAULT 'sale';
  ALTER TABLE payments ADD COLUMN original_payment_id TEXT;
  ALTER TABLE payments ADD COLUMN request TEXT;
  ALTER TABLE payments ADD COLUMN shift_no INTEGER;
  CREATE INDEX payments_original ON payments (original_payment_id) WHERE original_payment_id IS NOT NULL;
  CREATE INDEX payments_newest ON payments (terminal, started_at);
  ALTER TABLE operator_sessions ADD COLUMN verified INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE receipts (
    payment_id TEXT PRIMARY KEY, lines TEXT NOT NULL, copies INTEGER NOT NULL DEFAULT 0, kept_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE refund_requests (
    request_id TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, request TEXT NOT NULL, terminal TEXT NOT NULL, asked_by TEXT NOT NULL,
    asked_at INTEGER NOT NULL, state TEXT NOT NULL, decided_by TEXT, decided_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE shifts (terminal TEXT PRIMARY KEY, shift_no INTEGER NOT NULL, business_day TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE handovers (
    handover_id TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, request TEXT NOT NULL, view TEXT NOT NULL, terminal TEXT NOT NULL, at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE operator_passcodes (
    operator_id TEXT PRIMARY KEY, salt TEXT NOT NULL, digest TEXT NOT NULL, iterations INTEGER NOT NULL, chosen_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE operator_codes (operator_id TEXT PRIMARY KEY, digest TEXT NOT NULL, issued_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE till_tokens (till_id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, paired_by TEXT NOT NULL, paired_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE reminders (
    reminder_id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL UNIQUE, terminals TEXT NOT NULL, at INTEGER NOT NULL, raised_at INTEGER NOT NULL,
    acknowledged_by TEXT
  ) WITHOUT ROWID;
  `,
  `
  CREATE TABLE journal_segments (
    epoch INTEGER PRIMARY KEY, base_seq INTEGER NOT NULL, base_hash TEXT NOT NULL, acked INTEGER NOT NULL, through INTEGER NOT NULL
  ) WITHOUT ROWID;
  ALTER TABLE routines ADD COLUMN ordinal INTEGER;
  UPDATE routines SET ordinal = seq;
  CREATE TABLE core_keys (
    key_id TEXT PRIMARY KEY, public_key TEXT NOT NULL, position INTEGER NOT NULL, valid_until INTEGER
  ) WITHOUT ROWID;
  ALTER TABLE policy ADD COLUMN key_id TEXT;
  `,
  `
  ALTER TABLE shifts ADD COLUMN from_batch INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX handovers_last ON handovers (terminal, at);
  CREATE INDEX refund_requests_newest ON refund_requests (asked_at);
  CREATE INDEX receipts_oldest ON receipts (kept_at);
  `,
  `
  ALTER TABLE operator_codes ADD COLUMN sponsors TEXT;
  ALTER TABLE operator_passcodes ADD COLUMN sponsors TEXT;
  ALTER TABLE refund_requests ADD COLUMN asker_sponsors TEXT;
  `,
];

/**
 * The oldest schema whose agents can work with a file of the newest one, told to them in the file itself: after a failed update the release before goes on
 * with it (docs/adr/0030). A migration that only adds leaves it as it is. One that an older agent could not live with, or whose rows it would misread, raises
 * it to its own number: the one with refunds did, which an older agent takes for sales. Gateways then refuse the release until one that knows that schema has
 * been confirmed.
 */
export const SCHEMA_READABLE_FROM = 5;
