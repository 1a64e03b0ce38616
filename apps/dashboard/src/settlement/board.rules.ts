import { type Amount, sumByCurrency } from '../format/money.js';
import type { SettlementBoardQuery } from '../graphql/generated/money/graphql.js';

/** A store with its days, as the server sums them: one row for each business day and currency. */
export type BoardStore = SettlementBoardQuery['settlementBoard']['edges'][number]['node'];
/** A store's batches of one business day and currency. */
export type BoardDay = BoardStore['days'][number];

/** States in the order in which somebody has to look at them; once all is settled, how far the money has come. */
const ORDER = ['unbalanced', 'missed', 'inDoubt', 'open', 'settling', 'settled', 'confirmed', 'funded'] as const;

/** How far the money of settled batches has come: each includes what comes after it. */
const PROGRESS: readonly string[] = ['settled', 'confirmed', 'funded'] satisfies readonly (typeof ORDER)[number][];

/** How a store's day stands: its worst batch, or its slowest money. */
export type DayState = (typeof ORDER)[number];

/** A store's business day on the board. */
export interface BoardCell {
  readonly state: DayState;
  /** What the journal booked, per currency. */
  readonly sums: readonly Amount[];
  /** The part of it that is not settled, per currency; empty where that is nothing or all. */
  readonly unsettled: readonly Amount[];
  readonly batches: number;
  /** Batches in the state that is shown; of settled and confirmed ones also those whose money has come further. */
  readonly inState: number;
  /** The only batch, to go straight to it. */
  readonly only: { readonly terminalId: string; readonly batchNo: number } | undefined;
}

/** How a store's day stands. @throws RangeError without any batch */
export function cellOf(rows: readonly BoardDay[]): BoardCell {
  const sum = (pick: (row: BoardDay) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const state = ORDER.find((each) => rows.some((row) => row[each] > 0));
  if (state === undefined) throw new RangeError('a day without batches has no cell');
  const batches = sum((row) => row.batches);
  // What was settled is settled still once the acquirer confirmed it or the bank paid it.
  const counted = PROGRESS.includes(state) ? ORDER.slice(ORDER.indexOf(state)) : [state];
  const unsettled = rows.filter((row) => row.unsettledMinor !== 0);
  const only = batches === 1 ? rows.find((row) => row.batches === 1) : undefined;
  return {
    state,
    sums: sumByCurrency(rows.map(({ journalMinor, currency }) => ({ amountMinor: journalMinor, currency }))),
    unsettled:
      unsettled.length === 0 || rows.every((row) => row.unsettledMinor === row.journalMinor)
        ? []
        : sumByCurrency(unsettled.map(({ unsettledMinor, currency }) => ({ amountMinor: unsettledMinor, currency }))),
    batches,
    inState: counted.reduce((count, each) => count + sum((row) => row[each]), 0),
    only: only?.onlyTerminalId && only.onlyBatchNo !== null ? { terminalId: only.onlyTerminalId, batchNo: only.onlyBatchNo } : undefined,
  };
}

/** Cells by store, then by business day. */
export function boardOf(stores: readonly BoardStore[]): Map<string, Map<string, BoardCell>> {
  return new Map(
    stores.map(({ storeId, days }) => [
      storeId,
      new Map([...Map.groupBy(days, (row) => row.businessDay)].map(([day, rows]) => [day, cellOf(rows)])),
    ]),
  );
}

/** The `count` calendar days up to and with `last`, newest first. */
export function daysThrough(last: string, count: number): string[] {
  const end = Date.parse(`${last}T00:00:00Z`);
  return Array.from({ length: count }, (_, back) => new Date(end - back * 86_400_000).toISOString().slice(0, 10));
}

/** The calendar day of an instant where the viewer is, YYYY-MM-DD. */
export function dayAt(instant: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).formatToParts(instant);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** The newest business day there is: the viewer's day, or that of a store where it is later already. */
export const newestDay = (today: string, stores: readonly { readonly businessDay: string }[]): string =>
  stores.reduce((newest, { businessDay }) => (businessDay > newest ? businessDay : newest), today);
