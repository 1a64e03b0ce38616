import { Readable } from 'node:stream';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { RESULT_TYPES } from '@tillward/reconciliation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AuditLog } from '../audit/index.js';
import { UnitOfWork } from '../database/index.js';
import { type PersonActor, Role } from '../graphql/index.js';
import { EXPORTED_TABLES, type ExportedTable } from './exports.tables.js';
import { csvLine, SHEET_FRAME, sheetRow, workbookParts } from './table.rules.js';
import { type ZipMember, zipped } from './zip.writer.js';

/** Where tables are downloaded. */
export const EXPORT_PATH = '/api/exports/:table';
/** Rows read in one transaction; in between nothing is held. */
const PAGE = 2_000;
/** A worksheet ends here (ECMA-376, and every program that reads one). */
const MAX_SHEET_ROWS = 1_048_576;
const READERS: ReadonlySet<PersonActor['role']> = new Set(['hq', 'manager', 'auditor']);

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const id = z.string().min(1).max(64);
const list = <const T extends readonly [string, ...string[]]>(words: T) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(words)));
const query = z.strictObject({
  format: z.enum(['csv', 'xlsx']).default('csv'),
  storeId: id.optional(),
  acquirerId: id.optional(),
  terminalId: id.optional(),
  fromDay: day.optional(),
  toDay: day.optional(),
  businessDay: day.optional(),
  type: list(RESULT_TYPES).optional(),
  state: list(['open', 'assigned', 'resolved', 'accepted']).optional(),
  ownerRole: z.enum(Role).optional(),
  ownerId: id.optional(),
});
/** What a download is narrowed to: the filters of the lists, lists separated by commas. */
export type ExportQuery = z.output<typeof query>;

/**
 * Tables as CSV or XLSX, as streams: a page of rows is in memory, never the table. Rows are those the person may see; that they were taken is in the audit log. Text that a spreadsheet would run
 * is neutralised.
 */
@Injectable()
export class ExportsHttp implements OnModuleInit {
  readonly #fastify: FastifyInstance;

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(AuditLog) private readonly audit: AuditLog,
  ) {
    this.#fastify = host.httpAdapter.getInstance<FastifyInstance>();
  }

  onModuleInit(): void {
    this.#fastify.get(EXPORT_PATH, (request, reply) => this.#download(request, reply));
  }

  async #download(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    void reply.header('cache-control', 'no-store');
    const { viewer } = request;
    if (viewer === undefined) return reply.code(401).send({ error: 'unauthenticated', message: 'Sign in first.' });
    if (!READERS.has(viewer.actor.role)) return reply.code(403).send({ error: 'notAllowed', message: 'This is not for your role.' });
    const name = (request.params as { table: string }).table;
    const table = Object.hasOwn(EXPORTED_TABLES, name) ? EXPORTED_TABLES[name] : undefined;
    if (table === undefined)
      return reply.code(404).send({ error: 'notFound', message: `There are ${Object.keys(EXPORTED_TABLES).join(', ')}.` });
    const asked = query.safeParse(request.query);
    if (!asked.success) {
      const field = asked.error.issues[0]?.path.join('.') ?? '';
      return reply.code(400).send({ error: 'badRequest', message: `The query is not one of this table's: ${field}.`, field });
    }
    const { actor } = viewer;
    const { format } = asked.data;
    const at = await this.work.run(actor, async (ctx) => {
      await this.audit.append(ctx, {
        action: 'export.made',
        storeId: asked.data.storeId ?? (actor.stores === '*' ? null : (actor.stores[0] ?? null)),
        subject: `export:${name}`,
        summary: `${name} exported as ${format}`,
        detail: { table: name, ...asked.data },
      });
      return ctx.now();
    });
    const file = `${name}-${at.toISOString().slice(0, 10)}.${format}`;
    void reply.header('content-disposition', `attachment; filename="${file}"`);
    void reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    const rows = this.#rows(actor, table, asked.data);
    return reply.send(Readable.from(format === 'csv' ? csv(table, rows) : xlsx(name, table, rows), { objectMode: false }));
  }

  async *#rows(
    actor: PersonActor,
    table: ExportedTable,
    asked: ExportQuery,
  ): AsyncGenerator<Awaited<ReturnType<ExportedTable['page']>>['rows']> {
    let after: readonly (string | number)[] | undefined;
    do {
      const page = await this.work.run(actor, (ctx) => table.page(ctx, asked, { first: PAGE, limit: PAGE, after }));
      yield page.rows;
      after = page.rows.length < PAGE ? undefined : page.last;
    } while (after !== undefined);
  }
}

type Pages = AsyncIterable<readonly (readonly Parameters<typeof csvLine>[0][number][])[]>;

async function* csv(table: ExportedTable, pages: Pages): AsyncGenerator<string> {
  // Without the mark spreadsheets take UTF-8 for the local code page.
  yield `\u{FEFF}${csvLine(table.columns)}`;
  for await (const rows of pages) yield rows.map((row) => csvLine(row)).join('');
}

async function* xlsx(name: string, table: ExportedTable, pages: Pages): AsyncGenerator<Buffer> {
  const parts = Object.entries(workbookParts(name)).map(([member, content]): ZipMember => ({ name: member, content: [content] }));
  yield* zipped([...parts, { name: 'xl/worksheets/sheet1.xml', content: sheet(table, pages) }]);
}

async function* sheet(table: ExportedTable, pages: Pages): AsyncGenerator<string> {
  let number = 1;
  yield SHEET_FRAME.before + sheetRow(table.columns, number);
  for await (const rows of pages) {
    let text = '';
    for (const row of rows) {
      number += 1;
      if (number > MAX_SHEET_ROWS) throw new RangeError(`a worksheet has at most ${MAX_SHEET_ROWS} rows: export as CSV, or fewer days`);
      text += sheetRow(row, number);
    }
    yield text;
  }
  yield SHEET_FRAME.after;
}
