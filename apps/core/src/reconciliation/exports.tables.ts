import { decimalText } from '@tillward/money';
import type { WorkContext } from '../database/index.js';
import type { PageRequest } from '../graphql/index.js';
import { listStatementRows } from '../statements/index.js';
import { listDifferences } from './differences.store.js';
import type { ExportQuery } from './exports.http.js';
import { listComparedBatches } from './reconciliation.store.js';
import type { Cell } from './table.rules.js';

/** A table that can be downloaded: the names of its columns, and its rows page by page. */
export interface ExportedTable {
  readonly columns: readonly string[];
  /** A page of rows after a key, and the key of its last one. */
  page(
    ctx: WorkContext,
    asked: ExportQuery,
    page: PageRequest,
  ): Promise<{ readonly rows: Cell[][]; readonly last: readonly (string | number)[] | undefined }>;
}

const money = (amountMinor: number | null, currency: string): Cell =>
  amountMinor === null ? null : { decimal: decimalText(amountMinor, currency) };

const differences: ExportedTable = {
  columns: [
    'id',
    'store',
    'acquirer',
    'type',
    'business day',
    'terminal',
    'batch',
    'trace',
    'row type',
    'currency',
    'terminal amount',
    'acquirer amount',
    'state',
    'owner role',
    'owner',
    'found at',
    'ended by',
    'note',
  ],
  page: async (ctx, asked, page) => {
    const type = asked.type?.filter((one) => one !== 'matched');
    const rows = await listDifferences(ctx, { ...asked, type }, page);
    return {
      rows: rows.map((row) => [
        row.id,
        row.storeId,
        row.acquirerId,
        row.type,
        row.businessDay,
        row.terminalId,
        row.batchNo,
        row.traceNo,
        row.rowType,
        row.currency,
        money(row.terminalMinor, row.currency),
        money(row.acquirerMinor, row.currency),
        row.state,
        row.ownerRole,
        row.ownerId,
        row.foundAt.toISOString(),
        row.endedBy,
        row.note,
      ]),
      last: keyOf(rows, (row) => [row.foundAt.toISOString(), row.id]),
    };
  },
};

const batches: ExportedTable = {
  columns: [
    'store',
    'acquirer',
    'terminal',
    'batch',
    'business day',
    'currency',
    'terminal count',
    'terminal total',
    'acquirer count',
    'acquirer total',
    'acquirer fees',
    'equal',
  ],
  page: async (ctx, asked, page) => {
    const rows = await listComparedBatches(ctx, asked, page);
    return {
      rows: rows.map((row) => [
        row.storeId,
        row.acquirerId,
        row.account,
        row.batchNo,
        row.businessDay,
        row.currency,
        row.terminalCount,
        money(row.terminalMinor, row.currency),
        row.acquirerCount,
        money(row.acquirerMinor, row.currency),
        money(row.acquirerFeeMinor, row.currency),
        row.equal ? 'yes' : 'no',
      ]),
      last: keyOf(rows, (row) => [row.businessDay, row.storeId, row.acquirerId, row.account, row.batchNo]),
    };
  },
};

const statementRows: ExportedTable = {
  columns: [
    'file',
    'line',
    'store',
    'terminal',
    'type',
    'business day',
    'merchant',
    'terminal number',
    'batch',
    'trace',
    'reference',
    'card',
    'currency',
    'gross',
    'fee',
    'net',
    'payout',
  ],
  page: async (ctx, asked, page) => {
    const { storeId, acquirerId, terminalId, businessDay } = asked;
    const rows = await listStatementRows(ctx, { storeId, acquirerId, terminalId, businessDay, superseded: false }, page);
    return {
      rows: rows.map((row) => [
        row.fileId,
        row.line,
        row.storeId,
        row.terminalId,
        row.type,
        row.businessDay,
        row.merchantNo,
        row.terminalNo,
        row.batchNo,
        row.traceNo,
        row.reference,
        row.cardLast4,
        row.currency,
        money(row.grossMinor, row.currency),
        money(row.feeMinor, row.currency),
        money(row.netMinor, row.currency),
        row.payout,
      ]),
      last: keyOf(rows, (row) => [row.fileId, row.rowNo]),
    };
  },
};

/** Tables by the name in their address. */
export const EXPORTED_TABLES: Readonly<Record<string, ExportedTable>> = { differences, batches, 'statement-rows': statementRows };

function keyOf<T>(rows: readonly T[], key: (row: T) => (string | number)[]): readonly (string | number)[] | undefined {
  const last = rows.at(-1);
  return last === undefined ? undefined : key(last);
}
