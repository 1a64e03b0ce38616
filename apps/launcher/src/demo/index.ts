export * from './acquirer.js';
export * from './authority.js';
export * from './chain.js';
export * from './scenario.js';
export * from './secrets.js';
export * from './shut-out.rules.js';
export * from './simulator-control.js';
