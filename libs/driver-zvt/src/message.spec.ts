import { describe, expect, it } from 'vitest';
import { type Command, encodeCommand } from './command.js';
import { decodeCommand } from './command-decode.js';
import { FrameParser } from './frame.js';
import { decodeMessage } from './message.js';
import {
  encodeAbort,
  encodeIntermediateStatus,
  encodePrintBlock,
  encodePrintLine,
  encodeRegistrationCompletion,
  encodeSetDateAndTime,
  encodeStatusCompletion,
  encodeStatusInformation,
  encodeWrongCurrency,
} from './terminal-message.js';
import { readText, writeText } from './text.js';
import { writeTlv } from './tlv.js';

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
      originalTraceNo: 11,
      receiptNo: 4,
      cardLast4: '0042',
      cardName: 'girocard',
      cardType: 5,
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
      damage: { code: 'badLength', offset: 2 },
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
    expect(decodeMessage(frameOf(encodePrintBlock('merchant', lines)))).toEqual({ kind: 'receipt', copy: 'merchant', lines, last: true });
    expect(decodeMessage(frameOf(encodePrintLine('Ende', true)))).toMatchObject({ lines: ['Ende'], last: true });
    expect(decodeMessage(frameOf('06d102ff03'))).toMatchObject({ lines: ['', '', ''], last: false });
    expect(decodeMessage(frameOf('06d101ff'))).toMatchObject({ lines: [''] });
  });

  it('reads a receipt in the character set it names', () => {
    const set = writeTlv(0x14, Uint8Array.of(0xfe));
    const line = writeTlv(0x25, writeTlv(0x07, writeText('Grüße', 'utf8')));
    expect(decodeMessage({ control: 0x06d3, data: writeTlv(0x06, Buffer.concat([set, line])) })).toMatchObject({ lines: ['Grüße'] });
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
    expect(decodeMessage(frameOf(encodeAbort(0x6c)))).toEqual({ kind: 'abort', resultCode: 0x6c, noReceipt: false, text: null });
    expect(decodeMessage(frameOf('061e04b887ffff'))).toEqual({ kind: 'abort', resultCode: 0xb8, noReceipt: true, text: null });
    expect(decodeMessage(frameOf('061e00'))).toEqual({ kind: 'abort', resultCode: null, noReceipt: false, text: null });
    expect(decodeMessage(frameOf(encodeAbort(0xff, false, 'Modul 7 fehlt')))).toMatchObject({ text: 'Modul 7 fehlt' });
    expect(decodeMessage(frameOf('061e036f0978'))).toMatchObject({ resultCode: 0x6f });
  });

  it('keeps nothing of a message it does not know', () => {
    expect(decodeMessage({ control: 0x0f42, data: Uint8Array.of(1, 2, 3) })).toEqual({ kind: 'unknown', control: 0x0f42, dataBytes: 3 });
  });
});

describe('what registrations and statuses bring along', () => {
  it('a registration is granted a character set by tag 14, alone or listed', () => {
    const granted = encodeRegistrationCompletion({ terminalId: '60000101', currency: 978, statusByte: 1, characterSet: 'utf8' });
    expect(decodeMessage(frameOf(granted))).toMatchObject({ terminalId: '60000101', characterSet: 'utf8', damage: null });
    expect(decodeMessage(frameOf('060f070605270314' + '01fe'))).toMatchObject({ characterSet: 'utf8' });
    expect(decodeMessage(frameOf('060f0a0608270614' + '01fe1401ff'))).toMatchObject({ characterSet: null });
    expect(decodeMessage(frameOf(encodeRegistrationCompletion({})))).toMatchObject({ characterSet: null });
  });

  it('a refused registration says its code in the data', () => {
    expect(decodeMessage(frameOf(encodeWrongCurrency(756)))).toEqual({ kind: 'refusal', code: 0x6f });
    expect(decodeMessage(frameOf('841e00'))).toEqual({ kind: 'refusal', code: 0x1e });
  });

  it('an intermediate status can set T4 and show texts', () => {
    const bytes = encodeIntermediateStatus(0xff, { timeoutMinutes: 12, texts: ['Update läuft'] });
    expect(decodeMessage(frameOf(bytes))).toEqual({ kind: 'intermediateStatus', code: 0xff, timeoutMinutes: 12, texts: ['Update läuft'] });
    expect(decodeMessage(frameOf('04ff0117'))).toEqual({ kind: 'intermediateStatus', code: 0x17, timeoutMinutes: null, texts: [] });
  });

  it('the host’s clock comes in 04 01', () => {
    expect(decodeMessage(frameOf(encodeSetDateAndTime('261121', '203000')))).toEqual({
      kind: 'setDateAndTime',
      date: '261121',
      time: '203000',
    });
  });

  it('long trace numbers keep their last six digits', () => {
    expect(decodeMessage(frameOf(encodeStatusInformation({ resultCode: 0, traceNo: 12_345_678 })))).toMatchObject({ traceNo: 345_678 });
  });

  it('a status comes without a version when none was asked for', () => {
    expect(decodeMessage(frameOf(encodeStatusCompletion(null, 0xf0)), 'status')).toMatchObject({
      status: { version: '', statusByte: 0xf0 },
    });
    const device = {
      name: 'VX680',
      software: '7.04',
      serial: '170112',
      deviceState: 0,
      terminalId: '60000101',
      locks: ['printer'] as const,
    };
    const times = { clock: '2026-11-21T20:30:00', nextReboot: '2026-11-22T03:00:00' };
    expect(decodeMessage(frameOf(encodeStatusCompletion('7', 0, { ...device, ...times })), 'status')).toMatchObject({
      status: { version: '7', statusByte: 0, device: { ...device, ...times } },
      damage: null,
    });
  });

  it('a length that lies points at itself, not beyond the frame', () => {
    expect(decodeMessage({ control: 0x060f, data: Buffer.from('f6f9f500', 'hex') }, 'status')).toMatchObject({
      damage: { code: 'truncated', offset: 0 },
    });
  });
});

describe('commands', () => {
  const none = { transactionIdentifier: null };
  const registration = {
    kind: 'registration',
    password: '123456',
    config: 0xbe,
    currency: 978,
    serviceByte: null,
    tlv: true,
    printBlocks: true,
    characterSet: null,
  } as const;

  it.each<[string, Command, string]>([
    ['registration', registration, '06000e123456be0978060626040a0206d3'],
    ['registration for lines', { ...registration, printBlocks: false }, '060008123456be09780600'],
    ['registration in UTF-8', { ...registration, characterSet: 'utf8' }, '060011123456be097806091401fe26040a0206d3'],
    ['registration without TLV', { ...registration, config: 0xde, tlv: false, printBlocks: false }, '060006123456de0978'],
    ['status enquiry', { kind: 'statusEnquiry', password: null, serviceByte: null }, '050100'],
    ['extended status enquiry', { kind: 'statusEnquiry', password: '123456', serviceByte: 4 }, '05010b123456030406041f780101'],
    ['initialisation', { kind: 'initialisation', password: '000001' }, '069303000001'],
    ['sale', { kind: 'authorisation', amountMinor: 3_300, currency: 978, ...none }, '06010a04000000003300490978'],
    [
      'reversal',
      { kind: 'reversal', password: '123456', receiptNo: 85, amountMinor: 3_300, currency: 978, ...none },
      '063010123456870085' + '04000000003300490978',
    ],
    ['refund', { kind: 'refund', password: '123456', amountMinor: 300, currency: 978, ...none }, '06310d12345604000000000300490978'],
    ['end of day', { kind: 'endOfDay', password: '123456' }, '065003123456'],
    ['totals', { kind: 'turnoverTotals', password: '123456' }, '061003123456'],
    ['stored transactions', { kind: 'sendOfflineTransactions', password: '123456' }, '065103123456'],
    ['last receipt', { kind: 'repeatReceipt', password: '123456', serviceByte: null }, '062003123456'],
    ['lost outcome', { kind: 'repeatReceipt', password: '123456', serviceByte: 3 }, '0620051234560303'],
    ['one receipt', { kind: 'reprintReceipts', password: '123456', from: 12, to: null }, '0612051234560012'],
    ['receipts', { kind: 'reprintReceipts', password: '123456', from: 12, to: 15 }, '06120712345600120015'],
    ['diagnosis', { kind: 'diagnosis', diagnosisType: null }, '067000'],
    ['line diagnosis', { kind: 'diagnosis', diagnosisType: 1 }, '06700506031b0101'],
    ['self-test', { kind: 'selftest' }, '067900'],
    ['restart', { kind: 'resetTerminal' }, '061800'],
    ['clock', { kind: 'setDateAndTime', password: '123456', date: '261121', time: '203000' }, '06910b123456aa2611210c203000'],
    ['clock without password', { kind: 'setDateAndTime', password: null, date: '261121', time: '203000' }, '069108aa2611210c203000'],
    ['text', { kind: 'displayText', old: false, lines: ['Kasse', 'zu'], seconds: 9, beeps: 1 }, '06e011f009f1f0f54b61737365f2f0f27a75f901'],
    ['old text', { kind: 'displayText', old: true, lines: ['Kasse'], seconds: 9, beeps: null }, '06850800' + '4b617373650009'],
    ['abort', { kind: 'abort' }, '06b000'],
    ['log-off', { kind: 'logOff' }, '060200'],
  ])('%s is written and read', (_name, command, hex) => {
    const bytes = encodeCommand(command);
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
    expect(decodeCommand(frameOf(bytes))).toEqual(command);
  });

  it('never sends the tag that reverses by itself, and reads it', () => {
    const sale = { kind: 'authorisation', amountMinor: 100, currency: 978 } as const;
    for (const transactionIdentifier of [0, 17]) expect(() => encodeCommand({ ...sale, transactionIdentifier })).toThrow(/1F1F/);
    const heard = (tag: string) => decodeCommand({ control: 0x0601, data: Buffer.from(`04000000000100${tag}`, 'hex') });
    expect(heard('06051f1f020017')).toMatchObject({ transactionIdentifier: 17 });
    // Empty: the till knows no number. That is not 0, which would be one less than 1.
    expect(heard('06031f1f00')).toMatchObject({ transactionIdentifier: null });
  });

  it.each([
    ['a password that is not six digits', { kind: 'endOfDay', password: '12345a' }],
    ['nine lines of text', { kind: 'displayText', old: false, lines: new Array(9).fill('x'), seconds: 1, beeps: null }],
    ['a date that is none', { kind: 'setDateAndTime', password: '123456', date: '2611', time: '203000' }],
    ['a receipt number of five digits', { kind: 'reprintReceipts', password: '123456', from: 10_000, to: null }],
    ['TLV without a currency', { ...registration, currency: null }],
    ['a display of 300 seconds', { kind: 'displayText', old: false, lines: [], seconds: 300, beeps: null }],
  ] as const)('refuses %s', (_name, command) => {
    expect(() => encodeCommand(command)).toThrow(RangeError);
  });

  it.each(['0600', '0612', '0630', '0631', '0650', '0691', '06c0'])('does not read %s without its mandatory fields', (control) => {
    expect(decodeCommand({ control: Number.parseInt(control, 16), data: Uint8Array.of(0x12) })).toBeUndefined();
  });
});

describe('texts', () => {
  it.each([
    ['cp437', 'Grüße ÄÖÜ', '477281e16520' + '8e999a'],
    ['zvt7', 'Grüße ÄÖÜ', '47727d7e65205b5c5d'],
    ['latin1', 'Grüße ÄÖÜ', '4772fcdf6520c4d6dc'],
    ['utf8', 'Grüße €', '4772c3bcc39f6520e282ac'],
  ] as const)('in %s are read and written', (characterSet, text, hex) => {
    expect(Buffer.from(writeText(text, characterSet)).toString('hex')).toBe(hex);
    expect(readText(Buffer.from(hex, 'hex'), characterSet)).toBe(text);
  });

  it('have a question mark for what the set lacks, and a number sign for foreign digits', () => {
    expect(Buffer.from(writeText('€[', 'zvt7')).toString()).toBe('??');
    expect(Buffer.from(writeText('€', 'latin1')).toString()).toBe('?');
    expect(readText(Buffer.from('４٤4', 'utf8'), 'utf8')).toBe('##4');
  });
});
