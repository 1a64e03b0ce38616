import { describe, expect, it } from 'vitest';
import { type ApduField, describeApdu } from './describe.js';
import { dialogueFrame, sentFrame } from './dialogue.js';
import { FrameParser } from './frame.js';
import { encodeStatusCompletion, encodeStatusInformation } from './terminal-message.js';
import { writeTlv } from './tlv.js';

/** Twelve digits and more that pass the Luhn check and belong to nobody: a test range with zeros. */
const PAN = `400000${'0'.repeat(9)}2`;
const frameOf = (bytes: Uint8Array | string) =>
  new FrameParser(0xffff).push(typeof bytes === 'string' ? Buffer.from(bytes, 'hex') : bytes).frames[0]!;
const flat = (fields: readonly ApduField[]): ApduField[] => fields.flatMap((field) => [field, ...flat(field.fields ?? [])]);
const field = (hex: string | Uint8Array, tag: string) => flat(describeApdu(frameOf(hex)).fields).find((one) => one.tag === tag);

describe('an APDU in words', () => {
  it('names bitmaps and containers, reads amounts, texts and codes', () => {
    const bytes = encodeStatusInformation({ resultCode: 0x6c, amountMinor: 1_250, currency: 978, cardLast4: '0042', cardName: 'Grün' });
    expect(describeApdu(frameOf(bytes))).toEqual({
      control: '04 0F',
      name: 'Status-Information',
      direction: 'terminalToTill',
      dataBytes: bytes.length - 3,
      damage: null,
      fields: [
        { tag: 'BMP 27', name: 'result code', value: '6c', meaning: 'stopped by key or time limit' },
        { tag: 'BMP 04', name: 'amount', value: 1_250, unit: 'minor' },
        { tag: 'BMP 49', name: 'currency', value: 'EUR' },
        { tag: 'BMP 22', name: 'card number', value: '************0042' },
        { tag: 'BMP 8B', name: 'card name', value: 'Grün' },
      ],
    });
  });

  it('reads fields without tags, and hides passwords', () => {
    expect(describeApdu(frameOf('06000e123456be0978060626040a0206d3')).fields).toEqual([
      { tag: '', name: 'password', hidden: 3 },
      { tag: '', name: 'config byte', value: 0xbe },
      { tag: '', name: 'currency', value: 'EUR' },
      {
        tag: 'BMP 06',
        name: 'TLV container',
        fields: [{ tag: 'TLV 26', name: 'permitted commands', fields: [{ tag: 'TLV 0A', name: 'command', hex: '06d3' }] }],
      },
    ]);
    expect(describeApdu(frameOf('04ff021705')).fields).toEqual([
      { tag: '', name: 'intermediate status', value: 0x17, meaning: 'please wait' },
      { tag: '', name: 'timeout in minutes', value: 5 },
    ]);
    expect(describeApdu(frameOf('849c00')).name).toBe('Negative Acknowledgement: terminal busy');
    expect(describeApdu(frameOf('841e036f0756')).fields).toEqual([
      { tag: '', name: 'result code', value: '6f', meaning: 'wrong currency' },
      { tag: '', name: 'currency', value: 'CHF' },
    ]);
  });

  it('reads the answer to a status enquiry', () => {
    const bytes = encodeStatusCompletion('7.04', 0xf0, { name: 'VX680', locks: ['printer', 'service'] });
    expect(field(bytes, 'TLV 1F55')).toEqual({ tag: 'TLV 1F55', name: 'terminal locks', value: 'printer, service' });
    expect(field(bytes, 'TLV 1F40')).toMatchObject({ value: 'VX680' });
    expect(describeApdu(frameOf(bytes)).fields[1]).toMatchObject({ value: 'f0', meaning: 'settlement needed' });
  });

  it('keeps what it does not know as hexadecimal digits', () => {
    expect(field('040f0806061f6e03beefca', 'TLV 1F6E')).toEqual({ tag: 'TLV 1F6E', name: 'unknown', hex: 'beefca' });
    expect(describeApdu(frameOf('040f05270099beef')).fields[1]).toEqual({ tag: 'BMP 99', name: 'unknown', hex: 'beef' });
    expect(describeApdu(frameOf('0f4203010203'))).toMatchObject({ name: 'proprietary', fields: [{ name: 'data', hex: '010203' }] });
    expect(describeApdu(frameOf('0499020102'))).toMatchObject({ name: 'unknown', direction: 'unknown' });
  });

  it.each([
    ['a bitmap that ends early', '040f0427000412', 'truncated', 2],
    ['a length that is none', '040f04270022a1', 'badLength', 2],
    ['a container that lies', '040f04270006ff', 'badLength', 2],
    ['an element that lies', '040f072700060307' + '0541', 'truncated', 4],
    ['an element inside that lies', '06d30806062504070941' + '41', 'truncated', 4],
    ['a missing password', '06500112', 'truncated', 0],
    ['a version that is longer than its frame', '060f04f6f9f541', 'truncated', 0],
  ])('says where %s is', (_name, hex, code, offset) => {
    expect(describeApdu(frameOf(hex)).damage).toMatchObject({ code, offset });
  });

  it('stops at containers nested beyond every limit', () => {
    let content: Uint8Array = Uint8Array.of(0x07, 0x01, 0x41);
    for (let level = 0; level < 12; level++) content = writeTlv(0x25, content);
    expect(describeApdu({ control: 0x06d3, data: writeTlv(0x06, content) }).damage).toMatchObject({ code: 'tooDeep' });
  });
});

describe('a card number', () => {
  const packed = Buffer.from(PAN, 'hex');
  const ascii = Buffer.from(PAN, 'latin1');
  const ebcdic = Uint8Array.from(ascii, (code) => code + 0xc0);
  const odd = Buffer.concat([Uint8Array.of(0x3c), Buffer.from(`d${PAN}f`.slice(0, 18), 'hex')]);
  const llvar = (bytes: Uint8Array) =>
    Buffer.concat([Uint8Array.of(0xf0 | Math.floor(bytes.length / 10), 0xf0 | (bytes.length % 10)), bytes]);
  const lllvar = (bytes: Uint8Array) => Buffer.concat([Uint8Array.of(0xf0), llvar(bytes)]);
  const tlv = (tag: number, bytes: Uint8Array) => writeTlv(0x06, writeTlv(tag, bytes));
  const cases: [string, number, Uint8Array][] = [
    ['in BMP 22', 0x040f, Buffer.concat([Uint8Array.of(0x22), llvar(packed)])],
    ['in track 2', 0x040f, Buffer.concat([Uint8Array.of(0x23), llvar(packed)])],
    ['in track 3', 0x040f, Buffer.concat([Uint8Array.of(0x24), lllvar(packed)])],
    ['in track 1', 0x040f, Buffer.concat([Uint8Array.of(0x2d), llvar(ascii)])],
    ['in chip data', 0x040f, Buffer.concat([Uint8Array.of(0xa7), llvar(packed)])],
    ['in additional text', 0x040f, Buffer.concat([Uint8Array.of(0x3c), lllvar(ascii)])],
    ['in a card name', 0x040f, Buffer.concat([Uint8Array.of(0x8b), llvar(ascii)])],
    ['behind an unknown bitmap', 0x040f, Buffer.concat([Uint8Array.of(0x99), packed])],
    ['in a track tag', 0x040f, tlv(0x1f09, packed)],
    ['in a card number tag', 0x040f, tlv(0x1f1a, packed)],
    ['in an unknown tag, packed', 0x040f, tlv(0x1f6e, packed)],
    ['in an unknown tag, packed with a nibble before it', 0x040f, tlv(0x1f6e, odd)],
    ['in an unknown tag, as text', 0x040f, tlv(0x1f6e, ascii)],
    ['in an unknown tag, in EBCDIC', 0x040f, tlv(0x1f6e, ebcdic)],
    ['in an unknown container', 0x040f, tlv(0xff6e, writeTlv(0x1f6e, ascii))],
    ['in a serial number', 0x060f, Buffer.concat([Uint8Array.of(0xf0, 0xf0, 0xf0, 0x00), tlv(0xe4, writeTlv(0x1f42, packed))])],
    ['in a version', 0x060f, Buffer.concat([lllvar(ascii), Uint8Array.of(0)])],
    ['on a receipt', 0x06d1, Buffer.concat([Uint8Array.of(0), ascii])],
    ['on a receipt block', 0x06d3, tlv(0x25, writeTlv(0x07, ascii))],
    ['in a text to show', 0x06e0, Buffer.concat([Uint8Array.of(0xf1), llvar(ascii)])],
    ['in an old text to show', 0x0685, Buffer.concat([Uint8Array.of(0), ascii, Uint8Array.of(0)])],
    ['in a proprietary message', 0x0f42, packed],
    ['in an unknown message', 0x0499, ascii],
    ['in an acknowledgement', 0x8000, packed],
  ];

  it.each(cases)('%s shows at most its last four digits', (_name, control, data) => {
    for (const text of [
      JSON.stringify(describeApdu({ control, data })),
      JSON.stringify(dialogueFrame('received', { control, data }, 'cp437')),
    ]) {
      expect(text).not.toContain(PAN.slice(0, 8));
      expect(text).not.toContain(ascii.toString('hex').slice(0, 16));
      expect(text).not.toContain(Buffer.from(ebcdic).toString('hex').slice(0, 16));
    }
  });
});

describe('a dialogue', () => {
  it('has a frame with every field under its path', () => {
    expect(sentFrame(Buffer.from('06000e123456be0978060626040a0206d3', 'hex'), 'cp437')).toEqual({
      direction: 'sent',
      name: '06 00 Registration',
      bytes: 17,
      fields: [
        { tag: '', name: 'password', value: '(3 bytes not shown)' },
        { tag: '', name: 'config byte', value: '190' },
        { tag: '', name: 'currency', value: 'EUR' },
        { tag: '06.26.0A', name: 'command', value: '06d3' },
      ],
    });
  });

  it('tells nothing of tags that are not on the list, and says where a frame is damaged', () => {
    const unlisted = writeTlv(0x06, Buffer.concat([writeTlv(0x1f6e, Uint8Array.of(1, 2, 3)), writeTlv(0x1f07, Uint8Array.of(1))]));
    expect(dialogueFrame('received', { control: 0x040f, data: unlisted }, 'cp437').fields).toEqual([
      { tag: '06.1F6E', name: 'unknown', value: '(3 bytes not shown)' },
      { tag: '06.1F07', name: 'receipt type', value: '01' },
    ]);
    expect(dialogueFrame('received', { control: 0x040f, data: Uint8Array.of(0x27) }, 'cp437').fields).toEqual([
      { tag: '', name: 'damage', value: 'truncated at byte 0' },
    ]);
  });

  it('keeps to what a journal takes', () => {
    const many = Buffer.concat(Array.from({ length: 300 }, () => writeTlv(0x07, Buffer.alloc(500, 0x41))));
    const frame = dialogueFrame('received', { control: 0x06d3, data: writeTlv(0x06, writeTlv(0x25, many.subarray(0, 60_000))) }, 'cp437');
    expect(frame.fields.length).toBeLessThanOrEqual(120);
    expect(Math.max(...frame.fields.map(({ value }) => value.length))).toBeLessThanOrEqual(400);
  });
});
