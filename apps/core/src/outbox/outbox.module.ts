import { Inject, Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CoreConfig } from '../config.js';
import type { Log } from '../logging.js';
import { CONFIG, LOG } from '../platform.js';
import { OutboxWake } from './outbox.jobs.js';
import { OutboxDispatcher } from './outbox.runner.js';
import { Outbox } from './outbox.service.js';

/** Dispatches from after every module has registered its handlers until the shutdown. */
@Injectable()
class OutboxLifetime implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(OutboxDispatcher) private readonly dispatcher: OutboxDispatcher,
    @Inject(OutboxWake) private readonly wake: OutboxWake,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.outbox.onRing(() => this.wake.ring());
    await this.wake.start();
    this.dispatcher.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.wake.stop();
    await this.dispatcher.stop();
  }
}

/** {@link Outbox} for every module; handlers are registered in `onModuleInit`. */
@Module({
  providers: [
    Outbox,
    {
      provide: OutboxDispatcher,
      inject: [DataSource, Outbox, LOG],
      useFactory: (source: DataSource, outbox: Outbox, log: Log) => new OutboxDispatcher(source, outbox, log),
    },
    {
      provide: OutboxWake,
      inject: [CONFIG, OutboxDispatcher, LOG],
      useFactory: (config: CoreConfig, dispatcher: OutboxDispatcher, log: Log) =>
        new OutboxWake(config.databaseUrl, config.redisUrl, () => dispatcher.kick(), log),
    },
    OutboxLifetime,
  ],
  exports: [Outbox, OutboxDispatcher],
})
export class OutboxModule {}
