export { identityMigrations } from './identity.migrations.js';
export { IdentityModule } from './identity.module.js';
export { IdentityResolver } from './identity.resolver.js';
export { Identity, type OpenedSession } from './identity.service.js';
export { findPeople, type PersonRow, storesOfPeople } from './identity.store.js';
