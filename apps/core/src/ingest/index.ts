export * from './ingest.module.js';
export * from './ingest.projection.js';
export * from './ingest.rules.js';
export * from './ingest.service.js';
export * from './journal.copy.js';
export * from './journal.subscriptions.js';
