import type { Migration } from '../database/index.js';

/** Incidents, their steps, their history, and which client actions were taken already. */
export const incidentMigrations: readonly Migration[] = [
  {
    name: '0104-incidents',
    up: `
      CREATE TABLE incident (
        store_id text NOT NULL,
        id uuid NOT NULL,
        terminal_id text NOT NULL,
        gateway_id text NOT NULL,
        kind text NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
        business_day date NOT NULL,
        batch_no integer,
        -- The journal entry it was opened for; evidence must be younger.
        source_epoch integer,
        source_seq bigint,
        cause text NOT NULL,
        amount_minor bigint,
        currency text,
        opened_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        acknowledged_at timestamptz,
        acknowledged_by text,
        resolved_at timestamptz,
        PRIMARY KEY (store_id, id)
      );
      CREATE UNIQUE INDEX incident_unresolved ON incident (store_id, terminal_id, business_day, kind) WHERE state <> 'resolved';
      CREATE INDEX incident_newest ON incident (opened_at DESC, id);
      SELECT tw_store_table('incident', 'SELECT, INSERT, UPDATE');

      CREATE TABLE incident_step (
        store_id text NOT NULL,
        incident_id uuid NOT NULL,
        position integer NOT NULL,
        id uuid NOT NULL,
        key text NOT NULL,
        role text NOT NULL,
        mode text NOT NULL,
        action text,
        check_kind text,
        note_required boolean NOT NULL,
        due_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'ready', 'running', 'done', 'skipped')),
        check_passed boolean,
        checked_at timestamptz,
        check_detail text,
        command_id uuid,
        done_at timestamptz,
        done_by text,
        note text,
        skip_reason text,
        PRIMARY KEY (store_id, incident_id, position),
        FOREIGN KEY (store_id, incident_id) REFERENCES incident
      );
      CREATE INDEX incident_step_command ON incident_step (store_id, command_id) WHERE command_id IS NOT NULL;
      SELECT tw_store_table('incident_step', 'SELECT, INSERT, UPDATE');

      CREATE TABLE incident_event (
        store_id text NOT NULL,
        incident_id uuid NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        detail text,
        -- What it was written because of (a journal entry), so that hearing of it twice writes it once.
        source text,
        PRIMARY KEY (store_id, incident_id, seq),
        UNIQUE (store_id, incident_id, source),
        FOREIGN KEY (store_id, incident_id) REFERENCES incident
      );
      CREATE INDEX incident_event_source ON incident_event (store_id, source) WHERE source IS NOT NULL;
      SELECT tw_store_table('incident_event', 'SELECT, INSERT');

      CREATE TABLE incident_action (
        store_id text NOT NULL,
        person_id text NOT NULL,
        idempotency_key uuid NOT NULL,
        incident_id uuid NOT NULL,
        request text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (store_id, person_id, idempotency_key)
      );
      SELECT tw_store_table('incident_action', 'SELECT, INSERT');
    `,
  },
];
