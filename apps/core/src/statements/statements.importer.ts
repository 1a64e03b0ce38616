import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { BankEntry, StatementRow } from '@tillward/statements';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { DataSource } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { isTransient, systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { type Log, reasonOf } from '../logging.js';
import { LOG } from '../platform.js';
import { findAcquirer, PLACE_JOINS, PLACE_STORE, PLACE_TERMINAL, ROW_COLUMNS } from './acquirers.store.js';
import { BANK_COLUMN_LIST, encodeEntries, encodeRows } from './rows.copy.js';
import { readFile, type StatementReading } from './statement.reading.js';
import { FileRefused, type StatementRefusal } from './statements.errors.js';
import type { StatementSpool } from './statements.spool.js';
import {
  claimFile,
  currentFileOf,
  findFiles,
  markImported,
  markRefused,
  markSuperseded,
  type StatementCheck,
  type StatementFileRow,
} from './statements.store.js';
import { FileTally } from './statements.tally.js';

const SYSTEM = systemActor('statements');
/** How often readers of the file list see how far an import is. */
const PROGRESS_EVERY_MS = 1_000;

/** Called in the transaction that makes a file's rows count, and with the file they replace. */
export type FileImported = (ctx: WorkContext, file: StatementFileRow, replaced: StatementFileRow | undefined) => Promise<void>;

/** Reads files that arrived, each in one transaction: all of its rows are in, or none. */
@Injectable()
export class StatementImporter {
  readonly #onImported: FileImported[] = [];

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Hears of every imported file. */
  onImported(listener: FileImported): void {
    this.#onImported.push(listener);
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
    this.log.error({ file: file.id, reason: reasonOf(error), stack: (error as Error).stack }, 'a statement could not be imported');
    return { code: 'failed', message: 'The import met a fault of the program; its log says which.' };
  }

  async #import(ctx: WorkContext, file: StatementFileRow, spool: StatementSpool, checks: StatementCheck[]): Promise<boolean> {
    // Another core is at it, or was.
    if (!(await claimFile(ctx, file.id))) return false;
    const tally = new FileTally();
    const client = (await ctx.tx.queryRunner!.connect()) as pg.PoolClient;
    const reading =
      file.kind === 'acquirer'
        ? await this.#acquirerRows(ctx, client, file, spool, tally)
        : await this.#bankRows(client, file, spool, tally);
    checks.push(...reading.checks);
    const read: StatementFileRow = {
      ...file,
      format: reading.format,
      merchant: tally.merchant(),
      subject: tally.subject(),
      version: reading.version,
      periodFrom: tally.from,
      periodTo: tally.to,
      checks: reading.checks,
      totals: tally.totals(),
      rowsRead: tally.rows,
    };
    const replaced = await this.#replaced(ctx, read);
    if (replaced !== undefined) await markSuperseded(ctx, replaced, file.id);
    await markImported(ctx, read);
    for (const listener of this.#onImported) await listener(ctx, read, replaced);
    await this.audit.append(ctx, {
      action: 'statement.imported',
      storeId: null,
      subject: `statement:${file.id}`,
      summary: `${file.name} imported: ${tally.rows} rows${replaced === undefined ? '' : `, in place of ${replaced.name}`}`,
      detail: { fileId: file.id, digest: file.digest, format: reading.format, rows: tally.rows, superseded: replaced?.id ?? null },
    });
    return true;
  }

  async #acquirerRows(
    ctx: WorkContext,
    client: pg.PoolClient,
    file: StatementFileRow,
    spool: StatementSpool,
    tally: FileTally,
  ): Promise<StatementReading> {
    const acquirerId = file.acquirerId!;
    const acquirer = await findAcquirer(ctx, acquirerId);
    await client.query(`CREATE TEMP TABLE statement_arriving ON COMMIT DROP AS SELECT ${ROW_COLUMNS} FROM statement_row WITH NO DATA`);
    const progress = this.#progressOf(file);
    const reading = await readFile(spool.read(file.storedAs), { kind: 'acquirer', acquirer }, async (rows, bytesRead) => {
      await copy(
        client,
        `statement_arriving (${ROW_COLUMNS})`,
        encodeRows(file.id, acquirerId, tally.rows + 1, rows as readonly StatementRow[]),
      );
      tally.addRows(rows as readonly StatementRow[]);
      await progress(bytesRead, tally.rows);
    });
    await client.query(
      `INSERT INTO statement_row (store_id, terminal_id, ${ROW_COLUMNS}) SELECT ${PLACE_STORE}, ${PLACE_TERMINAL}, ${ROW_COLUMNS.split(',')
        .map((column) => `r.${column.trim()}`)
        .join(', ')} FROM statement_arriving r ${PLACE_JOINS}`,
    );
    return reading;
  }

  async #bankRows(client: pg.PoolClient, file: StatementFileRow, spool: StatementSpool, tally: FileTally): Promise<StatementReading> {
    await client.query(`CREATE TEMP TABLE bank_arriving ON COMMIT DROP AS SELECT ${BANK_COLUMN_LIST} FROM bank_entry WITH NO DATA`);
    const progress = this.#progressOf(file);
    const reading = await readFile(spool.read(file.storedAs), { kind: 'bank', acquirer: undefined }, async (entries, bytesRead) => {
      await copy(client, `bank_arriving (${BANK_COLUMN_LIST})`, encodeEntries(file.id, tally.rows + 1, entries as readonly BankEntry[]));
      tally.addEntries(entries as readonly BankEntry[]);
      await progress(bytesRead, tally.rows);
    });
    await client.query(`INSERT INTO bank_entry (${BANK_COLUMN_LIST}) SELECT ${BANK_COLUMN_LIST} FROM bank_arriving`);
    return reading;
  }

  /** F3: which file this one takes the place of: the one the person named, or an older version of the same. Anything else of the same subject is refused. */
  async #replaced(ctx: WorkContext, read: StatementFileRow): Promise<StatementFileRow | undefined> {
    const current = await currentFileOf(ctx, read);
    if (read.supersedes !== null) {
      const [named] = await findFiles(ctx, [read.supersedes]);
      if (named?.state !== 'imported')
        throw new FileRefused({ code: 'supersedesUnknown', message: 'The file it is said to correct is not current any more.' });
      if (current !== undefined && current.id !== named.id) throw already(current);
      return named;
    }
    if (current === undefined) return undefined;
    if (read.version !== null && read.version > (current.version ?? 0)) return current;
    throw already(current);
  }

  /** Tells how far an import is, outside of its transaction: nobody else sees what that one writes. */
  #progressOf(file: StatementFileRow): (bytes: number, rows: number) => Promise<void> {
    let toldAtMs = performance.now();
    return async (bytes, rows) => {
      if (performance.now() - toldAtMs < PROGRESS_EVERY_MS) return;
      toldAtMs = performance.now();
      await this.dataSource.transaction(async (tx) => {
        await tx.query("SELECT set_config('tillward.stores', '*', true)");
        await tx.query('UPDATE statement_file SET bytes_read = $2, rows_read = $3 WHERE file_id = $1', [file.id, bytes, rows]);
      });
    };
  }
}

async function copy(client: pg.PoolClient, target: string, chunks: Buffer[]): Promise<void> {
  await pipeline(Readable.from(chunks), client.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT binary)`)));
}

function already(current: StatementFileRow): FileRefused {
  return new FileRefused({
    code: 'alreadyImported',
    message: `${current.name} of ${current.arrivedAt.toISOString()} tells of the same merchant and period: say that this file corrects it.`,
    other: { fileId: current.id, name: current.name, arrivedAt: current.arrivedAt },
  });
}
