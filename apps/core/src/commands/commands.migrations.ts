import type { Migration } from '../database/index.js';

/** One-shot actions core asked gateways for. */
export const commandMigrations: readonly Migration[] = [
  {
    name: '0103-commands',
    up: `
      CREATE TABLE command (
        store_id text NOT NULL,
        id uuid NOT NULL,
        gateway_id text NOT NULL,
        terminal_id text NOT NULL,
        action text NOT NULL,
        state text NOT NULL,
        requested_by text NOT NULL,
        reason text NOT NULL,
        nonce text NOT NULL,
        not_before timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        sent_at timestamptz,
        state_at timestamptz NOT NULL,
        outcome_code text,
        outcome_detail text,
        PRIMARY KEY (store_id, id)
      );
      CREATE INDEX command_unfinished ON command (state_at) WHERE state IN ('created', 'sent', 'received', 'running');
      SELECT tw_store_table('command', 'SELECT, INSERT, UPDATE');
    `,
  },
  {
    name: '0106-command-parameters',
    up: `
      ALTER TABLE command ADD COLUMN parameters jsonb;
      CREATE INDEX command_of_terminal ON command (store_id, terminal_id, created_at DESC, id DESC);
    `,
  },
  {
    name: '0107-command-people',
    up: `
      -- Who ordered it, and the second person who agreed; null where a playbook or the system did.
      ALTER TABLE command ADD COLUMN ordered_by text, ADD COLUMN approved_by text;
      CREATE INDEX command_ordered_alone ON command (ordered_by, created_at) WHERE ordered_by IS NOT NULL AND approved_by IS NULL;
    `,
  },
];
