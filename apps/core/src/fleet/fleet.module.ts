import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ChainFile } from '@tillward/contracts';
import type { CoreConfig } from '../config.js';
import { ChangeNotifier, systemActor, UnitOfWork } from '../database/index.js';
import { IngestModule, IngestService } from '../ingest/index.js';
import type { Log } from '../logging.js';
import { MqttLink } from '../messaging/index.js';
import { CLOCK, type Clock, CONFIG, LOG } from '../platform.js';
import { CHAIN, provisionFleet, readChainFile } from './chain.provisioning.js';
import { deviceProjection } from './device.projection.js';
import { DevicesService } from './devices.service.js';
import { FleetLive } from './fleet.live.js';
import { fleetProjection } from './fleet.projection.js';
import { FleetService } from './fleet.service.js';

/** Stores, gateways, terminals: registry, live state, closings. Provisions from CHAIN_FILE before any module bootstraps. */
@Module({
  imports: [IngestModule],
  providers: [
    FleetService,
    DevicesService,
    { provide: CHAIN, inject: [CONFIG], useFactory: (config: CoreConfig) => readChainFile(config.chainFile) },
    {
      provide: FleetLive,
      inject: [UnitOfWork, ChangeNotifier, LOG, CLOCK],
      useFactory: (unit: UnitOfWork, notifier: ChangeNotifier, log: Log, clock: Clock) =>
        new FleetLive(unit, notifier, log, () => clock.now()),
    },
  ],
  exports: [FleetService, DevicesService, CHAIN],
})
export class FleetModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(CHAIN) private readonly chain: ChainFile | undefined,
    @Inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(FleetLive) private readonly live: FleetLive,
    @Inject(MqttLink) private readonly link: MqttLink,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    const { chain } = this;
    if (chain !== undefined) {
      const changed = await this.unitOfWork.run(systemActor('provisioning'), (ctx) => provisionFleet(ctx, chain));
      this.log.info({ chain: chain.chain.id, stores: chain.stores.length, changed }, 'chain file applied');
    }
    this.ingest.project(fleetProjection);
    this.ingest.project(deviceProjection);
    this.link.onArrival('presence', (arrival) => this.live.presence(arrival));
    this.link.onArrival('live', (arrival) => this.live.live(arrival));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.live.flush();
  }
}
