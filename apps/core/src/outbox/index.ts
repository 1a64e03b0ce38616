export * from './outbox.module.js';
export * from './outbox.rules.js';
export * from './outbox.runner.js';
export * from './outbox.service.js';
