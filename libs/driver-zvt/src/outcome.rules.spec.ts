import { describe, expect, it } from 'vitest';
import { type Completion, decodeMessage, type StatusInformation } from './message.js';
import { enquiryOutcome, paymentOutcome, reversalOutcome, settlementOutcome, totalsOutcome } from './outcome.rules.js';
import {
  abortOutcome,
  diagnosisOutcome,
  type ExchangeResult,
  exchangeOutcome,
  reprintOutcome,
  restartOutcome,
  sendStoredOutcome,
  statusOutcome,
} from './service-outcome.rules.js';
import type { Heard, LossReason } from './session.rules.js';

const order = { amountMinor: 1_250, currency: 'EUR' };
const status = (hex: string): StatusInformation => {
  const message = decodeMessage({ control: 0x040f, data: Buffer.from(hex, 'hex') });
  if (message.kind !== 'statusInformation') throw new Error('not a status information');
  return message;
};
const completion: Completion = { kind: 'completion', resultCode: null, terminalId: null, characterSet: null, status: null, damage: null };
const heard = (hex: string | null): Heard => ({ status: hex === null ? null : status(hex), receipts: [] });
const completed = (hex: string | null): ExchangeResult => ({ kind: 'completed', completion, heard: heard(hex) });
const aborted = (resultCode: number | null, hex: string | null = null, noReceipt = false): ExchangeResult => ({
  kind: 'aborted',
  resultCode,
  noReceipt,
  text: null,
  heard: heard(hex),
});
const lost = (reason: LossReason, hex: string | null = null): ExchangeResult => ({
  kind: 'lost',
  reason,
  detail: 'x',
  taken: reason !== 'noAnswerInT3',
  heard: heard(hex),
});
const refused = (code: number): ExchangeResult => ({ kind: 'refused', code });
const busy: ExchangeResult = { kind: 'busy' };
const notSent: ExchangeResult = { kind: 'notSent', detail: 'ECONNREFUSED' };
/** Result 00, 12.50 EUR, trace 17. */
const BOOKED = '2700040000000012504909780b000017';

describe('the end of a sale', () => {
  it.each<[string, ExchangeResult, object]>([
    ['booked', completed(BOOKED), { kind: 'booked', details: { amountMinor: 1_250, currency: 'EUR', traceNo: 17 } }],
    [
      'booked with another amount: the terminal is right',
      completed('270004000000000900490978' + '0b000017'),
      { kind: 'booked', details: { amountMinor: 900 } },
    ],
    ['never connected', notSent, { kind: 'failed', code: 'terminalUnreachable' }],
    ['another command runs', busy, { kind: 'failed', code: 'terminalBusy' }],
    ['84 9C', refused(0x9c), { kind: 'failed', code: 'terminalBusy' }],
    ['84 83', refused(0x83), { kind: 'failed', code: 'terminalRefused' }],
    ['06 1E 51', aborted(0x51), { kind: 'failed', code: 'signOnNeeded' }],
    ['06 1E 9C', aborted(0x9c), { kind: 'failed', code: 'terminalBusy' }],
    ['06 1E F0', aborted(0xf0), { kind: 'failed', code: 'terminalRefused' }],
    ['06 1E without a code', aborted(null), { kind: 'failed', code: 'terminalRefused' }],
    ['06 1E 6C: the customer gave up', aborted(0x6c), { kind: 'declined', resultCode: '6c' }],
    ['04 0F 05, 06 1E 05', aborted(0x05, '2705'), { kind: 'declined', resultCode: '05' }],
    ['04 0F 05, 06 0F', completed('2705'), { kind: 'declined', resultCode: '05' }],
    ['04 0F 00, then 06 1E', aborted(0xff, BOOKED), { kind: 'inDoubt' }],
    ['unreadable 04 0F, then 06 1E', aborted(0xff, '99'), { kind: 'inDoubt' }],
    ['06 0F without 04 0F', completed(null), { kind: 'inDoubt' }],
    ['unreadable 04 0F, 06 0F', completed('99'), { kind: 'inDoubt' }],
    ['04 0F without a trace number', completed('2700'), { kind: 'inDoubt' }],
    ['T3', lost('noAnswerInT3'), { kind: 'inDoubt' }],
    ['T4', lost('noCompletionInT4'), { kind: 'inDoubt' }],
    ['cut', lost('linkLost'), { kind: 'inDoubt' }],
    ['cut after a positive 04 0F', lost('linkLost', BOOKED), { kind: 'inDoubt' }],
    ['cut after a negative 04 0F', lost('linkLost', '2705'), { kind: 'inDoubt' }],
    ['garbage', lost('streamBroken'), { kind: 'inDoubt' }],
    ['only acknowledged', { kind: 'acknowledged' }, { kind: 'inDoubt' }],
  ])('%s', (_name, end, outcome) => {
    expect(paymentOutcome(end, order)).toMatchObject(outcome);
  });
});

describe('the end of a settlement', () => {
  const hostTotals = { currency: 'EUR', amountMinor: 1_250, count: null };
  it.each<[string, ExchangeResult, object]>([
    [
      'settled with the amount alone',
      completed('2700040000000012504909780b000018'),
      { kind: 'settled', hostTotals, details: { traceNo: 18 } },
    ],
    ['settled without totals', completed(null), { kind: 'settled', hostTotals: null }],
    ['host unreachable', aborted(0xa3), { kind: 'refused', code: 'hostUnreachable', resultCode: 'a3' }],
    ['host unreachable, said in 04 0F', aborted(0xff, '279b'), { kind: 'refused', code: 'hostUnreachable', resultCode: '9b' }],
    ['not possible', aborted(0x77), { kind: 'refused', code: 'settlementRefused', resultCode: '77' }],
    ['84 9C', refused(0x9c), { kind: 'refused', code: 'terminalBusy' }],
    ['completed, but 04 0F says no', completed('2777'), { kind: 'refused', code: 'settlementRefused' }],
    ['aborted after saying yes', aborted(0xff, '2700'), { kind: 'inDoubt' }],
    ['never connected', notSent, { kind: 'refused', code: 'terminalUnreachable', resultCode: null }],
    ['busy', busy, { kind: 'refused', code: 'terminalBusy', resultCode: null }],
    ['T3', lost('noAnswerInT3'), { kind: 'inDoubt' }],
    ['T4', lost('noCompletionInT4'), { kind: 'inDoubt' }],
    ['cut', lost('linkLost', '2700'), { kind: 'inDoubt' }],
  ])('%s', (_name, end, outcome) => {
    expect(settlementOutcome(end, 'EUR')).toMatchObject(outcome);
  });
});

describe('the end of an enquiry', () => {
  it.each<[string, ExchangeResult, object]>([
    ['the last transaction', completed(BOOKED), { kind: 'lastTransaction', details: { traceNo: 17, amountMinor: 1_250 } }],
    ['the last one was declined', completed('27050b000017'), { kind: 'lastDeclined', traceNo: 17, resultCode: '05' }],
    ['none', aborted(0x83, null, true), { kind: 'none' }],
    ['refused for another reason', aborted(0x83), { kind: 'unknown' }],
    ['without an amount', completed('27000b000017'), { kind: 'unknown' }],
    ['without a trace number', completed('270004000000001250'), { kind: 'unknown' }],
    ['unreadable', completed('99'), { kind: 'unknown' }],
    ['without a status information', completed(null), { kind: 'unknown' }],
    ['never connected', notSent, { kind: 'unknown' }],
    ['cut', lost('linkLost', BOOKED), { kind: 'unknown' }],
    ['84 83', refused(0x83), { kind: 'unknown' }],
  ])('%s', (_name, end, outcome) => {
    expect(enquiryOutcome(end, 'EUR')).toMatchObject(outcome);
  });
});

describe('the end of what moves no money', () => {
  it.each<[string, ExchangeResult, object]>([
    ['completed', completed(null), { kind: 'done' }],
    ['acknowledged', { kind: 'acknowledged' }, { kind: 'done' }],
    ['host unreachable', aborted(0xa3), { kind: 'failed', code: 'hostUnreachable', resultCode: 'a3' }],
    ['refused', aborted(0x9a), { kind: 'failed', code: 'terminalRefused', resultCode: '9a' }],
    ['lost', lost('noAnswerInT3'), { kind: 'failed', code: 'terminalUnreachable', resultCode: null }],
    ['never connected', notSent, { kind: 'failed', code: 'terminalUnreachable', resultCode: null }],
  ])('%s', (_name, end, outcome) => {
    expect(exchangeOutcome(end)).toMatchObject(outcome);
  });

  it('an unreachable terminal is never called off', () => {
    for (const end of [notSent, lost('noAnswerInT3'), lost('linkLost')]) {
      expect(statusOutcome(end, false)).toMatchObject({ kind: 'unreachable', power: 'unknown' });
    }
    expect(statusOutcome(busy, false)).toEqual({ kind: 'busy', power: 'unknown' });
    expect(statusOutcome(refused(0x9c), true)).toMatchObject({ kind: 'answered', power: 'on', service: 'busy' });
    expect(statusOutcome(completed(null), true)).toMatchObject({ kind: 'answered', service: 'unknown' });
  });

  it('totals come from BMP 60, and are missing rather than guessed', () => {
    expect(totalsOutcome(completed('270004000000001250'), 'EUR')).toEqual({
      kind: 'totals',
      totals: { currency: 'EUR', amountMinor: 1_250, count: null },
    });
    expect(totalsOutcome(completed('2700'), 'EUR')).toMatchObject({ kind: 'failed' });
    expect(totalsOutcome(completed('27a3'), 'EUR')).toMatchObject({ kind: 'failed', code: 'hostUnreachable' });
    expect(totalsOutcome(aborted(0x6b), 'EUR')).toMatchObject({ kind: 'failed', code: 'terminalRefused' });
  });
});

describe('the end of a reversal', () => {
  it.each<[string, ExchangeResult, object]>([
    ['booked', completed(BOOKED), { kind: 'booked', details: { traceNo: 17 } }],
    ['already reversed', aborted(0xb4), { kind: 'failed', code: 'notReversible' }],
    ['no such sale', aborted(0xb5), { kind: 'failed', code: 'notReversible' }],
    ['another amount', aborted(0xb7, '27b7'), { kind: 'failed', code: 'notReversible' }],
    ['said in 04 0F alone', completed('27b4'), { kind: 'failed', code: 'notReversible' }],
    ['84 B5', refused(0xb5), { kind: 'failed', code: 'notReversible' }],
    ['declined by the host', aborted(0x05), { kind: 'declined', resultCode: '05' }],
    ['"already reversed" after "booked" contradicts itself', aborted(0xb4, BOOKED), { kind: 'inDoubt' }],
    ['lost', lost('linkLost'), { kind: 'inDoubt' }],
    ['never connected', notSent, { kind: 'failed', code: 'terminalUnreachable' }],
  ])('%s', (_name, end, outcome) => {
    expect(reversalOutcome(end, order)).toMatchObject(outcome);
  });

  it('is told from a sale by the trace number it names', () => {
    expect(enquiryOutcome(completed(`${BOOKED}37000011`), 'EUR')).toMatchObject({ kind: 'lastTransaction', transaction: 'reversal' });
    expect(enquiryOutcome(completed(BOOKED), 'EUR')).not.toHaveProperty('transaction');
  });
});

describe('the end of service commands', () => {
  const receipts = [
    { copy: 'administrative' as const, line: 'DIAGNOSE' },
    { copy: 'administrative' as const, line: 'OK' },
  ];
  const printedEnd: ExchangeResult = { kind: 'completed', completion, heard: { status: null, receipts } };

  it.each<[string, ExchangeResult, object]>([
    ['completed', printedEnd, { kind: 'diagnosed', healthy: true, detail: 'OK' }],
    ['host down', aborted(0xa3), { kind: 'diagnosed', healthy: false }],
    ['not for its own state', aborted(0x6b), { kind: 'failed', code: 'terminalRefused' }],
    ['84 9C', refused(0x9c), { kind: 'failed', code: 'terminalBusy' }],
    ['lost', lost('noCompletionInT4'), { kind: 'failed', code: 'terminalUnreachable' }],
  ])('a diagnosis of the host: %s', (_name, end, outcome) => {
    expect(diagnosisOutcome(end, 'host')).toMatchObject(outcome);
  });

  it('a self-test that finds something is a diagnosis', () => {
    expect(diagnosisOutcome(aborted(0x89), 'self')).toMatchObject({ kind: 'diagnosed', healthy: false, detail: 'PIN pad defective' });
    expect(diagnosisOutcome(aborted(0x9c), 'self')).toMatchObject({ kind: 'failed', code: 'terminalBusy' });
  });

  it('a restart is pending when the link goes after the 80, and unknown before', () => {
    expect(restartOutcome(lost('linkLost'))).toEqual({ kind: 'pending' });
    expect(restartOutcome(lost('noAnswerInT3'))).toMatchObject({ kind: 'failed', code: 'terminalUnreachable' });
    expect(restartOutcome(completed(null))).toEqual({ kind: 'done' });
  });

  it('receipts printed again come back, stored transactions are not counted by ZVT', () => {
    expect(reprintOutcome(printedEnd)).toEqual({ kind: 'printed', receipt: ['DIAGNOSE', 'OK'] });
    expect(reprintOutcome(completed(null))).toEqual({ kind: 'printed' });
    expect(reprintOutcome(aborted(0x83))).toMatchObject({ kind: 'failed' });
    expect(sendStoredOutcome(completed(null))).toEqual({ kind: 'sent', count: null });
    expect(sendStoredOutcome({ kind: 'refused', code: 0x83 })).toEqual({ kind: 'sent', count: 0 });
    expect(sendStoredOutcome(aborted(0xfa))).toMatchObject({ kind: 'failed', code: 'hostUnreachable' });
  });

  it.each([
    [{ kind: 'taken' }, { kind: 'done' }],
    [
      { kind: 'refused', code: 0x83 },
      { kind: 'failed', code: 'terminalRefused', resultCode: '83' },
    ],
    [{ kind: 'noAnswer' }, { kind: 'failed', code: 'terminalUnreachable' }],
    [{ kind: 'ended' }, { kind: 'failed', code: 'terminalRefused' }],
    [null, { kind: 'failed', code: 'terminalRefused' }],
  ] as const)('an abort answered %j', (answer, outcome) => {
    expect(abortOutcome(answer)).toMatchObject(outcome);
  });
});

describe('the extended status', () => {
  const answer = (hex: string) => {
    const message = decodeMessage({ control: 0x060f, data: Buffer.from(hex, 'hex') }, 'status');
    if (message.kind !== 'completion') throw new Error('not a completion');
    return statusOutcome({ kind: 'completed', completion: message, heard: heard(null) }, true);
  };

  it('tells device, clock, next reboot and printer', () => {
    const device = 'e4141f400456583638' + '1f410437303431' + '1f4203170112';
    const times = '340d1f0e04202611211f0f03203000' + '350d1f0e04202611221f0f03030000';
    const container = `${device}1f55020000${times}`;
    const hex = `f0f0f00006${(container.length / 2).toString(16)}${container}`;
    expect(answer(hex)).toEqual({
      kind: 'answered',
      power: 'on',
      service: 'ready',
      statusByte: 0,
      device: {
        model: 'VX68',
        software: '7041',
        serial: '170112',
        clock: '2026-11-21T20:30:00',
        nextRebootAt: '2026-11-22T03:00:00',
        peripherals: { printer: 'ready' },
      },
    });
  });

  it.each([
    ['0200', 'signOnNeeded'],
    ['0100', 'settlementNeeded'],
    ['0400', 'diagnosisNeeded'],
    ['1000', 'outOfOrder'],
    ['4000', 'activationNeeded'],
    ['0010', 'activationNeeded'],
    ['0004', 'cardInserted'],
    ['2000', 'printerNotReady'],
    ['0020', 'ready'],
  ])('a terminal that calls itself ready with locks %s is %s', (locks, service) => {
    expect(answer(`f0f0f00006051f5502${locks}`)).toMatchObject({ service });
  });

  it('believes the status byte where it names a state', () => {
    expect(answer('f0f0f0f006051f55020200')).toMatchObject({ service: 'settlementNeeded', statusByte: 0xf0 });
    expect(answer('cc')).toMatchObject({ service: 'printerNotReady', device: { peripherals: { printer: 'error' } } });
  });
});
