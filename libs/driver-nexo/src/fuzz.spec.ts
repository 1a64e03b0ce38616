import { describe, expect, it } from 'vitest';
import { type DerivedKeys, deriveKeys, NexoCryptoError, open, seal } from './crypto.js';
import { dialogueFrame } from './dialogue.js';
import { type MessageCategory, type MessageHeader, requestHeader } from './header.js';
import { MessageError } from './message-error.js';
import { moneyOutcome } from './outcome.rules.js';
import { Reader } from './reader.js';
import { readAnswer } from './response.js';

const CASES = Number(process.env['NEXO_FUZZ_CASES'] ?? 20_000);
/** Long runs are asked for by number. */
const TIMEOUT_MS = Math.max(20_000, CASES);
const seed = Number(process.env['NEXO_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** mulberry32: small, and the same everywhere for the same seed. */
function dice(start: number): (limit: number) => number {
  let state = start >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const CATEGORIES = [
  'Login',
  'Logout',
  'Diagnosis',
  'Payment',
  'Reversal',
  'Reconciliation',
  'GetTotals',
  'TransactionStatus',
  'Print',
  'Display',
] as const;
const key = { identifier: 'k', version: 1, passphrase: 'x' };
const Response = { Result: 'Success', AdditionalResponse: 'message=ok' };
const payment = {
  Response,
  POIData: { POITransactionID: { TransactionID: 'SIM000001.ABC', TimeStamp: '2026-11-21T20:00:00.000Z' } },
  PaymentResult: {
    AmountsResp: { Currency: 'EUR', AuthorizedAmount: 12.5 },
    PaymentInstrumentData: { CardData: { PaymentBrand: 'visa', MaskedPan: '**** 4711' } },
    PaymentAcquirerData: { ApprovalCode: '123456' },
  },
  PaymentReceipt: [
    { DocumentQualifier: 'CashierReceipt', OutputContent: { OutputFormat: 'Text', OutputText: [{ Text: 'key=a&name=b&value=c' }] } },
  ],
};
/** One good message with every response in it. */
const good = (header: MessageHeader): Record<string, unknown> => ({
  MessageHeader: header,
  LoginResponse: { Response, POISystemData: { POISoftware: { ApplicationName: 'a', SoftwareVersion: '1' } } },
  LogoutResponse: { Response },
  DiagnosisResponse: {
    Response,
    LoggedSaleID: ['till'],
    POIStatus: { GlobalStatus: 'OK', PrinterStatus: 'OK', PEDOKFlag: true },
    HostStatus: [{ AcquirerID: 'a', IsReachableFlag: true }],
  },
  PaymentResponse: payment,
  ReversalResponse: { Response, POIData: payment.POIData, ReversedAmount: 12.5 },
  ReconciliationResponse: { Response, ReconciliationType: 'SaleReconciliation', TransactionTotals: [] },
  GetTotalsResponse: {
    Response,
    TransactionTotals: [
      {
        PaymentCurrency: 'EUR',
        CardBrand: 'visa',
        PaymentTotals: [{ TransactionType: 'Debit', TransactionCount: 1, TransactionAmount: 1 }],
      },
    ],
  },
  TransactionStatusResponse: {
    Response,
    RepeatedMessageResponse: { MessageHeader: header, RepeatedResponseMessageBody: { PaymentResponse: payment } },
  },
  PrintResponse: { Response, DocumentQualifier: 'CashierReceipt' },
  DisplayResponse: { OutputResult: [{ Device: 'CustomerDisplay', InfoQualify: 'Display', Response }] },
});

const JUNK: readonly unknown[] = [
  null,
  true,
  -1,
  1e300,
  0.005,
  '',
  'x',
  'Failure',
  'EURO',
  [],
  [[]],
  {},
  { Response: 5 },
  '\u0000',
  'y'.repeat(5_000),
  Array.from({ length: 500 }, () => ({})),
];

/** Changes one value somewhere in a message. */
function mutate(value: unknown, roll: (limit: number) => number): unknown {
  if (typeof value !== 'object' || value === null || roll(6) === 0) return JUNK[roll(JUNK.length)];
  const keys = Object.keys(value);
  if (keys.length === 0) return JUNK[roll(JUNK.length)];
  const chosen = keys[roll(keys.length)]!;
  if (Array.isArray(value)) return value.map((entry, index) => (String(index) === chosen ? mutate(entry, roll) : entry));
  const { [chosen]: gone, ...rest } = value as Record<string, unknown>;
  return roll(8) === 0 ? rest : { ...rest, [chosen]: mutate(gone, roll) };
}

function rejected(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (cause) {
    if (cause instanceof MessageError || cause instanceof NexoCryptoError) return true;
    throw cause;
  }
}

describe(`hostile messages (NEXO_FUZZ_SEED=${seed})`, () => {
  const headerOf = (category: MessageCategory) => requestHeader(category, { serviceId: 'S1', saleId: 'till', poiId: 'V400m-1' });
  const order = { reference: '000001TEST', amountMinor: 1_250, currency: 'EUR', poiId: 'V400m-1' };

  it(
    `${CASES} changed messages give answers or typed errors, and none a sale that was not ours`,
    () => {
      const roll = dice(seed);
      let unreadable = 0;
      for (let n = 0; n < CASES; n++) {
        const category = CATEGORIES[roll(CATEGORIES.length)]!;
        let message: unknown = good(headerOf(category));
        for (let changes = roll(4); changes >= 0; changes--) message = mutate(message, roll);
        const failed = rejected(() => {
          const reader = Reader.of(message, '');
          const answer = readAnswer(category, reader, 'EUR');
          dialogueFrame('received', reader.all(), 1);
          const outcome = moneyOutcome({ kind: 'answered', answer }, order);
          if (outcome.kind !== 'booked') return;
          expect(Number.isSafeInteger(outcome.details.amountMinor) && outcome.details.amountMinor >= 0).toBe(true);
          expect(outcome.details.currency).toBe('EUR');
          expect(outcome.details.cardLast4 ?? '0000').toMatch(/^[0-9]{4}$/);
        });
        if (failed) unreadable += 1;
      }
      expect(unreadable).toBeGreaterThan(CASES / 20);
      expect(unreadable).toBeLessThan(CASES);
    },
    TIMEOUT_MS,
  );

  it(
    'changed bytes of an encrypted message are never believed, and the next good one is',
    async () => {
      const keys: DerivedKeys = await deriveKeys(key.passphrase);
      const roll = dice(seed + 1);
      const header = headerOf('Payment');
      const text = JSON.stringify({
        SaleToPOIResponse: seal(header, JSON.stringify({ SaleToPOIResponse: good(header) }), key, keys, Buffer.alloc(16, 7)),
      });
      const read = (json: string) => open(Reader.parse(json).object('SaleToPOIResponse'), 'SaleToPOIResponse', key, keys).message.all();
      const truth = JSON.stringify(read(text));
      for (let n = 0; n < CASES / 10; n++) {
        const bytes = Buffer.from(text);
        for (let changes = roll(3); changes >= 0; changes--) bytes[roll(bytes.length)] = roll(256);
        const cut = roll(4) === 0 ? bytes.subarray(0, roll(bytes.length)) : bytes;
        rejected(() => {
          // A byte may fall where it changes nothing (Base64 padding); what is believed is always the truth.
          expect(JSON.stringify(read(cut.toString('utf8')))).toBe(truth);
        });
      }
      expect(JSON.stringify(read(text))).toBe(truth);
    },
    TIMEOUT_MS,
  );

  it('is not shaken by depth', () => {
    const deep = `${'{"PaymentResponse":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    expect(rejected(() => readAnswer('Payment', Reader.parse(deep), 'EUR'))).toBe(true);
    expect(rejected(() => Reader.parse('[1]'))).toBe(true);
    expect(rejected(() => Reader.parse('{'))).toBe(true);
  });
});
