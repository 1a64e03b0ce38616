export { auditMigrations } from './audit.migrations.js';
export { AuditModule } from './audit.module.js';
export { AuditResolver } from './audit.resolver.js';
export { canonicalJson } from './audit.rules.js';
export { type AuditAction, AuditLog, type AuditStatement, type AuditVerification } from './audit.service.js';
