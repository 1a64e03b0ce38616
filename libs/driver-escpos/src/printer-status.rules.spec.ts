import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerAmong, isStatusByte, type PrinterStatus, printerStatus, type StatusAnswers } from './printer-status.rules.js';

const READY: StatusAnswers = { 1: 0x12, 2: 0x12, 3: 0x12, 4: 0x12 };

describe('printerStatus', () => {
  it.each<[string, StatusAnswers, Partial<PrinterStatus>]>([
    ['nothing wrong', READY, { state: 'ready', error: null, paper: 'ok', cover: 'closed' }],
    ['paper nearly used up', { ...READY, 4: 0x1e }, { state: 'paperLow', paper: 'low' }],
    ['paper nearly used up, one sensor bit', { ...READY, 4: 0x16 }, { state: 'paperLow' }],
    ['no paper', { 1: 0x1a, 2: 0x32, 3: 0x12, 4: 0x7e }, { state: 'paperOut', paper: 'out' }],
    ['no paper by the sensor alone', { ...READY, 4: 0x72 }, { state: 'paperOut' }],
    ['stopped by the end of paper', { ...READY, 2: 0x32 }, { state: 'paperOut' }],
    ['cover open', { ...READY, 1: 0x1a, 2: 0x16 }, { state: 'coverOpen', cover: 'open' }],
    ['cover open and no paper', { 1: 0x1a, 2: 0x36, 3: 0x12, 4: 0x7e }, { state: 'coverOpen', paper: 'out' }],
    ['cutter jammed', { ...READY, 1: 0x1a, 2: 0x52, 3: 0x1a }, { state: 'error', error: 'autocutter' }],
    ['unrecoverable', { ...READY, 1: 0x1a, 2: 0x52, 3: 0x32 }, { state: 'error', error: 'unrecoverable' }],
    ['unrecoverable beside a jam', { ...READY, 3: 0x3a }, { state: 'error', error: 'unrecoverable' }],
    ['too hot', { ...READY, 3: 0x52 }, { state: 'error', error: 'autoRecoverable' }],
    ['recoverable', { ...READY, 3: 0x16 }, { state: 'error', error: 'recoverable' }],
    ['an error it does not explain', { ...READY, 2: 0x52 }, { state: 'error', error: 'recoverable' }],
    ['an error with the cover open', { ...READY, 2: 0x16, 3: 0x32 }, { state: 'error', cover: 'open' }],
    ['offline for no other reason', { ...READY, 1: 0x1a }, { state: 'offline' }],
    ['nothing answered', {}, { state: 'unreachable', paper: 'unknown', cover: 'unknown' }],
    ['only the first answered, fine so far', { 1: 0x12 }, { state: 'unreachable' }],
    ['only the first answered, and that is bad', { 1: 0x1a }, { state: 'offline', paper: 'unknown' }],
    ['all but the paper', { 1: 0x12, 2: 0x12, 3: 0x12 }, { state: 'unreachable', paper: 'unknown', cover: 'closed' }],
  ])('%s', (_name, answers, expected) => {
    expect(printerStatus(answers)).toMatchObject(expected);
  });

  it('never says ready or nearly used up of a printer that did not answer everything', () => {
    const byte = fc.option(
      fc.integer({ min: 0, max: 15 }).map((bits) => 0x12 | ((bits & 3) << 2) | ((bits & 12) << 3)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(byte, byte, byte, byte, (one, two, three, four) => {
        const answers = Object.fromEntries([one, two, three, four].flatMap((value, i) => (value === undefined ? [] : [[i + 1, value]])));
        const { state, error } = printerStatus(answers);
        expect(error !== null).toBe(state === 'error');
        if (state === 'ready' || state === 'paperLow') expect(Object.keys(answers)).toHaveLength(4);
      }),
    );
  });
});

describe('answerAmong', () => {
  it.each<[string, number[], number | null]>([
    ['nothing', [], null],
    ['an answer', [0x16], 0x16],
    ['flow control before it', [0x11, 0x13, 0x12], 0x12],
    ['an automatic status before it', [0x18, 0x04, 0x03, 0x00, 0x1a], 0x1a],
    ['an automatic status alone', [0x10, 0x00, 0x00, 0x00], null],
    ['the beginning of an automatic status', [0x10, 0x00], null],
    ['text', [...Buffer.from('HTTP')], null],
    ['bits that must be clear', [0x92, 0x13], null],
  ])('%s', (_name, bytes, expected) => {
    expect(answerAmong(Uint8Array.from(bytes))).toBe(expected);
  });

  it('takes nothing for an answer that has not its form, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const answer = answerAmong(bytes);
        if (answer !== null) {
          expect(isStatusByte(answer)).toBe(true);
          expect(bytes).toContain(answer);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
