import type { Migration } from '../database/index.js';

/** Requests for many terminals and what each is about. */
export const approvalMigrations: readonly Migration[] = [
  {
    name: '0111-approvals',
    up: `
      CREATE FUNCTION tw_sees_all(stores text[]) RETURNS boolean
        LANGUAGE sql STABLE PARALLEL SAFE
        RETURN current_setting('tillward.stores', true) = '*'
            OR stores <@ string_to_array(current_setting('tillward.stores', true), ',');

      -- Whether a person may order on all of these stores now: also asked by somebody who doesn't see that person, and told nothing else.
      -- Set and set back by hand: SET as a part of the function's definition needs a superuser.
      CREATE FUNCTION tw_may_order(person_id text, stores text[]) RETURNS boolean
        LANGUAGE plpgsql AS $body$
      DECLARE
        scope text := current_setting('tillward.stores', true);
        may boolean;
      BEGIN
        PERFORM set_config('tillward.stores', '*', true);
        SELECT EXISTS (
          SELECT 1 FROM person p
           WHERE p.id = tw_may_order.person_id
             AND (p.role = 'hq' OR p.role = 'manager'
                  AND tw_may_order.stores <@ ARRAY(SELECT ps.store_id FROM person_store ps WHERE ps.person_id = p.id)))
          INTO may;
        PERFORM set_config('tillward.stores', coalesce(scope, ''), true);
        RETURN may;
      END
      $body$;

      CREATE TABLE fleet_request (
        id uuid PRIMARY KEY,
        store_ids text[] NOT NULL CHECK (cardinality(store_ids) > 0),
        action text NOT NULL,
        parameters jsonb NOT NULL,
        terminal_count integer NOT NULL CHECK (terminal_count > 0),
        reason text NOT NULL,
        hash text NOT NULL,
        second_person boolean NOT NULL,
        requested_by text NOT NULL,
        requested_by_name text NOT NULL,
        requested_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        idempotency_key uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'withdrawn', 'expired')),
        decided_by text,
        decided_by_name text,
        decided_at timestamptz,
        decision_reason text,
        UNIQUE (requested_by, idempotency_key),
        -- R1 as the database has it.
        CHECK (NOT (second_person AND state IN ('approved', 'refused') AND (decided_by IS NULL OR decided_by = requested_by)))
      );
      CREATE INDEX fleet_request_newest ON fleet_request (requested_at DESC, id DESC);
      CREATE INDEX fleet_request_waiting ON fleet_request (expires_at) WHERE state = 'waiting';
      ALTER TABLE fleet_request ENABLE ROW LEVEL SECURITY;
      ALTER TABLE fleet_request FORCE ROW LEVEL SECURITY;
      CREATE POLICY fleet_request_scope ON fleet_request USING (tw_sees_all(store_ids)) WITH CHECK (tw_sees_all(store_ids));
      GRANT SELECT, INSERT ON fleet_request TO tillward_app;
      GRANT UPDATE (state, decided_by, decided_by_name, decided_at, decision_reason) ON fleet_request TO tillward_app;

      -- R4 as the database has it.
      CREATE FUNCTION tw_decided_once() RETURNS trigger LANGUAGE plpgsql AS $body$
      BEGIN
        IF OLD.state <> 'waiting' THEN
          RAISE EXCEPTION 'request % was decided', OLD.id USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
      END $body$;
      CREATE TRIGGER decided_once BEFORE UPDATE ON fleet_request FOR EACH ROW EXECUTE FUNCTION tw_decided_once();

      CREATE TABLE fleet_request_target (
        store_id text NOT NULL,
        request_id uuid NOT NULL,
        terminal_id text NOT NULL,
        command_id uuid,
        PRIMARY KEY (store_id, request_id, terminal_id)
      );
      CREATE INDEX fleet_request_target_request ON fleet_request_target (request_id);
      SELECT tw_store_table('fleet_request_target', 'SELECT, INSERT');
      GRANT UPDATE (command_id) ON fleet_request_target TO tillward_app;
    `,
  },
];
