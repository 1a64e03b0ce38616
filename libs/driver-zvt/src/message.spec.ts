import { describe, expect, it } from 'vitest';
import { decodeCommand, encodeCommand } from './command.js';
import { FrameParser } from './frame.js';
import { decodeMessage } from './message.js';
import { encodeAbort, encodePrintBlock, encodePrintLine, encodeStatusCompletion, encodeStatusInformation } from './terminal-message.js';

const frameOf = (bytes: Uint8Array | string) =>
  new FrameParser().push(typeof bytes === 'string' ? Buffer.from(bytes, 'hex') : bytes).frames[0]!;
const totals = {
  receiptFrom: 1,
  receiptTo: 9,
  groups: {
    girocard: { count: 2, amountMinor: 300 },
    jcb: { count: 0, amountMinor: 0 },
    mastercard: { count: 1, amountMinor: 5 },
    amex: { count: 0, amountMinor: 0 },
    visa: { count: 1, amountMinor: 999_999_999_999 },
    diners: { count: 0, amountMinor: 0 },
    other: { count: 5, amountMinor: 10 },
  },
};

describe('status information', () => {
  it('comes back as it was written, the card as its last four digits only', () => {
    const fields = {
      resultCode: 0,
      amountMinor: 1_999,
      currency: 978,
      traceNo: 17,
      receiptNo: 4,
      cardLast4: '0042',
      cardName: 'girocard',
      terminalId: '60000101',
      authorisationCode: '018372',
      date: '0421',
      time: '103720',
      additionalText: 'GENEHMIGT',
      totals,
    };
    expect(decodeMessage(frameOf(encodeStatusInformation(fields)))).toEqual({
      kind: 'statusInformation',
      ...fields,
      currency: 'EUR',
      damage: null,
    });
  });

  it.each([
    ['even digits', '2704f0', '22f0f2', null],
    ['last four of sixteen', '', '22f0f85598eeeeeeee8074', '8074'],
    ['padded odd number', '', '22f1f04711eeeeeeeeeeee004f', null],
    ['no digit of it known', '', '22f0f2eeee', null],
  ])('reduces a card number: %s', (_name, _unused, pan, last4) => {
    const data = Buffer.from(`2700${pan}`, 'hex');
    expect(decodeMessage({ control: 0x040f, data })).toMatchObject({ cardLast4: last4 });
  });

  it('keeps what precedes a damage and says where it is', () => {
    const message = decodeMessage({ control: 0x040f, data: Buffer.from('27000b00001799aa', 'hex') });
    expect(message).toMatchObject({ resultCode: 0, traceNo: 17, damage: { code: 'unknownBitmap', offset: 6 } });
    expect(decodeMessage({ control: 0x040f, data: Buffer.from('27000400', 'hex') })).toMatchObject({
      amountMinor: null,
      damage: { code: 'truncated', offset: 2 },
    });
    expect(decodeMessage({ control: 0x040f, data: Buffer.from('27008bf0a1', 'hex') })).toMatchObject({
      damage: { code: 'badLength', offset: 4 },
    });
  });
});

describe('other messages', () => {
  it('reads the untagged completion of a status enquiry', () => {
    expect(decodeMessage(frameOf(encodeStatusCompletion('SIM 1.0', 0x51)), 'status')).toMatchObject({
      status: { version: 'SIM 1.0', statusByte: 0x51 },
    });
    expect(decodeMessage(frameOf('060f02f0f0'), 'status')).toMatchObject({ status: null, damage: { code: 'truncated' } });
  });

  it('reads receipts in both print modes', () => {
    expect(decodeMessage(frameOf(encodePrintLine('Summe 12,50 €', false)))).toMatchObject({ copy: 'unknown', lines: ['Summe 12,50 ?'] });
    const lines = Array.from({ length: 20 }, (_, index) => `Zeile äöü ${index}`);
    expect(decodeMessage(frameOf(encodePrintBlock('merchant', lines)))).toEqual({ kind: 'receipt', copy: 'merchant', lines });
  });

  it('masks a card number in receipts and texts, whatever separates its digits', () => {
    const number = `4${'0'.repeat(11)}0002`;
    const spaced = number.replace(/(.{4})(?=.)/g, '$1 ');
    for (const text of [number, spaced, `Nr ${number}0712`]) {
      const message = decodeMessage(frameOf(encodePrintLine(text, false)));
      expect(JSON.stringify(message)).not.toMatch(/\d(?:[ -]?\d){11}/);
    }
    const info = decodeMessage(frameOf(encodeStatusInformation({ resultCode: 0, additionalText: `KARTE ${number}`, cardName: number })));
    expect(JSON.stringify(info)).not.toContain(number.slice(0, 8));
    expect(info).toMatchObject({ additionalText: 'KARTE ************0002' });
  });

  it('reads an abort, also one that says there is no receipt', () => {
    expect(decodeMessage(frameOf(encodeAbort(0x6c)))).toEqual({ kind: 'abort', resultCode: 0x6c, noReceipt: false });
    expect(decodeMessage(frameOf('061e04b887ffff'))).toEqual({ kind: 'abort', resultCode: 0xb8, noReceipt: true });
    expect(decodeMessage(frameOf('061e00'))).toEqual({ kind: 'abort', resultCode: null, noReceipt: false });
  });

  it('keeps nothing of a message it does not know', () => {
    expect(decodeMessage({ control: 0x0f42, data: Uint8Array.of(1, 2, 3) })).toEqual({ kind: 'unknown', control: 0x0f42, dataBytes: 3 });
  });
});

describe('commands', () => {
  it.each([
    [
      'registration',
      { kind: 'registration', password: '123456', config: 0xbe, currency: 978, tlv: true },
      '06000e123456be0978060626040a0206d3',
    ],
    [
      'registration without TLV',
      { kind: 'registration', password: '123456', config: 0xde, currency: 978, tlv: false },
      '060006123456de0978',
    ],
    ['status enquiry', { kind: 'statusEnquiry' }, '050100'],
    ['initialisation', { kind: 'initialisation', password: '000001' }, '069303000001'],
    ['sale', { kind: 'authorisation', amountMinor: 3_300, currency: 978 }, '06010a04000000003300490978'],
    ['end of day', { kind: 'endOfDay', password: '123456' }, '065003123456'],
    ['totals', { kind: 'turnoverTotals', password: '123456' }, '061003123456'],
    ['lost outcome', { kind: 'repeatReceipt', password: '123456', serviceByte: 3 }, '0620051234560303'],
    ['log-off', { kind: 'logOff' }, '060200'],
  ] as const)('%s is written and read', (_name, command, hex) => {
    const bytes = encodeCommand(command);
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
    expect(decodeCommand(frameOf(bytes))).toEqual(command);
  });

  it('refuses a password that is not six digits', () => {
    expect(() => encodeCommand({ kind: 'endOfDay', password: '12345a' })).toThrow(RangeError);
  });
});
