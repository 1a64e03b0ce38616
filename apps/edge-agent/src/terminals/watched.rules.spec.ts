import { JOURNAL_KINDS } from '@tillward/contracts';
import type { ObserverEvent } from '@tillward/observer-unionpay';
import { describe, expect, it } from 'vitest';
import { type TerminalFacts, UNKNOWN_TERMINAL } from './terminal.rules.js';
import { afterLook, afterTraffic, judgeWatchedClose, knownSignOn, trafficEntry, worthKeeping } from './watched.rules.js';

const COMMON = { terminalId: '00000001', merchantId: '000000000000001', batchNo: 7 };
const OK = { traceNo: 3, approved: true, responseCode: '00' };
const event = (kind: ObserverEvent['kind'], at: number, more: object = {}) => ({ kind, ...COMMON, at, ...more }) as ObserverEvent;
const after = (...events: ObserverEvent[]): TerminalFacts => events.reduce(afterTraffic, UNKNOWN_TERMINAL);
const judged = (...events: ObserverEvent[]) => judgeWatchedClose(after(...events).watched, 100);

describe('knownSignOn', () => {
  it('is what the newest of both was, so that a restart forgets neither', () => {
    expect(knownSignOn(UNKNOWN_TERMINAL)).toBe('unknown');
    expect(knownSignOn(after(event('SignedOn', 5, OK)))).toBe('signedOn');
    expect(knownSignOn(after(event('SignedOn', 5, OK), event('SignedOff', 9, OK)))).toBe('signedOff');
    expect(knownSignOn(after(event('SignedOff', 5, OK), event('SignedOn', 9, OK)))).toBe('signedOn');
  });
});

describe('trafficEntry', () => {
  it('keeps numbers and codes, within the contract', () => {
    const entry = trafficEntry(event('SaleObserved', 1, OK))!;
    expect(entry).toEqual({ event: 'saleSeen', traceNo: 3, acquirerBatchNo: 7, responseCode: '00', merchantNumber: '000000000000001' });
    expect(JOURNAL_KINDS.AcquirerTrafficObserved.parse(entry)).toEqual(entry);
  });

  it.each(['EchoAnswered', 'ClockSeen', 'StatusReported'] as const)('makes none of %s', (kind) => {
    expect(trafficEntry(event(kind, 1))).toBeNull();
  });
});

describe('afterTraffic', () => {
  it('follows sign-on and sign-off, and knows that who speaks has power', () => {
    expect(after(event('SignedOn', 1))).toMatchObject({ power: 'on', signedOn: true, service: 'ready' });
    expect(after(event('SignedOn', 1), event('SignedOff', 2))).toMatchObject({ power: 'on', signedOn: false, service: 'signOnNeeded' });
    expect(after(event('EchoAnswered', 5))).toMatchObject({ power: 'on', signedOn: false, watched: { seenAt: 5 } });
  });

  it('takes a declined sale for use, and only an approved one for money', () => {
    expect(after(event('SaleObserved', 4, { ...OK, approved: false, responseCode: '51' }))).toMatchObject({
      lastUseAt: 4,
      watched: { moneyAt: null },
    });
    expect(after(event('SaleObserved', 4, OK)).watched?.moneyAt).toBe(4);
    expect(after(event('AnswerMissing', 4, { request: 'sale', traceNo: 1 })).watched?.moneyAt).toBe(4);
  });
});

describe('worthKeeping', () => {
  const before = after(event('SignedOn', 1_000));
  it.each([
    ['another echo', event('EchoAnswered', 2_000), false],
    ['an echo after a minute', event('EchoAnswered', 61_000), true],
    ['a refused sign-on', event('SignOnRefused', 2_000, { responseCode: '05' }), true],
    ['a lost answer', event('AnswerMissing', 2_000, { request: 'sale', traceNo: 1 }), true],
    ['a settlement without an answer', event('AnswerMissing', 2_000, { request: 'settlement', traceNo: 1 }), false],
  ])('%s', (_name, next, worth) => {
    expect(worthKeeping(before, afterTraffic(before, next))).toBe(worth);
    expect(worthKeeping(UNKNOWN_TERMINAL, afterTraffic(UNKNOWN_TERMINAL, next))).toBe(true);
  });
});

describe('judgeWatchedClose', () => {
  const settled = event('SettlementBalanced', 200, { totals: null });
  const signedOff = event('SignedOff', 210);

  it('is proven by a balanced settlement and a sign-off of the day', () => {
    expect(judged(event('SignedOn', 110), event('SaleObserved', 150, OK), settled, signedOff)).toEqual({
      settlement: 'balanced',
      signedOff: true,
    });
  });

  it.each<[string, ObserverEvent[], ReturnType<typeof judgeWatchedClose>]>([
    ['nothing seen', [], { settlement: 'missing', signedOff: false }],
    [
      'settled yesterday',
      [event('SettlementBalanced', 90, { totals: null }), event('SignedOff', 95)],
      { settlement: 'missing', signedOff: false },
    ],
    ['a sale after the settlement', [settled, event('SaleObserved', 205, OK), signedOff], { settlement: 'missing', signedOff: true }],
    [
      'an unanswered sale after it',
      [settled, event('AnswerMissing', 205, { request: 'sale', traceNo: 1 })],
      { settlement: 'missing', signedOff: false },
    ],
    ['signed on again', [settled, signedOff, event('SignedOn', 220)], { settlement: 'balanced', signedOff: false }],
    ['unbalanced', [event('SettlementUnbalanced', 200, { totals: null }), signedOff], { settlement: 'unbalanced', signedOff: true }],
    ['begun and never answered', [settled, event('SettlementStarted', 300)], { settlement: 'missing', signedOff: false }],
    [
      'refused by the host',
      [settled, event('SettlementRefused', 300, { responseCode: '05' })],
      { settlement: 'missing', signedOff: false },
    ],
  ])('is not proven: %s', (_name, events, expected) => {
    expect(judged(...events)).toEqual(expected);
  });
});

describe('afterLook', () => {
  const seen = after(event('SignedOn', 1_000));
  it.each([
    ['off', 2_000, 'off', false],
    ['on', 2_000, 'on', true],
    [null, 2_000, 'on', true],
    [null, 3_000_000, 'unknown', true],
    ['unknown', 3_000_000, 'unknown', true],
  ] as const)('switch %s at %i: %s', (reading, now, power, signedOn) => {
    expect(afterLook(seen, reading, now)).toMatchObject({ power, signedOn });
  });
});
