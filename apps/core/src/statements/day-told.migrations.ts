import type { Migration } from '../database/index.js';

/** Which rows of a statement say what day they are of. */
export const dayToldMigrations: readonly Migration[] = [
  {
    name: '0166-day-told',
    up: `
      -- False where business_day is only the day of \`at\`, in the zone the file writes times in. Of files of before nobody knows.
      ALTER TABLE statement_row ADD COLUMN day_told boolean NOT NULL DEFAULT true;
    `,
  },
];
