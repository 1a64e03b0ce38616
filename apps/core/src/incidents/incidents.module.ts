import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { CommandsModule } from '../commands/index.js';
import { FleetModule } from '../fleet/index.js';
import { IngestModule } from '../ingest/index.js';
import { PolicyModule } from '../policy/index.js';
import { SettlementModule } from '../settlement/index.js';
import { Detection } from './detection.service.js';
import { IncidentJobs } from './incidents.jobs.js';
import { IncidentsResolver, StoreIncidentsResolver } from './incidents.resolver.js';
import { Incidents } from './incidents.service.js';
import { IncidentProgress } from './progress.service.js';

/** Detectors, incidents and their playbooks. */
@Module({
  imports: [AuditModule, CommandsModule, FleetModule, IngestModule, PolicyModule, SettlementModule],
  providers: [Incidents, IncidentProgress, Detection, IncidentJobs, IncidentsResolver, StoreIncidentsResolver],
  exports: [Incidents, IncidentJobs],
})
export class IncidentsModule {}
