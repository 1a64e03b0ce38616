export { policyMigrations } from './policy.migrations.js';
export { PolicyModule } from './policy.module.js';
export { PolicyResolver } from './policy.resolver.js';
export { OPERATOR_COURSE, Policy, type PolicyEdit, type ProvisionedSettings } from './policy.service.js';
