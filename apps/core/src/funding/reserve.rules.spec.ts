import { describe, expect, it } from 'vitest';
import { type ReservePlace, releasesOf } from './reserve.rules.js';

const place = (day: number, heldMinor: number, releaseDay: number | null, more: Partial<ReservePlace> = {}): ReservePlace => ({
  payoutId: `day ${day}`,
  merchantNo: '',
  currency: 'EUR',
  businessDay: `2026-10-${String(day).padStart(2, '0')}`,
  heldMinor,
  releaseDay: releaseDay === null ? null : `2026-10-${String(releaseDay).padStart(2, '0')}`,
  ...more,
});
const found = (...payouts: ReservePlace[]) => Object.fromEntries([...releasesOf(payouts)].map(([key, minor]) => [key, Number(minor)]));

describe('what was held back', () => {
  it('comes back with the first payout of its day or later, whatever the order they are told in', () => {
    const payouts = [place(1, 1_000, 6), place(6, 2_000, 11), place(7, 3_000, 12), place(20, 0, null)];
    const expected = { 'day 1 EUR': 0, 'day 6 EUR': 1_000, 'day 7 EUR': 0, 'day 20 EUR': 5_000 };
    expect(found(...payouts)).toEqual(expected);
    expect(found(...payouts.toReversed())).toEqual(expected);
  });

  it('comes back once where two payouts are of one day, and in its own currency', () => {
    expect(found(place(1, 100, 6), place(6, 0, null, { payoutId: 'b' }), place(6, 0, null, { payoutId: 'a' }))).toEqual({
      'day 1 EUR': 0,
      'a EUR': 100,
      'b EUR': 0,
    });
    expect(found(place(1, 100, 6), place(6, 0, null, { currency: 'USD' }))).toEqual({ 'day 1 EUR': 0, 'day 6 USD': 0 });
  });

  it('stays held back without a day, and until there is a payout', () => {
    expect(found(place(1, 100, null), place(2, 100, 9), place(8, 0, null))).toEqual({ 'day 1 EUR': 0, 'day 2 EUR': 0, 'day 8 EUR': 0 });
  });

  it('comes back to the merchant it was held back of', () => {
    const payouts = [
      place(1, 1_000, 6, { merchantNo: 'N0' }),
      place(6, 0, null, { payoutId: 'other', merchantNo: 'N1' }),
      place(7, 0, null, { merchantNo: 'N0' }),
    ];
    expect(found(...payouts)).toEqual({ 'day 1 EUR': 0, 'other EUR': 0, 'day 7 EUR': 1_000 });
  });
});
