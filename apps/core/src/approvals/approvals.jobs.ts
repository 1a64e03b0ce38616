import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Log } from '../logging.js';
import { LOG } from '../platform.js';
import { Sweeper } from '../sweeper.js';
import { Approvals } from './approvals.service.js';

const SWEEP_EVERY_MS = 10_000;
const SWEEP_LOCK = 4;

/** Lets requests expire that nobody decided about. An approval that comes too late is refused whether or not this has run. */
@Injectable()
export class ApprovalJobs implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #sweeper: Sweeper;

  constructor(@Inject(DataSource) dataSource: DataSource, @Inject(LOG) log: Log, @Inject(Approvals) approvals: Approvals) {
    this.#sweeper = new Sweeper(
      dataSource,
      { name: 'approvals', lock: SWEEP_LOCK, everyMs: SWEEP_EVERY_MS, run: () => approvals.sweep() },
      log,
    );
  }

  onApplicationBootstrap(): void {
    this.#sweeper.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#sweeper.stop();
  }
}
