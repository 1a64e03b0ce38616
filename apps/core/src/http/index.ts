export * from './http.adapter.js';
export * from './http.errors.js';
export * from './http.security.js';
export * from './text.rules.js';
