export * from './statement-row.js';
