import type { Migration } from '../database/index.js';

/** The registry of stores, gateways and terminals, what they last said, and what the journal says about policy and closings. */
export const fleetMigrations: readonly Migration[] = [
  {
    name: '0020-fleet-registry',
    up: `
      CREATE TABLE chain (chain_id text PRIMARY KEY, name text NOT NULL);
      GRANT SELECT, INSERT, UPDATE ON chain TO tillward_app;

      CREATE TABLE store (
        store_id text PRIMARY KEY,
        chain_id text NOT NULL REFERENCES chain,
        position integer NOT NULL,
        name text NOT NULL,
        city text NOT NULL,
        time_zone text NOT NULL,
        currency text NOT NULL
      );
      SELECT tw_store_table('store', 'SELECT, INSERT, UPDATE');
      GRANT SELECT ON store TO tillward_ingest;

      CREATE TABLE gateway (
        store_id text NOT NULL REFERENCES store,
        gateway_id text NOT NULL,
        public_key text NOT NULL,
        PRIMARY KEY (store_id, gateway_id)
      );
      SELECT tw_store_table('gateway', 'SELECT, INSERT, UPDATE');
      GRANT SELECT ON gateway TO tillward_ingest;

      CREATE TABLE terminal (
        store_id text NOT NULL REFERENCES store,
        terminal_id text NOT NULL,
        gateway_id text NOT NULL,
        position integer NOT NULL,
        name text NOT NULL,
        brand text NOT NULL,
        model text NOT NULL,
        driver text NOT NULL,
        currency text NOT NULL,
        connection jsonb NOT NULL,
        PRIMARY KEY (store_id, terminal_id),
        FOREIGN KEY (store_id, gateway_id) REFERENCES gateway
      );
      CREATE INDEX terminal_by_id ON terminal (terminal_id);
      GRANT SELECT ON terminal TO tillward_ingest;
      SELECT tw_store_table('terminal', 'SELECT, INSERT, UPDATE');
    `,
  },
  {
    name: '0021-fleet-state',
    up: `
      CREATE TABLE gateway_presence (
        store_id text NOT NULL,
        gateway_id text NOT NULL,
        session bigint NOT NULL,
        online boolean NOT NULL,
        agent_version text,
        journal_head bigint NOT NULL DEFAULT 0,
        last_seen_at timestamptz NOT NULL,
        PRIMARY KEY (store_id, gateway_id)
      );
      SELECT tw_store_table('gateway_presence', 'SELECT, INSERT, UPDATE');

      CREATE TABLE terminal_state (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        power text NOT NULL,
        service text NOT NULL,
        activity text NOT NULL,
        signed_on boolean NOT NULL,
        operator_id text,
        last_use_at timestamptz,
        state_at timestamptz NOT NULL,
        PRIMARY KEY (store_id, terminal_id)
      );
      SELECT tw_store_table('terminal_state', 'SELECT, INSERT, UPDATE');
      GRANT SELECT, INSERT, UPDATE ON terminal_state TO tillward_ingest;

      CREATE TABLE policy_application (
        store_id text NOT NULL,
        gateway_id text NOT NULL,
        version bigint NOT NULL,
        applied_at timestamptz NOT NULL,
        refused jsonb NOT NULL,
        PRIMARY KEY (store_id, gateway_id)
      );
      SELECT tw_store_table('policy_application', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON policy_application TO tillward_ingest;

      CREATE TABLE closing (
        store_id text NOT NULL,
        routine_id uuid NOT NULL,
        gateway_id text NOT NULL,
        business_day date NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        terminals text[] NOT NULL,
        proven text[] NOT NULL,
        blocked text[] NOT NULL,
        PRIMARY KEY (store_id, routine_id)
      );
      CREATE INDEX closing_by_day ON closing (store_id, business_day, started_at);
      SELECT tw_store_table('closing', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON closing TO tillward_ingest;

      CREATE TABLE close_proof (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        routine_id uuid NOT NULL,
        gateway_id text NOT NULL,
        business_day date NOT NULL,
        proven_at timestamptz NOT NULL,
        overnight text NOT NULL,
        total_minor bigint,
        total_currency text,
        total_count integer,
        steps jsonb NOT NULL,
        epoch integer NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (store_id, terminal_id, routine_id)
      );
      CREATE INDEX close_proof_newest ON close_proof (store_id, terminal_id, proven_at DESC);
      SELECT tw_store_table('close_proof', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON close_proof TO tillward_ingest;
    `,
  },
  {
    name: '0022-fleet-order',
    up: `
      -- What is newer: session and journal head of the last sample, and the last entry projected since. No gateway's clock decides.
      ALTER TABLE terminal_state
        ADD COLUMN session bigint NOT NULL DEFAULT 0,
        ADD COLUMN sample_head bigint NOT NULL DEFAULT 0,
        ADD COLUMN journal_seq bigint NOT NULL DEFAULT 0;
    `,
  },
  {
    name: '0023-fleet-devices',
    up: `
      -- What the newest live sample told of the device, as JSON text, and when core first saw this reading of its clock.
      ALTER TABLE terminal_state
        ADD COLUMN device text,
        ADD COLUMN clock text,
        ADD COLUMN clock_seen_at timestamptz;

      CREATE TABLE terminal_device (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        model text,
        software text,
        serial text,
        described_at timestamptz NOT NULL,
        PRIMARY KEY (store_id, terminal_id)
      );
      SELECT tw_store_table('terminal_device', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON terminal_device TO tillward_ingest;

      CREATE TABLE terminal_peripheral (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        peripheral text NOT NULL,
        state text NOT NULL,
        told_by text NOT NULL,
        since timestamptz NOT NULL,
        epoch integer NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (store_id, terminal_id, peripheral)
      );
      SELECT tw_store_table('terminal_peripheral', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON terminal_peripheral TO tillward_ingest;

      -- The newest captured dialogue of a terminal; older ones stay in the journal.
      CREATE TABLE terminal_dialogue (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        captured_at timestamptz NOT NULL,
        cause text NOT NULL,
        frames text NOT NULL,
        PRIMARY KEY (store_id, terminal_id)
      );
      SELECT tw_store_table('terminal_dialogue', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON terminal_dialogue TO tillward_ingest;

      CREATE TABLE terminal_traffic (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        event text NOT NULL,
        at timestamptz NOT NULL,
        signed_on boolean,
        session_at timestamptz,
        settlement text,
        settlement_at timestamptz,
        acquirer_batch_no bigint,
        merchant_number text,
        sale_without_sign_on_at timestamptz,
        PRIMARY KEY (store_id, terminal_id)
      );
      SELECT tw_store_table('terminal_traffic', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON terminal_traffic TO tillward_ingest;
    `,
  },
  {
    name: '0024-terminal-orders',
    up: `
      -- Which client-made orders of actions were taken already.
      CREATE TABLE terminal_order (
        store_id text NOT NULL,
        person_id text NOT NULL,
        idempotency_key uuid NOT NULL,
        terminal_id text NOT NULL,
        command_id uuid NOT NULL,
        request text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (store_id, person_id, idempotency_key)
      );
      SELECT tw_store_table('terminal_order', 'SELECT, INSERT');
    `,
  },
  {
    name: '0025-store-region',
    up: `
      -- Null: the store is counted in the region of its city.
      ALTER TABLE store ADD COLUMN region text;
    `,
  },
];
