import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CoreConfig } from '../config.js';
import { ChangeNotifier } from '../database/index.js';
import type { Log } from '../logging.js';
import { Downlink, MqttLink } from '../messaging/index.js';
import { Outbox, OutboxModule } from '../outbox/index.js';
import { CLOCK, type Clock, CONFIG, LOG } from '../platform.js';
import { IngestService } from './ingest.service.js';
import { JournalSubscriptions } from './journal.subscriptions.js';

/** The journal's way in, and who reacts to it. */
@Module({
  imports: [OutboxModule],
  providers: [
    {
      provide: JournalSubscriptions,
      inject: [DataSource, Outbox],
      useFactory: (source: DataSource, outbox: Outbox) => new JournalSubscriptions(source, outbox),
    },
    {
      provide: IngestService,
      inject: [CONFIG, LOG, CLOCK, Downlink, ChangeNotifier, JournalSubscriptions, Outbox],
      useFactory: (
        config: CoreConfig,
        log: Log,
        clock: Clock,
        downlink: Downlink,
        notifier: ChangeNotifier,
        subscriptions: JournalSubscriptions,
        outbox: Outbox,
      ) =>
        new IngestService({
          databaseUrl: config.databaseUrl,
          lanes: config.ingestLanes,
          log,
          downlink,
          notifier,
          wanted: (kind) => subscriptions.wanted(kind),
          ring: () => outbox.ring(),
          nowMs: () => clock.now().getTime(),
        }),
    },
  ],
  exports: [JournalSubscriptions, IngestService],
})
export class IngestModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(MqttLink) private readonly link: MqttLink,
  ) {}

  onModuleInit(): void {
    this.link.onArrival('journal', (arrival) => this.ingest.accept(arrival));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.ingest.reloadGateways();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.ingest.stop();
  }
}
