import { decimalText } from '@tillward/money';
import type { z } from 'zod';
import type { WorkContext } from '../database/index.js';
import { listFeeChecks, listPayouts } from '../funding/index.js';
import type { PageRequest, Role } from '../graphql/index.js';
import { listStatementRows } from '../statements/index.js';
import { listDifferences } from './differences.store.js';
import { type BaseQuery, EXPORT_QUERIES } from './exports.query.js';
import { type CurrencySum, listComparedBatches } from './reconciliation.store.js';
import { listCorrectingEntries } from './remedies.store.js';
import type { Cell } from './table.rules.js';

/** A page of a table's rows, and the key of its last one. */
export interface ExportedPage {
  readonly rows: readonly Cell[][];
  readonly last: readonly (string | number)[] | undefined;
}

/** A table narrowed to what somebody asked for. */
export interface AskedTable {
  readonly query: BaseQuery;
  /** A page of rows after a key. */
  page(ctx: WorkContext, page: PageRequest): Promise<ExportedPage>;
}

/** A table that can be downloaded: the names of its columns, who may read it, and what it can be narrowed to. */
export interface ExportedTable {
  readonly columns: readonly string[];
  readonly readers: ReadonlySet<Role>;
  /** The table narrowed to a query string's filters, or the first of them that is none of its own. */
  ask(query: unknown): AskedTable | { readonly field: string };
}

/** Who may read tables within the own stores. */
export const EXPORT_READERS: ReadonlySet<Role> = new Set(['hq', 'manager', 'auditor']);
/** Who may read what spans stores. */
const CHAIN_READERS: ReadonlySet<Role> = new Set(['hq', 'auditor']);

function exported<Q extends BaseQuery>(given: {
  readonly columns: readonly string[];
  readonly query: z.ZodType<Q>;
  readonly readers?: ReadonlySet<Role>;
  readonly page: (ctx: WorkContext, asked: Q, page: PageRequest) => Promise<ExportedPage>;
}): ExportedTable {
  return {
    columns: given.columns,
    readers: given.readers ?? EXPORT_READERS,
    ask: (query) => {
      const asked = given.query.safeParse(query);
      if (asked.success) return { query: asked.data, page: (ctx, page) => given.page(ctx, asked.data, page) };
      const [issue] = asked.error.issues;
      return { field: (issue?.code === 'unrecognized_keys' ? issue.keys : (issue?.path ?? [])).join('.') };
    },
  };
}

const money = (amountMinor: number | null, currency: string): Cell =>
  amountMinor === null ? null : { decimal: decimalText(amountMinor, currency) };

const countOf = (sums: readonly CurrencySum[]): number => sums.reduce((all, { count }) => all + count, 0);
/** Sums of several currencies in one cell, each behind its code. */
const totalsOf = (sums: readonly CurrencySum[]): string =>
  sums.map(({ currency, minor }) => `${currency} ${decimalText(minor, currency)}`).join('; ');

const differences = exported({
  query: EXPORT_QUERIES.differences,
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
    'acquirer currency',
    'state',
    'owner role',
    'owner',
    'owner name',
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
        money(row.acquirerMinor, row.acquirerCurrency),
        row.acquirerMinor === null ? null : row.acquirerCurrency,
        row.state,
        row.ownerRole,
        row.ownerId,
        row.ownerName,
        row.foundAt.toISOString(),
        row.endedBy,
        row.note,
      ]),
      last: keyOf(rows, (row) => [row.foundAt.toISOString(), row.id]),
    };
  },
});

const batches = exported({
  query: EXPORT_QUERIES.batches,
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
    'terminal rows in other currencies',
    'terminal totals in other currencies',
    'acquirer rows in other currencies',
    'acquirer totals in other currencies',
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
        countOf(row.terminalOthers),
        totalsOf(row.terminalOthers),
        countOf(row.acquirerOthers),
        totalsOf(row.acquirerOthers),
      ]),
      last: keyOf(rows, (row) => [row.businessDay, row.storeId, row.acquirerId, row.account, row.batchNo]),
    };
  },
});

const statementRows = exported({
  query: EXPORT_QUERIES.statementRows,
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
});

const payouts = exported({
  query: EXPORT_QUERIES.payouts,
  readers: CHAIN_READERS,
  columns: [
    'acquirer',
    'payout',
    'account',
    'business day',
    'due day',
    'currency',
    'sales',
    'refunds',
    'chargebacks',
    'fees',
    'deductions',
    'credits',
    'reserve',
    'expected',
    'state',
    'bank entry',
    'bank entry amount',
    'expected of bank entry',
    'days late',
  ],
  page: async (ctx, asked, page) => {
    const rows = await listPayouts(ctx, asked, page);
    return {
      rows: rows.map(({ parts, ...row }) => {
        const isPaid = row.entryFile !== null;
        return [
          row.acquirerId,
          row.payoutId,
          row.account,
          row.businessDay,
          row.dueDay,
          row.currency,
          money(parts.salesMinor, row.currency),
          money(parts.refundsMinor, row.currency),
          money(parts.chargebacksMinor, row.currency),
          money(parts.feesMinor, row.currency),
          money(parts.deductionsMinor, row.currency),
          money(parts.creditsMinor, row.currency),
          money(parts.reserveMinor, row.currency),
          money(row.netMinor, row.currency),
          row.state,
          isPaid ? `${row.entryFile}/${row.entryRow}` : null,
          money(isPaid ? row.receivedMinor : null, row.currency),
          money(isPaid ? row.expectedMinor : null, row.currency),
          row.daysLate,
        ];
      }),
      last: keyOf(rows, (row) => [row.businessDay, row.acquirerId, row.payoutId, row.currency]),
    };
  },
});

const feeChecks = exported({
  query: EXPORT_QUERIES.feeChecks,
  columns: [
    'store',
    'acquirer',
    'terminal',
    'batch',
    'business day',
    'currency',
    'rows',
    'wrong rows',
    'rows without rate',
    'gross',
    'expected fees',
    'charged fees',
    'charged without rate',
    'terms version',
  ],
  page: async (ctx, asked, page) => {
    const rows = await listFeeChecks(ctx, asked, page);
    return {
      rows: rows.map((row) => [
        row.storeId,
        row.acquirerId,
        row.account,
        row.batchNo,
        row.businessDay,
        row.currency,
        row.rows,
        row.wrongRows,
        row.rowsWithoutRate,
        money(row.grossMinor, row.currency),
        money(row.expectedMinor, row.currency),
        money(row.chargedMinor, row.currency),
        money(row.unratedMinor, row.currency),
        row.termsVersion,
      ]),
      last: keyOf(rows, (row) => [row.businessDay, row.storeId, row.fileId, row.account, row.batchNo, row.currency]),
    };
  },
});

const correctingEntries = exported({
  query: EXPORT_QUERIES.correctingEntries,
  columns: [
    'id',
    'store',
    'business day',
    'terminal',
    'currency',
    'amount',
    'reason',
    'difference',
    'request',
    'entered at',
    'asked for by',
    'approved by',
  ],
  page: async (ctx, asked, page) => {
    const rows = await listCorrectingEntries(ctx, asked, page);
    return {
      rows: rows.map((row) => [
        row.id,
        row.storeId,
        row.businessDay,
        row.terminalId,
        row.currency,
        money(row.amountMinor, row.currency),
        row.reason,
        row.differenceId,
        row.requestId,
        row.enteredAt.toISOString(),
        row.requestedBy,
        row.approvedBy,
      ]),
      last: keyOf(rows, (row) => [row.enteredAt.toISOString(), row.id]),
    };
  },
});

/** Tables by the name in their address. */
export const EXPORTED_TABLES: Readonly<Record<string, ExportedTable>> = {
  differences,
  batches,
  'statement-rows': statementRows,
  payouts,
  'fee-checks': feeChecks,
  'correcting-entries': correctingEntries,
};

function keyOf<T>(rows: readonly T[], key: (row: T) => (string | number)[]): readonly (string | number)[] | undefined {
  const last = rows.at(-1);
  return last === undefined ? undefined : key(last);
}
