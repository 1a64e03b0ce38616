import type { Migration } from '../database/index.js';

/** The outbox: what has to happen outside the transaction that decided it. Anybody may add; only core's own work sees and finishes rows. */
export const outboxMigrations: readonly Migration[] = [
  {
    name: '0010-outbox',
    up: `
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        payload text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        claimed_until timestamptz,
        last_error text,
        done_at timestamptz,
        poisoned_at timestamptz
      );
      CREATE INDEX outbox_pending ON outbox (id) WHERE done_at IS NULL AND poisoned_at IS NULL;
      CREATE INDEX outbox_pending_key ON outbox (topic, key, id) WHERE done_at IS NULL AND poisoned_at IS NULL;
      CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
      ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
      ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
      CREATE POLICY add_any ON outbox FOR INSERT WITH CHECK (true);
      CREATE POLICY work_all ON outbox USING (current_setting('tillward.stores', true) = '*');
      GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO tillward_app;
      GRANT INSERT ON outbox TO tillward_ingest;
    `,
  },
  {
    name: '0011-outbox-poisoned',
    up: 'CREATE INDEX outbox_poisoned ON outbox (topic) WHERE poisoned_at IS NOT NULL',
  },
];
