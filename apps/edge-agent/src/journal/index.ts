export type { JournalSegment } from './journal.entries.js';
export { JournalCorruptError, JournalDamagedError, JournalUnavailableError } from './journal.errors.js';
export { raiseIdentity, readIdentity } from './journal.identity.js';
export { Journal, type JournalOptions, type JournalSlice, type JournalTransaction } from './journal.service.js';
export { type Row, SqliteStore } from './journal.store.js';
export { JournalUpkeep, type Retire } from './journal.upkeep.js';
