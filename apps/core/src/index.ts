export type { CoreConfig } from './config.js';
export { coreEnvironment, readConfig } from './config.js';
export { connectionAs, INGEST_ROLE, type Migration, migrate } from './database/index.js';
export { copyRows, JournalCopy } from './ingest/index.js';
export { createLog, type Log } from './logging.js';
export { type Arrival, BrokerUnavailable, MqttLink } from './messaging/index.js';
export { migrations } from './migrations.js';
export { type RunningCore, startCore } from './start.js';
export { BROKER_FILES, CertificateAuthority, checkRequest, mosquittoAcl } from './enrolment/index.js';
