export { EventStreams } from './event.streams.js';
export { type HandlerParts, TillHandlers } from './till.handlers.js';
export { machineOf, malformed, type Reply, readJson, refuse, send } from './till.http.js';
export { type Beside, type Readiness, type TillOptions, type TillParts, TillServer } from './till.server.js';
export { type PairedTill, TillTokens } from './till.tokens.js';
