import type { Migration } from '../database/index.js';

/** Which key tags numbers that could be a card's (docs/adr/0061). */
export const cardKeyMigrations: readonly Migration[] = [
  {
    name: '0128-card-key',
    up: `
      -- One row at most, and never changed. The fingerprint is of no use for finding the key.
      CREATE TABLE card_key (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        fingerprint text NOT NULL,
        since timestamptz NOT NULL
      );
      GRANT SELECT, INSERT ON card_key TO tillward_app;
    `,
  },
];
