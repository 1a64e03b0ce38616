export * from './power-config.js';
export * from './power-switch.js';
export * from './power-switch-for.js';
export * from './shelly-switch.js';
export * from './tcp-probe.js';
export * from './wake-on-lan.js';
