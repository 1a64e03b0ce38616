import { type DynamicModule, Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ApprovalsModule } from './approvals/index.js';
import { AuditModule } from './audit/index.js';
import { CARD_TAGS, cardTagsOf } from './card-tags.js';
import { CommandsModule } from './commands/index.js';
import type { CoreConfig } from './config.js';
import { DatabaseModule } from './database/index.js';
import { EnrolmentModule } from './enrolment/index.js';
import { FleetApiModule, FleetModule } from './fleet/index.js';
import { FundingModule } from './funding/index.js';
import { ApiModule } from './graphql/index.js';
import { HealthModule } from './health/index.js';
import { IdentityModule } from './identity/index.js';
import { IncidentsModule } from './incidents/index.js';
import { IngestModule } from './ingest/index.js';
import type { Log } from './logging.js';
import { MessagingModule, type SigningKey } from './messaging/index.js';
import { OutboxModule } from './outbox/index.js';
import { CLOCK, type Clock, CONFIG, LOG } from './platform.js';
import { PolicyModule } from './policy/index.js';
import { ProvisioningModule } from './provisioning/index.js';
import { ReconciliationModule } from './reconciliation/index.js';
import { SettlementApiModule, SettlementModule } from './settlement/index.js';
import { StatementsModule } from './statements/index.js';
import { TrainingModule } from './training/index.js';

/** What every module may ask for: configuration, log, clock, tags for card numbers. */
@Global()
@Module({})
export class PlatformModule {
  static forRoot(platform: CorePlatform): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: platform.config },
        { provide: LOG, useValue: platform.log },
        { provide: CLOCK, useValue: platform.clock },
        { provide: CARD_TAGS, useFactory: () => cardTagsOf(platform.config) },
      ],
      exports: [CONFIG, LOG, CLOCK, CARD_TAGS],
    };
  }
}

/** What a core is started with. */
export interface CorePlatform {
  readonly config: CoreConfig;
  readonly log: Log;
  readonly clock: Clock;
  readonly key: SigningKey;
}

/** The whole of core. */
@Module({})
export class AppModule {
  static forRoot(platform: CorePlatform): DynamicModule {
    return {
      module: AppModule,
      imports: [
        LoggerModule.forRoot({
          pinoHttp: {
            logger: platform.log,
            autoLogging: false,
            // Headers carry the session cookie and addresses may carry search words: neither belongs in a log.
            serializers: {
              req: ({ id, method, url }: { id: unknown; method: string; url: string }) => ({ id, method, path: url.split('?', 1)[0] }),
            },
          },
        }),
        PlatformModule.forRoot(platform),
        DatabaseModule.forRoot(platform.config, platform.log),
        MessagingModule.forRoot(platform.key),
        OutboxModule,
        IngestModule,
        FleetModule,
        SettlementModule,
        AuditModule,
        IdentityModule,
        PolicyModule,
        CommandsModule,
        IncidentsModule,
        TrainingModule,
        StatementsModule,
        ReconciliationModule,
        FundingModule,
        EnrolmentModule,
        ApprovalsModule,
        ProvisioningModule,
        FleetApiModule,
        SettlementApiModule,
        ApiModule.forRoot(),
        HealthModule,
      ],
    };
  }
}
