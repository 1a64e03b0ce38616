import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import type { CoreConfig } from '../config.js';
import { FleetModule } from '../fleet/index.js';
import { IngestModule } from '../ingest/index.js';
import { CONFIG } from '../platform.js';
import { BrokerFiles } from './broker.files.js';
import { ENROLMENT_SETUP, readEnrolmentSetup } from './enrolment.config.js';
import { EnrolmentHttp } from './enrolment.http.js';
import { EnrolmentResolver } from './enrolment.resolver.js';
import { Enrolment } from './enrolment.service.js';

/** Gateways' certificates. */
@Module({
  imports: [AuditModule, FleetModule, IngestModule],
  providers: [
    { provide: ENROLMENT_SETUP, inject: [CONFIG], useFactory: (config: CoreConfig) => readEnrolmentSetup(config) },
    BrokerFiles,
    Enrolment,
    EnrolmentHttp,
    EnrolmentResolver,
  ],
})
export class EnrolmentModule {}
