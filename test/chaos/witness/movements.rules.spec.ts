import { expect, test } from 'vitest';
import { type Acknowledged, type Booking, type CoreMovement, compareMovements, unorderedMovements } from './movements.rules.js';

const booking = (name: number, amountMinor = 500, more: Partial<Booking> = {}): Booking => ({
  store: 's1',
  terminal: 's1-t1',
  kind: 'sale',
  name: `trace ${name}`,
  amountMinor,
  currency: 'EUR',
  ...more,
});
const known = (name: number, amountMinor = 500, more: Partial<CoreMovement> = {}): CoreMovement => ({
  ...booking(name, amountMinor),
  paymentId: `p${name}`,
  key: `k${name}`,
  ...more,
});
const told = (name: number, bookedMinor = 500): Acknowledged => ({
  key: `k${name}`,
  paymentId: `p${name}`,
  bookedMinor,
  kind: 'sale',
  store: 's1',
  terminal: 's1-t1',
});

test.each<
  [string, Booking[], CoreMovement[], Acknowledged[], [sent: number, inCore: number, lost: number, doubled: number, wrong: number]]
>([
  ['nothing', [], [], [], [0, 0, 0, 0, 0]],
  ['all three agree', [booking(1), booking(2)], [known(2), known(1)], [told(1), told(2)], [2, 2, 0, 0, 0]],
  ['core never got it', [booking(1), booking(2)], [known(1)], [told(1)], [2, 1, 1, 0, 0]],
  ['core never got it, and the till was told', [booking(1)], [], [told(1)], [1, 0, 1, 0, 0]],
  ['the till was told of what nobody booked', [], [], [told(1)], [1, 0, 1, 0, 0]],
  ['core has what no terminal booked', [], [known(1)], [], [0, 0, 0, 1, 0]],
  ['core has it twice', [booking(1)], [known(1), known(1, 500, { paymentId: 'px', key: 'kx' })], [], [1, 1, 0, 1, 0]],
  ['the terminal took it twice', [booking(1), booking(2)], [known(1)], [told(1)], [2, 1, 1, 0, 0]],
  ['one order became two payments', [booking(1), booking(2)], [known(1), known(2, 500, { key: 'k1' })], [], [2, 2, 0, 1, 0]],
  ['another amount', [booking(1)], [known(1, 501)], [], [1, 1, 0, 0, 1]],
  ['another currency', [booking(1)], [known(1, 500, { currency: 'USD' })], [], [1, 1, 0, 0, 1]],
  ['the till was told another amount', [booking(1)], [known(1)], [told(1, 400)], [1, 1, 0, 0, 1]],
  ['a refund under the same number', [booking(1), booking(1, 500, { kind: 'refund' })], [known(1)], [], [2, 1, 1, 0, 0]],
])('%s', (_name, ledger, core, tills, [sent, inCore, lost, doubled, wrong]) => {
  const findings = compareMovements(ledger, core, tills);
  expect([findings.sent, findings.inCore, findings.lost.length, findings.doubled.length, findings.amountMismatch.length]).toEqual([
    sent,
    inCore,
    lost,
    doubled,
    wrong,
  ]);
});

test('money under a key that no till has used is found', () => {
  expect(unorderedMovements([known(1), known(2), known(3, 500, { key: null })], new Set(['k1']))).toHaveLength(2);
});
