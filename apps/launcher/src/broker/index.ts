export { BROKER_LIMITS, type Broker, type BrokerLimits, type BrokerOptions, startBroker } from './broker.js';
export { brokerEnvironment } from './config.js';
export { type BrokerCredential, passwordSha256 } from './credentials.js';
