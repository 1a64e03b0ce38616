import { describe, expect, it } from 'vitest';
import type { MessageReference } from './request.js';
import { forgetOld, isServiceId, nextServiceId, SERVICE_ID_LIFETIME_MS, type SentOrder } from './service-id.rules.js';
import { abortTarget, begin, end, NEW_SESSION, ownServiceId, rememberOrder, sentAs } from './session.rules.js';

const NOW = Date.UTC(2026, 10, 21);
const bytes = (...values: number[]) => Uint8Array.from(values);
const order = (atMs = NOW): SentOrder => ({ amountMinor: 100, currency: 'EUR', atMs });
const reference: MessageReference = { category: 'Payment', serviceId: '000001TEST', saleId: 's', poiId: 'p' };

describe('ServiceIDs of our own', () => {
  it('have ten letters and digits and never look like an order', () => {
    const { id } = nextServiceId(0, NOW, bytes(255, 255));
    expect(id).toHaveLength(10);
    expect(isServiceId(id)).toBe(true);
    expect(id).toMatch(/^S/);
  });

  it('differ as long as the driver lives, also within a second and when the clock goes back', () => {
    let session = NEW_SESSION;
    const made = new Set<string>();
    for (const at of [NOW, NOW, NOW + 10, NOW - 3_600_000, NOW - 86_400_000, NOW + 1_000, NOW + 2_000]) {
      const next = ownServiceId(session, at, bytes(0, 0));
      session = next.session;
      made.add(next.id);
    }
    expect(made.size).toBe(7);
  });

  it.each(['', '12345678901', 'A-1', 'ä', 'A B'])('"%s" is none', (text) => {
    expect(isServiceId(text)).toBe(false);
  });
});

describe('orders', () => {
  it('are sent once in 48 h', () => {
    const orders = new Map<string, SentOrder>();
    rememberOrder(orders, 'A', order());
    expect(() => rememberOrder(orders, 'A', order(NOW + SERVICE_ID_LIFETIME_MS))).toThrow(RangeError);
    rememberOrder(orders, 'A', order(NOW + SERVICE_ID_LIFETIME_MS + 1));
    expect(orders.size).toBe(1);
  });

  it('are forgotten when every terminal has', () => {
    const orders = new Map([
      ['A', order()],
      ['B', order(NOW + 5)],
      ['C', order(NOW + 10)],
    ]);
    forgetOld(orders, NOW + SERVICE_ID_LIFETIME_MS + 6);
    expect([...orders.keys()]).toEqual(['C']);
  });
});

describe('a session', () => {
  it('runs one exchange at a time', () => {
    const running = begin(NEW_SESSION)!;
    expect(begin(running)).toBeNull();
    expect(begin(end(running, false))).not.toBeNull();
  });

  it('aborts the running order, then the lost one, then nothing', () => {
    expect(abortTarget(NEW_SESSION)).toBeNull();
    const begun = begin(NEW_SESSION)!;
    expect(abortTarget(begun)).toBeNull();
    const sent = sentAs(begun, reference);
    expect(abortTarget(sent)).toEqual(reference);
    const lost = end(sent, true);
    expect(abortTarget(lost)).toEqual(reference);
    expect(abortTarget(end(sentAs(begin(lost)!, null), false))).toEqual(reference);
    expect(abortTarget(end(sentAs(begin(lost)!, { ...reference, serviceId: '000002TEST' }), false))).toBeNull();
    expect(abortTarget(end(sent, false))).toBeNull();
  });
});
