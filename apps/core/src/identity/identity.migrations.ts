import type { Migration } from '../database/index.js';

/** People, the stores they belong to, and their sessions. */
export const identityMigrations: readonly Migration[] = [
  {
    name: '0101-identity',
    up: `
      CREATE TABLE person (
        id text PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('hq', 'manager', 'cashier', 'auditor')),
        language text NOT NULL CHECK (language IN ('en', 'zh')),
        password_hash text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      );
      CREATE TABLE person_store (
        store_id text NOT NULL,
        person_id text NOT NULL REFERENCES person ON DELETE CASCADE,
        PRIMARY KEY (store_id, person_id)
      );
      CREATE INDEX person_store_person ON person_store (person_id, store_id);
      SELECT tw_store_table('person_store');

      -- A person is seen by whoever sees one of the person's stores; person_store's own policy decides which those are.
      CREATE FUNCTION tw_sees_person(person text) RETURNS boolean LANGUAGE sql STABLE AS $body$
        SELECT current_setting('tillward.stores', true) = '*'
            OR EXISTS (SELECT 1 FROM person_store WHERE person_store.person_id = person)
      $body$;
      ALTER TABLE person ENABLE ROW LEVEL SECURITY;
      ALTER TABLE person FORCE ROW LEVEL SECURITY;
      CREATE POLICY person_scope ON person USING (tw_sees_person(id)) WITH CHECK (tw_sees_person(id));
      GRANT SELECT, INSERT, UPDATE ON person TO tillward_app;

      CREATE TABLE session (
        id uuid PRIMARY KEY,
        token_hash text NOT NULL UNIQUE,
        person_id text NOT NULL REFERENCES person ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL
      );
      CREATE INDEX session_created ON session (created_at);
      ALTER TABLE session ENABLE ROW LEVEL SECURITY;
      ALTER TABLE session FORCE ROW LEVEL SECURITY;
      CREATE POLICY session_scope ON session USING (current_setting('tillward.stores', true) = '*');
      GRANT SELECT, INSERT, UPDATE, DELETE ON session TO tillward_app;
    `,
  },
];
