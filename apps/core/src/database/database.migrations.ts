import type { Migration } from './database.runner.js';

/**
 * The ground every module's tables stand on: `tw_sees` decides which rows a transaction may see, `tw_store_table` puts a table under it.
 * Unset scope sees nothing, so that a forgotten scope fails closed.
 */
export const databaseMigrations: readonly Migration[] = [
  {
    name: '0001-row-level-security',
    up: `
      CREATE FUNCTION tw_sees(store text) RETURNS boolean
        LANGUAGE sql STABLE PARALLEL SAFE
        RETURN current_setting('tillward.stores', true) = '*'
            OR store = ANY (string_to_array(current_setting('tillward.stores', true), ','));

      CREATE FUNCTION tw_store_table(store_table regclass, app_may text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') RETURNS void LANGUAGE plpgsql AS $body$
      BEGIN
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', store_table);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', store_table);
        EXECUTE format('CREATE POLICY store_scope ON %s USING (tw_sees(store_id)) WITH CHECK (tw_sees(store_id))', store_table);
        EXECUTE format('GRANT %s ON %s TO tillward_app', app_may, store_table);
      END $body$;

      REVOKE ALL ON FUNCTION tw_store_table(regclass, text) FROM PUBLIC;
    `,
  },
];
