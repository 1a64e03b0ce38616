import type { Migration } from '../database/index.js';

/** Claims, certificates, and the number that says whether brokers must be told something new. */
export const enrolmentMigrations: readonly Migration[] = [
  {
    name: '0110-enrolment',
    up: `
      -- A gateway brings its journal key when it enrols; until then, and after a revocation, it has none.
      ALTER TABLE gateway ALTER COLUMN public_key DROP NOT NULL;

      CREATE TABLE enrolment_claim (
        store_id text NOT NULL REFERENCES store,
        id uuid NOT NULL,
        gateway_id text NOT NULL,
        code_hash text NOT NULL,
        issued_by text NOT NULL,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        request_digest text,
        PRIMARY KEY (store_id, id),
        UNIQUE (store_id, code_hash),
        FOREIGN KEY (store_id, gateway_id) REFERENCES gateway
      );
      SELECT tw_store_table('enrolment_claim', 'SELECT, INSERT, UPDATE');

      CREATE TABLE gateway_certificate (
        store_id text NOT NULL REFERENCES store,
        serial text NOT NULL,
        gateway_id text NOT NULL,
        -- Counts the certificates of one gateway; clocks don't decide which is the newest.
        number integer NOT NULL,
        fingerprint text NOT NULL,
        request_digest text NOT NULL,
        certificate text NOT NULL,
        issued_at timestamptz NOT NULL,
        not_after timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_reason text,
        PRIMARY KEY (store_id, serial),
        UNIQUE (store_id, gateway_id, number),
        UNIQUE (store_id, request_digest),
        FOREIGN KEY (store_id, gateway_id) REFERENCES gateway
      );
      CREATE INDEX gateway_certificate_revoked ON gateway_certificate (not_after) WHERE revoked_at IS NOT NULL;
      SELECT tw_store_table('gateway_certificate', 'SELECT, INSERT, UPDATE');

      CREATE TABLE enrolment_head (id integer PRIMARY KEY CHECK (id = 1), version bigint NOT NULL);
      INSERT INTO enrolment_head VALUES (1, 0);
      GRANT SELECT, UPDATE ON enrolment_head TO tillward_app;
    `,
  },
];
