import type { DialogueFrame } from '@tillward/contracts';
import { recordedFrame } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { dueAgain, framesWithin, type PlacedFrame, recordedAt } from './dialogue.rules.js';

/** `length` digits that pass the Luhn check, made here so that no card number is written down anywhere. */
const digits = (length: number): string => {
  const body = Array.from({ length: length - 1 }, (_, i) => (i * 7 + 4) % 10);
  const sum = body.toReversed().reduce((total, digit, i) => total + (i % 2 ? digit : Math.floor((digit * 2) / 10) + ((digit * 2) % 10)), 0);
  return [...body, (10 - (sum % 10)) % 10].join('');
};
const frame = (value: string, change: Partial<DialogueFrame> = {}): DialogueFrame => ({
  direction: 'received',
  name: '04 0F Status-Information',
  fields: [{ tag: '06.1F00', name: 'text', value }],
  bytes: 12,
  ...change,
});

describe('recordedAt', () => {
  it.each([12, 13, 14, 15, 16, 17, 18, 19])('hides %i digits that pass the Luhn check, however they are grouped', (length) => {
    const pan = digits(length);
    const separators = ['', ' ', '-', '.'];
    for (const separator of separators) {
      const text = `PAN ${pan.replace(/(.{4})(?=.)/g, `$1${separator}`)} END`;
      const { value } = recordedAt(frame(text), 1).fields[0]!;
      expect(value.replace(/\D/g, '').length).toBeLessThanOrEqual(4);
    }
    expect(recordedAt(frame('', { name: `06 D1 ${pan}` }), 1).name).not.toContain(pan);
  });

  it('hides one with whatever sign between its groups', () => {
    const pan = digits(16).replace(/(.{4})(?=.)/g, '$1_');
    expect(recordedAt(frame(pan), 1).fields[0]!.value).toMatch(/^(?:\*{4}_){3}[0-9]{4}$/);
  });

  it('leaves amounts, trace numbers and times as they are', () => {
    expect(recordedAt(frame('000000001250 EUR 000042 20260504'), 7)).toMatchObject({
      at: 7,
      fields: [{ value: '000000001250 EUR 000042 20260504' }],
    });
  });

  it('fits the contract and stays small whatever a hostile terminal sends', () => {
    const fields = Array.from({ length: 500 }, (_, i) => ({ tag: `${i}`.repeat(300), name: '\u0000\ud800', value: 'x\n'.repeat(5_000) }));
    const recorded = recordedAt(frame('', { name: 'n'.repeat(500), fields }), 1);
    expect(recordedFrame.safeParse(recorded).error).toBeUndefined();
    expect(JSON.stringify(recorded).length).toBeLessThan(16_384);
  });
});

describe('framesWithin', () => {
  const placed = (order: number, name: string): PlacedFrame => ({ order, frame: recordedAt(frame('v', { name }), order) });

  it('puts work and idle frames in order, and drops the oldest of the least interest', () => {
    const work = [placed(0, 'old sale'), placed(1, 'sale')];
    const idle = [placed(2, 'poll'), placed(3, 'poll again')];
    expect(framesWithin(work, idle, 10_000).map(({ name }) => name)).toEqual(['old sale', 'sale', 'poll', 'poll again']);
    const room = JSON.stringify(work[0]!.frame).length * 2 + 2;
    expect(framesWithin(work, idle, room).map(({ name }) => name)).toEqual(['old sale', 'sale']);
    expect(framesWithin(work, idle, room - 10).map(({ name }) => name)).toEqual(['sale']);
    expect(framesWithin([], idle, 10)).toEqual([]);
  });

  it('counts bytes, not characters', () => {
    const chinese = { order: 0, frame: recordedAt(frame('终端结算'.repeat(100)), 0) };
    expect(framesWithin([chinese], [], 1_000)).toEqual([]);
    expect(framesWithin([chinese], [], Buffer.byteLength(JSON.stringify(chinese.frame)) + 1)).toHaveLength(1);
  });
});

describe('dueAgain', () => {
  it.each([
    [null, 0, true],
    [1_000, 1_500, false],
    [1_000, 2_000, true],
    // The clock was set back.
    [5_000, 1_000, true],
  ])('last %s, now %i: %s', (last, now, due) => {
    expect(dueAgain(last, now, 1_000)).toBe(due);
  });
});
