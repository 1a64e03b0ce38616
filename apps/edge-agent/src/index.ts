export { type Agent, type AgentContext, startAgent } from './agent.js';
export { type Clock, systemClock } from './clock.js';
export { agentEnvironment, type Config, ConfigError, readConfig } from './config.js';
export { type CommandSurroundings, type EnrolmentFile, readEnrolment, runEnrolmentCommand } from './enrolment/index.js';
export * from './journal/index.js';
export { createLog, type Log, silentLog } from './log.js';
export { type DeviceFactory, NetworkDevices } from './terminals/index.js';
export { Uploader, type UploaderOptions, type UploadLink } from './upload/index.js';
