import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isTransient, systemActor, UnitOfWork } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import { Outbox } from '../outbox/index.js';
import { LOG } from '../platform.js';
import { Acquirers, StatementImporter } from '../statements/index.js';
import { Sweeper } from '../sweeper.js';
import { Reconciliation, RUN_TOPIC } from './reconciliation.service.js';
import { endRun, waitingRuns } from './reconciliation.store.js';

const SYSTEM = systemActor('reconciliation');
const RUN_LOCK = 30;
const SWEEP_EVERY_MS = 10_000;
/** How long the message that wakes the runner waits for it: less than a handler's time, whatever the number of rows. */
const WAIT_MS = 20_000;

/** Makes waiting runs, one after the other: each reads and writes much, and an hour's delay harms nobody. A run is one transaction, so a core that dies leaves it waiting. */
@Injectable()
export class ReconciliationJobs implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #sweeper: Sweeper;
  #running: Promise<void> | undefined;
  #again = false;

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(DataSource) dataSource: DataSource,
    @Inject(LOG) private readonly log: Log,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(StatementImporter) private readonly importer: StatementImporter,
    @Inject(Acquirers) private readonly acquirers: Acquirers,
    @Inject(Reconciliation) private readonly reconciliation: Reconciliation,
  ) {
    this.#sweeper = new Sweeper(
      dataSource,
      { name: 'reconciliation', lock: RUN_LOCK, everyMs: SWEEP_EVERY_MS, run: () => this.makeWaiting() },
      log,
    );
  }

  onModuleInit(): void {
    this.importer.onImported((ctx, file, replaced) => this.reconciliation.onImported(ctx, file, replaced));
    this.importer.onWithdrawn((ctx, file, heirs) => this.reconciliation.onWithdrawn(ctx, file, heirs));
    this.acquirers.onPlaced((ctx, acquirerId, fileIds) => this.reconciliation.onPlaced(ctx, acquirerId, fileIds));
    this.outbox.handle(RUN_TOPIC, async ({ signal }) => {
      await Promise.race([this.makeWaiting(), sleep(WAIT_MS, undefined, { ref: false, signal })]);
    });
  }

  onApplicationBootstrap(): void {
    this.#sweeper.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#sweeper.stop();
    await this.#running;
  }

  /** Makes every run that waits. A second call while one is at it makes it look once more. */
  async makeWaiting(): Promise<void> {
    this.#again = true;
    // A round that was about to end when this was called has not looked again.
    while (this.#again || this.#running !== undefined) {
      this.#running ??= this.#makeAll().finally(() => {
        this.#running = undefined;
      });
      await this.#running;
    }
  }

  async #makeAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      for (const { id } of await this.work.run(SYSTEM, (ctx) => waitingRuns(ctx))) await this.#make(id);
    }
  }

  async #make(id: string): Promise<void> {
    try {
      const run = await this.work.run(SYSTEM, (ctx) => this.reconciliation.make(ctx, id));
      if (run !== undefined) this.log.info({ run: id, acquirer: run.acquirerId, durationMs: Math.round(run.durationMs!) }, 'reconciled');
    } catch (error) {
      if (isTransient(error)) throw error;
      this.log.error({ run: id, reason: reasonOf(error), stack: (error as Error).stack }, 'a reconciliation failed');
      await this.work.run(SYSTEM, (ctx) =>
        endRun(ctx, id, { state: 'failed', durationMs: 0, counts: {}, failure: reasonOf(error).slice(0, 500) }),
      );
    }
  }
}
