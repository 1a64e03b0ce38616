import { Inject, Injectable } from '@nestjs/common';
import type { WorkContext } from '../database/index.js';
import { Outbox } from '../outbox/index.js';
import type { StatementFileRow } from '../statements/index.js';
import { type ChargedRow, checkBatch } from './fee-check.rules.js';
import { chargedRows, deleteFileChecks, type FeePlace, filesSince, saveFeeChecks } from './fee-checks.store.js';
import { keepWrongFees, resolveReplacedFile } from './fee-differences.store.js';
import type { ProviderTerms } from './terms.rules.js';
import { currentTerms } from './terms.store.js';

/** Outbox topic of the check of a file's fees, some batches at a time. */
export const FEES_TOPIC = 'funding.fees';

/** Rows read for one message: its batches are checked within a handler's time. */
const ROWS_AT_ONCE = 50_000;

/** Where the check of a file goes on: behind this place. */
export interface FeeCheckStep {
  readonly fileId: string;
  readonly acquirerId: string;
  readonly after: FeePlace | null;
}

/** Holds every fee of a statement against the provider's schedule. The only writer of fee_check and fee_kind; wrong fees become differences. */
@Injectable()
export class FeeChecks {
  constructor(@Inject(Outbox) private readonly outbox: Outbox) {}

  /** A file is in: its fees are checked after the commit, and what its predecessor's fees were found to be counts no more. */
  async onImported(ctx: WorkContext, file: StatementFileRow, replaced: StatementFileRow | undefined): Promise<void> {
    if (file.kind !== 'acquirer') return;
    if (replaced !== undefined) {
      await deleteFileChecks(ctx, replaced.id);
      await resolveReplacedFile(ctx, replaced.id, `${file.name} took the place of ${replaced.name}`);
    }
    await this.#ask(ctx, file.acquirerId!, [file.id]);
  }

  /** A file counts no more, for good: its fees were never charged, and those of the files in its place are checked as a whole. */
  async onWithdrawn(ctx: WorkContext, file: StatementFileRow, heirs: readonly StatementFileRow[]): Promise<void> {
    if (file.kind !== 'acquirer') return;
    await deleteFileChecks(ctx, file.id);
    await resolveReplacedFile(ctx, file.id, `${file.name} was withdrawn`);
    await this.#ask(
      ctx,
      file.acquirerId!,
      heirs.map(({ id }) => id),
    );
  }

  /** Rows came to their stores: no store's check had them before. */
  async onPlaced(ctx: WorkContext, acquirerId: string, fileIds: readonly string[]): Promise<void> {
    await this.#ask(ctx, acquirerId, fileIds);
  }

  /** P1, P2: a new version is in force for all days its rates are for: files of these days are checked again, those that came before the first version too. */
  async onTerms(ctx: WorkContext, acquirerId: string, { fees }: ProviderTerms): Promise<void> {
    if (fees === null) return;
    const fromDay = fees.rates.map((rate) => rate.from).sort()[0]!;
    await this.#ask(ctx, acquirerId, await filesSince(ctx, acquirerId, fromDay));
  }

  /** Checks some batches of a file and asks for the next ones. Checking the same ones twice writes the same. */
  async check(ctx: WorkContext, step: FeeCheckStep): Promise<void> {
    const terms = (await currentTerms(ctx)).find((one) => one.acquirerId === step.acquirerId);
    if (terms?.fees === null || terms?.fees === undefined) return;
    const { rows, next } = await rowsOf(ctx, step);
    const { fees } = terms;
    const checked = [...Map.groupBy(rows, (row) => JSON.stringify([...placeOf(row), row.currency])).values()].map((batch) =>
      checkBatch(fees, batch),
    );
    await saveFeeChecks(ctx, { ...step, termsVersion: terms.version }, checked);
    const stores = await keepWrongFees(ctx, step, checked);
    if (stores.length > 0) ctx.changed({ stores });
    if (next !== null) await this.outbox.add(ctx, FEES_TOPIC, { ...step, after: next }, step.fileId);
  }

  async #ask(ctx: WorkContext, acquirerId: string, fileIds: readonly string[]): Promise<void> {
    for (const fileId of fileIds) await this.outbox.add(ctx, FEES_TOPIC, { fileId, acquirerId, after: null }, fileId);
  }
}

/** Whole batches of a file, and where to go on; a batch larger than a page is read in one piece. */
async function rowsOf(ctx: WorkContext, { fileId, after }: FeeCheckStep): Promise<{ rows: ChargedRow[]; next: FeePlace | null }> {
  for (let limit = ROWS_AT_ONCE; ; limit *= 4) {
    const rows = await chargedRows(ctx, fileId, after, limit);
    if (rows.length < limit) return { rows, next: null };
    // The last place of a full page may go on behind it, in this currency or in another.
    const last = JSON.stringify(placeOf(rows.at(-1)!));
    const whole = rows.filter((row) => JSON.stringify(placeOf(row)) !== last);
    if (whole.length > 0) return { rows: whole, next: placeOf(whole.at(-1)!) };
  }
}

function placeOf({ storeId, account, batchNo, businessDay }: ChargedRow): FeePlace {
  return [storeId, account, batchNo, businessDay];
}
