export * from './simulated-plug.js';
