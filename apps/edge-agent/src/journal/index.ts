export { JournalCorruptError, JournalUnavailableError } from './journal.errors.js';
export { Journal, type JournalOptions, type JournalSlice, type JournalTransaction } from './journal.service.js';
export { type Row, SqliteStore } from './journal.store.js';
