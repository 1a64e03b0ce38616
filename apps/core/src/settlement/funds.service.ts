import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '@tillward/policy';
import type { WorkContext } from '../database/index.js';
import { Policy } from '../policy/index.js';
import { type FundsLevel, type FundsRow, fundsAtRisk, type UnsettledRow } from './funds.rules.js';

/** Reads funds at risk, within the actor's stores, against the cut-offs of their effective policies. */
@Injectable()
export class FundsService {
  constructor(@Inject(Policy) private readonly policy: Policy) {}

  /** Places with something unsettled, largest amounts first. */
  async atRisk(ctx: WorkContext, level: FundsLevel): Promise<FundsRow[]> {
    return (await this.#read(ctx, level, null, false)).filter((row) => row.count > 0);
  }

  /**
   * What a change means: of terminals and stores those of the changed stores (null: of all), of regions and the chain all, each also when nothing is unsettled there
   * any more. Changes in stores the actor doesn't see mean nothing.
   */
  async changed(ctx: WorkContext, level: FundsLevel, storeIds: readonly string[] | null): Promise<FundsRow[]> {
    if (level === 'terminal' || level === 'store') return await this.#read(ctx, level, storeIds, true);
    const seen: unknown[] = await ctx.tx.query('SELECT 1 FROM store WHERE $1::text[] IS NULL OR store_id = ANY($1) LIMIT 1', [storeIds]);
    return seen.length === 0 ? [] : await this.#read(ctx, level, null, true);
  }

  async #read(ctx: WorkContext, level: FundsLevel, storeIds: readonly string[] | null, withEmpty: boolean): Promise<FundsRow[]> {
    const rows: UnsettledRow[] = await ctx.tx.query(UNSETTLED, [storeIds, withEmpty]);
    const stores = [...new Set(rows.map(({ storeId }) => storeId))];
    const settings: ReadonlyMap<string, Settings> = await this.policy.settingsOf(ctx, stores);
    return fundsAtRisk(level, rows, (storeId) => settings.get(storeId)!, ctx.now().getTime());
  }
}

const UNSETTLED = `
  SELECT s.store_id AS "storeId", s.name AS "storeName", coalesce(s.region, s.city) AS region, s.time_zone AS "timeZone", u.terminal_id AS "terminalId",
         coalesce(t.name, u.terminal_id) AS "terminalName", u.currency, u.business_day AS "businessDay", u.minor AS "amountMinor", u.count, u.batches
    FROM (
      SELECT store_id, terminal_id, currency, business_day, sum(journal_minor)::bigint AS minor, sum(journal_count)::int AS count, count(*)::int AS batches
        FROM batch WHERE settled_at IS NULL AND journal_count > 0 AND ($1::text[] IS NULL OR store_id = ANY($1))
       GROUP BY store_id, terminal_id, currency, business_day
      UNION ALL
      SELECT store_id, terminal_id, currency, NULL, 0, 0, 0 FROM terminal WHERE $2 AND ($1::text[] IS NULL OR store_id = ANY($1))
    ) u
    JOIN store s ON s.store_id = u.store_id
    LEFT JOIN terminal t ON t.store_id = u.store_id AND t.terminal_id = u.terminal_id`;
