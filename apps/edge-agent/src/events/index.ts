export { type EventFilter, EventHub, type NumberedEvent } from './event.hub.js';
export { tellTerminalChanges } from './terminal.events.js';
