import { sumByCurrency } from '../format/money.js';
import type { BatchState, MoneyFieldsFragment, SettlementBoardQuery } from '../graphql/generated/money/graphql.js';

/** A batch as the board needs it. */
export type BoardBatch = SettlementBoardQuery['batches']['edges'][number]['node'];

/** How a store's day stands: its worst batch, and once all are settled how far the money has come. */
export type DayState = BatchState | 'confirmed' | 'funded';

/** States in the order in which somebody has to look at them. */
const URGENCY: readonly BatchState[] = ['unbalanced', 'missed', 'inDoubt', 'open', 'settling'];

/** A store's business day on the board. */
export interface BoardCell {
  readonly state: DayState;
  /** What the journal booked, per currency. */
  readonly sums: readonly MoneyFieldsFragment[];
  readonly batches: number;
  /** Batches in the state that is shown. */
  readonly inState: number;
  /** The only batch, to go straight to it. */
  readonly only: BoardBatch | undefined;
}

/** How a store's day stands. @throws RangeError without any batch */
export function cellOf(batches: readonly BoardBatch[]): BoardCell {
  if (batches.length === 0) throw new RangeError('a day without batches has no cell');
  const state = dayState(batches);
  return {
    state,
    sums: sumByCurrency(batches.map(({ journal }) => journal)),
    batches: batches.length,
    inState: batches.filter((batch) => stateOf(batch) === state).length,
    only: batches.length === 1 ? batches[0] : undefined,
  };
}

/** A settled batch is as far as its money. One whose difference two people answered for needs nobody any more. */
function stateOf({ state, money, handling }: BoardBatch): DayState {
  const done = state === 'settled' || state === 'recovered' || (state === 'unbalanced' && handling === 'accepted');
  if (!done) return state;
  if (money === 'funded' || money === 'confirmed') return money;
  return 'settled';
}

function dayState(batches: readonly BoardBatch[]): DayState {
  const states = new Set(batches.map(stateOf));
  const urgent = URGENCY.find((state) => states.has(state));
  if (urgent !== undefined) return urgent;
  for (const state of ['settled', 'confirmed'] as const) if (states.has(state)) return state;
  return 'funded';
}

/** Cells by store, then by business day. */
export function boardOf(batches: readonly BoardBatch[]): Map<string, Map<string, BoardCell>> {
  const board = new Map<string, Map<string, BoardCell>>();
  for (const [storeId, ofStore] of Map.groupBy(batches, (batch) => batch.storeId)) {
    const days = new Map<string, BoardCell>();
    for (const [day, ofDay] of Map.groupBy(ofStore, (batch) => batch.businessDay)) days.set(day, cellOf(ofDay));
    board.set(storeId, days);
  }
  return board;
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
