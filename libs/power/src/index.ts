export * from './power-switch.js';
export * from './shelly-switch.js';
