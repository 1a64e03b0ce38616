export type { JournalSegment, JournalSlice } from './journal.entries.js';
export { JournalCorruptError, JournalDamagedError, JournalUnavailableError, NewWorkRefusedError } from './journal.errors.js';
export { raiseIdentity, readIdentity } from './journal.identity.js';
export { Journal, type JournalOptions } from './journal.service.js';
export { type Row, SqliteStore } from './journal.store.js';
export type { JournalTransaction } from './journal.transaction.js';
export { JournalUpkeep, type Retire } from './journal.upkeep.js';
