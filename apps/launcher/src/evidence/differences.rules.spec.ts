import { expect, test } from 'vitest';
import { type BookedSale, compareSales, isClean } from './differences.rules.js';

const sale = (traceNo: number, amountMinor = 500, terminal = 'be-1', currency = 'EUR'): BookedSale => ({
  store: 'berlin',
  terminal,
  traceNo,
  amountMinor,
  currency,
});

test.each([
  ['nothing at all', [], [], [0, 0, 0]],
  ['the same on both sides, in another order', [sale(1), sale(2)], [sale(2), sale(1)], [0, 0, 0]],
  ['one that core never got', [sale(1), sale(2)], [sale(1)], [1, 0, 0]],
  ['one that core has twice', [sale(1)], [sale(1), sale(1)], [0, 1, 0]],
  ['one that no terminal booked', [], [sale(9)], [0, 1, 0]],
  ['another amount', [sale(1, 500)], [sale(1, 501)], [0, 0, 1]],
  ['another currency', [sale(1)], [sale(1, 500, 'be-1', 'USD')], [0, 0, 1]],
  ['the same trace number at another terminal', [sale(1)], [sale(1, 500, 'be-2')], [1, 1, 0]],
  ['twice at the terminal, once in core', [sale(1), sale(1)], [sale(1)], [1, 0, 0]],
  ['twice in core, once with another amount', [sale(1)], [sale(1, 999), sale(1)], [0, 1, 0]],
])('%s', (_what, ledger, core, [missing, doubled, amountMismatch]) => {
  const differences = compareSales(ledger, core);
  expect(differences).toEqual({ terminalLedger: ledger.length, core: core.length, missing, doubled, amountMismatch });
  expect(isClean(differences)).toBe(missing === 0 && doubled === 0 && amountMismatch === 0);
});
