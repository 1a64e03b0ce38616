import type { PayoutParts } from '@tillward/reconciliation';
import type { WorkContext } from '../database/index.js';
import type { ReservePlace } from './reserve.rules.js';

/** A payout as it was worked out, with what is held back of it. */
export interface HeldPayout extends ReservePlace {
  readonly parts: PayoutParts;
}

/** All payouts of a provider. */
export async function heldPayouts(ctx: WorkContext, acquirerId: string): Promise<HeldPayout[]> {
  return await ctx.tx.query(
    `SELECT payout_id AS "payoutId", merchant_no AS "merchantNo", currency, business_day AS "businessDay", held_minor AS "heldMinor", release_day AS "releaseDay", parts::jsonb AS parts
       FROM payout WHERE acquirer_id = $1`,
    [acquirerId],
  );
}

/** Writes that another reserve comes back with a payout than was thought: it is another amount, and what the bank paid of it is found anew. */
export async function changeParts(
  ctx: WorkContext,
  acquirerId: string,
  { payoutId, currency }: Pick<HeldPayout, 'payoutId' | 'currency'>,
  parts: PayoutParts,
): Promise<void> {
  await ctx.tx.query(
    `UPDATE payout SET parts = $4, net_minor = $5, told_state = NULL, state = CASE WHEN due_day IS NULL THEN 'calendarUnknown' ELSE 'awaited' END, changed_at = $6
      WHERE acquirer_id = $1 AND payout_id = $2 AND currency = $3`,
    [acquirerId, payoutId, currency, JSON.stringify(parts), parts.netMinor, ctx.now()],
  );
}
