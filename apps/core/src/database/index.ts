export * from './binary-copy.js';
export * from './change-feed.js';
export * from './database.actor.js';
export * from './database.connection.js';
export * from './database.migrations.js';
export * from './database.module.js';
export * from './database.runner.js';
export * from './unit-of-work.js';
