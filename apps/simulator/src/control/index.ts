export * from './control-api.js';
