export { readConfig } from './config.js';
export type { CoreConfig } from './config.js';
export { connectionAs, INGEST_ROLE, migrate, type Migration } from './database/index.js';
export { copyRows, JournalCopy } from './ingest/index.js';
export { createLog, type Log } from './logging.js';
export { migrations } from './migrations.js';
export { type RunningCore, startCore } from './start.js';
