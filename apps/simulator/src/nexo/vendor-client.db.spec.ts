import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import adyen from '@adyen/api-library';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nexoWithDriver } from './nexo.fixtures.js';

// The vendor's client is an independent witness of how the protocol is spoken: nothing of ours is on its side of the wire.
const { Client, Config, EnvironmentEnum, TerminalLocalAPI } = adyen;
type Answer = Awaited<ReturnType<InstanceType<typeof TerminalLocalAPI>['request']>>;
type Asked = Parameters<InstanceType<typeof TerminalLocalAPI>['request']>[0];

/** The vendor's client knows only this port; a loopback address of its own keeps the test out of everybody's way. */
const VENDOR_PORT = 8443;
/** Only Linux answers on all of 127.0.0.0/8 unasked. */
const OWN_ADDRESSES = process.platform === 'linux';
const octet = () => 1 + Math.floor(Math.random() * 250);

type Rig = Awaited<ReturnType<typeof nexoWithDriver>>;
let rig: Rig;
let host: string;
let serviceNo: number;

/** Starts a terminal on a loopback address of its own. */
async function begin(options: Parameters<typeof nexoWithDriver>[0] = {}): Promise<void> {
  host = OWN_ADDRESSES ? `127.84.${octet()}.${octet()}` : '127.0.0.1';
  rig = await nexoWithDriver({ host, port: VENDOR_PORT, ...options });
  serviceNo = 0;
}

beforeEach(() => begin());
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  await rig.close();
});

function vendor({
  passphrase = rig.options.key.passphrase,
  keyVersion = rig.options.key.version,
  keyIdentifier = rig.options.key.identifier,
} = {}) {
  const certificatePath = join(rig.options.dataDir, 'trusted.pem');
  writeFileSync(certificatePath, rig.terminal.authority);
  const config = new Config({
    environment: EnvironmentEnum.TEST,
    apiKey: 'unused',
    terminalApiLocalEndpoint: `https://${host}`,
    certificatePath,
    connectionTimeoutMillis: 5_000,
  });
  const api = new TerminalLocalAPI(new Client(config));
  const key = { AdyenCryptoVersion: 1, KeyIdentifier: keyIdentifier, KeyVersion: keyVersion, Passphrase: passphrase };
  return async (
    category: string,
    body: object,
    serviceId?: string,
    messageClass = 'Service',
  ): Promise<NonNullable<Answer['SaleToPOIResponse']>> => {
    serviceNo += 1;
    const MessageHeader = {
      ProtocolVersion: '3.0',
      MessageClass: messageClass,
      MessageCategory: category,
      MessageType: 'Request',
      SaleID: 'vendor-till',
      ServiceID: serviceId ?? `V${serviceNo}`,
      POIID: rig.options.poiId,
    };
    const asked = { SaleToPOIRequest: { MessageHeader, [`${category}Request`]: body } } as unknown as Asked;
    return (await api.request(asked, key)).SaleToPOIResponse ?? ({} as never);
  };
}

const login = {
  DateTime: '2026-11-21T20:00:00.000Z',
  OperatorLanguage: 'en',
  SaleSoftware: { ApplicationName: 'x', CertificationCode: 'x', SoftwareVersion: '1' },
};
const payment = (amount: number, id = 'order-1') => ({
  SaleData: { SaleTransactionID: { TransactionID: id, TimeStamp: '2026-11-21T20:00:01.000Z' } },
  PaymentTransaction: { AmountsReq: { Currency: 'EUR', RequestedAmount: amount } },
});
const text = (line: string) => ({ OutputFormat: 'Text', OutputText: [{ Text: line }] });

describe("the vendor's own client", () => {
  it('completes a day: Login, Diagnosis, Payment, Reversal, GetTotals, Reconciliation, TransactionStatus, Print, Display, Logout', async () => {
    const send = vendor();
    expect((await send('Login', login)).LoginResponse).toMatchObject({
      Response: { Result: 'Success' },
      POISystemData: { POISoftware: {} },
    });
    expect((await send('Diagnosis', { HostDiagnosisFlag: true })).DiagnosisResponse).toMatchObject({
      Response: { Result: 'Success' },
      LoggedSaleID: ['vendor-till'],
      POIStatus: { GlobalStatus: 'OK', PrinterStatus: 'OK' },
      HostStatus: [{ IsReachableFlag: true }],
    });
    const paid = (await send('Payment', payment(10.99), 'PAY1')).PaymentResponse;
    expect(paid).toMatchObject({
      Response: { Result: 'Success' },
      PaymentResult: {
        AmountsResp: { Currency: 'EUR', AuthorizedAmount: 10.99 },
        PaymentInstrumentData: { CardData: { MaskedPan: expect.stringMatching(/^\*{4} \d{4}$/) } },
      },
      SaleData: { SaleTransactionID: { TransactionID: 'PAY1' } },
    });
    expect(paid?.PaymentReceipt?.map(({ DocumentQualifier }) => DocumentQualifier)).toEqual(['CashierReceipt', 'CustomerReceipt']);
    const OriginalPOITransaction = { POITransactionID: paid?.POIData.POITransactionID };
    const reversed = await send('Reversal', { OriginalPOITransaction, ReversalReason: 'MerchantCancel', ReversedAmount: 0.99 });
    expect(reversed.ReversalResponse).toMatchObject({ Response: { Result: 'Success' }, ReversedAmount: 0.99 });
    const totals = (await send('GetTotals', {})).GetTotalsResponse;
    expect(totals?.TransactionTotals?.flatMap(({ PaymentTotals }) => PaymentTotals)).toMatchObject([
      { TransactionType: 'Debit', TransactionCount: 1, TransactionAmount: 10.99 },
      { TransactionType: 'ReverseDebit', TransactionCount: 1, TransactionAmount: 0.99 },
    ]);
    const status = await send('TransactionStatus', {
      MessageReference: { MessageCategory: 'Payment', ServiceID: 'PAY1', SaleID: 'vendor-till' },
    });
    expect(status.TransactionStatusResponse).toMatchObject({
      Response: { Result: 'Success' },
      RepeatedMessageResponse: {
        RepeatedResponseMessageBody: {
          PaymentResponse: { POIData: paid?.POIData, PaymentResult: { AmountsResp: { AuthorizedAmount: 10.99 } } },
        },
      },
    });
    const settled = await send('Reconciliation', { ReconciliationType: 'SaleReconciliation' });
    expect(settled.ReconciliationResponse).toMatchObject({ Response: { Result: 'Success' }, ReconciliationType: 'SaleReconciliation' });
    const print = { PrintOutput: { DocumentQualifier: 'CashierReceipt', ResponseMode: 'PrintEnd', OutputContent: text('COPY') } };
    expect((await send('Print', print, undefined, 'Device')).PrintResponse).toMatchObject({ Response: { Result: 'Success' } });
    const display = { DisplayOutput: [{ Device: 'CustomerDisplay', InfoQualify: 'Display', OutputContent: text('Thank you') }] };
    expect((await send('Display', display, undefined, 'Device')).DisplayResponse).toMatchObject({
      OutputResult: [{ Response: { Result: 'Success' } }],
    });
    expect(rig.terminal.view()).toMatchObject({ printed: ['COPY'], displayed: ['Thank you'] });
    expect((await send('Logout', {})).LogoutResponse).toMatchObject({ Response: { Result: 'Success' } });
    expect(rig.terminal.ledger.map(({ kind, amountMinor, reference }) => [kind, amountMinor, reference])).toEqual([
      ['sale', 1_099, 'PAY1'],
      ['reversal', 99, 'V4'],
      ['settlement', 1_000, undefined],
    ]);
  });

  it('aborts a payment: an empty answer, and the payment ends as Aborted', async () => {
    await rig.close();
    await begin({ cardMs: [3_000, 3_000] });
    const send = vendor();
    await send('Login', login);
    const paying = send('Payment', payment(5), 'PAY1');
    await expect.poll(() => rig.terminal.view().running).toBe(true);
    const reference = { MessageCategory: 'Payment', ServiceID: 'PAY1', SaleID: 'vendor-till' };
    const during = await send('TransactionStatus', { MessageReference: reference });
    expect(during.TransactionStatusResponse?.Response).toMatchObject({ Result: 'Failure', ErrorCondition: 'InProgress' });
    expect((await send('Payment', payment(6), 'PAY2')).PaymentResponse?.Response).toMatchObject({ ErrorCondition: 'Busy' });
    expect(await send('Abort', { AbortReason: 'MerchantAbort', MessageReference: reference })).toEqual({});
    expect((await paying).PaymentResponse?.Response).toMatchObject({ Result: 'Failure', ErrorCondition: 'Aborted' });
    expect(rig.terminal.ledger).toEqual([]);
  });

  it('gets LoggedOut before Login, NotFound for what never came, and is refused a ServiceID it used before', async () => {
    const send = vendor();
    expect((await send('Payment', payment(5), 'PAY1')).PaymentResponse?.Response).toMatchObject({
      Result: 'Failure',
      ErrorCondition: 'LoggedOut',
    });
    await send('Login', login);
    const never = await send('TransactionStatus', { MessageReference: { MessageCategory: 'Payment', ServiceID: 'NEVER' } });
    expect(never.TransactionStatusResponse?.Response).toMatchObject({ Result: 'Failure', ErrorCondition: 'NotFound' });
    expect((await send('Payment', payment(5), 'PAY2')).PaymentResponse?.Response.Result).toBe('Success');
    expect((await send('Payment', payment(5), 'PAY2')).PaymentResponse?.Response).toMatchObject({ ErrorCondition: 'MessageFormat' });
    // Also after a power cut: what was booked is known.
    await rig.terminal.powerOff();
    await rig.terminal.powerOn();
    await send('Login', login);
    expect((await send('Payment', payment(5), 'PAY2')).PaymentResponse?.Response).toMatchObject({ ErrorCondition: 'MessageFormat' });
    expect(rig.terminal.ledger).toHaveLength(1);
  });

  it.each([
    ['another passphrase', { passphrase: 'not the one' }, 9],
    ['another key version', { keyVersion: 4 }, 2],
    ['another key identifier', { keyIdentifier: 'other' }, 9],
  ])('with %s is turned away with a crypto error', async (_name, key, number) => {
    await expect(vendor(key)('Login', login)).rejects.toThrow(`crypto error (${number})`);
    expect(rig.terminal.view().loggedIn).toEqual([]);
  });

  it('does not believe an answer with a wrong HMAC', async () => {
    rig.terminal.inject({ fault: 'badHmacAnswer', command: 'login' });
    await expect(vendor()('Login', login)).rejects.toThrow();
  });
});
