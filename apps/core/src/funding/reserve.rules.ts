/** A payout as far as reserves go. */
export interface ReservePlace {
  readonly payoutId: string;
  /** Whose money is held back and comes back; '' where rows name no merchant. */
  readonly merchantNo: string;
  readonly currency: string;
  /** The last business day of its rows, `YYYY-MM-DD`. */
  readonly businessDay: string;
  /** Minor units held back of it. */
  readonly heldMinor: number;
  /** From which business day on they are paid out; null: never by themselves. */
  readonly releaseDay: string | null;
}

/** What names one of a provider's payouts. */
export function payoutKey({ payoutId, currency }: Pick<ReservePlace, 'payoutId' | 'currency'>): string {
  return `${payoutId} ${currency}`;
}

/**
 * What comes back with each of a provider's payouts of what was held back of others, in minor units by {@link payoutKey}; 0 where there is none: each reserve comes back with the first payout of its
 * merchant and currency, in order of business day and id, that is of its release day or a later one. A function of the payouts there are: in which order they came to be known changes nothing.
 */
export function releasesOf(payouts: readonly ReservePlace[]): Map<string, bigint> {
  const released = new Map(payouts.map((payout) => [payoutKey(payout), 0n]));
  for (const own of Map.groupBy(payouts, ({ merchantNo, currency }) => `${currency} ${merchantNo}`).values()) {
    const inOrder = own.toSorted((a, b) => compare(a.businessDay, b.businessDay) || compare(a.payoutId, b.payoutId));
    const held = own
      .flatMap(({ heldMinor, releaseDay }) => (heldMinor > 0 && releaseDay !== null ? [{ heldMinor, releaseDay }] : []))
      .toSorted((a, b) => compare(a.releaseDay, b.releaseDay));
    let next = 0;
    for (const payout of inOrder) {
      let sum = 0n;
      for (; next < held.length && held[next]!.releaseDay <= payout.businessDay; next++) sum += BigInt(held[next]!.heldMinor);
      released.set(payoutKey(payout), sum);
    }
  }
  return released;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
