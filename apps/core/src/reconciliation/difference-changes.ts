import type { WorkContext } from '../database/index.js';
import { changedDifferences, type DifferenceRow } from './differences.store.js';

/** A transaction may commit so long after the time its changes bear; its changes are looked for that far back. */
const LATE_MS = 60_000;
/** Most differences told in one round; who follows a store reads its list anew when a run changed more. */
const MOST_AT_ONCE = 500;

/** What one subscriber was told of a store's differences: each change once, however many rounds see it, and whatever is older than the last one told. */
export class DifferenceChanges {
  /** What was told of the differences that are still looked at. */
  #told = new Map<string, string>();

  constructor(private readonly storeId: string) {}

  /** What changed and wasn't told yet, the newest first. */
  async fresh(ctx: WorkContext): Promise<DifferenceRow[]> {
    const rows = await changedDifferences(ctx, this.storeId, new Date(ctx.now().getTime() - LATE_MS), MOST_AT_ONCE);
    const before = this.#told;
    this.#told = new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
    return rows.filter((row) => before.get(row.id) !== this.#told.get(row.id));
  }
}
