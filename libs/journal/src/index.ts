export * from './entry.js';
export * from './signature.js';
