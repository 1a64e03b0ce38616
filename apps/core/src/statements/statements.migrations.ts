import type { Migration } from '../database/index.js';

/**
 * Acquirers, whose terminals are whose at them, and the files that arrive: acquirers' statements and bank statements. A file spans stores, so files and bank entries are seen
 * only by who sees all stores; a statement's rows are their stores', and rows nobody's mapping knows have the store '' and are seen like files.
 */
export const statementMigrations: readonly Migration[] = [
  {
    name: '0120-statements',
    up: `
      CREATE FUNCTION tw_sees_chain() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN current_setting('tillward.stores', true) = '*';

      CREATE TABLE acquirer (
        acquirer_id text PRIMARY KEY,
        name text NOT NULL,
        -- Format of its files where content alone doesn't say; null detects it. The profile describes a configurable CSV.
        format text,
        profile text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      );
      GRANT SELECT, INSERT, UPDATE ON acquirer TO tillward_app;

      -- What the acquirer calls a terminal → what it is here. terminal_no '' stands for all of a merchant's terminals, merchant_no '' for any merchant's.
      CREATE TABLE acquirer_terminal (
        store_id text NOT NULL REFERENCES store,
        acquirer_id text NOT NULL REFERENCES acquirer,
        merchant_no text NOT NULL,
        terminal_no text NOT NULL,
        terminal_id text,
        mapped_at timestamptz NOT NULL,
        PRIMARY KEY (acquirer_id, merchant_no, terminal_no)
      );
      -- A terminal's transactions go to one acquirer, else nobody could say in whose statement one is missing.
      CREATE UNIQUE INDEX acquirer_of_terminal ON acquirer_terminal (store_id, terminal_id) WHERE terminal_id IS NOT NULL;
      SELECT tw_store_table('acquirer_terminal', 'SELECT, INSERT, UPDATE');

      CREATE TABLE statement_file (
        file_id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('acquirer', 'bank')),
        acquirer_id text REFERENCES acquirer,
        name text NOT NULL,
        digest text NOT NULL,
        bytes bigint NOT NULL,
        stored_as text NOT NULL,
        state text NOT NULL CHECK (state IN ('arrived', 'imported', 'refused', 'superseded')),
        channel text NOT NULL CHECK (channel IN ('upload', 'folder', 'sftp')),
        arrived_by text NOT NULL,
        arrived_from text NOT NULL,
        arrived_at timestamptz NOT NULL,
        -- What the person said it corrects.
        supersedes uuid REFERENCES statement_file,
        superseded_by uuid REFERENCES statement_file,
        bytes_read bigint NOT NULL DEFAULT 0,
        rows_read bigint NOT NULL DEFAULT 0,
        format text,
        merchant text,
        -- What one file is of: two files of the same acquirer, merchant and subject tell the same thing twice.
        subject text,
        -- The file's own count of its corrections, where the format has one.
        version integer,
        period_from date,
        period_to date,
        checks text NOT NULL DEFAULT '[]',
        totals text NOT NULL DEFAULT '[]',
        refusal_code text,
        refusal_line bigint,
        refusal_message text,
        finished_at timestamptz,
        CHECK ((kind = 'acquirer') = (acquirer_id IS NOT NULL))
      );
      CREATE UNIQUE INDEX statement_file_once ON statement_file (digest) WHERE state <> 'refused';
      CREATE UNIQUE INDEX statement_file_current ON statement_file (kind, coalesce(acquirer_id, ''), merchant, subject) WHERE state = 'imported';
      CREATE INDEX statement_file_newest ON statement_file (arrived_at DESC, file_id);
      CREATE INDEX statement_file_from ON statement_file (arrived_from);
      CREATE INDEX statement_file_waiting ON statement_file (arrived_at) WHERE state = 'arrived';
      ALTER TABLE statement_file ENABLE ROW LEVEL SECURITY;
      ALTER TABLE statement_file FORCE ROW LEVEL SECURITY;
      CREATE POLICY chain_scope ON statement_file USING (tw_sees_chain()) WITH CHECK (tw_sees_chain());
      GRANT SELECT, INSERT, UPDATE ON statement_file TO tillward_app;

      CREATE TABLE statement_row (
        store_id text NOT NULL,
        file_id uuid NOT NULL,
        row_no bigint NOT NULL,
        acquirer_id text NOT NULL,
        terminal_id text,
        line bigint NOT NULL,
        type text NOT NULL,
        source_type text NOT NULL,
        business_day date,
        at text,
        merchant_no text NOT NULL,
        terminal_no text NOT NULL,
        batch_no text NOT NULL,
        trace_no text NOT NULL,
        reference text NOT NULL,
        merchant_reference text NOT NULL,
        authorisation text NOT NULL,
        scheme text,
        card_funding text,
        card_last4 text,
        currency text NOT NULL,
        gross_minor bigint NOT NULL,
        fee_minor bigint NOT NULL,
        net_minor bigint NOT NULL,
        fee_remainder integer NOT NULL,
        payout text NOT NULL,
        superseded boolean NOT NULL DEFAULT false,
        PRIMARY KEY (store_id, file_id, row_no)
      );
      CREATE INDEX statement_row_day ON statement_row (acquirer_id, business_day);
      CREATE INDEX statement_row_file ON statement_row (file_id, row_no);
      CREATE INDEX statement_row_payout ON statement_row (acquirer_id, payout) WHERE payout <> '';
      -- Only superseded may change; who corrects a row brings a new file.
      SELECT tw_store_table('statement_row', 'SELECT, INSERT, DELETE');
      GRANT UPDATE (superseded) ON statement_row TO tillward_app;

      CREATE TABLE bank_entry (
        file_id uuid NOT NULL REFERENCES statement_file,
        row_no bigint NOT NULL,
        line bigint NOT NULL,
        account text NOT NULL,
        booking_day date NOT NULL,
        value_day date,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        status text NOT NULL,
        reversal boolean NOT NULL,
        reference text NOT NULL,
        bank_reference text NOT NULL,
        remittance text NOT NULL,
        type_code text NOT NULL,
        details text NOT NULL,
        superseded boolean NOT NULL DEFAULT false,
        PRIMARY KEY (file_id, row_no)
      );
      CREATE INDEX bank_entry_day ON bank_entry (booking_day);
      ALTER TABLE bank_entry ENABLE ROW LEVEL SECURITY;
      ALTER TABLE bank_entry FORCE ROW LEVEL SECURITY;
      CREATE POLICY chain_scope ON bank_entry USING (tw_sees_chain()) WITH CHECK (tw_sees_chain());
      GRANT SELECT, INSERT ON bank_entry TO tillward_app;
      GRANT UPDATE (superseded) ON bank_entry TO tillward_app;
    `,
  },
  {
    name: '0121-merchant-references',
    up: `
      -- Whether an acquirer gives merchants' references back is asked by every run; without one it would have to read all rows to see that there is none.
      CREATE INDEX statement_row_ordered ON statement_row (acquirer_id, business_day) WHERE merchant_reference <> '';
    `,
  },
];
