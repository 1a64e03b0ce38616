import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  environmentVariables,
  flagVariable,
  logLevelVariable,
  numberVariable,
  readEnvironment,
  textVariable,
  urlVariable,
} from './environment.js';

const schema = z.object({
  BROKER_URL: urlVariable(['mqtt:', 'mqtts:'], 'the broker'),
  PASSWORD: textVariable('the password at the broker'),
  HOST: textVariable('the address to listen on').default('127.0.0.1'),
  PORT: numberVariable(0, 65_535, 'the port to listen on').prefault('8080'),
  CACHE_URL: urlVariable(['redis:'], 'the cache').optional(),
  SECURE: flagVariable(true, 'cookies over HTTPS only'),
  LOG_LEVEL: logLevelVariable(),
});
const COMPLETE = { BROKER_URL: 'mqtt://broker:1883', PASSWORD: 'hunter2' };

describe('readEnvironment', () => {
  it('converts what is given and takes the defaults for the rest', () => {
    expect(readEnvironment(schema, { ...COMPLETE, PORT: '0', SECURE: '0', UNRELATED: 'x' })).toEqual({
      values: { ...COMPLETE, HOST: '127.0.0.1', PORT: 0, SECURE: false, LOG_LEVEL: 'info' },
    });
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, '']));
    expect(readEnvironment(schema, { ...empty, ...COMPLETE })).toEqual(readEnvironment(schema, COMPLETE));
    expect(readEnvironment(schema, empty)).toEqual(readEnvironment(schema, {}));
  });

  it.each([
    ['BROKER_URL', undefined, 'BROKER_URL: missing; expected a URL starting with mqtt:// or mqtts://: the broker'],
    ['BROKER_URL', 'hunter2:1883', 'BROKER_URL: expected a URL starting with mqtt:// or mqtts://: the broker'],
    ['BROKER_URL', 'mqtt://', 'BROKER_URL: expected a URL starting with mqtt:// or mqtts://: the broker'],
    ['PASSWORD', '', 'PASSWORD: missing; expected the password at the broker'],
    ['PORT', '65536', 'PORT: expected a whole number from 0 to 65535: the port to listen on'],
    ['PORT', '8e3', 'PORT: expected a whole number from 0 to 65535: the port to listen on'],
    ['PORT', '-1', 'PORT: expected a whole number from 0 to 65535: the port to listen on'],
    ['CACHE_URL', 'http://cache', 'CACHE_URL: expected a URL starting with redis://: the cache'],
    ['SECURE', 'yes', 'SECURE: expected 0 or 1: cookies over HTTPS only'],
    ['LOG_LEVEL', 'loud', expect.stringMatching(/^LOG_LEVEL: expected trace, .* or silent/)],
  ])('refuses %s = %s with one line that says what is expected', (name, value, problem) => {
    expect(readEnvironment(schema, { ...COMPLETE, [name]: value })).toEqual({ problems: [problem] });
  });

  it('names everything that is wrong at once, in the order of the schema, without the values', () => {
    const read = readEnvironment(schema, { PASSWORD: 'hunter2', PORT: 'hunter2', BROKER_URL: 'hunter2' });
    expect(read).toEqual({ problems: [expect.stringMatching(/^BROKER_URL/), expect.stringMatching(/^PORT/)] });
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });
});

describe('environmentVariables', () => {
  it('says of each what is expected and what holds without it', () => {
    expect(environmentVariables(schema)).toEqual([
      { name: 'BROKER_URL', expected: 'a URL starting with mqtt:// or mqtts://: the broker', byDefault: undefined, required: true },
      { name: 'PASSWORD', expected: 'the password at the broker', byDefault: undefined, required: true },
      { name: 'HOST', expected: 'the address to listen on', byDefault: '127.0.0.1', required: false },
      { name: 'PORT', expected: 'a whole number from 0 to 65535: the port to listen on', byDefault: '8080', required: false },
      { name: 'CACHE_URL', expected: 'a URL starting with redis://: the cache', byDefault: undefined, required: false },
      { name: 'SECURE', expected: '0 or 1: cookies over HTTPS only', byDefault: '1', required: false },
      { name: 'LOG_LEVEL', expected: expect.any(String), byDefault: 'info', required: false },
    ]);
  });

  it('refuses a schema with a variable that says nothing', () => {
    expect(() => environmentVariables(z.object({ SILENT: z.string() }))).toThrow('SILENT must say what is expected');
  });

  it('refuses a default that only the converted value shows', () => {
    const hidden = z.object({ PORT: numberVariable(0, 65_535, 'the port').default(8080) });
    expect(() => environmentVariables(hidden)).toThrow('PORT must give its default as text');
  });
});
