import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { systemActor, UnitOfWork } from '../database/index.js';
import type { Log } from '../logging.js';
import { Outbox } from '../outbox/index.js';
import { LOG } from '../platform.js';
import { Acquirers, StatementImporter } from '../statements/index.js';
import { Sweeper } from '../sweeper.js';
import { FEES_TOPIC, type FeeCheckStep, FeeChecks } from './fees.service.js';
import { FundingService, PAYOUTS_TOPIC, type PayoutsStep } from './funding.service.js';

const SYSTEM = systemActor('funding');
const SWEEP_LOCK = 40;
/** Money becomes late by the passing of a day: looking a few times an hour is soon enough. */
const SWEEP_EVERY_MS = 10 * 60_000;

/** Follows every imported file, and the calendar. */
@Injectable()
export class FundingJobs implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #sweeper: Sweeper;

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(DataSource) dataSource: DataSource,
    @Inject(LOG) log: Log,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(StatementImporter) private readonly importer: StatementImporter,
    @Inject(Acquirers) private readonly acquirers: Acquirers,
    @Inject(FundingService) private readonly funding: FundingService,
    @Inject(FeeChecks) private readonly fees: FeeChecks,
  ) {
    this.#sweeper = new Sweeper(dataSource, { name: 'funding', lock: SWEEP_LOCK, everyMs: SWEEP_EVERY_MS, run: () => this.sweep() }, log);
  }

  onModuleInit(): void {
    this.importer.onImported(async (ctx, file, replaced) => {
      await this.fees.onImported(ctx, file, replaced);
      await this.funding.onImported(ctx, file, replaced);
    });
    this.importer.onWithdrawn(async (ctx, file, heirs) => {
      await this.fees.onWithdrawn(ctx, file, heirs);
      await this.funding.onWithdrawn(ctx, file, heirs);
    });
    this.acquirers.onPlaced((ctx, acquirerId, fileIds) => this.fees.onPlaced(ctx, acquirerId, fileIds));
    this.outbox.handle(FEES_TOPIC, ({ payload }) => this.work.run(SYSTEM, (ctx) => this.fees.check(ctx, payload as FeeCheckStep)));
    this.outbox.handle(PAYOUTS_TOPIC, ({ payload }) => this.work.run(SYSTEM, (ctx) => this.funding.oweAnew(ctx, payload as PayoutsStep)));
  }

  onApplicationBootstrap(): void {
    this.#sweeper.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#sweeper.stop();
  }

  /** Finds what became late since the last look, and what confirmed batches were paid. */
  async sweep(): Promise<void> {
    await this.work.run(SYSTEM, (ctx) => this.funding.match(ctx));
  }
}
