import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isIntact, receiptDigests, seal } from './evidence.rules.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const entryOf = (seq: number, payload: unknown) => ({ seq, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) });

describe('receiptDigests', () => {
  it('takes the receipts of one batch, says where there is none, and names what can’t be read', () => {
    const found = receiptDigests(
      [
        entryOf(1, { batchNo: 7, paymentId: 'a', booked: {}, receipt: ['Sale', 'Total'] }),
        entryOf(2, { batchNo: 7, paymentId: 'b', booked: {} }),
        entryOf(3, { batchNo: 8, paymentId: 'c', booked: {}, receipt: ['Other'] }),
        entryOf(4, { batchNo: 7, paymentId: 'd', booked: null }),
        entryOf(5, '{broken'),
        entryOf(6, 'null'),
      ],
      7,
    );
    expect(found).toEqual({
      receipts: [
        { paymentId: 'a', seq: 1, digest: sha256('["Sale","Total"]') },
        { paymentId: 'b', seq: 2, digest: null },
      ],
      unreadable: [5, 6],
    });
  });
});

describe('seal', () => {
  it('is the same for the same facts in whatever order, and shows every change', () => {
    const sealed = seal({ b: 2, a: { d: new Date(0), c: [1, null] } });
    expect(sealed.content).toBe('{"a":{"c":[1,null],"d":"1970-01-01T00:00:00.000Z"},"b":2}');
    expect(seal({ a: { c: [1, null], d: new Date(0) }, b: 2 })).toEqual(sealed);
    expect([isIntact(sealed), isIntact({ ...sealed, content: sealed.content.replace('2', '3') })]).toEqual([true, false]);
  });
});
