import type { Migration } from '../database/index.js';

/**
 * What came out of matching the journal with acquirers' statements. Batches and matches are derived: a run writes those of its days anew. Differences are work of people: a run adds
 * to them and never takes anything away.
 */
export const reconciliationMigrations: readonly Migration[] = [
  {
    name: '0130-reconciliation',
    up: `
      CREATE TABLE reconciliation_setting (
        acquirer_id text PRIMARY KEY REFERENCES acquirer,
        identity text NOT NULL CHECK (identity IN ('trace', 'reference')),
        timing_days integer NOT NULL CHECK (timing_days BETWEEN 0 AND 31),
        amount_tolerance text NOT NULL,
        saved_at timestamptz NOT NULL
      );
      GRANT SELECT, INSERT, UPDATE ON reconciliation_setting TO tillward_app;

      CREATE TABLE reconciliation_run (
        run_id uuid PRIMARY KEY,
        acquirer_id text NOT NULL REFERENCES acquirer,
        from_day date NOT NULL,
        to_day date NOT NULL,
        cause text NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
        requested_at timestamptz NOT NULL,
        finished_at timestamptz,
        duration_ms integer,
        counts text NOT NULL DEFAULT '{}',
        failure text
      );
      CREATE INDEX reconciliation_run_waiting ON reconciliation_run (requested_at) WHERE state = 'waiting';
      CREATE INDEX reconciliation_run_newest ON reconciliation_run (requested_at DESC, run_id);
      ALTER TABLE reconciliation_run ENABLE ROW LEVEL SECURITY;
      ALTER TABLE reconciliation_run FORCE ROW LEVEL SECURITY;
      CREATE POLICY chain_scope ON reconciliation_run USING (tw_sees_chain()) WITH CHECK (tw_sees_chain());
      GRANT SELECT, INSERT, UPDATE ON reconciliation_run TO tillward_app;

      -- Totals of a batch on both sides. The key is what keeps a batch from being compared twice; equal ones are matched with all of their rows.
      -- account: the terminal, or '' where the acquirer's numbers only lead to a store. batch_no: as the acquirer writes it, '' where it names none.
      CREATE TABLE reconciliation_batch (
        store_id text NOT NULL,
        acquirer_id text NOT NULL,
        account text NOT NULL,
        batch_no text NOT NULL,
        business_day date NOT NULL,
        terminal_count integer NOT NULL,
        terminal_minor bigint NOT NULL,
        acquirer_count integer NOT NULL,
        acquirer_minor bigint NOT NULL,
        acquirer_fee_minor bigint NOT NULL,
        currency text NOT NULL,
        equal boolean NOT NULL,
        run_id uuid NOT NULL,
        PRIMARY KEY (store_id, acquirer_id, account, batch_no, business_day)
      );
      CREATE INDEX reconciliation_batch_day ON reconciliation_batch (acquirer_id, business_day);
      SELECT tw_store_table('reconciliation_batch');

      -- Pairs of unequal batches, and those people made. Either side's row is in one pair at most.
      CREATE TABLE reconciliation_match (
        store_id text NOT NULL,
        payment_id uuid NOT NULL,
        file_id uuid NOT NULL,
        row_no bigint NOT NULL,
        acquirer_id text NOT NULL,
        terminal_day date NOT NULL,
        acquirer_day date NOT NULL,
        type text NOT NULL,
        forced_by uuid,
        run_id uuid,
        PRIMARY KEY (store_id, payment_id),
        UNIQUE (store_id, file_id, row_no),
        CHECK ((forced_by IS NULL) <> (run_id IS NULL))
      );
      CREATE INDEX reconciliation_match_terminal ON reconciliation_match (acquirer_id, terminal_day);
      SELECT tw_store_table('reconciliation_match');

      CREATE TABLE difference (
        store_id text NOT NULL,
        id uuid NOT NULL,
        -- The row it is about: 'p:' and the payment, or 'r:', file and row. A row has one difference for all its life.
        subject text NOT NULL,
        acquirer_id text NOT NULL,
        type text NOT NULL,
        business_day date NOT NULL,
        account text NOT NULL,
        terminal_id text,
        batch_no text NOT NULL,
        payment_id uuid,
        file_id uuid,
        row_no bigint,
        row_type text NOT NULL,
        trace_no text NOT NULL,
        currency text NOT NULL,
        terminal_minor bigint,
        acquirer_minor bigint,
        state text NOT NULL CHECK (state IN ('open', 'assigned', 'resolved', 'accepted')),
        owner_role text NOT NULL,
        owner_id text,
        found_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        -- Who ended it: a run when the rows came to agree, else a person.
        ended_by text,
        ended_by_run boolean NOT NULL DEFAULT false,
        note text,
        run_id uuid,
        PRIMARY KEY (store_id, id),
        UNIQUE (store_id, subject)
      );
      CREATE INDEX difference_newest ON difference (found_at DESC, id);
      CREATE INDEX difference_day ON difference (acquirer_id, business_day);
      CREATE INDEX difference_open ON difference (store_id, business_day) WHERE state IN ('open', 'assigned');
      SELECT tw_store_table('difference', 'SELECT, INSERT, UPDATE');

      CREATE TABLE difference_event (
        store_id text NOT NULL,
        difference_id uuid NOT NULL,
        event_no bigint GENERATED ALWAYS AS IDENTITY,
        at timestamptz NOT NULL,
        what text NOT NULL,
        actor text NOT NULL,
        detail text NOT NULL,
        PRIMARY KEY (store_id, difference_id, event_no),
        FOREIGN KEY (store_id, difference_id) REFERENCES difference
      );
      SELECT tw_store_table('difference_event', 'SELECT, INSERT');

      -- Days are asked for far more often than rows of one day are written.
      CREATE INDEX card_transaction_day ON card_transaction USING brin (business_day);
    `,
  },
  {
    name: '0131-reconciliation-elsewhere',
    up: `
      -- Pairs rows left over in other batches of an account, the earliest that fits first (libs/reconciliation, matchElsewhere). Works on the temporary tables of a run.
      CREATE FUNCTION tw_match_elsewhere(kind text, least_days integer, most_days integer, lookup integer) RETURNS integer LANGUAGE plpgsql AS $body$
      DECLARE
        mine record;
        other bigint;
        pairs integer := 0;
      BEGIN
        FOR mine IN
          SELECT t.* FROM rc_t t
           WHERE NOT t.used AND CASE lookup WHEN 1 THEN t.k1 ELSE t.k2 END <> '' AND EXISTS (
             SELECT 1 FROM rc_a a
              WHERE NOT a.used AND a.store_id = t.store_id AND a.account = t.account AND a.type = t.type AND a.currency = t.currency AND a.amount = t.amount
                AND CASE lookup WHEN 1 THEN a.k1 ELSE a.k2 END = CASE lookup WHEN 1 THEN t.k1 ELSE t.k2 END
                AND a.day - t.day BETWEEN least_days AND most_days AND (kind <> 'unknownBatch' OR a.unknown))
           ORDER BY t.day, t.currency COLLATE "C", t.amount, t.fee NULLS FIRST, t.trace COLLATE "C", t.reference COLLATE "C", t.batch COLLATE "C", t.id
        LOOP
          SELECT a.id INTO other FROM rc_a a
           WHERE NOT a.used AND a.store_id = mine.store_id AND a.account = mine.account AND a.type = mine.type AND a.currency = mine.currency AND a.amount = mine.amount
             AND CASE lookup WHEN 1 THEN a.k1 ELSE a.k2 END = CASE lookup WHEN 1 THEN mine.k1 ELSE mine.k2 END
             AND a.day - mine.day BETWEEN least_days AND most_days AND (kind <> 'unknownBatch' OR a.unknown)
             AND (a.trace = '' OR mine.trace = '' OR a.trace = mine.trace) AND (a.reference = '' OR mine.reference = '' OR a.reference = mine.reference)
           ORDER BY a.day, a.currency COLLATE "C", a.amount, a.fee NULLS FIRST, a.trace COLLATE "C", a.reference COLLATE "C", a.batch COLLATE "C", a.id
           LIMIT 1;
          CONTINUE WHEN NOT FOUND;
          UPDATE rc_t SET used = true WHERE id = mine.id;
          UPDATE rc_a SET used = true WHERE id = other;
          INSERT INTO rc_pair (t_id, a_id, type) VALUES (mine.id, other, kind);
          pairs := pairs + 1;
        END LOOP;
        RETURN pairs;
      END $body$;
      GRANT EXECUTE ON FUNCTION tw_match_elsewhere(text, integer, integer, integer) TO tillward_app;
    `,
  },
  {
    name: '0132-remedies',
    up: `
      -- What one person asks for and another decides. The digest covers all of the request: a decision is good for exactly that.
      CREATE TABLE remedy_request (
        store_id text NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('forceMatch', 'correctingEntry')),
        content text NOT NULL,
        digest text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn')),
        reason text NOT NULL,
        requested_by text NOT NULL,
        requested_name text NOT NULL,
        requested_at timestamptz NOT NULL,
        decided_by text,
        decided_name text,
        decided_at timestamptz,
        decision_note text,
        PRIMARY KEY (store_id, id),
        CHECK (decided_by IS NULL OR state = 'withdrawn' OR decided_by <> requested_by)
      );
      CREATE INDEX remedy_request_newest ON remedy_request (requested_at DESC, id);
      SELECT tw_store_table('remedy_request', 'SELECT, INSERT, UPDATE');

      -- Makes up for a wrong record: added, never changed. Signed as the merchant's books see it.
      CREATE TABLE correcting_entry (
        store_id text NOT NULL,
        id uuid NOT NULL,
        request_id uuid NOT NULL,
        difference_id uuid NOT NULL,
        business_day date NOT NULL,
        terminal_id text,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        reason text NOT NULL,
        entered_at timestamptz NOT NULL,
        requested_by text NOT NULL,
        approved_by text NOT NULL,
        PRIMARY KEY (store_id, id),
        UNIQUE (store_id, request_id),
        FOREIGN KEY (store_id, request_id) REFERENCES remedy_request,
        FOREIGN KEY (store_id, difference_id) REFERENCES difference
      );
      SELECT tw_store_table('correcting_entry', 'SELECT, INSERT');
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON correcting_entry FOR EACH ROW EXECUTE FUNCTION tw_append_only();
    `,
  },
  {
    name: '0135-difference-people',
    up: `
      -- A store's manager doesn't see headquarters' people: whoever sees a difference has to read whose work it is all the same.
      ALTER TABLE difference ADD COLUMN owner_name text;
      UPDATE difference d SET owner_name = p.name FROM person p WHERE p.id = d.owner_id;
      -- Runs and checks leave the default; names alone don't tell a person from core's own work.
      ALTER TABLE difference_event ADD COLUMN by_person boolean NOT NULL DEFAULT false;
      UPDATE difference_event SET by_person = true WHERE what NOT IN ('found', 'changed') AND actor NOT IN ('reconciliation', 'funding', 'statements');
    `,
  },
  {
    name: '0136-late-data',
    up: `
      -- A run about one store only: what came late concerns nobody else. Null: all stores.
      ALTER TABLE reconciliation_run ADD COLUMN store_id text;
      -- Which batches were settled since some file came.
      CREATE INDEX batch_settled ON batch (settled_at) WHERE confirmed_by IS NULL;
    `,
  },
  {
    name: '0137-difference-changes',
    up: `
      -- What is told to who follows a store: whatever changed of late, however long ago it was found.
      CREATE INDEX difference_changed ON difference (store_id, changed_at DESC);
    `,
  },
  {
    name: '0138-currencies-apart',
    up: `
      -- Of the acquirer's amount, where it is another one than the transaction's.
      ALTER TABLE difference ADD COLUMN acquirer_currency text;
      UPDATE difference d SET acquirer_currency = r.currency
        FROM statement_row r WHERE d.type = 'currency' AND r.store_id = d.store_id AND r.file_id = d.file_id AND r.row_no = d.row_no AND r.currency <> d.currency;
      -- Rows that aren't in the batch's currency: [{currency, count, minor, fee}], empty nearly always. The batch's own sums don't have them.
      ALTER TABLE reconciliation_batch ADD COLUMN terminal_others text NOT NULL DEFAULT '[]', ADD COLUMN acquirer_others text NOT NULL DEFAULT '[]';
      -- Sums that earlier runs took over several currencies are taken anew.
      INSERT INTO reconciliation_run (run_id, acquirer_id, from_day, to_day, cause, state, requested_at)
      SELECT gen_random_uuid(), m.acquirer_id, min(m.business_day), max(m.business_day), 'currencies are summed apart', 'waiting', now()
        FROM (SELECT b.acquirer_id, b.business_day FROM reconciliation_batch b
                JOIN statement_row r ON r.store_id = b.store_id AND r.acquirer_id = b.acquirer_id AND coalesce(r.terminal_id, '') = b.account AND r.batch_no = b.batch_no
                                    AND r.business_day = b.business_day AND r.currency <> b.currency AND NOT r.superseded
               WHERE NOT b.equal) m
       GROUP BY m.acquirer_id;
      -- What of a difference waits for a decision is asked for with every difference shown.
      CREATE INDEX remedy_request_waiting ON remedy_request (store_id) WHERE state = 'requested';
    `,
  },
  {
    name: '0139-fees-not-told',
    up: `
      -- Null where the statement tells no fee of the batch's rows.
      ALTER TABLE reconciliation_batch ALTER COLUMN acquirer_fee_minor DROP NOT NULL;
    `,
  },
];
