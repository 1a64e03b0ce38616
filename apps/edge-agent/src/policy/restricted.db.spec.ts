import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';

const DAY_MS = 24 * 3_600_000;

let store: TestStore;
let edge: TestEdge;

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

describe('restricted mode', () => {
  it('gives no money back, and goes on selling, closing and opening', async () => {
    const sale = await edge.pay('sale-0001');
    const originalPaymentId = sale.ok ? sale.view.paymentId : '';
    edge.restricted.offlineFor(7 * DAY_MS);
    expect(await edge.payments.reverse({ originalPaymentId, tillId: 'till-1', reason: 'wrong' }, 'back-0001')).toEqual({
      ok: false,
      code: 'restrictedMode',
    });
    const refund = { terminal: 't1', amountMinor: 100, currency: 'EUR', tillId: 'till-1', reason: 'goods returned' };
    expect(await edge.payments.refund(refund, 'back-0002')).toEqual({ ok: false, code: 'restrictedMode' });
    expect(await edge.pay('sale-0002')).toMatchObject({ ok: true, view: { state: 'completed' } });
    edge.acknowledging = false;
    edge.closing.start({ businessDay: '2026-05-04', by: 'policy', scheduledFor: null, commandId: null }, ['t1', 't2']);
    await store.clock.until(() => edge.entries('ClosingFinished').length > 0);
    expect(edge.entries('ClosingFinished')[0]!.payload.blocked).toEqual([]);
    edge.opening.start({ businessDay: '2026-05-05', by: 'policy', scheduledFor: null, commandId: null }, ['t1']);
    await store.clock.until(() => edge.entries('OpeningFinished').length > 1);
    expect(edge.entries('OpeningFinished')[1]!.payload.ready).toEqual(['t1']);
    edge.restricted.offlineFor(0);
    expect(edge.entries('RestrictedModeLeft')).toHaveLength(1);
  });
});
