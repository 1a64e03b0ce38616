import { describe, expect, it } from 'vitest';
import { dialogueText, opensItself, preciseTime } from './dialogue.rules.js';

const frame = (fields: number, direction = 'sent') => ({
  at: '2026-11-21T19:00:00.040Z',
  direction,
  name: '06 01 Authorisation',
  bytes: 12,
  fields: Array.from({ length: fields }, (_, i) => ({ tag: `0${i}`, name: 'Amount', value: '12.50' })),
});

describe('a dialogue', () => {
  it('is read to the millisecond in the store’s zone', () => {
    expect(preciseTime('2026-11-21T19:00:00.040Z', 'Europe/Berlin')).toBe('20:00:00.040');
  });

  it('opens short frames by itself, and never an empty one', () => {
    expect([0, 1, 4, 5].map((fields) => opensItself(frame(fields)))).toEqual([false, true, true, false]);
  });

  it('can be pasted into a ticket', () => {
    const head = { terminal: 'Till 1', store: 'Berlin Mitte', capturedAt: '2026-11-21T19:00:01.000Z', cause: 'command' };
    expect(dialogueText(head, [frame(1), frame(0, 'received')])).toBe(
      [
        'Till 1, Berlin Mitte',
        '2026-11-21T19:00:01.000Z command',
        '',
        '2026-11-21T19:00:00.040Z >> 06 01 Authorisation (12 B)',
        '    00 Amount: 12.50',
        '2026-11-21T19:00:00.040Z << 06 01 Authorisation (12 B)',
        '',
      ].join('\n'),
    );
  });
});
