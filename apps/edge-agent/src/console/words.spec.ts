import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CLOSING_STEPS, OPENING_STEPS, peripheralState, serviceState, stepFailure } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { CONSOLE_FILES } from './console.rules.js';

const folder = fileURLToPath(new URL('../../console/', import.meta.url));
const { WORDS } = (await import(`${folder}words.js`)) as { WORDS: Record<'en' | 'zh', Record<string, string>> };
const { en, zh } = WORDS;
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).toSorted();

describe('the console’s words', () => {
  it('are complete in both languages, with the same places to fill in', () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) expect([key, places(zh[key]!)]).toEqual([key, places(text)]);
  });

  it('are in the language they say', () => {
    const ofTheOther = new Set(['language', 'languageLabel']);
    for (const key of Object.keys(en).filter((name) => !ofTheOther.has(name))) {
      expect([key, /\p{Script=Han}/u.test(en[key]!)]).toEqual([key, false]);
      expect([key, /\p{Script=Han}/u.test(zh[key]!.replaceAll(/\{\w+\}/g, '人')) || zh[key] === en[key]]).toEqual([key, true]);
    }
  });

  it('cover every step, code and state that the gateway can name', () => {
    for (const step of [...CLOSING_STEPS, ...OPENING_STEPS]) expect(en).toHaveProperty([`step.${step}`]);
    for (const code of stepFailure.options) expect(en).toHaveProperty([`code.${code}`]);
    for (const state of serviceState.options) if (!['ready', 'unknown'].includes(state)) expect(en).toHaveProperty([`service.${state}`]);
    for (const state of peripheralState.options) if (!['ready', 'unknown'].includes(state)) expect(en).toHaveProperty([`state.${state}`]);
  });

  it('are all used, and none is used that is missing', () => {
    const source = Object.keys(CONSOLE_FILES)
      .filter((name) => name.endsWith('.js') && name !== 'words.js')
      .map((name) => readFileSync(folder + name, 'utf8'))
      .join('\n');
    const composed = ['activity.', 'power.', 'service.', 'peripheral.', 'state.', 'step.', 'code.'];
    for (const key of Object.keys(en)) {
      if (!composed.some((prefix) => key.startsWith(prefix)))
        expect([key, source.includes(`'${key}'`) || /^(sale|reversal|refund)$/.test(key)]).toEqual([key, true]);
    }
    for (const [, key] of source.matchAll(/\bt\('([\w.]+)'/g)) expect(en).toHaveProperty([key!]);
  });
});
