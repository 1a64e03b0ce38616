import { desiredBody } from '@tillward/contracts';
import { SETTING_KEYS } from '@tillward/policy';
import { describe, expect, it } from 'vitest';
import { compileDesired, editRefusal, effectiveChanges, policyValues, type SettingChange } from './policy.rules.js';

const close: SettingChange = { key: 'hours.close', value: '21:30' };

describe('P1, P2 editRefusal', () => {
  it.each<[string, 'chain' | 'store', SettingChange[], string, object | undefined]>([
    ['a good edit', 'store', [close], 'summer hours', undefined],
    ['removing an override', 'store', [{ key: 'hours.close', value: null }], 'as the chain', undefined],
    ['no reason', 'store', [close], '  ', { code: 'invalidInput', field: 'reason' }],
    ['a novel', 'store', [close], 'x'.repeat(401), { code: 'invalidInput', field: 'reason' }],
    ['no change', 'store', [], 'why', { code: 'invalidInput', field: 'changes' }],
    [
      'a setting nobody knows',
      'chain',
      [close, { key: 'hours.lunch', value: '12:00' }],
      'why',
      { code: 'invalidInput', field: 'changes[1].key' },
    ],
    [
      'removing a setting nobody knows',
      'chain',
      [{ key: 'hours.lunch', value: null }],
      'why',
      { code: 'invalidInput', field: 'changes[0].key' },
    ],
    [
      'a value of the wrong shape',
      'chain',
      [{ key: 'hours.close', value: '25:00' }],
      'why',
      { code: 'invalidInput', field: 'changes[0].value' },
    ],
    [
      'a number written as text',
      'chain',
      [{ key: 'settlement.attempts', value: '2' }],
      'why',
      { code: 'invalidInput', field: 'changes[0].value' },
    ],
    ['the same key twice', 'chain', [close, close], 'why', { code: 'invalidInput', field: 'changes[1].key' }],
    [
      'a locked setting at a store',
      'store',
      [{ key: 'sales.afterHours', value: 'allow' }],
      'why',
      { code: 'settingLocked', key: 'sales.afterHours' },
    ],
    ['a locked setting at the chain', 'chain', [{ key: 'sales.afterHours', value: 'allow' }], 'why', undefined],
  ])('%s', (_name, level, changes, reason, expected) => {
    const refusal = editRefusal(level, changes, reason);
    if (expected === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject(expected);
  });
});

describe('effectiveChanges', () => {
  it('keeps what differs', () => {
    const current = { 'hours.close': '21:30' };
    expect(effectiveChanges(current, [close, { key: 'hours.open', value: null }])).toEqual([]);
    expect(effectiveChanges(current, [{ key: 'hours.close', value: null }])).toHaveLength(1);
  });
});

describe('P3 compileDesired', () => {
  const document = compileDesired({
    version: 7,
    issuedAt: new Date('2026-11-21T20:00:00Z'),
    store: { id: 'berlin', name: 'Berlin Mitte', timeZone: 'Europe/Berlin', currency: 'EUR' },
    gateway: 'gw-berlin',
    terminals: [],
    operators: [{ id: 'cashier-1', name: 'A', certifiedUntil: null, certificateId: null }],
    chain: { 'hours.close': '22:00', 'settlement.attempts': 3 },
    overrides: { 'hours.close': '21:30', 'sales.afterHours': 'allow' },
  });

  it('is what the contract says, with every setting', () => {
    expect(desiredBody.safeParse(document).error).toBeUndefined();
    expect(Object.keys(document.settings)).toEqual([...SETTING_KEYS]);
  });

  it('names the origin of every value and ignores an override of a locked setting', () => {
    expect(document.settings['hours.close']).toEqual({ value: '21:30', origin: 'store' });
    expect(document.settings['settlement.attempts']).toEqual({ value: 3, origin: 'chain' });
    expect(document.settings['hours.open']).toEqual({ value: '09:00', origin: 'default' });
    expect(document.settings['sales.afterHours']).toEqual({ value: 'block', origin: 'default' });
  });
});

describe('policyValues', () => {
  it('marks what is set at exactly this level', () => {
    const byKey = (level: 'chain' | 'store') =>
      Object.fromEntries(policyValues(level, { 'hours.open': '08:00' }, { 'hours.close': '21:30' }).map((value) => [value.key, value]));
    expect(byKey('store')['hours.open']).toMatchObject({ value: '08:00', origin: 'chain', setHere: false });
    expect(byKey('store')['hours.close']).toMatchObject({ value: '21:30', origin: 'store', setHere: true });
    expect(byKey('chain')['hours.open']).toMatchObject({ setHere: true });
    expect(byKey('chain')['hours.close']).toMatchObject({ value: '22:00', origin: 'default' });
  });
});
