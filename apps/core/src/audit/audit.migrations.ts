import type { Migration } from '../database/index.js';
import { AUDIT_GENESIS } from './audit.rules.js';

/** The audit log: append-only for everybody, also for the owner (trigger), read within the reader's stores. */
export const auditMigrations: readonly Migration[] = [
  {
    name: '0100-audit-log',
    up: `
      CREATE TABLE audit_entry (
        index bigint PRIMARY KEY,
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        actor_id text,
        actor_role text NOT NULL,
        action text NOT NULL,
        store_id text,
        subject text NOT NULL,
        summary text NOT NULL,
        detail text NOT NULL,
        prev_hash text NOT NULL,
        hash text NOT NULL
      );
      CREATE INDEX audit_entry_store ON audit_entry (store_id, index);
      ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
      ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
      -- An entry without a store belongs to the chain: tw_sees(NULL) is true only for those who see all stores.
      CREATE POLICY audit_read ON audit_entry FOR SELECT USING (tw_sees(store_id));
      CREATE POLICY audit_append ON audit_entry FOR INSERT WITH CHECK (true);
      GRANT SELECT, INSERT ON audit_entry TO tillward_app;

      CREATE FUNCTION tw_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
      BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END $body$;
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION tw_append_only();
      CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION tw_append_only();

      CREATE TABLE audit_head (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        entries bigint NOT NULL,
        hash text NOT NULL
      );
      INSERT INTO audit_head (entries, hash) VALUES (0, '${AUDIT_GENESIS}');
      GRANT SELECT, UPDATE ON audit_head TO tillward_app;
    `,
  },
];
