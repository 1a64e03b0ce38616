import { describe, expect, it } from 'vitest';
import { lampKind } from './lamp.fixtures.js';
import { EMPTY_SCRIPT, readScript, ScriptMistake } from './script.js';

const lamp = lampKind([]);

describe('a script', () => {
  it('has options with their defaults and steps in the order of their time', () => {
    const text = JSON.stringify({
      steps: [
        { afterS: 9, power: 'off' },
        { afterS: 2, fault: 'flicker' },
        { afterS: 5, fault: { fault: 'flicker', ms: 7 } },
      ],
    });
    expect(readScript(text, lamp)).toEqual({
      options: { watts: 6 },
      steps: [
        { afterS: 2, fault: { fault: 'flicker', ms: 20 } },
        { afterS: 5, fault: { fault: 'flicker', ms: 7 } },
        { afterS: 9, power: 'off' },
      ],
    });
    expect(readScript(EMPTY_SCRIPT, lamp)).toEqual({ options: { watts: 6 }, steps: [] });
  });

  it('gives way to settings given beside it', () => {
    expect(readScript('{"options":{"watts":5}}', lamp, { watts: 8 }).options).toEqual({ watts: 8 });
  });

  it.each([
    ['no json', '{', /it is no JSON/],
    ['a word too much', '{"step":[]}', /step/],
    ['an unknown fault', '{"steps":[{"afterS":0,"fault":"explode"}]}', /steps\.0\.fault\.fault/],
    ['a fault with a wrong setting', '{"steps":[{"afterS":0,"fault":{"fault":"flicker","ms":-1}}]}', /steps\.0\.fault\.ms/],
    ['a negative time', '{"steps":[{"afterS":-1,"power":"on"}]}', /steps\.0/],
    ['an unknown option', '{"options":{"volts":230}}', /options\./],
  ])('with %s is refused with the place of it', (_name, text, message) => {
    expect(() => readScript(text, lamp)).toThrow(ScriptMistake);
    expect(() => readScript(text, lamp)).toThrow(message);
  });
});
