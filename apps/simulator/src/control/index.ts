export * from './control-api.js';
export * from './json-api.js';
