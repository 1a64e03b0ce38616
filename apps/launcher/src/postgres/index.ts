export * from './cluster.js';
export * from './embedded-postgres.js';
