import { describe, expect, it } from 'vitest';
import { bytesOf, dice, message, randomField, SILENT, text } from './message.fixtures.js';
import { FIELDS_READ, type ObservedMessage, readMessage } from './message.rules.js';

const read = (bytes: Uint8Array) => readMessage(bytes, 0, bytes.length);
const seed = Number(process.env['UNIONPAY_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Laid by hand, in the layout of the sign-on that the README of jsPOS (github.com/sitb-software/jsPOS) prints: 11, 41, 42, 60, 63. */
const SIGN_ON = bytesOf(`0800 0020000000C00012
  000105
  ${text('TW000764')} ${text('TILLWARD0000002')}
  0011 000000010030
  0003 ${text('001')}`);

/** The answer to it: 11, 12, 13, 32, 37, 39, 41, 42, 60, 62; the last holds what stands where session keys would. */
const SIGN_ON_ANSWER = bytesOf(`0810 003800010AC00014
  000105 221301 0720
  08 00085500
  ${text('221301491329')} ${text('00')} ${text('TW000764')} ${text('TILLWARD0000002')}
  0011 000000190030
  0040 ${'00'.repeat(40)}`);

describe('a message', () => {
  it('of a sign-on is read: trace number, terminal, merchant, batch, what it wants', () => {
    expect(read(SIGN_ON)).toEqual({
      ...SILENT,
      messageType: '0800',
      traceNo: 105,
      terminalId: 'TW000764',
      merchantId: 'TILLWARD0000002',
      transactionType: '00',
      batchNo: 1,
      networkCode: '003',
    } satisfies ObservedMessage);
  });

  it('of the host’s answer is read: response code, clock, new batch; the keys are not', () => {
    expect(read(SIGN_ON_ANSWER)).toEqual({
      ...SILENT,
      messageType: '0810',
      traceNo: 105,
      time: '221301',
      date: '0720',
      responseCode: '00',
      terminalId: 'TW000764',
      merchantId: 'TILLWARD0000002',
      transactionType: '00',
      batchNo: 19,
      networkCode: '003',
    } satisfies ObservedMessage);
  });

  it('of a settlement gives its totals; a batch upload, whose field 48 lists card numbers, does not', () => {
    const totals = `0062 000000012500 002 000000000300 001 0 ${'0'.repeat(30)}0`.replaceAll(' ', '');
    const fields = { 11: '000009', 41: text('TW000764'), 48: totals, 60: '0011000000192010' };
    expect(read(message('0500', fields))).toMatchObject({
      totals: { domestic: { debitAmountMinor: 12_500, debitCount: 2, creditAmountMinor: 300, creditCount: 1, agreement: 'unsaid' } },
      networkCode: '201',
    });
    for (const type of ['0320', '0330', '0200', '0210', '0800'])
      expect(read(message(type, fields))).toMatchObject({ messageType: type, totals: null });
  });

  it('with a second bitmap is read all the same', () => {
    const fields = {
      11: '000007',
      41: text('TW000764'),
      60: '001100000019301 0'.replaceAll(' ', ''),
      100: '0312 30'.replaceAll(' ', ''),
      128: '00'.repeat(8),
    };
    expect(read(message('0820', fields))).toMatchObject({ traceNo: 7, networkCode: '301' });
  });

  it('with a merchant number that could be a card number shows its last four', () => {
    // The check digit is made here: the whole passes the Luhn check, as one in ten merchant numbers does.
    const digits = '10010010000000';
    const check = Array.from({ length: 10 }, (_, digit) => `${digits}${digit}`).find(
      (candidate) => (read(message('0800', { 42: text(candidate) })) as ObservedMessage).merchantId !== candidate,
    );
    expect(check).toBeDefined();
    expect(read(message('0800', { 42: text(check!) }))).toMatchObject({ merchantId: `***********${check!.slice(-4)}` });
  });

  it(`lets nothing out of a field that is not on the list (UNIONPAY_SEED=${seed})`, () => {
    const roll = dice(seed);
    const others = Array.from({ length: 63 }, (_, index) => index + 2).filter((field) => !FIELDS_READ.includes(field));
    expect(others).toEqual(expect.arrayContaining([2, 14, 35, 36, 45, 52, 55, 62]));
    for (let n = 0; n < 300; n++) {
      const canaries = others.map((field) => [field, randomField(field, roll)] as const);
      const fields = Object.fromEntries(canaries.map(([field, { packed }]) => [field, packed]));
      const type = ['0200', '0210', '0320', '0400', '0800', '0810'][roll(6)]!;
      const said = JSON.stringify(
        read(message(type, { ...fields, 11: '000001', 41: text('TW000764'), 48: randomField(48, roll).packed, 60: '000222' })),
      );
      expect(said).toContain('TW000764');
      for (const [field, { shown }] of canaries) if (shown.length >= 6) expect(said, `field ${field}`).not.toContain(shown.slice(0, 6));
    }
  });
});

describe('a message that is not understood', () => {
  const whole = { 11: '000105', 41: text('TW000764'), 60: '0011000000010030' };
  it.each([
    ['no message type', bytesOf(`8800 ${'00'.repeat(8)}`), 'badMessageType', 0],
    ['no digits in the type', bytesOf(`08A0 ${'00'.repeat(8)}`), 'badMessageType', 0],
    ['nine bytes', bytesOf('0800 0020000000C000'), 'tooShort', 0],
    ['a second bitmap that is cut off', bytesOf('0800 8020000000C00012'), 'truncated', 2],
    ['field 65', message('0800', { 11: '000105', 65: '00' }), 'unknownField', 21],
    ['a letter in a length', message('0800', { 2: 'A0' }), 'badLength', 10],
    ['a length over its field’s', message('0800', { 2: `20${'00'.repeat(10)}` }), 'badLength', 10],
    ['a length over three digits', message('0800', { 60: `1000${'00'.repeat(500)}` }), 'badLength', 10],
    ['a length behind the end', message('0800', { 60: '001100' }), 'truncated', 10],
    ['a field cut off', message('0800', { 11: '0001' }), 'truncated', 10],
    ['a letter in a trace number', message('0800', { 11: '00010A' }), 'badDigits', 10],
    ['a control character in a terminal number', message('0800', { 41: text('TW\n00764') }), 'badText', 10],
    ['a response code of blanks', message('0810', { 39: text('  ') }), 'badText', 10],
    ['bytes left over', Buffer.concat([message('0800', whole), bytesOf('00')]), 'trailingBytes', 29],
  ])('%s', (_name, bytes, code, offset) => {
    expect(read(bytes)).toEqual({ code, offset });
  });

  it('cut off at any byte says so', () => {
    for (let end = 0; end < SIGN_ON_ANSWER.length; end++) {
      const found = readMessage(SIGN_ON_ANSWER, 0, end);
      expect(found).toHaveProperty('code');
      expect((found as { offset: number }).offset).toBeLessThanOrEqual(end);
    }
  });
});
