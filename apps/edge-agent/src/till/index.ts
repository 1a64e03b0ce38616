export { type Readiness, type TillOptions, type TillParts, TillServer } from './till.server.js';
