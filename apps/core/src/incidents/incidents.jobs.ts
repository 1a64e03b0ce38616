import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Commands } from '../commands/index.js';
import { systemActor, UnitOfWork } from '../database/index.js';
import { JournalSubscriptions } from '../ingest/index.js';
import { type Log, reasonOf } from '../logging.js';
import { LOG } from '../platform.js';
import { Sweeper } from '../sweeper.js';
import { Detection } from './detection.service.js';
import { unresolvedWithChecks } from './incidents.store.js';

const SYSTEM = systemActor('detector');
const TELEMETRY = systemActor('telemetry');
const SWEEP_EVERY_MS = 10_000;
const SWEEP_LOCK = 1;
/** Incidents rechecked in one sweep. */
const RECHECK_LIMIT = 500;

/** Finds what people must deal with: at once from the journal, and by a sweep what shows only in the passing of time. */
@Injectable()
export class IncidentJobs implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #sweeper: Sweeper;

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(DataSource) dataSource: DataSource,
    @Inject(LOG) private readonly log: Log,
    @Inject(Detection) private readonly detection: Detection,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(JournalSubscriptions) private readonly journal: JournalSubscriptions,
  ) {
    this.#sweeper = new Sweeper(dataSource, { name: 'incidents', lock: SWEEP_LOCK, everyMs: SWEEP_EVERY_MS, run: () => this.sweep() }, log);
  }

  onModuleInit(): void {
    const { detection } = this;
    this.commands.onState((ctx, command) => detection.progress.onCommand(ctx, command));
    this.journal.onTrouble((trouble) => this.work.run(SYSTEM, (ctx) => detection.onJournalTrouble(ctx, trouble)));
    this.journal.onJournal(['CloseBlocked'], (entry) => this.work.run(SYSTEM, (ctx) => detection.onCloseBlocked(ctx, entry)));
    // A store that closes proves and settles every terminal within moments: one transaction rechecks them all.
    this.journal.onJournalRange(['CloseProven', 'SettlementCompleted', 'SettlementResolved'], async (entries) => {
      const terminals = [...new Set(entries.map((entry) => entry.terminal))].filter((terminal) => terminal !== null);
      await this.work.run(TELEMETRY, (ctx) => detection.progress.recheckTerminals(ctx, entries[0]!.store, terminals));
    });
  }

  onApplicationBootstrap(): void {
    this.#sweeper.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#sweeper.stop();
  }

  /** One round of everything that depends on time. One part failing doesn't stop the others. */
  async sweep(): Promise<void> {
    const parts = [() => this.commands.sweep(), () => this.#detect(), () => this.#recheck()];
    for (const part of parts) {
      try {
        await part();
      } catch (error) {
        this.log.warn({ reason: reasonOf(error) }, 'a detector failed, trying again at the next sweep');
      }
    }
  }

  async #detect(): Promise<void> {
    const found = await this.work.run(SYSTEM, (ctx) => this.detection.find(ctx));
    for (const cause of found) await this.work.run(SYSTEM, (ctx) => this.detection.openOnce(ctx, cause));
  }

  async #recheck(): Promise<void> {
    const waiting = await this.work.run(TELEMETRY, (ctx) => unresolvedWithChecks(ctx, RECHECK_LIMIT));
    for (const { id } of waiting) await this.work.run(TELEMETRY, (ctx) => this.detection.progress.recheck(ctx, id));
  }
}
