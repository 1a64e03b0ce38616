import { EVENT_TYPE, journalAckBody } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { TestCore } from '../edge.fixtures.js';
import { reconnectDelayMs } from './reconnect.rules.js';
import { NO_REJECTIONS, recordRejection } from './rejections.rules.js';
import { openSigned } from './signed.rules.js';

describe('openSigned', () => {
  const core = new TestCore();
  const body = { store: 'berlin', gateway: 'gw', epoch: 1, ackedThrough: 7 };
  const event = core.event(EVENT_TYPE.journalAck, body);
  const changed = (data: object) => ({ ...event, data: { ...event.data, ...data } });

  it('opens what core signed', () => {
    expect(openSigned(EVENT_TYPE.journalAck, event, journalAckBody, core.coreKey)).toMatchObject({ ok: true, body });
  });

  it.each([
    ['not an event', 7, 'malformed event'],
    ['another type', { ...event, type: EVENT_TYPE.desired }, 'malformed event'],
    ['another key', changed({ keyId: 'x' }), 'unknown key'],
    ['a changed body', changed({ body: event.data.body.replace('7', '8') }), 'bad signature'],
    ['another one’s signature', changed({ signature: new TestCore().event(EVENT_TYPE.journalAck, body).data.signature }), 'bad signature'],
    ['signed as another type', { ...core.event(EVENT_TYPE.command, body), type: EVENT_TYPE.journalAck }, 'bad signature'],
    ['a body of another shape', core.event(EVENT_TYPE.journalAck, { ...body, ackedThrough: -1 }), 'malformed body'],
  ])('refuses %s', (_name, given, reason) => {
    expect(openSigned(EVENT_TYPE.journalAck, given, journalAckBody, core.coreKey)).toEqual({ ok: false, reason });
  });
});

describe('reconnectDelayMs', () => {
  it('grows to 15 s and spreads over half of it', () => {
    expect([0, 1, 2, 6, 99].map((attempt) => reconnectDelayMs(attempt, 1))).toEqual([250, 500, 1_000, 15_000, 15_000]);
    expect(reconnectDelayMs(99, 0)).toBe(7_500);
  });
});

describe('recordRejection', () => {
  it('records twenty in ten minutes and begins again', () => {
    let count = NO_REJECTIONS;
    const at = (now: number) => {
      const answer = recordRejection(count, now);
      count = answer.count;
      return answer.record;
    };
    expect(Array.from({ length: 25 }, () => at(1_000_000)).filter(Boolean)).toHaveLength(20);
    expect(at(1_000_000 + 600_000)).toBe(true);
  });
});
