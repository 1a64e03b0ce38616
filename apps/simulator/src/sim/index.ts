export * from './device-kinds.js';
export * from './script.js';
export * from './sim-help.js';
export * from './simulation.js';
