import type { Migration } from '../database/index.js';

/** Values per level, the chain-wide version, and every revision. */
export const policyMigrations: readonly Migration[] = [
  {
    name: '0102-policy',
    up: `
      CREATE TABLE policy_head (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        version integer NOT NULL CHECK (version > 0),
        changed_at timestamptz NOT NULL,
        sources_hash text
      );
      INSERT INTO policy_head (version, changed_at) VALUES (1, now());
      GRANT SELECT, UPDATE ON policy_head TO tillward_app;

      CREATE TABLE policy_value (
        level text NOT NULL CHECK (level IN ('chain', 'store')),
        store_id text,
        key text NOT NULL,
        value jsonb NOT NULL,
        UNIQUE NULLS NOT DISTINCT (level, store_id, key),
        CHECK ((level = 'chain') = (store_id IS NULL))
      );
      ALTER TABLE policy_value ENABLE ROW LEVEL SECURITY;
      ALTER TABLE policy_value FORCE ROW LEVEL SECURITY;
      -- Every store lives under the chain's values, so everybody may read them; only somebody who sees all stores may write them.
      CREATE POLICY policy_value_read ON policy_value FOR SELECT USING (store_id IS NULL OR tw_sees(store_id));
      CREATE POLICY policy_value_insert ON policy_value FOR INSERT WITH CHECK (tw_sees(store_id));
      CREATE POLICY policy_value_update ON policy_value FOR UPDATE USING (tw_sees(store_id)) WITH CHECK (tw_sees(store_id));
      CREATE POLICY policy_value_delete ON policy_value FOR DELETE USING (tw_sees(store_id));
      GRANT SELECT, INSERT, UPDATE, DELETE ON policy_value TO tillward_app;

      CREATE TABLE policy_revision (
        version integer PRIMARY KEY,
        at timestamptz NOT NULL,
        actor text NOT NULL,
        reason text NOT NULL,
        level text CHECK (level IN ('chain', 'store')),
        store_id text,
        changes jsonb NOT NULL
      );
      CREATE INDEX policy_revision_place ON policy_revision (level, store_id, version);
      ALTER TABLE policy_revision ENABLE ROW LEVEL SECURITY;
      ALTER TABLE policy_revision FORCE ROW LEVEL SECURITY;
      CREATE POLICY policy_revision_read ON policy_revision FOR SELECT USING (store_id IS NULL OR tw_sees(store_id));
      CREATE POLICY policy_revision_append ON policy_revision FOR INSERT WITH CHECK (true);
      GRANT SELECT, INSERT ON policy_revision TO tillward_app;
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON policy_revision FOR EACH ROW EXECUTE FUNCTION tw_append_only();
    `,
  },
];
