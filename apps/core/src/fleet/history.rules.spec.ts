import { JOURNAL_KINDS, type JournalKind } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { eventFacts, tellsFacts } from './history.rules.js';

const payment = { paymentId: '00000000-0000-4000-8000-000000000001', batchNo: 3, businessDay: '2026-11-21' };

describe('eventFacts', () => {
  it('tells what an entry says, and nothing it does not', () => {
    const booked = { amountMinor: 1_250, currency: 'EUR', traceNo: 7, cardLast4: '1234' };
    expect(eventFacts('PaymentCompleted', JSON.stringify({ ...payment, booked, receipt: ['secret'] }))).toEqual({
      batchNo: 3,
      businessDay: '2026-11-21',
      amount: { amountMinor: 1_250, currency: 'EUR' },
      traceNo: 7,
      receiptNo: null,
      cardLast4: '1234',
    });
    expect(eventFacts('PeripheralStateChanged', JSON.stringify({ peripheral: 'printer', state: 'paperOut', toldBy: 'printer' }))).toEqual({
      peripheral: 'printer',
      peripheralState: 'paperOut',
      toldBy: 'printer',
    });
  });

  it('tells whether an enquiry found that money moved', () => {
    const resolved = (booked: unknown) => eventFacts('PaymentResolved', JSON.stringify({ ...payment, booked, asked: 'zvt' }));
    expect(resolved(null)).toMatchObject({ found: false });
    expect(resolved({ amountMinor: 1, currency: 'EUR', traceNo: 1 })).toMatchObject({ found: true, amount: { amountMinor: 1 } });
  });

  it.each(['{', '{}', '{"power":"on","service":"ready","signedOn":true,"more":1}', 'null'])('finds %s unreadable', (payload) => {
    expect(eventFacts('TerminalStateChanged', payload)).toBeUndefined();
  });

  it('is known for every kind that is about a terminal', () => {
    const silent = (Object.keys(JOURNAL_KINDS) as JournalKind[]).filter((kind) => !tellsFacts(kind));
    // About the gateway or the store as a whole: never in a terminal's history.
    expect(
      silent.filter(
        (kind) =>
          !/^(?:Agent|Policy|Update|Journal|CoreKey|Restricted|ClockStepped|Reminder|CloseOrdered|Console|OperatorCode|OperatorPasscode|Till)/.test(
            kind,
          ),
      ),
    ).toEqual([]);
  });

  it('leaves out a number that GraphQL could not say', () => {
    const observed = (acquirerBatchNo: number) =>
      eventFacts('AcquirerTrafficObserved', JSON.stringify({ event: 'settlementStarted', acquirerBatchNo }));
    expect(observed(12)).toMatchObject({ subject: 'settlementStarted', batchNo: 12 });
    expect(observed(2 ** 40)).toMatchObject({ batchNo: null });
  });
});
