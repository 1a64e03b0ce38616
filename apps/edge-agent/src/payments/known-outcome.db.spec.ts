import { EVENT_TYPE } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let paymentId: string;

/** A payment is in doubt and the terminal has booked another one since, as after the gateway's data went back to an older copy. */
beforeEach(async () => {
  store = new TestStore();
  const terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  terminal.nextSale = 'lostAfterBooking';
  void edge.pay('key-0001');
  await store.clock.until(() => edge.entries('PaymentInDoubt').length > 0);
  terminal.book(999);
  paymentId = edge.entries('PaymentInDoubt')[0]!.payload.paymentId;
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

/** Core's command with these parameters, answered. */
async function told(parameters: Record<string, string>, terminal = 't1') {
  const command = store.core.command(terminal, 'adoptOutcome', store.clock.now(), { parameters });
  edge.commands.receive(store.core.event(EVENT_TYPE.command, command));
  await store.clock.until(() => /succeeded|failed/.test(edge.commands.find(command.id)?.state ?? ''));
  return edge.commands.find(command.id);
}
const BOOKED = { state: 'completed', amountMinor: '1250', currency: 'EUR', traceNo: '1', receiptNo: '4', cardLast4: '1234' };

describe('a payment whose terminal no longer tells what became of it', () => {
  it('stays in doubt, and core is told so once more, and then every hour', async () => {
    await store.clock.until(() => edge.entries('PaymentInDoubt').length === 2, 60_000);
    const then = store.clock.now();
    await store.clock.until(() => edge.entries('PaymentInDoubt').length === 3, 2 * 3_600_000);
    expect(store.clock.now() - then).toBeGreaterThan(50 * 60_000);
    expect(edge.payments.find(paymentId)).toMatchObject({ state: 'inDoubt' });
    expect(edge.entries('PaymentResolved')).toEqual([]);
  });

  it('ends as core says that this gateway told it before, and the terminal sells again', async () => {
    expect(await told({ paymentId, ...BOOKED })).toMatchObject({ state: 'succeeded', detail: 'the payment was booked' });
    expect(edge.entries('PaymentResolved')[0]!.payload).toMatchObject({
      paymentId,
      booked: { amountMinor: 1_250, currency: 'EUR', traceNo: 1, receiptNo: 4, cardLast4: '1234' },
      asked: 'core, which was told before',
    });
    await store.clock.until(() => !edge.terminals.get('t1')!.occupied);
    expect(await edge.pay('key-0002')).toMatchObject({ ok: true, view: { state: 'completed' } });
    expect(await told({ paymentId, ...BOOKED })).toMatchObject({ state: 'succeeded', detail: 'its outcome was known already' });
    expect(edge.entries('PaymentResolved')).toHaveLength(1);
  });

  it('has failed when core was told that it was not booked', async () => {
    expect(await told({ paymentId, state: 'declined' })).toMatchObject({ state: 'succeeded', detail: 'the payment was not booked' });
    expect(edge.payments.find(paymentId)).toMatchObject({ state: 'failed' });
  });

  it.each<[string, Record<string, string>, string]>([
    ['another amount', { ...BOOKED, amountMinor: '1251' }, 'outcomeUnusable'],
    ['another currency', { ...BOOKED, currency: 'USD' }, 'outcomeUnusable'],
    ['no trace number', { state: 'completed', amountMinor: '1250', currency: 'EUR' }, 'outcomeUnusable'],
    ['no outcome', { state: 'started' }, 'outcomeUnusable'],
    ['a payment nobody knows', { ...BOOKED, paymentId: '2052a146-cce1-47ac-a259-218cd817524a' }, 'unknownPayment'],
  ])('is not ended by %s', async (_what, parameters, code) => {
    expect(await told({ paymentId, ...parameters })).toMatchObject({ state: 'failed', code });
    expect(edge.payments.find(paymentId)).toMatchObject({ state: 'inDoubt' });
  });
});
