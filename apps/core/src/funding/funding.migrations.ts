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
  {
    name: '0141-fee-kinds',
    up: `
      -- What no rate is for is kept apart, so that it isn't taken for charged too much.
      ALTER TABLE fee_check ADD COLUMN gross_minor bigint NOT NULL DEFAULT 0, ADD COLUMN unrated_minor bigint NOT NULL DEFAULT 0;

      -- Parts of a fee check, by what kind of card the statement says it was.
      CREATE TABLE fee_kind (
        store_id text NOT NULL,
        file_id uuid NOT NULL,
        account text NOT NULL,
        batch_no text NOT NULL,
        business_day date NOT NULL,
        currency text NOT NULL,
        card_kind text NOT NULL,
        acquirer_id text NOT NULL,
        rows integer NOT NULL,
        wrong_rows integer NOT NULL,
        rows_without_rate integer NOT NULL,
        gross_minor bigint NOT NULL,
        expected_minor bigint NOT NULL,
        charged_minor bigint NOT NULL,
        unrated_minor bigint NOT NULL,
        PRIMARY KEY (store_id, file_id, account, batch_no, business_day, currency, card_kind)
      );
      CREATE INDEX fee_kind_day ON fee_kind (business_day, store_id);
      SELECT tw_store_table('fee_kind');

      -- Files checked before have no kinds yet; files that came before their terms were never checked.
      INSERT INTO outbox (topic, key, payload)
      SELECT 'funding.fees', f.file_id::text, json_build_object('fileId', f.file_id, 'acquirerId', f.acquirer_id, 'after', NULL)::text
        FROM statement_file f WHERE f.kind = 'acquirer' AND f.state = 'imported' ORDER BY f.arrived_at;
    `,
  },
  {
    name: '0146-reserve',
    up: `
      -- What is held back of a payout for later chargebacks, and the payout it comes back with.
      ALTER TABLE payout ADD COLUMN held_minor bigint NOT NULL DEFAULT 0, ADD COLUMN released_by text;
      CREATE INDEX payout_held ON payout (acquirer_id, business_day) WHERE held_minor > 0 AND released_by IS NULL;
      CREATE INDEX payout_calendar ON payout (business_day) WHERE due_day IS NULL;
    `,
  },
  {
    name: '0147-payout-incidents',
    up: `
      -- For which state of a payout an incident was opened: two providers may be late with the same day's money of one store, and the second one's incident waits until the first one's ended.
      ALTER TABLE payout ADD COLUMN told_state text;
      UPDATE payout SET told_state = state WHERE state IN ('overdue', 'short');
    `,
  },
  {
    name: '0155-reserve-by-day',
    up: `
      -- From which business day on what is held back of a payout comes back; null: never by itself. Which payout it comes back with follows from the days of all of them, so that nothing is kept of it
      -- (released_by is written no more).
      ALTER TABLE payout ADD COLUMN release_day date;
      UPDATE payout p SET release_day = p.business_day + (t.funding::jsonb ->> 'reserveReleaseDays')::int
        FROM (SELECT DISTINCT ON (acquirer_id) acquirer_id, funding FROM provider_terms WHERE funding IS NOT NULL ORDER BY acquirer_id, version DESC) t
       WHERE t.acquirer_id = p.acquirer_id AND p.held_minor > 0 AND t.funding::jsonb ? 'reserveReleaseDays';
      DROP INDEX payout_held;
      CREATE INDEX payout_entry ON payout (entry_file, entry_row) WHERE entry_file IS NOT NULL;
    `,
  },
  {
    name: '0158-payout-parts',
    up: `
      -- Entries that paid a part of a payout before the one named by entry_file and entry_row, as JSON [[file, row]]; nearly always none.
      ALTER TABLE payout ADD COLUMN earlier_entries text NOT NULL DEFAULT '[]';
      CREATE INDEX payout_earlier_entries ON payout (due_day) WHERE earlier_entries <> '[]';
    `,
  },
  {
    name: '0160-terms-proposals',
    up: `
      -- Terms decide which money is missed, so that two people of headquarters bring them into force: one proposes, another one decides.
      CREATE TABLE terms_proposal (
        id uuid PRIMARY KEY,
        acquirer_id text NOT NULL REFERENCES acquirer,
        -- Version that was in force when these were written; 0: none was.
        replaces integer NOT NULL,
        fees text,
        funding text,
        reason text NOT NULL,
        -- SHA-256 over all of the proposal: whoever decides names it.
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
      CREATE UNIQUE INDEX terms_proposal_one ON terms_proposal (acquirer_id) WHERE state = 'requested';
      ALTER TABLE terms_proposal ENABLE ROW LEVEL SECURITY;
      ALTER TABLE terms_proposal FORCE ROW LEVEL SECURITY;
      CREATE POLICY chain_scope ON terms_proposal USING (tw_sees_chain()) WITH CHECK (tw_sees_chain());
      GRANT SELECT, INSERT ON terms_proposal TO tillward_app;
      GRANT UPDATE (state, decided_by, decided_name, decided_at, decision_note) ON terms_proposal TO tillward_app;
      -- Null of versions that one person saved before, and of those of the chain file.
      ALTER TABLE provider_terms ADD COLUMN proposal_id uuid UNIQUE REFERENCES terms_proposal;
    `,
  },
  {
    name: '0165-payouts-of-merchants',
    up: `
      -- Providers number payouts by merchant account, and pay each one's day by itself: a payout is a merchant's. What was one merchant's is named anew, what was several ones' is worked out anew.
      ALTER TABLE payout ADD COLUMN merchant_no text NOT NULL DEFAULT '';
      WITH of_merchant AS (
        SELECT DISTINCT p.acquirer_id, p.payout_id, p.currency, r.merchant_no
          FROM payout p JOIN statement_row r ON r.acquirer_id = p.acquirer_id AND r.payout = p.reference AND r.payout <> '' AND r.currency = p.currency
         WHERE p.reference <> '' AND NOT r.superseded AND r.type NOT IN ('payout', 'balance')
        UNION ALL
        SELECT DISTINCT p.acquirer_id, p.payout_id, p.currency, r.merchant_no
          FROM payout p JOIN statement_row r ON r.acquirer_id = p.acquirer_id AND r.business_day = p.business_day AND r.currency = p.currency
         WHERE p.reference = '' AND r.payout = '' AND NOT r.superseded AND r.type NOT IN ('payout', 'balance')
      ), named AS (
        SELECT *, CASE WHEN merchant_no = '' THEN '' ELSE 'merchant ' || replace(replace(merchant_no, '%', '%25'), ' ', '%20') || ' ' END || payout_id AS id,
               count(*) OVER (PARTITION BY acquirer_id, payout_id, currency) AS merchants
          FROM of_merchant
      ), renamed AS (
        UPDATE payout p SET payout_id = n.id, merchant_no = n.merchant_no
          FROM named n WHERE n.acquirer_id = p.acquirer_id AND n.payout_id = p.payout_id AND n.currency = p.currency AND n.merchants = 1
      ), gone AS (
        DELETE FROM payout p USING named n WHERE n.acquirer_id = p.acquirer_id AND n.payout_id = p.payout_id AND n.currency = p.currency AND n.merchants > 1
      )
      INSERT INTO outbox (topic, key, payload)
      SELECT 'funding.payouts', acquirer_id, json_build_object('acquirerId', acquirer_id, 'payoutIds', json_agg(DISTINCT id))::text
        FROM named WHERE merchants > 1 GROUP BY acquirer_id;
    `,
  },
];
