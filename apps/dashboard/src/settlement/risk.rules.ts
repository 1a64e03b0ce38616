import type { FundsFieldsFragment, MoneyFieldsFragment } from '../graphql/generated/money/graphql.js';

/** Unsettled money of one store in one currency. */
export type FundsRow = FundsFieldsFragment;

/** Below this somebody has to settle now. */
export const SOON_MINUTES = 60;
/** Stores a picture shows; the table has all. */
export const MOST_SHOWN = 8;

/** How urgent a store's unsettled money is. */
export type Urgency = 'late' | 'soon' | 'calm';

/** One store on the way to its cut-off. */
export interface RiskRow {
  readonly id: string;
  readonly storeId: string;
  readonly name: string;
  readonly amount: MoneyFieldsFragment;
  /** The part that is late already, whatever is done now; null where nothing is. */
  readonly late: MoneyFieldsFragment | null;
  readonly cutOffAt: string | null;
  /** Whole minutes until the next cut-off; null where none is to come. */
  readonly minutesLeft: number | null;
  readonly urgency: Urgency;
}

/** Stores with unsettled money: those that are late first, then whose cut-off comes next, then the larger amount within a currency. */
export function riskRows(rows: readonly FundsRow[], nowMs: number): RiskRow[] {
  return rows
    .filter(({ count, storeId }) => count > 0 && storeId !== null)
    .map((row) => riskRow(row, nowMs))
    .sort(
      (a, b) =>
        Number(b.late !== null) - Number(a.late !== null) ||
        (a.minutesLeft ?? -1) - (b.minutesLeft ?? -1) ||
        a.amount.currency.localeCompare(b.amount.currency) ||
        b.amount.amountMinor - a.amount.amountMinor ||
        a.name.localeCompare(b.name),
    );
}

function riskRow({ id, storeId, name, amount, late, lateCount, cutOffAt }: FundsRow, nowMs: number): RiskRow {
  const minutesLeft = cutOffAt === null ? null : Math.max(0, Math.floor((Date.parse(cutOffAt) - nowMs) / 60_000));
  const isLate = lateCount > 0;
  return {
    id,
    storeId: storeId ?? '',
    name,
    amount,
    late: isLate ? late : null,
    cutOffAt,
    minutesLeft,
    urgency: isLate || minutesLeft === null ? 'late' : minutesLeft < SOON_MINUTES ? 'soon' : 'calm',
  };
}

/** Rows with one changed or gone: a place without unsettled transactions is at no risk. */
export function withRow(rows: readonly FundsRow[], changed: FundsRow): FundsRow[] {
  const others = rows.filter(({ id }) => id !== changed.id);
  return changed.count > 0 ? [...others, changed] : others;
}
