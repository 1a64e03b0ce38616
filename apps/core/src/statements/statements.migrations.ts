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
  {
    name: '0122-told-again',
    up: `
      -- What an earlier file told already: such a row doesn't count (superseded is true) as long as told_in names the file whose telling counts.
      ALTER TABLE statement_row ADD COLUMN told_in uuid;
      CREATE INDEX statement_row_told_in ON statement_row (told_in) WHERE told_in IS NOT NULL;
      GRANT UPDATE (told_in) ON statement_row TO tillward_app;
      ALTER TABLE bank_entry ADD COLUMN told_in uuid;
      CREATE INDEX bank_entry_told_in ON bank_entry (told_in) WHERE told_in IS NOT NULL;
      GRANT UPDATE (told_in) ON bank_entry TO tillward_app;
      ALTER TABLE statement_file
        ADD COLUMN told_again bigint NOT NULL DEFAULT 0,
        -- A bank's reports within the day: its entries are provisional until a statement of that day comes.
        ADD COLUMN interim boolean NOT NULL DEFAULT false,
        -- Of a bank's file: accounts with the days it has a say about, as JSON.
        ADD COLUMN covers text NOT NULL DEFAULT '[]',
        -- Of a bank's file: what tells its statements from all others whatever their format, as JSON.
        ADD COLUMN balances text NOT NULL DEFAULT '[]';
      UPDATE statement_file SET interim = true WHERE format IN ('camt054', 'mt942');
      CREATE INDEX statement_file_period ON statement_file (kind, period_to) WHERE state = 'imported';
    `,
  },
  {
    name: '0123-withdrawals',
    up: `
      ALTER TABLE statement_file DROP CONSTRAINT statement_file_state_check;
      ALTER TABLE statement_file ADD CONSTRAINT statement_file_state_check CHECK (state IN ('arrived', 'imported', 'refused', 'superseded', 'withdrawn'));
      -- The bytes of a file that was withdrawn may come again, to where they belong.
      DROP INDEX statement_file_once;
      CREATE UNIQUE INDEX statement_file_once ON statement_file (digest) WHERE state NOT IN ('refused', 'withdrawn');
      CREATE TABLE statement_withdrawal (
        id uuid PRIMARY KEY,
        file_id uuid NOT NULL REFERENCES statement_file,
        reason text NOT NULL,
        -- SHA-256 over all of the request: whoever decides names it.
        digest text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn')),
        requested_by text NOT NULL,
        requested_name text NOT NULL,
        requested_at timestamptz NOT NULL,
        decided_by text,
        decided_name text,
        decided_at timestamptz,
        decision_note text,
        CHECK ((state = 'requested') = (decided_by IS NULL)),
        CHECK (state <> 'approved' OR decided_by <> requested_by)
      );
      CREATE UNIQUE INDEX statement_withdrawal_one ON statement_withdrawal (file_id) WHERE state = 'requested';
      CREATE INDEX statement_withdrawal_of ON statement_withdrawal (file_id, requested_at DESC);
      ALTER TABLE statement_withdrawal ENABLE ROW LEVEL SECURITY;
      ALTER TABLE statement_withdrawal FORCE ROW LEVEL SECURITY;
      CREATE POLICY chain_scope ON statement_withdrawal USING (tw_sees_chain()) WITH CHECK (tw_sees_chain());
      GRANT SELECT, INSERT ON statement_withdrawal TO tillward_app;
      GRANT UPDATE (state, decided_by, decided_name, decided_at, decision_note) ON statement_withdrawal TO tillward_app;
    `,
  },
  {
    name: '0126-withdrawing',
    up: `
      -- Approved, not carried out yet: until then it is imported and all of its rows count.
      ALTER TABLE statement_file ADD COLUMN withdrawing boolean NOT NULL DEFAULT false, ADD COLUMN rows_withdrawn bigint NOT NULL DEFAULT 0;
      CREATE INDEX statement_file_withdrawing ON statement_file (arrived_at) WHERE withdrawing AND state = 'imported';
    `,
  },
  {
    name: '0127-fees-not-told',
    up: `
      -- A fee the file doesn't tell is not known. Files of before have 0 there.
      ALTER TABLE statement_row ALTER COLUMN fee_minor DROP NOT NULL;
    `,
  },
];
