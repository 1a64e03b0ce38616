export * from './health.module.js';
export * from './health.service.js';
export * from './health.starting.js';
