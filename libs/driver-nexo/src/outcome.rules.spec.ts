import { describe, expect, it } from 'vitest';
import type { ExchangeEnd } from './exchange.js';
import { diagnosisOutcome, exchangeOutcome, moneyOutcome, settlementOutcome, totalsOutcome } from './outcome.rules.js';
import type { DiagnosisAnswer, RepeatedAnswer, TotalsEntry, TransactionAnswer } from './response.js';
import { ERROR_CONDITIONS, type NexoResult } from './result.js';
import { NEW_SESSION } from './session.rules.js';
import { type Enquiry, enquiryOutcome, statusOutcome } from './state.rules.js';

const SUCCESS: NexoResult = { result: 'Success', condition: '', text: '' };
const failed = (condition: string, text = ''): NexoResult => ({ result: 'Failure', condition, text });
const order = { reference: '000042ABCD', amountMinor: 1_250, currency: 'EUR', poiId: 'V400m-1' };
const answer = (more: Partial<TransactionAnswer> = {}): TransactionAnswer => ({
  result: SUCCESS,
  amountMinor: 1_250,
  currency: 'EUR',
  transaction: { id: 'SIM1.X', at: '2026-11-21T20:00:00.000Z' },
  cardLast4: '4711',
  cardName: 'visa',
  approvalCode: '123456',
  acquirerTerminal: null,
  receipt: [],
  ...more,
});
const answered = (more: Partial<TransactionAnswer> = {}, category: 'Payment' | 'Reversal' = 'Payment'): ExchangeEnd => ({
  kind: 'answered',
  answer: { category, ...answer(more) },
});
const lost: ExchangeEnd = { kind: 'lost', reason: 'timeout', detail: 'no answer' };

describe('the end of a sale', () => {
  it('is booked by Success, with what the terminal said', () => {
    expect(moneyOutcome(answered({ receipt: ['TOTAL 12.50'] }), order)).toEqual({
      kind: 'booked',
      details: {
        amountMinor: 1_250,
        currency: 'EUR',
        traceNo: 42,
        cardLast4: '4711',
        cardName: 'visa',
        terminalId: 'V400m-1',
        authorisationCode: '123456',
        providerReference: 'SIM1.X',
        bookedAt: '2026-11-21T20:00:00.000Z',
      },
      receipt: ['TOTAL 12.50'],
    });
  });

  it('in part is booked with that part, and in doubt when the part is not named', () => {
    const partial: NexoResult = { ...SUCCESS, result: 'Partial' };
    expect(moneyOutcome(answered({ result: partial, amountMinor: 700 }), order)).toMatchObject({
      kind: 'booked',
      details: { amountMinor: 700 },
    });
    expect(moneyOutcome(answered({ result: partial, amountMinor: null }), order)).toMatchObject({ kind: 'inDoubt' });
  });

  it('in another currency is in doubt', () => {
    expect(moneyOutcome(answered({ currency: 'CHF' }), order)).toMatchObject({ kind: 'inDoubt' });
  });

  it('keeps no name that is a card number, and cuts nothing in half', () => {
    const digits = ['4', '1'.repeat(15)].join('');
    const long = 'x'.repeat(65);
    for (const id of [digits, long]) {
      const outcome = moneyOutcome(answered({ transaction: { id, at: 'now' } }), order);
      expect(outcome.kind === 'booked' && outcome.details.providerReference).toBe(undefined);
    }
  });

  const CODES: Readonly<Record<string, string>> = {
    Busy: 'failed terminalBusy',
    LoggedOut: 'failed signOnNeeded',
    DeviceOut: 'failed terminalRefused',
    InsertedCard: 'failed terminalRefused',
    MessageFormat: 'failed terminalRefused',
    NotAllowed: 'failed terminalRefused',
    UnavailableDevice: 'failed terminalRefused',
    UnavailableService: 'failed terminalRefused',
    InProgress: 'inDoubt',
  };
  it.each([...ERROR_CONDITIONS, 'SomethingNew', ''])('by Failure %s', (condition) => {
    const outcome = moneyOutcome(answered({ result: failed(condition), amountMinor: null }), order);
    const [kind, code] = (CODES[condition] ?? 'declined').split(' ');
    expect(outcome).toMatchObject(code === undefined ? { kind } : { kind, code });
  });

  it.each<[string, ExchangeEnd, object]>([
    ['another command runs', { kind: 'busy' }, { kind: 'failed', code: 'terminalBusy' }],
    ['withdrawn', { kind: 'cancelled' }, { kind: 'failed', code: 'cancelled' }],
    ['nobody there', { kind: 'notSent', untrusted: false, detail: 'x' }, { kind: 'failed', code: 'terminalUnreachable' }],
    ['somebody else there', { kind: 'notSent', untrusted: true, detail: 'x' }, { kind: 'failed', code: 'terminalUnreachable' }],
    ['the key is not accepted', { kind: 'refused', detail: 'x' }, { kind: 'failed', code: 'terminalRefused' }],
    ['no answer', lost, { kind: 'inDoubt' }],
    ['not authentic', { kind: 'lost', reason: 'notAuthentic', detail: 'hmac' }, { kind: 'inDoubt' }],
    ['an empty answer', { kind: 'empty' }, { kind: 'inDoubt' }],
    ['an answer to something else', { kind: 'answered', answer: { category: 'Logout', result: SUCCESS } }, { kind: 'inDoubt' }],
  ])('when %s', (_name, end, expected) => {
    expect(moneyOutcome(end, order)).toMatchObject(expected);
  });

  it('of a reversal: nothing there to take back is known', () => {
    for (const condition of ['NotFound', 'NotAllowed']) {
      expect(moneyOutcome(answered({ result: failed(condition) }, 'Reversal'), order)).toMatchObject({
        kind: 'failed',
        code: 'notReversible',
      });
    }
    expect(moneyOutcome(answered({ amountMinor: null, currency: null }, 'Reversal'), order)).toMatchObject({
      kind: 'booked',
      details: { amountMinor: 1_250 },
    });
  });
});

describe('a settlement and its totals', () => {
  const entry = (transactionType: string, count: number, amountMinor: number, currency = 'EUR', card = 'visa'): TotalsEntry => ({
    card,
    currency,
    transactionType,
    count,
    amountMinor,
  });
  const settled = (result: NexoResult, totals: TotalsEntry[] = []): ExchangeEnd => ({
    kind: 'answered',
    answer: { category: 'Reconciliation', result, totals },
  });

  it('adds what was taken, takes off what was given back, and counts every booking', () => {
    const totals = [
      entry('Debit', 3, 3_000),
      entry('Credit', 1, 500),
      entry('ReverseDebit', 1, 1_000),
      entry('Declined', 4, 9_999),
      entry('Debit', 1, 100, 'EUR', 'mc'),
    ];
    expect(settlementOutcome(settled(SUCCESS, totals), 'EUR')).toEqual({
      kind: 'settled',
      hostTotals: { currency: 'EUR', amountMinor: 1_600, count: 6 },
      details: {},
    });
    expect(totalsOutcome({ kind: 'answered', answer: { category: 'GetTotals', result: SUCCESS, totals } }, 'EUR')).toEqual({
      kind: 'totals',
      totals: { currency: 'EUR', amountMinor: 1_600, count: 6 },
      byCard: [
        { card: 'visa', amountMinor: 1_500, count: 5 },
        { card: 'mc', amountMinor: 100, count: 1 },
      ],
    });
  });

  it('says nothing about totals in another currency', () => {
    const foreign = [entry('Debit', 1, 100, 'CHF')];
    expect(settlementOutcome(settled(SUCCESS, foreign), 'EUR')).toMatchObject({ kind: 'settled', hostTotals: null });
    expect(totalsOutcome({ kind: 'answered', answer: { category: 'GetTotals', result: SUCCESS, totals: foreign } }, 'EUR')).toMatchObject({
      kind: 'failed',
    });
  });

  it.each([
    [settled(failed('UnreachableHost')), { kind: 'refused', code: 'hostUnreachable', resultCode: 'UnreachableHost' }],
    [settled(failed('Busy')), { kind: 'refused', code: 'terminalBusy' }],
    [settled(failed('LoggedOut')), { kind: 'refused', code: 'terminalRefused' }],
    [settled(failed('Refusal')), { kind: 'refused', code: 'settlementRefused' }],
    [settled({ ...SUCCESS, result: 'Partial' }), { kind: 'refused', code: 'settlementRefused' }],
    [{ kind: 'busy' } as const, { kind: 'refused', code: 'terminalBusy' }],
    [{ kind: 'notSent', untrusted: false, detail: '' } as const, { kind: 'refused', code: 'terminalUnreachable' }],
    [lost, { kind: 'inDoubt' }],
    [{ kind: 'empty' } as const, { kind: 'inDoubt' }],
  ])('%o', (end, expected) => {
    expect(settlementOutcome(end, 'EUR')).toMatchObject(expected);
  });
});

const HEALTHY: DiagnosisAnswer = {
  result: SUCCESS,
  globalStatus: 'OK',
  printer: 'OK',
  pinPadOk: true,
  cardReaderOk: true,
  securityOk: true,
  communicationOk: true,
  loggedSaleIds: ['till'],
  hosts: [],
};
const diagnosed = (more: Partial<DiagnosisAnswer>): ExchangeEnd => ({
  kind: 'answered',
  answer: { category: 'Diagnosis', ...HEALTHY, ...more },
});

describe('the state of a terminal', () => {
  const identity = { saleId: 'till', poiId: 'V400m-347069420', software: 'pos 1.2' };
  const status = (end: ExchangeEnd) => statusOutcome(end, identity, NEW_SESSION);

  it.each<[Partial<DiagnosisAnswer>, string]>([
    [{}, 'ready'],
    [{ printer: 'PaperLow' }, 'ready'],
    [{ printer: null }, 'ready'],
    [{ loggedSaleIds: null }, 'ready'],
    [{ result: failed('UnreachableHost') }, 'ready'],
    [{ printer: 'NoPaper' }, 'printerNotReady'],
    [{ printer: 'PaperJam' }, 'printerNotReady'],
    [{ loggedSaleIds: [] }, 'signOnNeeded'],
    [{ loggedSaleIds: ['another'], printer: 'NoPaper' }, 'signOnNeeded'],
    [{ result: failed('LoggedOut'), loggedSaleIds: null }, 'signOnNeeded'],
    [{ globalStatus: 'Busy', loggedSaleIds: [] }, 'busy'],
    [{ globalStatus: 'Maintenance' }, 'outOfOrder'],
    [{ securityOk: false }, 'outOfOrder'],
    [{ cardReaderOk: false }, 'outOfOrder'],
    [{ result: failed('UnavailableService') }, 'outOfOrder'],
  ])('%o is %s', (more, service) => {
    expect(status(diagnosed(more))).toMatchObject({ kind: 'answered', power: 'on', service, statusByte: null });
  });

  it('names model, serial number, software and peripherals', () => {
    expect(status(diagnosed({ printer: 'NoPaper', pinPadOk: false }))).toMatchObject({
      device: { model: 'V400m', serial: '347069420', software: 'pos 1.2', peripherals: { printer: 'paperOut', keypad: 'error' } },
    });
  });

  it('is unreachable only when nothing answered', () => {
    expect(status(lost)).toMatchObject({ kind: 'unreachable', power: 'unknown' });
    expect(status({ kind: 'notSent', untrusted: true, detail: 'x' })).toMatchObject({ kind: 'unreachable' });
    expect(status({ kind: 'lost', reason: 'notAuthentic', detail: 'x' })).toMatchObject({ kind: 'answered', service: 'unknown' });
    expect(status({ kind: 'refused', detail: 'x' })).toMatchObject({ kind: 'answered', service: 'outOfOrder' });
    expect(status({ kind: 'busy' })).toEqual({ kind: 'busy', power: 'unknown' });
  });

  it('a diagnosis is healthy when everything is, and the host when it is named and reached', () => {
    const hosts = (reachable: boolean | null) => [{ acquirer: 'A', reachable }];
    expect(diagnosisOutcome(diagnosed({ hosts: hosts(true) }), 'host')).toMatchObject({ kind: 'diagnosed', healthy: true });
    expect(diagnosisOutcome(diagnosed({ hosts: hosts(false) }), 'host')).toMatchObject({ kind: 'diagnosed', healthy: false });
    expect(diagnosisOutcome(diagnosed({}), 'host')).toMatchObject({ kind: 'diagnosed', healthy: false });
    expect(diagnosisOutcome(diagnosed({}), 'self')).toEqual({ kind: 'diagnosed', healthy: true, detail: 'OK' });
    expect(diagnosisOutcome(diagnosed({ printer: 'PaperJam', pinPadOk: false }), 'self')).toMatchObject({
      healthy: false,
      detail: 'printer PaperJam, pin pad',
    });
    expect(exchangeOutcome(diagnosed({}))).toEqual({ kind: 'done' });
  });
});

describe('the answer to an enquiry', () => {
  const enquiry: Enquiry = {
    lost: { reference: order.reference, transaction: 'sale' },
    saleId: 'till',
    poiId: 'V400m-1',
    currency: 'EUR',
    amountMinor: null,
    arrivedOrNever: true,
  };
  const header = {
    ProtocolVersion: '3.0',
    MessageClass: 'Service',
    MessageCategory: 'Payment',
    MessageType: 'Response',
    ServiceID: order.reference,
    SaleID: 'till',
    POIID: 'V400m-1',
  };
  const repeated = (more: Partial<RepeatedAnswer> = {}): RepeatedAnswer => ({
    header,
    kind: 'Payment',
    refund: false,
    answer: answer(),
    ...more,
  });
  const status = (result: NexoResult, again: RepeatedAnswer | null = null): ExchangeEnd => ({
    kind: 'answered',
    answer: { category: 'TransactionStatus', result, repeated: again },
  });
  const ask = (end: ExchangeEnd, more: Partial<Enquiry> = {}) => enquiryOutcome(end, { ...enquiry, ...more });

  it.each<[string, ExchangeEnd, object]>([
    ['still at work', status(failed('InProgress')), { kind: 'unknown' }],
    ['never came', status(failed('NotFound')), { kind: 'notFound' }],
    ['busy', status(failed('Busy')), { kind: 'unknown' }],
    ['booked', status(SUCCESS, repeated()), { kind: 'found', details: { amountMinor: 1_250, traceNo: 42, providerReference: 'SIM1.X' } }],
    [
      'declined',
      status(SUCCESS, repeated({ answer: answer({ result: failed('Refusal', 'no money') }) })),
      { kind: 'foundDeclined', resultCode: 'Refusal' },
    ],
    [
      'never began',
      status(SUCCESS, repeated({ answer: answer({ result: failed('Busy') }) })),
      { kind: 'foundDeclined', resultCode: 'Busy' },
    ],
    ['nothing repeated', status(SUCCESS), { kind: 'unknown' }],
    ['another order', status(SUCCESS, repeated({ header: { ...header, ServiceID: '000041ABCD' } })), { kind: 'unknown' }],
    ['another till', status(SUCCESS, repeated({ header: { ...header, SaleID: 'other' } })), { kind: 'unknown' }],
    ['another terminal', status(SUCCESS, repeated({ header: { ...header, POIID: 'other' } })), { kind: 'unknown' }],
    ['another kind', status(SUCCESS, repeated({ kind: 'Reversal' })), { kind: 'unknown' }],
    ['no amount anywhere', status(SUCCESS, repeated({ answer: answer({ amountMinor: null }) })), { kind: 'unknown' }],
    ['no answer', lost, { kind: 'unknown' }],
  ])('%s', (_name, end, expected) => {
    expect(ask(end)).toMatchObject(expected);
  });

  it('believes NotFound only when the message can not be on its way any more', () => {
    expect(ask(status(failed('NotFound')), { arrivedOrNever: false })).toMatchObject({ kind: 'unknown' });
    expect(ask(status(SUCCESS, repeated()), { arrivedOrNever: false })).toMatchObject({ kind: 'found' });
  });

  it('takes the amount of a reversal from the order where the terminal leaves it out', () => {
    const reversal = repeated({ kind: 'Reversal', answer: answer({ amountMinor: null, currency: null }) });
    const lostReversal = { reference: order.reference, transaction: 'reversal' } as const;
    expect(ask(status(SUCCESS, reversal), { lost: lostReversal, amountMinor: 400 })).toMatchObject({
      kind: 'found',
      details: { amountMinor: 400 },
    });
  });

  it('without a reference is about the last transaction', () => {
    const last = (end: ExchangeEnd) => ask(end, { lost: null });
    expect(last(status(SUCCESS, repeated({ refund: true })))).toMatchObject({
      kind: 'lastTransaction',
      transaction: 'refund',
      details: { traceNo: 42 },
    });
    expect(last(status(SUCCESS, repeated({ answer: answer({ result: failed('Cancel') }) })))).toMatchObject({
      kind: 'lastDeclined',
      traceNo: 42,
    });
    expect(last(status(failed('NotFound')))).toEqual({ kind: 'none' });
    expect(last(status(SUCCESS, repeated({ header: { ...header, ServiceID: 'till-77' } })))).toMatchObject({ kind: 'unknown' });
  });
});
