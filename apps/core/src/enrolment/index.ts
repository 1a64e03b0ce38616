export { BROKER_FILES } from './broker.files.js';
export { mosquittoAcl } from './broker.rules.js';
export { CertificateAuthority, checkRequest } from './enrolment.authority.js';
export { enrolmentMigrations } from './enrolment.migrations.js';
export { EnrolmentModule } from './enrolment.module.js';
export { EnrolmentResolver } from './enrolment.resolver.js';
