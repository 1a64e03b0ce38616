import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { BankEntry, CardNumberStandIn, StatementRow } from '@tillward/statements';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { DataSource } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { CARD_TAGS, CardKeyUnusable, type CardTags } from '../card-tags.js';
import { isTransient, systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import { LOG } from '../platform.js';
import { findAcquirer, PLACE_JOINS, PLACE_STORE, PLACE_TERMINAL, ROW_COLUMNS } from './acquirers.store.js';
import { settleFormats, settleInterim } from './bank-told.store.js';
import { holdToKey } from './card-key.store.js';
import { leavesOut, namesOfLeftOut } from './corrections.store.js';
import { BANK_COLUMN_LIST, encodeEntries, encodeRows } from './rows.copy.js';
import { readFile, type StatementReading } from './statement.reading.js';
import { FileRefused, type StatementRefusal } from './statements.errors.js';
import { lastPlausibleDay, mayCorrect } from './statements.rules.js';
import type { StatementSpool } from './statements.spool.js';
import {
  claimFile,
  currencyBeyondExact,
  currentFilesOf,
  fileOfBalances,
  findFiles,
  lockFile,
  markImported,
  markOutOfUse,
  markRefused,
  ofOtherTerminals,
  putRowsOutOfUse,
  type StatementCheck,
  type StatementFileRow,
  subjectOfTerminals,
} from './statements.store.js';
import { FileTally } from './statements.tally.js';
import { compareTelling, lockTold, overlappingFiles, settleTelling, type ToldOtherwise } from './told-again.store.js';

const SYSTEM = systemActor('statements');
/** How often readers of the file list see how far an import is. */
const PROGRESS_EVERY_MS = 1_000;

/** Called in the transaction that makes a file's rows count, with the file they replace: for good, or as far as that one's rows are superseded. */
export type FileImported = (ctx: WorkContext, file: StatementFileRow, replaced: StatementFileRow | undefined) => Promise<void>;

/** Called in the transaction that puts a file out of use for good, with the files that count in its place. */
export type FileWithdrawn = (ctx: WorkContext, file: StatementFileRow, heirs: readonly StatementFileRow[]) => Promise<void>;

/** Where a file's rows come from, who adds them up, and what stands in them for what could be card numbers. */
interface RowsWay {
  readonly spool: StatementSpool;
  readonly tally: FileTally;
  readonly cardNumbers: CardNumberStandIn;
}

/** Reads files that arrived, each in one transaction: all of its rows are in, or none. */
@Injectable()
export class StatementImporter {
  readonly #onImported: FileImported[] = [];
  readonly #onWithdrawn: FileWithdrawn[] = [];

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(LOG) private readonly log: Log,
    @Inject(CARD_TAGS) private readonly tags: CardTags,
  ) {}

  /** Hears of every imported file. */
  onImported(listener: FileImported): void {
    this.#onImported.push(listener);
  }

  /** Hears of every file that is withdrawn. */
  onWithdrawn(listener: FileWithdrawn): void {
    this.#onWithdrawn.push(listener);
  }

  /** F2: imports a file or writes down why not. Throws when the database is away: then the file waits as it did. */
  async import(file: StatementFileRow, spool: StatementSpool): Promise<void> {
    const checks: StatementCheck[] = [];
    try {
      if (!(await this.work.run(SYSTEM, (ctx) => this.#import(ctx, file, spool, checks)))) return;
    } catch (error) {
      if (!(error instanceof FileRefused) && isTransient(error)) throw error;
      const refusal = this.#refusalOf(file, error);
      await this.work.run(SYSTEM, async (ctx) => {
        await markRefused(ctx, file.id, refusal, checks);
        await this.audit.append(ctx, {
          action: 'statement.refused',
          storeId: null,
          subject: `statement:${file.id}`,
          summary: `${file.name} refused: ${refusal.code}`,
          detail: { fileId: file.id, digest: file.digest, code: refusal.code, line: refusal.line ?? null },
        });
      });
    }
    await spool.remove(file.storedAs);
  }

  #refusalOf(file: StatementFileRow, error: unknown): StatementRefusal {
    if (error instanceof FileRefused) return error.refusal;
    if (error instanceof CardKeyUnusable) {
      this.log.error(
        { file: file.id, reason: error.message },
        'a statement was refused: its numbers that could be a card’s can’t be tagged',
      );
      return { code: 'failed', message: `It has numbers that could be card numbers. ${error.message} Then send the file again.` };
    }
    this.log.error({ file: file.id, reason: reasonOf(error), stack: (error as Error).stack }, 'a statement could not be imported');
    return { code: 'failed', message: 'The import met a fault of the program; its log says which.' };
  }

  async #import(ctx: WorkContext, file: StatementFileRow, spool: StatementSpool, checks: StatementCheck[]): Promise<boolean> {
    // Another core is at it, or was.
    if (!(await claimFile(ctx, file.id))) return false;
    const tally = new FileTally(lastPlausibleDay(ctx.now(), file.kind));
    const client = (await ctx.tx.queryRunner!.connect()) as pg.PoolClient;
    let tagged = false;
    const cardNumbers: CardNumberStandIn = (digits) => {
      tagged = true;
      return this.tags.tag(digits);
    };
    const rows = file.kind === 'acquirer' ? this.#acquirerRows : this.#bankRows;
    const reading = await rows.call(this, ctx, client, file, { spool, tally, cardNumbers });
    if (tagged) await holdToKey(ctx, this.tags);
    checks.push(...reading.checks);
    const read: StatementFileRow = {
      ...file,
      format: reading.format,
      merchant: tally.merchant(),
      subject: tally.subject(reading.format),
      version: reading.version,
      periodFrom: tally.from,
      periodTo: tally.to,
      checks: reading.checks,
      totals: tally.totals(),
      rowsRead: tally.rows,
      interim: tally.interim(),
    };
    // What a file is compared with must not change until its rows are in.
    await lockTold(ctx, file.acquirerId);
    const replaced = await this.#replaced(ctx, read, tally.balances());
    const beyond = read.kind === 'bank' ? undefined : await currencyBeyondExact(ctx, read);
    if (beyond !== undefined)
      throw new FileRefused({
        code: 'sumTooLarge',
        message: `With the other files about its days, the amounts in ${beyond} come to more than is exact in integer minor units.`,
      });
    if (replaced !== undefined) {
      await putRowsOutOfUse(ctx, replaced);
      await markOutOfUse(ctx, replaced, file.id);
    }
    const changed = await storeArrived(ctx, client, read, replaced);
    await markImported(ctx, read, { covers: tally.covers(), balances: tally.balances() });
    if (read.kind === 'bank') await settleBank(ctx, read, replaced);
    for (const listener of this.#onImported) await listener(ctx, read, replaced);
    // F7: rows of other files that count from now on, or no more.
    for (const other of await filesOf(ctx, changed))
      for (const listener of this.#onImported) {
        if (changed.some(({ id, lost }) => lost && id === other.id)) await listener(ctx, read, other);
        await listener(ctx, other, undefined);
      }
    await this.audit.append(ctx, {
      action: 'statement.imported',
      storeId: null,
      subject: `statement:${file.id}`,
      summary: `${file.name} imported: ${tally.rows} rows${replaced === undefined ? '' : `, in place of ${replaced.name}`}`,
      detail: {
        fileId: file.id,
        digest: file.digest,
        format: reading.format,
        rows: tally.rows,
        toldAgain: read.toldAgain,
        superseded: replaced?.id ?? null,
      },
    });
    return true;
  }

  /**
   * F11: puts a current file out of use for good, in the caller's transaction, with those it corrected. Its rows stay and count no more; what other files told again of it counts in its place. Returns
   * the files that are so in its place; undefined when the file is not current any more. Takes tens of seconds where a file has a million rows; how far it is can be read meanwhile.
   */
  async withdraw(ctx: WorkContext, fileId: string): Promise<StatementFileRow[] | undefined> {
    const [before] = await findFiles(ctx, [fileId]);
    if (before === undefined) return undefined;
    await lockTold(ctx, before.acquirerId);
    const [file] = await findFiles(ctx, [fileId]);
    if (file?.state !== 'imported' && file?.state !== 'withdrawing') return undefined;
    await putRowsOutOfUse(ctx, file, (rows) => this.#tell('rows_withdrawn = $2', [file.id, rows]));
    await markOutOfUse(ctx, file, null);
    if (file.kind === 'bank') await settleBank(ctx, file, undefined);
    const heirs = file.kind === 'bank' ? [] : await filesOf(ctx, await compareWithout(ctx, file));
    for (const listener of this.#onWithdrawn) await listener(ctx, file, heirs);
    return heirs;
  }

  async #acquirerRows(
    ctx: WorkContext,
    client: pg.PoolClient,
    file: StatementFileRow,
    { spool, tally, cardNumbers }: RowsWay,
  ): Promise<StatementReading> {
    const acquirerId = file.acquirerId!;
    const acquirer = await findAcquirer(ctx, acquirerId);
    await client.query(`CREATE TEMP TABLE statement_arriving ON COMMIT DROP AS SELECT ${ROW_COLUMNS} FROM statement_row WITH NO DATA`);
    const progress = this.#progressOf(file);
    const take = async (rows: readonly (StatementRow | BankEntry)[], bytesRead: number) => {
      const some = rows as readonly StatementRow[];
      const first = tally.rows + 1;
      tally.addRows(some);
      await copy(client, `statement_arriving (${ROW_COLUMNS})`, encodeRows(file.id, acquirerId, first, some));
      await progress(bytesRead, tally.rows);
    };
    return await readFile(spool.read(file.storedAs), { kind: 'acquirer', acquirer, cardNumbers }, { take });
  }

  async #bankRows(
    ctx: WorkContext,
    client: pg.PoolClient,
    file: StatementFileRow,
    { spool, tally, cardNumbers }: RowsWay,
  ): Promise<StatementReading> {
    await client.query(`CREATE TEMP TABLE bank_arriving ON COMMIT DROP AS SELECT ${BANK_COLUMN_LIST} FROM bank_entry WITH NO DATA`);
    const readOn = ctx.now().toISOString().slice(0, 10);
    const progress = this.#progressOf(file);
    const take = async (rows: readonly (StatementRow | BankEntry)[], bytesRead: number) => {
      const some = rows as readonly BankEntry[];
      const first = tally.rows + 1;
      tally.addEntries(some);
      await copy(client, `bank_arriving (${BANK_COLUMN_LIST})`, encodeEntries(file.id, first, some, readOn));
      await progress(bytesRead, tally.rows);
    };
    return await readFile(
      spool.read(file.storedAs),
      { kind: 'bank', acquirer: undefined, cardNumbers },
      { take, statement: (statement, days) => tally.addStatement(statement, days) },
    );
  }

  /** F3: which file this one takes the place of: the one the person named, or an older version of the same. Anything else of the same subject is refused. */
  async #replaced(ctx: WorkContext, read: StatementFileRow, balances: readonly string[]): Promise<StatementFileRow | undefined> {
    const current = (await this.#sameSubject(ctx, read)) ?? (await fileOfBalances(ctx, read, balances));
    if (read.supersedes !== null) {
      const named = await lockFile(ctx, read.supersedes);
      if (named?.state !== 'imported')
        throw new FileRefused({ code: 'supersedesUnknown', message: 'The file it is said to correct is not current any more.' });
      if (!mayCorrect(read, named)) throw correctsOther(read, named);
      if (current !== undefined && current.id !== named.id) throw already(current);
      return await tellingAllOf(ctx, read, named);
    }
    if (current === undefined) return undefined;
    if (read.version !== null && read.version > (current.version ?? 0) && current.state === 'imported')
      return await tellingAllOf(ctx, read, current);
    throw already(current);
  }

  /** The current file of the same subject; one of an acquirer that is of other terminals is another one, and then the subject of this one names its terminals. */
  async #sameSubject(ctx: WorkContext, read: StatementFileRow): Promise<StatementFileRow | undefined> {
    const files = await currentFilesOf(ctx, read);
    if (read.kind === 'bank') return files[0];
    const same: StatementFileRow[] = [];
    for (const file of files) if (!(await ofOtherTerminals(ctx, file.id))) same.push(file);
    if (same.length < files.length) read.subject = await subjectOfTerminals(ctx, read.subject!);
    return same.find((file) => file.id !== read.supersedes) ?? same[0];
  }

  /** Tells how far an import is, outside of its transaction: nobody else sees what that one writes. */
  #progressOf(file: StatementFileRow): (bytes: number, rows: number) => Promise<void> {
    let toldAtMs = performance.now();
    return async (bytes, rows) => {
      if (performance.now() - toldAtMs < PROGRESS_EVERY_MS) return;
      toldAtMs = performance.now();
      await this.#tell('bytes_read = $2, rows_read = $3', [file.id, bytes, rows]);
    };
  }

  async #tell(what: string, params: readonly unknown[]): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query("SELECT set_config('tillward.stores', '*', true)");
      await tx.query(`UPDATE statement_file SET ${what} WHERE file_id = $1`, [...params]);
    });
  }
}

async function copy(client: pg.PoolClient, target: string, chunks: Buffer[]): Promise<void> {
  await pipeline(Readable.from(chunks), client.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT binary)`)));
}

/** Brings the rows of the temporary table into theirs, and says how many of them another file tells. Returns the other files some of whose rows count from now on, or no more. */
async function storeArrived(
  ctx: WorkContext,
  client: pg.PoolClient,
  read: StatementFileRow,
  replaced: StatementFileRow | undefined,
): Promise<ToldOtherwise[]> {
  if (read.kind === 'bank') {
    await client.query(`INSERT INTO bank_entry (${BANK_COLUMN_LIST}) SELECT ${BANK_COLUMN_LIST} FROM bank_arriving`);
    return [];
  }
  const others = new Set(await overlappingFiles(ctx, read));
  for (const id of replaced === undefined ? [] : await overlappingFiles(ctx, replaced)) others.add(id);
  others.delete(read.id);
  const touched = [read.id, ...(replaced === undefined ? [] : [replaced.id])];
  if (others.size > 0) read.toldAgain = await compareTelling(ctx, { files: [read.id, ...others], touched, arriving: true });
  const told = read.toldAgain > 0;
  const columns = ROW_COLUMNS.split(',').map((column) => `r.${column.trim()}`);
  await client.query(
    `INSERT INTO statement_row (store_id, terminal_id, ${ROW_COLUMNS}${told ? ', superseded, told_in' : ''})
     SELECT ${PLACE_STORE}, ${PLACE_TERMINAL}, ${columns.join(', ')}${told ? ', a.told_in IS NOT NULL, a.told_in' : ''}
       FROM statement_arriving r ${PLACE_JOINS}${told ? ' LEFT JOIN statement_told a ON a.store_id IS NULL AND a.row_no = r.row_no' : ''}`,
  );
  return others.size > 0 ? await settleTelling(ctx) : [];
}

/** F7: what of other files counts when this one doesn't any more. */
async function compareWithout(ctx: WorkContext, gone: StatementFileRow): Promise<ToldOtherwise[]> {
  const others = await overlappingFiles(ctx, gone);
  if (others.length === 0) return [];
  await compareTelling(ctx, { files: others, touched: [gone.id], arriving: false });
  return await settleTelling(ctx);
}

async function filesOf(ctx: WorkContext, told: readonly ToldOtherwise[]): Promise<StatementFileRow[]> {
  return await findFiles(
    ctx,
    told.map(({ id }) => id),
  );
}

/** F8, F12 for the days of a file and of the one it replaces. */
async function settleBank(ctx: WorkContext, file: StatementFileRow, replaced: StatementFileRow | undefined): Promise<void> {
  const days = [file.periodFrom, file.periodTo, replaced?.periodFrom, replaced?.periodTo].filter((day) => typeof day === 'string').sort();
  if (days.length === 0) return;
  await settleInterim(ctx, days[0]!, days.at(-1)!);
  await settleFormats(ctx, days[0]!, days.at(-1)!);
}

/** F9: the file that is to be corrected, where the correction tells of all that it tells of; throws {@link FileRefused} otherwise. */
async function tellingAllOf(ctx: WorkContext, read: StatementFileRow, corrected: StatementFileRow): Promise<StatementFileRow> {
  const left = read.kind === 'bank' ? undefined : await leavesOut(ctx, corrected.id);
  if (left !== undefined) throw correctsOther(read, corrected, `this file tells nothing of ${namesOfLeftOut(left)} of ${corrected.name}`);
  return corrected;
}

function correctsOther(read: StatementFileRow, named: StatementFileRow, what?: string): FileRefused {
  const of = ({ merchant, periodFrom, periodTo }: StatementFileRow) =>
    `${merchant || 'nobody named'}, ${periodFrom ?? '?'} to ${periodTo ?? '?'}`;
  return new FileRefused({
    code: 'supersedesOther',
    message: `A correction tells of all merchants, days and terminals of the file it corrects: ${what ?? `this file is of ${of(read)}; ${named.name} is of ${of(named)}`}. What should not have come is withdrawn, by two people.`,
    other: { fileId: named.id, name: named.name, arrivedAt: named.arrivedAt },
  });
}

function already(current: StatementFileRow): FileRefused {
  return new FileRefused({
    code: 'alreadyImported',
    message: `${current.name} of ${current.arrivedAt.toISOString()} ${current.kind === 'bank' ? 'is the same statement of the bank' : 'tells of the same merchant and period'}: say that this file corrects it.`,
    other: { fileId: current.id, name: current.name, arrivedAt: current.arrivedAt },
  });
}
