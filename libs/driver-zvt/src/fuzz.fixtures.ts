import { encodeCommand } from './command.js';
import { decodeCommand } from './command-decode.js';
import { DecodeError } from './decode-error.js';
import { describeApdu } from './describe.js';
import { encodeFrame, type Frame, FrameError, FrameParser, type Parsed } from './frame.js';
import { decodeMessage } from './message.js';
import { IDLE, type SessionState, step } from './session.rules.js';
import {
  encodeAbort,
  encodeIntermediateStatus,
  encodePrintBlock,
  encodePrintLine,
  encodeRegistrationCompletion,
  encodeStatusCompletion,
  encodeStatusInformation,
} from './terminal-message.js';
import { writeTlv } from './tlv.js';

/** Gives integers from 0 to below `limit`. */
export type Dice = (limit: number) => number;

/** mulberry32: small, and the same everywhere for the same seed. */
export function dice(start: number): Dice {
  let state = start >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** A frame that has to be read whatever came before it on other links. */
export const GOOD = encodeStatusInformation({
  resultCode: 0,
  amountMinor: 1_250,
  currency: 978,
  traceNo: 17,
  cardLast4: '4711',
  cardName: 'girocard',
});

const PAN = Buffer.from(`400000${'0'.repeat(9)}2`, 'latin1');
const money = { amountMinor: 1_250, currency: 978, transactionIdentifier: null };

/** Messages of both directions, deep and shallow, for mutations to begin with. */
const CORPUS: readonly Uint8Array[] = [
  GOOD,
  encodeStatusInformation({ resultCode: 0, traceNo: 12_345_678, additionalText: `KARTE ${PAN} ÄÖÜ`, originalTraceNo: 4 }),
  encodeStatusCompletion('TERMINAL 7.04', 0x51, { name: 'VX680', serial: '170112', locks: ['printer'], clock: '2026-11-21T20:30:00' }),
  encodeStatusCompletion(`V ${PAN}`, 0, { name: PAN.toString(), serial: PAN.toString(), locks: [] }),
  encodeRegistrationCompletion({ terminalId: '60000101', currency: 978, characterSet: 'utf8', printBlocks: true }),
  encodeIntermediateStatus(0x17, { timeoutMinutes: 3, texts: ['bitte warten', PAN.toString()] }),
  encodeAbort(0x6c, true, 'abgebrochen'),
  encodePrintLine(`Nr ${PAN}`, false),
  encodePrintBlock('merchant', ['Händlerbeleg', '', `Karte ${PAN}`, 'Summe 12,50']),
  encodeFrame(0x061e, Uint8Array.of(0x6f, 0x09, 0x78)),
  encodeFrame(0x8000),
  encodeFrame(0x849c),
  encodeFrame(0x040f, Buffer.concat([Uint8Array.of(0x22, 0xf0, 0xf8), Buffer.from(PAN.toString(), 'hex')])),
  encodeFrame(0x040f, writeTlv(0x06, writeTlv(0x1f6e, PAN))),
  encodeFrame(0x0f42, PAN),
  encodeCommand({ kind: 'authorisation', ...money }),
  encodeCommand({ kind: 'reversal', password: '123456', receiptNo: 85, ...money }),
  encodeCommand({ kind: 'displayText', old: false, lines: ['Kasse', 'geschlossen'], seconds: 5, beeps: 1 }),
  encodeCommand({ kind: 'statusEnquiry', password: '123456', serviceByte: 4 }),
];

/** One generated stream: noise, mutated messages, lies about lengths, or containers in containers. */
export function hostileStream(roll: Dice): Uint8Array {
  const base = CORPUS[roll(CORPUS.length)]!;
  switch (roll(8)) {
    case 0:
      return noise(roll, roll(80));
    case 1:
      return encodeFrame(controlOf(base), noise(roll, roll(120)));
    case 2:
      return base.subarray(0, roll(base.length));
    case 3: {
      const lied = mutated(roll, base);
      lied[2] = roll(256);
      return lied;
    }
    case 4:
      return encodeFrame(controlOf(base), writeTlv(0x06, container(roll, 1 + roll(12))));
    case 5:
      return Buffer.concat([mutated(roll, base), CORPUS[roll(CORPUS.length)]!]);
    case 6: {
      // Only the data is damaged: that gets deepest into the decoders.
      const frame = new FrameParser(0xffff).push(base).frames[0]!;
      return encodeFrame(frame.control, frame.data.length === 0 ? frame.data : mutated(roll, frame.data));
    }
    default:
      return mutated(roll, base);
  }
}

function noise(roll: Dice, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => roll(256));
}

function mutated(roll: Dice, bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  for (let change = roll(6); change >= 0; change--) changed[roll(changed.length)] = roll(256);
  return changed;
}

const TAGS = [0x07, 0x09, 0x14, 0x24, 0x25, 0x26, 0x34, 0xe4, 0x1f07, 0x1f0e, 0x1f2b, 0x1f42, 0x1f55, 0x1f6e, 0xff6e, 0x1f8000];

function container(roll: Dice, depth: number): Uint8Array {
  const parts = Array.from({ length: 1 + roll(3) }, () => {
    const inner = depth > 0 && roll(2) === 0 ? container(roll, depth - 1) : noise(roll, roll(12));
    return writeTlv(TAGS[roll(TAGS.length)]!, inner);
  });
  const bytes = Buffer.concat(parts);
  return roll(4) === 0 ? mutated(roll, bytes) : bytes;
}

function controlOf(bytes: Uint8Array): number {
  return (bytes[0]! << 8) | bytes[1]!;
}

const SALE = {
  name: 'sale',
  bytes: encodeFrame(0x0601),
  endsWhenAcknowledged: false,
  completionShape: 'bitmaps',
  characterSet: 'cp437',
  canPrint: true,
} as const;
const RUNNING: SessionState = (() => {
  const { state } = step(IDLE, { type: 'start', exchange: SALE });
  return step(state, { type: 'frame', frame: { control: 0x8000, data: new Uint8Array(0) } }).state;
})();

/** Most data bytes the fuzzed parser takes; small, so that its limit is met. */
const MAX_DATA = 600;

/**
 * Puts one stream through everything that reads: parser (at once, and cut at every byte), decoders of both directions, the description for
 * people, and the session in the middle of a sale. Throws with what went wrong; the good frame afterwards must be read as ever.
 */
export function survives(stream: Uint8Array): void {
  const whole = new FrameParser(MAX_DATA);
  const atOnce = whole.push(stream);
  const cut = byteByByte(stream);
  require(cut.frames.length === atOnce.frames.length, 'other frames when cut');
  require(cut.error?.code === atOnce.error?.code && cut.error?.offset === atOnce.error?.offset, 'another error when cut');
  for (const [index, frame] of cut.frames.entries()) {
    const same = atOnce.frames[index]!;
    require(same.control === frame.control && Buffer.compare(same.data, frame.data) === 0, 'another frame when cut');
    readable(frame);
  }
  if (atOnce.error) {
    require(atOnce.error instanceof FrameError, 'an untyped error');
    require(atOnce.error.offset >= 0 && atOnce.error.offset < stream.length, `offset ${atOnce.error.offset} outside the stream`);
    require(whole.pendingBytes === 0, 'bytes kept of a broken stream');
  }
  require(whole.pendingBytes < MAX_DATA + 5, 'too many bytes kept');
  whole.reset();
  const next = whole.push(GOOD);
  require(next.error === null && next.frames.length === 1 && next.frames[0]!.control === 0x040f, 'the next good frame is lost');
}

function byteByByte(stream: Uint8Array): Parsed {
  const parser = new FrameParser(MAX_DATA);
  const frames: Frame[] = [];
  for (let at = 0; at < stream.length; at++) {
    const parsed = parser.push(stream.subarray(at, at + 1));
    frames.push(...parsed.frames);
    if (parsed.error) return { frames, error: parsed.error };
  }
  return { frames, error: null };
}

function readable(frame: Frame): void {
  for (const shape of ['bitmaps', 'status'] as const) {
    const message = decodeMessage(frame, shape, shape === 'status' ? 'utf8' : 'cp437');
    if ('damage' in message) inside(message.damage, frame);
    if (message.kind === 'statusInformation') require(message.cardLast4 === null || /^\d{4}$/.test(message.cardLast4), 'not four digits');
    // An amount is money, however long: BMP 04 has twelve digits, as the shortest card numbers do.
    require(cardFree(JSON.stringify(message).replace(/"amountMinor":\d+/g, '')), 'a card number in a message');
  }
  decodeCommand(frame);
  const described = describeApdu(frame);
  inside(described.damage, frame);
  require(cardFree(JSON.stringify(described)), 'a card number in a description');
  const { state, actions } = step(RUNNING, { type: 'frame', frame });
  // A frame of the terminal is answered, unless it is an answer itself or the link is given up for it.
  const answers = actions.filter((action) => action.type === 'send').length;
  const isAnswer = frame.control === 0x8000 || frame.control >> 8 === 0x84;
  require(answers === (isAnswer || state.phase === 'closed' ? 0 : 1), `${answers} answers to ${frame.control.toString(16)}`);
  if (state.phase !== 'running') return;
  const good = new FrameParser().push(GOOD).frames[0]!;
  const after = step(state, { type: 'frame', frame: good }).state;
  require(after.phase === 'running' && after.heard.status?.traceNo === 17, 'a good status is lost behind a bad one');
}

function inside(damage: DecodeError | null, frame: Frame): void {
  if (damage === null) return;
  require(damage instanceof DecodeError, 'untyped damage');
  require(damage.offset >= 0 &&
    damage.offset < Math.max(1, frame.data.length), `${damage.code} at ${damage.offset} of ${frame.data.length} bytes`);
}

/** No run of twelve digits that passes the Luhn check as a whole, or in a part of card length not beginning with 0. */
function cardFree(text: string): boolean {
  for (const run of text.match(/\d{12,}/g) ?? []) {
    for (let start = 0; start + 12 <= run.length; start++) {
      if (run[start] === '0') continue;
      for (let end = start + 12; end <= Math.min(run.length, start + 19); end++) if (luhn(run, start, end)) return false;
    }
  }
  return true;
}

function luhn(digits: string, start: number, end: number): boolean {
  let sum = 0;
  for (let i = end - 1, place = 0; i >= start; i--, place++) {
    const value = digits.charCodeAt(i) - 0x30;
    sum += place % 2 === 0 ? value : value > 4 ? value * 2 - 9 : value * 2;
  }
  return sum % 10 === 0;
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
