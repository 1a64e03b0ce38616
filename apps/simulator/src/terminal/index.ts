export * from './acquirer-host.js';
export * from './faults.js';
export * from './zvt-kind.js';
export * from './zvt-terminal.js';
