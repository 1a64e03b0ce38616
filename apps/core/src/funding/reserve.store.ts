import type { WorkContext } from '../database/index.js';
import { exactMinor } from './exact.rules.js';
import type { PayoutRow } from './payouts.store.js';

/** Which payout, and the last business day of its rows. */
type PayoutPlace = Pick<PayoutRow, 'acquirerId' | 'payoutId' | 'currency' | 'businessDay'>;

/**
 * What was held back of earlier payouts and is paid out with this one: of all whose business day is `days` calendar days or more before, as far as no other payout has it. Each is released once; asking
 * again answers the same. Throws InexactSum when they add up to more than is exact.
 */
export async function releaseHeld(
  ctx: WorkContext,
  { acquirerId, payoutId, currency, businessDay }: PayoutPlace,
  days: number,
): Promise<number> {
  await ctx.tx.query(
    `UPDATE payout SET released_by = $2 WHERE acquirer_id = $1 AND currency = $3 AND held_minor > 0 AND payout_id <> $2 AND business_day <= $4::date - $5::int AND released_by IS NULL`,
    [acquirerId, payoutId, currency, businessDay, days],
  );
  const rows: { minor: string }[] = await ctx.tx.query(
    'SELECT coalesce(sum(held_minor), 0)::text AS minor FROM payout WHERE acquirer_id = $1 AND currency = $3 AND released_by = $2',
    [acquirerId, payoutId, currency],
  );
  return exactMinor(rows[0]!.minor);
}

/** Writes what is held back of a payout. */
export async function keepHeld(ctx: WorkContext, { acquirerId, payoutId, currency }: PayoutPlace, heldMinor: number): Promise<void> {
  await ctx.tx.query('UPDATE payout SET held_minor = $4 WHERE acquirer_id = $1 AND payout_id = $2 AND currency = $3', [
    acquirerId,
    payoutId,
    currency,
    heldMinor,
  ]);
}

/** What payouts that are there no longer had released is to be released again. */
export async function forgetReleases(ctx: WorkContext, acquirerId: string): Promise<void> {
  await ctx.tx.query(
    `UPDATE payout p SET released_by = NULL WHERE acquirer_id = $1 AND released_by IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM payout o WHERE o.acquirer_id = p.acquirer_id AND o.payout_id = p.released_by AND o.currency = p.currency)`,
    [acquirerId],
  );
}
