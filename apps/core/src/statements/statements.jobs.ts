import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { CoreConfig } from '../config.js';
import { systemActor, UnitOfWork } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import { Outbox } from '../outbox/index.js';
import { CLOCK, type Clock, CONFIG, LOG } from '../platform.js';
import { Sweeper } from '../sweeper.js';
import { SFTP_SOURCES, type SftpSource, STATEMENT_SPOOL } from './statements.config.js';
import { StatementImporter } from './statements.importer.js';
import { StatementInbox } from './statements.inbox.js';
import { ARRIVED_TOPIC, Statements } from './statements.service.js';
import { SftpPull } from './statements.sftp.js';
import type { StatementSpool } from './statements.spool.js';
import { waitingFiles } from './statements.store.js';
import { WITHDRAWAL_TOPIC, Withdrawals } from './withdrawals.service.js';

const SYSTEM = systemActor('statements');
const IMPORT_LOCK = 20;
const PULL_LOCK = 21;
const SWEEP_EVERY_MS = 5_000;
const PULL_EVERY_MS = 30_000;
const FILES_AT_ONCE = 50;
/** How long the messages that wake this wait for it: less than a handler's time, whatever the file's size. */
const WAIT_MS = 20_000;

/** Withdraws what two people withdrew, imports what arrived, looks into the watched folder, pulls from servers. One core at a time; a file another core has on its own disk is left to that one. */
@Injectable()
export class StatementJobs implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #imports: Sweeper;
  readonly #pulls: Sweeper | undefined;
  readonly #inbox: StatementInbox | undefined;
  #importing: Promise<void> | undefined;
  #withdrawing: Promise<void> | undefined;
  #again = false;

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(DataSource) dataSource: DataSource,
    @Inject(CONFIG) config: CoreConfig,
    @Inject(LOG) private readonly log: Log,
    @Inject(CLOCK) clock: Clock,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Statements) statements: Statements,
    @Inject(StatementImporter) private readonly importer: StatementImporter,
    @Inject(Withdrawals) private readonly withdrawals: Withdrawals,
    @Inject(STATEMENT_SPOOL) private readonly spool: StatementSpool | undefined,
    @Inject(SFTP_SOURCES) sources: readonly SftpSource[],
  ) {
    this.#imports = new Sweeper(
      dataSource,
      { name: 'statements', lock: IMPORT_LOCK, everyMs: SWEEP_EVERY_MS, run: () => this.#round() },
      log,
    );
    const inbox = config.statements?.inboxDir;
    if (inbox !== undefined && spool !== undefined) this.#inbox = new StatementInbox(inbox, spool, statements, work, clock, log);
    if (sources.length > 0 && spool !== undefined) {
      const pull = new SftpPull(sources, spool, statements, work, clock, log);
      this.#pulls = new Sweeper(dataSource, { name: 'sftp', lock: PULL_LOCK, everyMs: PULL_EVERY_MS, run: () => pull.round() }, log);
    }
  }

  onModuleInit(): void {
    this.outbox.handle(ARRIVED_TOPIC, async ({ signal }) => {
      await Promise.race([this.importArrived(), sleep(WAIT_MS, undefined, { ref: false, signal })]);
    });
    this.outbox.handle(WITHDRAWAL_TOPIC, async ({ signal }) => {
      // Not behind an import that reads a large file.
      this.#withdrawing = this.withdrawals.carryOut();
      await Promise.race([this.#withdrawing, sleep(WAIT_MS, undefined, { ref: false, signal })]);
    });
  }

  onApplicationBootstrap(): void {
    this.#imports.start();
    if (this.spool === undefined) return;
    this.#pulls?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pulls?.stop();
    await this.#imports.stop();
    await this.#importing;
    // Its failure was its caller's to know, and the next core begins again.
    await Promise.allSettled([this.#withdrawing]);
  }

  /** Withdraws every file that is to be withdrawn, then imports every file there is to import here. Resolves when none is left; a second call while one runs makes it look once more. */
  async importArrived(): Promise<void> {
    this.#again = true;
    // A round that was about to end when this was called has not looked again.
    while (this.#again || this.#importing !== undefined) {
      this.#importing ??= this.#importAll().finally(() => {
        this.#importing = undefined;
      });
      await this.#importing;
    }
  }

  /** One look at the watched folder. */
  async lookIntoInbox(): Promise<void> {
    await this.#inbox?.look();
  }

  async #round(): Promise<void> {
    for (const part of [() => this.lookIntoInbox(), () => this.importArrived(), () => this.lookIntoInbox()]) {
      try {
        await part();
      } catch (error) {
        this.log.warn({ reason: reasonOf(error) }, 'statements could not be taken, trying again');
      }
    }
  }

  async #importAll(): Promise<void> {
    const { spool } = this;
    while (this.#again) {
      this.#again = false;
      // First: what comes in place of a file that two people withdrew must not find that one.
      await this.withdrawals.carryOut();
      if (spool === undefined) return;
      const waiting = await this.work.run(SYSTEM, (ctx) => waitingFiles(ctx, FILES_AT_ONCE));
      for (const file of waiting) {
        if (!(await spool.has(file.storedAs))) continue;
        await this.importer.import(file, spool);
        this.#again = true;
      }
    }
  }
}
