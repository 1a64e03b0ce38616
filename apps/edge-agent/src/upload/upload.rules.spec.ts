import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ackTimeoutMs,
  afterAck,
  afterResend,
  afterSend,
  afterSilence,
  freshWindow,
  nextBatch,
  type UploadWindow,
  type WindowLimits,
} from './upload.rules.js';

const LIMITS: WindowLimits = { batches: 3, entries: 10 };

const sendAll = (window: UploadWindow, head: number, sent: [number, number][] = []): UploadWindow => {
  let next = window;
  for (;;) {
    const batch = nextBatch(next, head, LIMITS);
    if (!batch) return next;
    sent.push([batch.fromSeq, batch.fromSeq + batch.limit - 1]);
    next = afterSend(next, batch.fromSeq, batch.fromSeq + batch.limit - 1);
  }
};

describe('upload window', () => {
  it('keeps several batches in flight and no more', () => {
    const sent: [number, number][] = [];
    const window = sendAll({ ...freshWindow(0), open: 8 }, 100, sent);
    expect(sent).toEqual([
      [1, 10],
      [11, 20],
      [21, 30],
    ]);
    expect(afterAck(window, 10).inFlight).toHaveLength(2);
  });

  it('U1: an old acknowledgement changes nothing', () => {
    const window = afterAck(sendAll(freshWindow(0), 30), 20);
    expect(afterAck(window, 10)).toBe(window);
  });

  it('goes back to what core asks for, also behind what it acknowledged', () => {
    const window = afterAck(sendAll(freshWindow(0), 30), 20);
    expect(afterResend(window, 5)).toMatchObject({ acked: 20, nextSeq: 5, inFlight: [] });
    expect(afterResend(window, 99)).toBe(window);
  });

  it('probes with one batch after a silence, and opens again when core answers', () => {
    const silent = afterSilence(sendAll(freshWindow(0), 100));
    expect(sendAll(silent, 100).inFlight).toHaveLength(1);
    expect(sendAll(afterAck(sendAll(silent, 100), 10), 100).inFlight).toHaveLength(3);
  });

  it('widens with quick answers up to its limit, and narrows while batches queue up', () => {
    const limits = { batches: 8, entries: 10 };
    const one = (open: number, tookMs: number) =>
      afterAck(afterSend({ ...freshWindow(0), open }, 1, 10, 1_000), 10, 1_000 + tookMs, limits).open;
    expect([one(2, 300), one(8, 300), one(4, 1_500), one(4, 2_001), one(1, 9_000)]).toEqual([3, 8, 4, 3, 1]);
  });

  it('waits longer with every silence, with an end', () => {
    expect([0, 1, 2, 3, 50].map(ackTimeoutMs)).toEqual([5_000, 10_000, 20_000, 20_000, 20_000]);
  });

  it('U2 U3: whatever is lost, doubled or asked for again, nothing unacknowledged is forgotten and everything arrives in the end', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('deliver' as const), lost: fc.boolean(), ackLost: fc.boolean(), doubled: fc.boolean() }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 25 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('silence' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const core = new CoreModel();
        let head = 0;
        let window = freshWindow(0);
        let wire: [number, number][] = [];
        const pump = () => {
          window = sendAll(window, head, wire);
          expect(window.nextSeq).toBeGreaterThan(window.acked);
        };
        const deliver = (lost: boolean, ackLost: boolean, doubled: boolean) => {
          const batch = wire.shift();
          if (!batch || lost) return;
          for (let i = 0; i < (doubled ? 2 : 1); i++) {
            const answer = core.receive(batch);
            if (answer.resend) window = afterResend(window, answer.resend);
            else if (!ackLost) window = afterAck(window, core.cursor);
          }
        };
        for (const each of steps) {
          if (each.kind === 'append') head += each.count;
          else if (each.kind === 'deliver') deliver(each.lost, each.ackLost, each.doubled);
          else {
            if (each.kind === 'reconnect') wire = [];
            window = each.kind === 'reconnect' ? freshWindow(window.acked) : afterSilence(window);
          }
          pump();
          expect(window.acked).toBeLessThanOrEqual(core.cursor);
        }
        for (let i = 0; i < 1_000 && window.acked < head; i++) {
          if (wire.length === 0) window = afterSilence(window);
          pump();
          deliver(false, false, false);
        }
        expect(window.acked).toBe(head);
        expect(core.cursor).toBe(head);
      }),
      { numRuns: 300 },
    );
  });
});

/** Core's cursor: takes what follows, trims what it has, refuses gaps. */
class CoreModel {
  cursor = 0;

  receive([from, through]: [number, number]): { resend?: number } {
    if (from > this.cursor + 1) return { resend: this.cursor + 1 };
    this.cursor = Math.max(this.cursor, through);
    return {};
  }
}
