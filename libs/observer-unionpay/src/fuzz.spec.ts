import { describe, expect, it } from 'vitest';
import { FIELD_FORMATS } from './field-format.js';
import { dice, frame, message, randomField, text } from './message.fixtures.js';
import { FIELDS_READ, readMessage } from './message.rules.js';
import { Observer, type Unreadable } from './observer.js';
import type { ObserverEvent } from './observer-event.js';
import { DEFAULT_FRAMING, DEFAULT_LIMITS } from './relay-options.js';

/** Each is read once as it is and six times spoilt. */
const MESSAGES = 16_000;
const SPOILT = 6;
const STREAMS = 3_000;
const seed = Number(process.env['UNIONPAY_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const TYPES = ['0800', '0810', '0820', '0830', '0200', '0210', '0220', '0230', '0320', '0330', '0400', '0410', '0500', '0510', '0100'];
const KNOWN = Array.from({ length: 127 }, (_, index) => index + 2).filter((field) => FIELD_FORMATS[field] !== undefined);
/** The fields a card is in, and two that this observer doesn't read either. */
const FORBIDDEN = [2, 3, 4, 14, 35, 36, 45, 52, 55, 62];

type Roll = (limit: number) => number;

/** A message whose formats fit, of random fields; one in four has a second bitmap. */
function good(roll: Roll): { bytes: Uint8Array; canaries: string[] } {
  const highest = roll(4) === 0 ? 128 : 64;
  const fields: Record<number, string> = {};
  const canaries: string[] = [];
  for (const field of KNOWN) {
    if (field > highest || (roll(4) > 0 && field !== 41)) continue;
    const { packed, shown } = field === 41 ? { packed: text(`TERM000${roll(3)}`), shown: '' } : randomField(field, roll);
    fields[field] = packed;
    if (FORBIDDEN.includes(field) && shown.length >= 8) canaries.push(shown.slice(0, 8), shown.slice(-8));
  }
  return { bytes: message(TYPES[roll(TYPES.length)]!, fields), canaries };
}

/** What a broken or hostile end makes of it: flipped bytes, a cut end, bytes put in, a bitmap of everything, lengths that lie. */
function spoilt(bytes: Uint8Array, roll: Roll): Uint8Array {
  const out = Uint8Array.from(bytes);
  switch (roll(6)) {
    case 0:
      for (let change = roll(6); change >= 0; change--) out[roll(out.length)] = roll(256);
      return out;
    case 1:
      return out.subarray(0, roll(out.length));
    case 2: {
      const at = roll(out.length);
      return Buffer.concat([out.subarray(0, at), Uint8Array.from({ length: 1 + roll(30) }, () => roll(256)), out.subarray(at)]);
    }
    case 3:
      out.fill(0xff, 2, 2 + 1 + roll(16));
      return out;
    case 4:
      out[10 + roll(out.length - 10)] = 0x99;
      return out;
    default:
      return Uint8Array.from({ length: roll(200) }, () => roll(256));
  }
}

describe(`hostile bytes (UNIONPAY_SEED=${seed})`, () => {
  it(`${MESSAGES * (SPOILT + 1)} messages are read or refused with a place, and nothing of a forbidden field is ever in what is read`, () => {
    const roll = dice(seed);
    let read = 0;
    for (let n = 0; n < MESSAGES; n++) {
      const { bytes, canaries } = good(roll);
      const whole = readMessage(bytes, 0, bytes.length);
      if ('code' in whole) expect(['badText', 'badDigits'], JSON.stringify(whole)).toContain(whole.code);
      else {
        read += 1;
        const said = JSON.stringify(whole);
        for (const canary of canaries) if (said.includes(canary)) expect.fail(`message ${n}: ${said} holds ${canary}`);
      }
      for (let times = 0; times < SPOILT; times++) {
        const bad = spoilt(bytes, roll);
        const found = readMessage(bad, 0, bad.length);
        if ('code' in found && !(found.offset >= 0 && found.offset <= bad.length)) expect.fail(`message ${n}: ${JSON.stringify(found)}`);
      }
    }
    expect(read).toBeGreaterThan(MESSAGES / 2);
    expect(FIELDS_READ).toEqual([11, 12, 13, 39, 41, 42, 48, 60]);
  }, 60_000);

  it(`${STREAMS} connections of frames good and bad, cut anywhere: typed breaks inside the stream, and the next connection works`, () => {
    const roll = dice(seed + 1);
    const events: ObserverEvent[] = [];
    const observer = new Observer(
      DEFAULT_FRAMING,
      { ...DEFAULT_LIMITS, maxTerminals: 4 },
      (event) => events.push(event),
      () => 0,
    );
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < STREAMS; n++) {
      const found: Unreadable[] = [];
      const link = observer.link((unreadable) => found.push(unreadable));
      const frames = Array.from({ length: 1 + roll(5) }, () => {
        const { bytes } = good(roll);
        const made = Uint8Array.from(frame(roll(2) === 0 ? bytes : spoilt(bytes, roll)));
        // A length that lies: everything after it is out of step.
        if (roll(10) === 0) made[roll(2)] = roll(256);
        return made;
      });
      const stream = Buffer.concat(frames);
      const direction = roll(2) === 0 ? 'toHost' : 'toTerminal';
      for (let at = 0; at < stream.length; ) {
        const end = Math.min(stream.length, at + 1 + roll(roll(4) === 0 ? 3 : 600));
        link.passed(direction, stream.subarray(at, end));
        at = end;
      }
      link.ended();
      for (const { offset } of found)
        if (!(offset >= 0 && offset <= stream.length)) expect.fail(`connection ${n}: offset ${offset} of ${stream.length}`);
      events.length = 0;
    }
    expect(observer.terminals().length).toBeLessThanOrEqual(4);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(50 * 2 ** 20);

    const link = observer.link(() => expect.fail('a good message was not read'));
    link.passed('toHost', frame(message('0800', { 11: '000001', 41: text('TERM0009'), 60: '0011000000010030' })));
    link.passed('toTerminal', frame(message('0810', { 11: '000001', 39: text('00'), 41: text('TERM0009'), 60: '0011000000070030' })));
    expect(events).toMatchObject([{ kind: 'SignedOn', terminalId: 'TERM0009', batchNo: 7 }]);
  }, 60_000);
});

describe('an observer', () => {
  const signOn = frame(message('0800', { 11: '000001', 41: text('TERM0001'), 60: '0011000000010030' }));
  const signOnAnswer = frame(message('0810', { 11: '000001', 39: text('00'), 41: text('TERM0001'), 60: '0011000000070030' }));
  const observing = (limits: { maxTerminals?: number } = {}) => {
    const events: ObserverEvent[] = [];
    const found: Unreadable[] = [];
    const observer = new Observer(
      DEFAULT_FRAMING,
      { ...DEFAULT_LIMITS, ...limits },
      (event) => events.push(event),
      () => 0,
    );
    return { observer, events, found, link: () => observer.link((unreadable) => found.push(unreadable)) };
  };

  it('does not believe an answer from the terminal’s end, nor a request from the host’s', () => {
    const { observer, link, events, found } = observing();
    const one = link();
    one.passed('toHost', signOn);
    one.passed('toHost', signOnAnswer);
    one.passed('toTerminal', signOn);
    expect(found).toEqual([
      { code: 'wrongDirection', direction: 'toHost', offset: signOn.length },
      { code: 'wrongDirection', direction: 'toTerminal', offset: 0 },
    ]);
    expect(events).toEqual([]);
    expect(observer.counts).toMatchObject({ messages: 1, unreadable: 2 });
  });

  it('takes an answer that leaves the terminal out for the one that is alone on the line', () => {
    const nameless = frame(message('0810', { 11: '000001', 39: text('00'), 60: '0011000000070030' }));
    const alone = observing();
    const line = alone.link();
    line.passed('toHost', signOn);
    line.passed('toTerminal', nameless);
    expect(alone.events).toMatchObject([{ kind: 'SignedOn', terminalId: 'TERM0001' }]);

    const shared = observing();
    const both = shared.link();
    both.passed('toHost', signOn);
    both.passed('toHost', frame(message('0800', { 11: '000001', 41: text('TERM0002'), 60: '0011000000010030' })));
    both.passed('toTerminal', nameless);
    expect(shared.events).toEqual([]);
    expect(shared.found).toMatchObject([{ code: 'noTerminal' }]);
  });

  it('takes what an earlier run knew: a terminal that had signed off sells without sign-on', () => {
    const { observer, link, events } = observing();
    observer.recall({ terminalId: 'TERM0001', signOn: 'signedOff' });
    const sale = { 11: '000002', 60: '001122000001000 0'.replaceAll(' ', '') };
    link().passed('toHost', frame(message('0200', { 11: sale[11], 41: text('TERM0001'), 60: sale[60] })));
    link().passed('toHost', frame(message('0200', { 11: sale[11], 41: text('TERM0002'), 60: sale[60] })));
    expect(events).toMatchObject([{ kind: 'SaleWithoutSignOn', terminalId: 'TERM0001', traceNo: 2 }]);
  });

  it('forgets the terminal it has not seen for longest when there are too many', () => {
    const { observer, link } = observing({ maxTerminals: 3 });
    for (const id of [1, 2, 3, 1, 4]) {
      link().passed('toHost', frame(message('0800', { 11: '000001', 41: text(`TERM000${id}`), 60: '0011000000010030' })));
    }
    expect(observer.terminals().map(({ terminalId }) => terminalId)).toEqual(['TERM0003', 'TERM0001', 'TERM0004']);
    expect(observer.counts.forgotten).toBe(1);
  });
});
