// expect: nothing
export { a } from './session/index.js';
export { b } from './clock.js';
export { sessionMigrations } from './session/session.migrations.js';
