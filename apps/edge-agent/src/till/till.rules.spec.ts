import { TILL_REFUSALS, type TillRefusalCode, tillRefusal } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { eventText, refusalOf } from './till.rules.js';

describe('refusalOf', () => {
  it.each(Object.keys(TILL_REFUSALS) as TillRefusalCode[])('%s speaks both languages', (code) => {
    const refusal = tillRefusal.parse(refusalOf(code, 'amountMinor'));
    expect(refusal.message.en).not.toBe('');
    expect(refusal.message.zh).toMatch(/\p{Script=Han}/u);
  });
});

describe('eventText', () => {
  it('is one event, whatever its texts hold', () => {
    const text = eventText('7-1', { type: 'payment', note: 'a\n\ndata: forged\r\nid: 9' } as never);
    expect(text.split('\n\n')).toHaveLength(2);
    expect(text.startsWith('id: 7-1\nevent: payment\ndata: {')).toBe(true);
    expect(text).not.toContain('\r');
  });
});
