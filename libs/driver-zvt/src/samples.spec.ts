import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decodeCommand } from './command-decode.js';
import { type ApduField, describeApdu } from './describe.js';
import { encodeFrame, FrameParser } from './frame.js';
import { decodeMessage } from './message.js';

const folder = fileURLToPath(new URL('../../../../shared/samples/zvt/', import.meta.url));

interface Sample {
  readonly name: string;
  readonly hex: string;
}

const samples: Sample[] = existsSync(folder)
  ? readdirSync(folder).flatMap((file) =>
      readFileSync(`${folder}/${file}`, 'utf8')
        .split('\n')
        .filter((line) => /^[^#\s]\S* [0-9a-f]+$/.test(line))
        .map((line) => ({ name: `${line.split(' ')[0]} ${line.split(' ')[1]?.slice(0, 12)}`, hex: line.split(' ')[1]! })),
    )
  : [];

/** Terminals' messages and tills' commands of this driver, by control field. */
const REPLIES = /^(0401|040f|04ff|060f|061e|06d1|06d3|8000|84)/;
const COMMANDS = /^(0501|0600|0601|0602|0610|0612|0618|0620|0630|0631|0650|0651|0670|0679|0691|0693|06b0|06e0)/;
/** Captured answers to maker-specific commands: a 06 0F whose data belongs to those commands. */
const FOREIGN = /^060f25313746/;

const frameOf = (hex: string) => {
  const { frames, error } = new FrameParser().push(Buffer.from(hex, 'hex'));
  expect(error).toBeNull();
  return frames[0]!;
};
const flat = (fields: readonly ApduField[]): ApduField[] => fields.flatMap((field) => [field, ...flat(field.fields ?? [])]);

describe('APDUs of real terminals', () => {
  if (samples.length === 0) {
    it('are not checked: the folder ../shared/samples/zvt is absent', () => expect(existsSync(folder)).toBe(false));
    return;
  }

  it.each(samples)('$name is framed, and framed back to the same bytes', ({ hex }) => {
    const frame = frameOf(hex);
    expect(Buffer.from(encodeFrame(frame.control, frame.data)).toString('hex')).toBe(hex);
  });

  it.each(samples)('$name is described without damage and without a card number', ({ hex }) => {
    const described = describeApdu(frameOf(hex));
    expect(described.damage).toBeNull();
    expect(described.name).not.toBe('unknown');
    if (described.dataBytes > 0) expect(described.fields.length).toBeGreaterThan(0);
    for (const { value, hex: bytes } of flat(described.fields)) {
      expect(cardNumbers(String(value ?? ''))).toEqual([]);
      expect(cardNumbers(bytes ?? '')).toEqual([]);
    }
  });

  it.each(samples.filter(({ hex }) => REPLIES.test(hex)))('$name decodes', ({ hex }) => {
    const status = /^060f89f0/.test(hex);
    const message = decodeMessage(frameOf(hex), status ? 'status' : 'bitmaps');
    expect(message.kind).not.toBe('unknown');
    if ('damage' in message && !FOREIGN.test(hex)) expect(message.damage).toBeNull();
    expect(JSON.stringify(message)).not.toMatch(/[1-9]\d{11}/);
  });

  it.each(samples.filter(({ hex }) => COMMANDS.test(hex)))('$name is a command', ({ hex }) => {
    expect(decodeCommand(frameOf(hex))).toBeDefined();
  });

  const find = (start: string) => samples.find(({ hex }) => hex.startsWith(start))?.hex ?? '';

  it('reads a sale of a real terminal', () => {
    expect(decodeMessage(frameOf(find('040f5d')))).toMatchObject({
      resultCode: 0,
      amountMinor: 2_500,
      currency: 'EUR',
      traceNo: 1_012,
      receiptNo: 249,
      cardLast4: '8004',
      cardName: 'girocard',
      cardType: 5,
      terminalId: '52523535',
      authorisationCode: '018372',
      date: '0421',
      time: '103720',
    });
  });

  it('reads a reversal of a real terminal', () => {
    expect(decodeMessage(frameOf(find('040fe2')))).toMatchObject({ resultCode: 0, traceNo: 607, originalTraceNo: 606, cardLast4: '4771' });
  });

  it('reads the extended status of a real terminal', () => {
    expect(decodeMessage(frameOf(find('060f89')), 'status')).toMatchObject({
      status: {
        statusByte: 0,
        device: { name: 'cVEND plug', terminalId: '52523535', deviceState: 0, clock: '2023-04-05T22:56:55', locks: null },
      },
    });
  });

  it('reads a receipt block with its copy', () => {
    const copies = samples.filter(({ hex }) => hex.startsWith('06d3')).map(({ hex }) => decodeMessage(frameOf(hex)));
    expect(copies.map((message) => message.kind === 'receipt' && message.copy).sort()).toEqual([
      'administrative',
      'cardholder',
      'merchant',
    ]);
    for (const message of copies) expect(message.kind === 'receipt' ? message.lines.length : 0).toBeGreaterThan(5);
  });
});

/** Runs of 12 to 19 digits that pass the Luhn check, counted independently of what does the masking. */
function cardNumbers(text: string): string[] {
  return (text.match(/\d{12,}/g) ?? []).flatMap((run) => {
    const found: string[] = [];
    for (let start = 0; start < run.length; start++) {
      for (let length = 12; length <= 19 && start + length <= run.length; length++) {
        const digits = run.slice(start, start + length);
        if (digits[0] !== '0' && luhn(digits)) found.push(digits);
      }
    }
    return found;
  });
}

function luhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
