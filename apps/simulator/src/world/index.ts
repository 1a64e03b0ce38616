export * from './scenario.js';
export * from './simulated-world.js';
