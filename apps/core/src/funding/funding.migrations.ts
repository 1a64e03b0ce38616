import type { Migration } from '../database/index.js';

/** What providers charge and when they pay: their terms, what each batch's fees should have been, what is owed, and what the bank got. */
export const fundingMigrations: readonly Migration[] = [
  {
    name: '0140-funding',
    up: `
      -- Terms are added, never changed: which ones a fee was checked by can be read years later. The newest version is in force; its rates carry their own dates.
      CREATE TABLE provider_terms (
        acquirer_id text NOT NULL REFERENCES acquirer,
        version integer NOT NULL,
        fees text,
        funding text,
        saved_at timestamptz NOT NULL,
        saved_by text NOT NULL,
        PRIMARY KEY (acquirer_id, version)
      );
      GRANT SELECT, INSERT ON provider_terms TO tillward_app;

      CREATE TABLE fee_check (
        store_id text NOT NULL,
        acquirer_id text NOT NULL,
        file_id uuid NOT NULL,
        account text NOT NULL,
        batch_no text NOT NULL,
        business_day date NOT NULL,
        currency text NOT NULL,
        rows integer NOT NULL,
        wrong_rows integer NOT NULL,
        rows_without_rate integer NOT NULL,
        expected_minor bigint NOT NULL,
        charged_minor bigint NOT NULL,
        terms_version integer NOT NULL,
        checked_at timestamptz NOT NULL,
        PRIMARY KEY (store_id, file_id, account, batch_no, business_day, currency)
      );
      CREATE INDEX fee_check_day ON fee_check (business_day DESC, store_id);
      SELECT tw_store_table('fee_check');

      -- What an acquirer owes for the rows it pays out together: those of a named payout, else those of a day.
      CREATE TABLE payout (
        acquirer_id text NOT NULL REFERENCES acquirer,
        payout_id text NOT NULL,
        currency text NOT NULL,
        account text NOT NULL,
        reference text NOT NULL,
        business_day date NOT NULL,
        due_day date,
        parts text NOT NULL,
        net_minor bigint NOT NULL,
        -- The store with the largest part: whose incident it is when money is late or short.
        store_id text NOT NULL,
        state text NOT NULL,
        entry_file uuid,
        entry_row bigint,
        received_minor bigint NOT NULL DEFAULT 0,
        expected_minor bigint NOT NULL DEFAULT 0,
        days_late integer,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (acquirer_id, payout_id, currency)
      );
      CREATE INDEX payout_account ON payout (account, due_day);
      CREATE INDEX payout_newest ON payout (business_day DESC, acquirer_id, payout_id);
      ALTER TABLE payout ENABLE ROW LEVEL SECURITY;
      ALTER TABLE payout FORCE ROW LEVEL SECURITY;
      CREATE POLICY chain_scope ON payout USING (tw_sees_chain()) WITH CHECK (tw_sees_chain());
      GRANT SELECT, INSERT, UPDATE, DELETE ON payout TO tillward_app;
    `,
  },
];
