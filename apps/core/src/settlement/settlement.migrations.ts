import type { Migration } from '../database/index.js';

/**
 * Card transactions and the batches they settle in, both projected from the journal. card_transaction belongs to tillward_ingest like the journal, because
 * new rows arrive by binary COPY (docs/adr/0002); everybody else is under the policy and may only read.
 */
export const settlementMigrations: readonly Migration[] = [
  {
    name: '0030-settlement',
    up: `
      CREATE TABLE card_transaction (
        store_id text NOT NULL,
        payment_id uuid NOT NULL,
        gateway_id text NOT NULL,
        terminal_id text NOT NULL,
        batch_no integer NOT NULL,
        business_day date NOT NULL,
        state text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        operator_id text,
        till_id text,
        trace_no integer,
        receipt_no integer,
        card_last4 text,
        card_name text,
        detail text,
        was_in_doubt boolean NOT NULL DEFAULT false,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        PRIMARY KEY (store_id, payment_id)
      );
      CREATE INDEX card_transaction_newest ON card_transaction (store_id, started_at DESC, payment_id);
      ALTER TABLE card_transaction ENABLE ROW LEVEL SECURITY;
      CREATE POLICY store_scope ON card_transaction FOR SELECT USING (tw_sees(store_id));
      GRANT SELECT ON card_transaction TO tillward_app;
      ALTER TABLE card_transaction OWNER TO tillward_ingest;

      CREATE TABLE batch (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        batch_no integer NOT NULL,
        gateway_id text NOT NULL,
        business_day date NOT NULL,
        state text NOT NULL,
        missed boolean NOT NULL DEFAULT false,
        currency text NOT NULL,
        journal_minor bigint NOT NULL DEFAULT 0,
        journal_count integer NOT NULL DEFAULT 0,
        terminal_minor bigint,
        host_minor bigint,
        failure_code text,
        opened_at timestamptz NOT NULL,
        settled_at timestamptz,
        PRIMARY KEY (store_id, terminal_id, batch_no)
      );
      CREATE INDEX batch_newest ON batch (store_id, opened_at DESC);
      CREATE INDEX batch_unsettled ON batch (store_id, terminal_id) WHERE settled_at IS NULL;
      SELECT tw_store_table('batch', 'SELECT, UPDATE');
      GRANT SELECT, INSERT, UPDATE ON batch TO tillward_ingest;
    `,
  },
  {
    name: '0031-repayments',
    up: `
      ALTER TABLE card_transaction ADD COLUMN kind text NOT NULL DEFAULT 'sale';
      ALTER TABLE card_transaction ADD COLUMN original_payment_id uuid;
    `,
  },
];
