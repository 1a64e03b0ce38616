import type { OrderKind } from './till.js';

const CHEAPEST_MINOR = 100;
const PRICES = 20_000;

/** Ordinary sales. */
export const SALES: OrderKind = {
  kind: 'sale',
  weight: 8,
  request: ({ terminal, tillId, currency, roll }) => {
    const amountMinor = CHEAPEST_MINOR + roll(PRICES);
    return { path: '/v1/payments', body: { terminal, amountMinor, currency, tillId }, amountMinor };
  },
};

/** Takes the last sale back, which only works while its batch is open. */
export const REVERSALS: OrderKind = {
  kind: 'reversal',
  weight: 1,
  request: ({ tillId, lastSale }) =>
    lastSale?.paymentId === undefined
      ? undefined
      : {
          path: '/v1/reversals',
          body: { originalPaymentId: lastSale.paymentId, tillId, reason: 'customer changed their mind' },
          amountMinor: lastSale.bookedMinor ?? lastSale.amountMinor,
        },
};

/** Gives money back, half of the time for the last sale; a manager approves at the till. */
export const REFUNDS: OrderKind = {
  kind: 'refund',
  weight: 1,
  request: ({ terminal, tillId, currency, roll, lastSale }) => {
    const original = roll(2) === 0 ? lastSale : undefined;
    const amountMinor = original === undefined ? CHEAPEST_MINOR + roll(2_000) : Math.min(original.amountMinor, CHEAPEST_MINOR);
    const named = original?.paymentId === undefined ? {} : { originalPaymentId: original.paymentId };
    return { path: '/v1/refunds', body: { terminal, amountMinor, currency, tillId, reason: 'goods came back', ...named }, amountMinor };
  },
};

/** What tills of the exam do. */
export const ALL_ORDERS: readonly OrderKind[] = [SALES, REVERSALS, REFUNDS];
