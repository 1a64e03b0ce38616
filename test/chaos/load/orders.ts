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

/** What tills of the exam do. */
export const ALL_ORDERS: readonly OrderKind[] = [SALES];
