export { AgentTime, type ClockStep } from './agent.time.js';
export { TimeKeeper } from './time.keeper.js';
export type { TimeAuthority } from './time.rules.js';
