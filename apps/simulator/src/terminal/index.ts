export * from './acquirer-host.js';
export * from './faults.js';
export * from './ledger.js';
export * from './zvt-terminal.js';
