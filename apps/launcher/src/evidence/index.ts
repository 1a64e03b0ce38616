export * from './core-figures.js';
export * from './differences.rules.js';
export * from './ledger.js';
export * from './memory.js';
export * from './quiet.js';
