export { IncidentJobs } from './incidents.jobs.js';
export { incidentMigrations } from './incidents.migrations.js';
export { IncidentsModule } from './incidents.module.js';
export { IncidentsResolver, StoreIncidentsResolver } from './incidents.resolver.js';
export { type IncidentCause, Incidents } from './incidents.service.js';
