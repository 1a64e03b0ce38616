export { createAuthority, createServerCertificate, isDueForReplacement, type KeyedCertificate } from './authority.js';
export { BROKER_LIMITS, type Broker, type BrokerLimits, type BrokerOptions, type BrokerTlsOptions, startBroker } from './broker.js';
export { brokerEnvironment } from './config.js';
export { type BrokerCredential, passwordSha256 } from './credentials.js';
