import { Readable } from 'node:stream';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AuditLog } from '../audit/index.js';
import { UnitOfWork } from '../database/index.js';
import type { PersonActor } from '../graphql/index.js';
import { type AskedTable, EXPORT_READERS, EXPORTED_TABLES, type ExportedPage, type ExportedTable } from './exports.tables.js';
import { csvLine, SHEET_FRAME, sheetRow, workbookParts } from './table.rules.js';
import { type ZipMember, zipped } from './zip.writer.js';

/** Where tables are downloaded. */
export const EXPORT_PATH = '/api/exports/:table';
/** Rows read in one transaction; in between nothing is held. */
const PAGE = 2_000;
/** A worksheet ends here (ECMA-376, and every program that reads one). */
const MAX_SHEET_ROWS = 1_048_576;

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
    const refused = () => reply.code(403).send({ error: 'notAllowed', message: 'This is not for your role.' });
    if (!EXPORT_READERS.has(viewer.actor.role)) return refused();
    const name = (request.params as { table: string }).table;
    const table = Object.hasOwn(EXPORTED_TABLES, name) ? EXPORTED_TABLES[name] : undefined;
    if (table === undefined)
      return reply.code(404).send({ error: 'notFound', message: `There are ${Object.keys(EXPORTED_TABLES).join(', ')}.` });
    if (!table.readers.has(viewer.actor.role)) return refused();
    const asked = table.ask(request.query);
    if (!('page' in asked)) {
      const { field } = asked;
      return reply.code(400).send({ error: 'badRequest', message: `The query is not one of this table's: ${field}.`, field });
    }
    const { actor } = viewer;
    const { format, storeId } = asked.query;
    const at = await this.work.run(actor, async (ctx) => {
      await this.audit.append(ctx, {
        action: 'export.made',
        storeId: storeId ?? (actor.stores === '*' ? null : (actor.stores[0] ?? null)),
        subject: `export:${name}`,
        summary: `${name} exported as ${format}`,
        detail: { table: name, ...asked.query },
      });
      return ctx.now();
    });
    const file = `${name}-${at.toISOString().slice(0, 10)}.${format}`;
    void reply.header('content-disposition', `attachment; filename="${file}"`);
    void reply.type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    const rows = this.#rows(actor, asked);
    return reply.send(Readable.from(format === 'csv' ? csv(table, rows) : xlsx(name, table, rows), { objectMode: false }));
  }

  async *#rows(actor: PersonActor, asked: AskedTable): AsyncGenerator<ExportedPage['rows']> {
    let after: readonly (string | number)[] | undefined;
    do {
      const page = await this.work.run(actor, (ctx) => asked.page(ctx, { first: PAGE, limit: PAGE, after }));
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
