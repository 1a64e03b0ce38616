import { Inject, Injectable } from '@nestjs/common';
import { addBusinessDays } from '@tillward/calendar';
import { MAX_TIMING_DAYS } from '@tillward/reconciliation';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import { invalidInput, type RefusalOf, refuse } from '../graphql/index.js';
import { Outbox } from '../outbox/index.js';
import { BatchLifeService } from '../settlement/index.js';
import { findFiles, listAcquirers, type StatementFileRow } from '../statements/index.js';
import { carryForcedPairs, type FileOutOfUse } from './forced.store.js';
import { daysSettledSince } from './late-data.store.js';
import { Matching } from './matching.service.js';
import type { MatchingScope } from './matching.sql.js';
import {
  claimRun,
  endRun,
  lockPairs,
  MAX_TOLERANCE_MINOR,
  type RunRow,
  readSetting,
  requestRun,
  requestStoreRun,
  type SettingRow,
  writeSetting,
} from './reconciliation.store.js';

/** Outbox topic that wakes the runner. */
export const RUN_TOPIC = 'reconciliation.run';

/** Most days of one run that a person asks for. */
const MAX_DAYS = 366;
const DAY_MS = 86_400_000;
/** A row whose day nobody told may be of the day before or after. */
const DAYS_BESIDE = 1;

/** Runs: when they are due, and what they match. The only writer of reconciliation_run and reconciliation_setting. */
@Injectable()
export class Reconciliation {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Matching) private readonly matching: Matching,
    @Inject(BatchLifeService) private readonly batches: BatchLifeService,
  ) {}

  /** A file's rows are in: what they concern is matched, and what the file it replaces had confirmed is unconfirmed until then. */
  async onImported(ctx: WorkContext, file: StatementFileRow, replaced: StatementFileRow | undefined): Promise<void> {
    if (file.kind !== 'acquirer') return;
    if (replaced !== undefined) {
      await this.#outOfUse(ctx, { replaced, heirs: [file], why: `${file.name} corrects ${replaced.name}` });
    }
    const days = [file.periodFrom, file.periodTo, replaced?.periodFrom, replaced?.periodTo]
      .filter((day) => day !== null && day !== undefined)
      .sort();
    if (days.length === 0) return;
    await this.request(ctx, file.acquirerId!, days[0]!, days.at(-1)!, `file ${file.id}`);
    // L2: what was settled after its day's file came is due now, though no day of this file is its day.
    for (const { storeId, fromDay } of await daysSettledSince(ctx, file, days[0]!))
      await this.requestForStore(
        ctx,
        file.acquirerId!,
        { storeId, fromDay, toDay: days.at(-1)! },
        `file ${file.id}, settled since the last one`,
      );
  }

  /** A file counts no more, for good: what it had confirmed is unconfirmed, and its days and those of what counts in its place are matched again. */
  async onWithdrawn(ctx: WorkContext, file: StatementFileRow, heirs: readonly StatementFileRow[]): Promise<void> {
    if (file.kind !== 'acquirer') return;
    await this.#outOfUse(ctx, { replaced: file, heirs, why: `${file.name} was withdrawn` });
    const days = [file, ...heirs].flatMap(({ periodFrom, periodTo }) => [periodFrom, periodTo]).filter((day) => day !== null);
    days.sort();
    if (days.length > 0) await this.request(ctx, file.acquirerId!, days[0]!, days.at(-1)!, `file ${file.id} withdrawn`);
  }

  async #outOfUse(ctx: WorkContext, file: FileOutOfUse): Promise<void> {
    await lockPairs(ctx, file.replaced.acquirerId!);
    await carryForcedPairs(ctx, file);
    await ctx.tx.query('DELETE FROM reconciliation_match WHERE file_id = $1 AND forced_by IS NULL', [file.replaced.id]);
    await this.batches.withdrawConfirmations(ctx, file.replaced.id);
  }

  /** Rows came to their stores: their files' days are matched again. */
  async onPlaced(ctx: WorkContext, acquirerId: string, fileIds: readonly string[]): Promise<void> {
    for (const file of await findFiles(ctx, fileIds)) {
      if (file.state === 'imported' && file.periodFrom !== null)
        await this.request(ctx, acquirerId, file.periodFrom, file.periodTo!, `mapping of ${file.id}`);
    }
  }

  /** Asks for a run over these days of an acquirer. It is made after the commit, once, by some core. */
  async request(ctx: WorkContext, acquirerId: string, fromDay: string, toDay: string, cause: string): Promise<string> {
    const id = await requestRun(ctx, acquirerId, fromDay, toDay, cause);
    await this.outbox.add(ctx, RUN_TOPIC, { runId: id });
    return id;
  }

  /** As {@link request}, for what concerns one store; a run that waits anyway takes it along. */
  async requestForStore(
    ctx: WorkContext,
    acquirerId: string,
    of: { readonly storeId: string; readonly fromDay: string; readonly toDay: string },
    cause: string,
  ): Promise<string> {
    const id = await requestStoreRun(ctx, acquirerId, of, cause);
    await this.outbox.add(ctx, RUN_TOPIC, { runId: id });
    return id;
  }

  /** As {@link request}, by a person. */
  async ask(
    ctx: WorkContext,
    acquirerId: string,
    fromDay: string,
    toDay: string,
  ): Promise<{ runId: string } | RefusalOf<'notFound' | 'invalidInput'>> {
    if (!(await listAcquirers(ctx)).some((acquirer) => acquirer.id === acquirerId)) return refuse('notFound', 'There is no such acquirer.');
    const days = (Date.parse(toDay) - Date.parse(fromDay)) / DAY_MS + 1;
    if (days < 1 || days > MAX_DAYS) return invalidInput('toDay', `Expected 1 to ${MAX_DAYS} days.`);
    const runId = await this.request(ctx, acquirerId, fromDay, toDay, `asked by ${ctx.actor.name}`);
    await this.audit.append(ctx, {
      action: 'reconciliation.requested',
      storeId: null,
      subject: `run:${runId}`,
      summary: `Reconciliation of ${acquirerId} from ${fromDay} to ${toDay} asked for`,
      detail: { runId, acquirerId, fromDay, toDay },
    });
    return { runId };
  }

  /** How an acquirer's rows are compared; null when there is no such acquirer. */
  async setting(ctx: WorkContext, acquirerId: string): Promise<SettingRow | null> {
    return (await listAcquirers(ctx)).some(({ id }) => id === acquirerId) ? await readSetting(ctx, acquirerId) : null;
  }

  /** Says how an acquirer's rows are compared, from the next run on; what is left out stays as it is. */
  async saveSetting(
    ctx: WorkContext,
    acquirerId: string,
    change: Partial<SettingRow>,
  ): Promise<SettingRow | RefusalOf<'notFound' | 'invalidInput'>> {
    if (!(await listAcquirers(ctx)).some((acquirer) => acquirer.id === acquirerId)) return refuse('notFound', 'There is no such acquirer.');
    const setting = { ...(await readSetting(ctx, acquirerId)), ...change };
    if (!Number.isInteger(setting.timingDays) || setting.timingDays < 0 || setting.timingDays > MAX_TIMING_DAYS)
      return invalidInput('timingDays', `Expected 0 to ${MAX_TIMING_DAYS} days.`);
    for (const [currency, minor] of Object.entries(setting.amountToleranceMinor)) {
      if (!/^[A-Z]{3}$/.test(currency) || !Number.isSafeInteger(minor) || minor < 0 || minor > MAX_TOLERANCE_MINOR)
        return invalidInput('amountTolerances', `Expected 0 to ${MAX_TOLERANCE_MINOR} minor units of ISO 4217 codes.`);
    }
    await writeSetting(ctx, acquirerId, setting);
    await this.audit.append(ctx, {
      action: 'reconciliation.setting',
      storeId: null,
      subject: `acquirer:${acquirerId}`,
      summary: `How ${acquirerId} is compared was changed`,
      detail: { acquirerId, ...setting },
    });
    return setting;
  }

  /**
   * Makes a waiting run in the caller's transaction; undefined when somebody else makes it. The days before and after are matched anew as well, as far as a row may be late, and one at least: what was
   * missing yesterday may stand in today's file.
   */
  async make(ctx: WorkContext, runId: string): Promise<RunRow | undefined> {
    const run = await claimRun(ctx, runId);
    if (run === undefined) return undefined;
    const started = performance.now();
    const setting = await readSetting(ctx, run.acquirerId);
    const besideDays = Math.max(setting.timingDays, DAYS_BESIDE);
    const scope: MatchingScope = {
      ...setting,
      acquirerId: run.acquirerId,
      ...(run.storeId === null ? {} : { storeId: run.storeId }),
      fromDay: addBusinessDays(run.fromDay, -besideDays),
      toDay: addBusinessDays(run.toDay, besideDays),
    };
    const outcome = await this.matching.run(ctx, runId, scope, run.cause);
    const durationMs = performance.now() - started;
    const { counts } = outcome;
    await endRun(ctx, runId, { state: 'done', durationMs, counts, failure: null });
    await this.audit.append(ctx, {
      action: 'reconciliation.done',
      storeId: run.storeId,
      subject: `run:${runId}`,
      summary: `${run.acquirerId} reconciled from ${scope.fromDay} to ${scope.toDay}: ${outcome.equalBatches} of ${outcome.batches} batches equal, ${outcome.confirmed} confirmed`,
      detail: { runId, acquirerId: run.acquirerId, fromDay: scope.fromDay, toDay: scope.toDay, cause: run.cause, ...outcome },
    });
    return { ...run, state: 'done', durationMs, counts };
  }
}
