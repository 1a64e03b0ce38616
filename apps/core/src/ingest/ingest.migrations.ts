import type { Migration } from '../database/index.js';

const PARTITIONS = 8;

/**
 * The journal. It belongs to tillward_ingest, because PostgreSQL refuses COPY FROM into a table whose row-level security applies to the
 * copying role, and an owner is exempt unless FORCEd (docs/adr/0002). Everybody else is under the policy and may only read.
 */
export const ingestMigrations: readonly Migration[] = [
  {
    name: '0040-journal',
    up: `
      CREATE TABLE journal_entry (
        store_id text NOT NULL,
        gateway_id text NOT NULL,
        epoch integer NOT NULL,
        seq bigint NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        terminal_id text,
        payload text NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (store_id, gateway_id, epoch, seq)
      ) PARTITION BY HASH (store_id, gateway_id);
      ${Array.from(
        { length: PARTITIONS },
        (_, i) => `CREATE TABLE journal_entry_${i} PARTITION OF journal_entry FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${i});
      ALTER TABLE journal_entry_${i} ENABLE ROW LEVEL SECURITY;
      ALTER TABLE journal_entry_${i} OWNER TO tillward_ingest;`,
      ).join('\n      ')}
      CREATE INDEX journal_entry_at ON journal_entry USING brin (at);
      ALTER TABLE journal_entry ENABLE ROW LEVEL SECURITY;
      CREATE POLICY store_scope ON journal_entry FOR SELECT USING (tw_sees(store_id));
      GRANT SELECT ON journal_entry TO tillward_app;
      ALTER TABLE journal_entry OWNER TO tillward_ingest;

      CREATE TABLE gateway_cursor (
        store_id text NOT NULL,
        gateway_id text NOT NULL,
        epoch integer NOT NULL,
        seq bigint NOT NULL,
        hash text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (store_id, gateway_id)
      );
      SELECT tw_store_table('gateway_cursor', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON gateway_cursor TO tillward_ingest;

      CREATE TABLE journal_epoch (
        store_id text NOT NULL,
        gateway_id text NOT NULL,
        epoch integer NOT NULL,
        previous_seq bigint NOT NULL,
        previous_hash text NOT NULL,
        begun_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (store_id, gateway_id, epoch)
      );
      SELECT tw_store_table('journal_epoch', 'SELECT');
      GRANT SELECT, INSERT ON journal_epoch TO tillward_ingest;

      CREATE TABLE journal_fork (
        store_id text NOT NULL,
        gateway_id text NOT NULL,
        epoch integer NOT NULL,
        seq bigint NOT NULL,
        known_hash text NOT NULL,
        other_hash text NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (store_id, gateway_id, epoch, seq, other_hash)
      );
      SELECT tw_store_table('journal_fork', 'SELECT');
      GRANT SELECT, INSERT ON journal_fork TO tillward_ingest;

      CREATE TABLE journal_quarantine (
        store_id text NOT NULL,
        gateway_id text NOT NULL,
        epoch integer NOT NULL,
        seq bigint NOT NULL,
        digest text NOT NULL,
        kind text,
        reason text NOT NULL,
        detail text NOT NULL,
        bytes integer NOT NULL,
        times integer NOT NULL DEFAULT 1,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (store_id, gateway_id, epoch, seq, digest)
      );
      COMMENT ON TABLE journal_quarantine IS 'What could not be projected. seq 0: a whole message that was no valid batch. Holds no contents, only their SHA-256.';
      SELECT tw_store_table('journal_quarantine', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON journal_quarantine TO tillward_ingest;
    `,
  },
  {
    name: '0041-journal-clones',
    up: `
      -- The journal key of a gateway as which two machines write; it counts as long as that key does.
      ALTER TABLE gateway_cursor ADD COLUMN cloned_key text;
    `,
  },
];
