export * from './amounts.js';
export * from './simulated-till.js';
