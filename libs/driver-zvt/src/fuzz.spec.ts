import { describe, expect, it } from 'vitest';
import { decodeCommand } from './command.js';
import { DecodeError } from './decode-error.js';
import { encodeFrame, FrameError, FrameParser } from './frame.js';
import { decodeMessage } from './message.js';
import { IDLE, type SessionState, step } from './session.rules.js';
import { encodeStatusInformation } from './terminal-message.js';

const FRAMES = 25_000;
const seed = Number(process.env['ZVT_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** mulberry32: small, and the same everywhere for the same seed. */
function dice(start: number): (limit: number) => number {
  let state = start >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit || 0;
  };
}

const CONTROLS = [0x040f, 0x04ff, 0x060f, 0x061e, 0x06d1, 0x06d3, 0x8000, 0x849c, 0x0600, 0x0601, 0x0620, 0x0501, 0x0f42];
const good = encodeStatusInformation({
  resultCode: 0,
  amountMinor: 1_250,
  currency: 978,
  traceNo: 17,
  cardLast4: '4711',
  cardName: 'girocard',
});

describe(`hostile bytes (ZVT_FUZZ_SEED=${seed})`, () => {
  it(`${FRAMES} frames give messages or typed damage, never an exception and never a card number`, () => {
    const roll = dice(seed);
    const integer = (limit: number) => Math.floor(roll(limit));
    for (let n = 0; n < FRAMES; n++) {
      const control = CONTROLS[integer(CONTROLS.length)]!;
      // Half are noise, half a good message with a few bytes changed: the latter get deep into the decoders.
      const data = n % 2 === 0 ? Uint8Array.from({ length: integer(80) }, () => integer(256)) : good.slice(3);
      if (n % 2 === 1) for (let change = integer(6); change >= 0; change--) data[integer(data.length)] = integer(256);
      for (const shape of ['bitmaps', 'status'] as const) {
        const message = decodeMessage({ control, data }, shape);
        if ('damage' in message && message.damage) {
          expect(message.damage).toBeInstanceOf(DecodeError);
          expect(message.damage.offset).toBeLessThanOrEqual(data.length + 3);
        }
        if (message.kind === 'statusInformation' && message.cardLast4 !== null) expect(message.cardLast4).toMatch(/^\d{4}$/);
      }
      decodeCommand({ control, data });
    }
  });

  it('a stream of noise breaks typed and the next good frame on a fresh link works', () => {
    const roll = dice(seed + 1);
    const integer = (limit: number) => Math.floor(roll(limit));
    const parser = new FrameParser(512);
    for (let n = 0; n < 5_000; n++) {
      const { error } = parser.push(Uint8Array.from({ length: 1 + integer(40) }, () => integer(256)));
      if (error) {
        expect(error).toBeInstanceOf(FrameError);
        expect(parser.pendingBytes).toBe(0);
      }
      expect(parser.pendingBytes).toBeLessThan(600);
      parser.reset();
      expect(parser.push(good)).toMatchObject({ frames: [{ control: 0x040f }], error: null });
    }
  });

  it('damaged messages in the middle of a sale lose nothing that was valid around them', () => {
    const roll = dice(seed + 2);
    const integer = (limit: number) => Math.floor(roll(limit));
    const exchange = {
      name: 'sale',
      bytes: encodeFrame(0x0601),
      endsWhenAcknowledged: false,
      completionShape: 'bitmaps',
      characterSet: 'cp437',
    } as const;
    for (let n = 0; n < 2_000; n++) {
      let state: SessionState = step(IDLE, { type: 'start', exchange }).state;
      state = step(state, { type: 'frame', frame: { control: 0x8000, data: new Uint8Array(0) } }).state;
      const noise = {
        control: [0x06d1, 0x06d3, 0x04ff, 0x0f42][integer(4)]!,
        data: Uint8Array.from({ length: integer(60) }, () => integer(256)),
      };
      state = step(state, { type: 'frame', frame: noise }).state;
      state = step(state, { type: 'frame', frame: { control: 0x040f, data: good.slice(3) } }).state;
      const { actions } = step(state, { type: 'frame', frame: { control: 0x060f, data: new Uint8Array(0) } });
      expect(actions.find((action) => action.type === 'finish')).toMatchObject({
        end: { kind: 'completed', heard: { status: { traceNo: 17 } } },
      });
    }
  });
});
