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
  {
    name: '0032-batch-life',
    up: `
      -- What became of a batch after its settlement. The journal writes none of it: statements, the bank and people do.
      ALTER TABLE batch
        ADD COLUMN settlement_id uuid,
        ADD COLUMN terminal_count integer,
        ADD COLUMN host_count integer,
        ADD COLUMN handling text,
        ADD COLUMN accepted_at timestamptz,
        ADD COLUMN confirmed_at timestamptz,
        ADD COLUMN confirmed_by text,
        ADD COLUMN confirmed_minor bigint,
        ADD COLUMN funded_at timestamptz,
        ADD COLUMN funded_by text,
        ADD COLUMN funded_minor bigint,
        ADD COLUMN funded_on date;
      CREATE INDEX batch_day ON batch (business_day, store_id);
      CREATE INDEX batch_confirmed_by ON batch (confirmed_by) WHERE confirmed_by IS NOT NULL;
      CREATE INDEX batch_unfunded ON batch (store_id, business_day) WHERE settled_at IS NOT NULL AND funded_at IS NULL;

      -- Totals of a batch by card, kept as payments complete, so that nobody has to read a batch's payments to know them.
      -- source: journal, or terminal as it told them before the settlement. direction: debit takes money, credit gives it back, net where nobody told them apart.
      CREATE TABLE batch_card_total (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        batch_no integer NOT NULL,
        source text NOT NULL,
        card_name text NOT NULL,
        direction text NOT NULL,
        minor bigint NOT NULL,
        count integer NOT NULL,
        PRIMARY KEY (store_id, terminal_id, batch_no, source, card_name, direction)
      );
      SELECT tw_store_table('batch_card_total', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON batch_card_total TO tillward_ingest;
      INSERT INTO batch_card_total (store_id, terminal_id, batch_no, source, card_name, direction, minor, count)
      SELECT store_id, terminal_id, batch_no, 'journal', coalesce(card_name, ''), CASE WHEN kind = 'sale' THEN 'debit' ELSE 'credit' END,
             sum(amount_minor), count(*)
        FROM card_transaction WHERE state = 'completed' GROUP BY 1, 2, 3, 5, 6;

      -- What was decided about a batch, and what statements and banks said: added to, never changed.
      CREATE TABLE batch_event (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        batch_no integer NOT NULL,
        event_no bigint GENERATED ALWAYS AS IDENTITY,
        at timestamptz NOT NULL,
        what text NOT NULL,
        actor text NOT NULL,
        detail jsonb NOT NULL,
        PRIMARY KEY (store_id, terminal_id, batch_no, event_no)
      );
      SELECT tw_store_table('batch_event', 'SELECT, INSERT');

      -- What was known of an unbalanced batch at that moment. The digest is SHA-256 over the content's exact bytes.
      CREATE TABLE batch_evidence (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        batch_no integer NOT NULL,
        settlement_id uuid NOT NULL,
        sealed_at timestamptz NOT NULL,
        content text NOT NULL,
        digest text NOT NULL,
        PRIMARY KEY (store_id, terminal_id, batch_no, settlement_id)
      );
      SELECT tw_store_table('batch_evidence', 'SELECT, INSERT');
    `,
  },
  {
    name: '0033-settlement-requests',
    up: `
      -- What one person asked for and another decides. The digest covers all of the request: an approval is good for exactly that.
      CREATE TABLE settlement_request (
        store_id text NOT NULL,
        id uuid NOT NULL,
        terminal_id text NOT NULL,
        gateway_id text NOT NULL,
        batch_no integer,
        kind text NOT NULL,
        reason text NOT NULL,
        content text NOT NULL,
        digest text NOT NULL,
        state text NOT NULL,
        requested_by text NOT NULL,
        requested_name text NOT NULL,
        requested_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        decided_by text,
        decided_name text,
        decided_at timestamptz,
        decision_note text,
        command_id uuid,
        idempotency_key uuid NOT NULL,
        PRIMARY KEY (store_id, id),
        UNIQUE (store_id, requested_by, idempotency_key),
        CHECK (decided_by IS NULL OR state = 'withdrawn' OR decided_by <> requested_by)
      );
      CREATE INDEX settlement_request_newest ON settlement_request (store_id, requested_at DESC);
      CREATE UNIQUE INDEX settlement_request_open ON settlement_request (store_id, terminal_id, kind) WHERE state = 'waiting';
      SELECT tw_store_table('settlement_request', 'SELECT, INSERT, UPDATE');
    `,
  },
  {
    name: '0034-terminal-totals',
    up: `
      -- The journal's totals by card are added up from its payments when they are asked for: keeping them cost every ingest transaction, to be read rarely.
      DROP TABLE batch_card_total;
      -- What terminals told of theirs before a settlement.
      CREATE TABLE batch_terminal_total (
        store_id text NOT NULL,
        terminal_id text NOT NULL,
        batch_no integer NOT NULL,
        card_name text NOT NULL,
        minor bigint NOT NULL,
        count integer,
        PRIMARY KEY (store_id, terminal_id, batch_no, card_name)
      );
      SELECT tw_store_table('batch_terminal_total', 'SELECT');
      GRANT SELECT, INSERT, UPDATE ON batch_terminal_total TO tillward_ingest;
    `,
  },
  {
    name: '0035-batch-of-store-day',
    up: `
      -- The settlement board reads some stores' batches of some days; batch_day leads with the day and would be read through all stores.
      CREATE INDEX batch_store_day ON batch (store_id, business_day);
    `,
  },
  {
    name: '0036-provider-reference',
    up: `
      -- What an acquirer's statement names a transaction by: what the provider called it when it was booked (RRN, PSP reference, transaction id), and what the order was called towards
      -- the terminal, which providers give back as the merchant's reference.
      ALTER TABLE card_transaction ADD COLUMN provider_reference text, ADD COLUMN order_reference text;
      -- Whether any transaction of some days has one is asked by every run.
      CREATE INDEX card_transaction_referenced ON card_transaction (business_day) WHERE provider_reference IS NOT NULL;
    `,
  },
];
