import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, SETTING_KEYS, settingDefinition } from './catalogue.js';
import { checkSetting, readSettings, resolveSettings, type SettingLevel } from './resolve.js';

const HAN = /\p{Script=Han}/u;

describe('catalogue', () => {
  it.each(SETTING_KEYS)('%s is explained in both languages, admits its default and says its unit', (key) => {
    const setting = settingDefinition(key);
    const choices = setting.choices ?? [];
    for (const text of [setting.title, setting.help, setting.expected, ...choices.map((choice) => choice.title)]) {
      expect(text.en).toMatch(/^[^\p{Script=Han}]+$/u);
      expect(text.en.length).toBeGreaterThan(1);
    }
    for (const text of [setting.title, setting.help, ...choices.map((choice) => choice.title)]) expect(text.zh).toMatch(HAN);
    expect(checkSetting(key, setting.default)).toEqual({ ok: true, key, value: setting.default });
    expect(setting.type === 'duration').toBe(setting.unit !== null);
    if (setting.unit) expect(key.toLowerCase().endsWith(setting.unit)).toBe(true);
    expect(setting.type === 'choice').toBe(choices.length > 1);
    for (const choice of choices) expect(checkSetting(key, choice.value).ok).toBe(true);
  });

  it('keeps the defaults a chain relies on', () => {
    expect(DEFAULT_SETTINGS).toMatchInlineSnapshot(`
      {
        "approval.terminals": 5,
        "businessDay.cutOff": "04:00",
        "clock.thresholdSeconds": 30,
        "closing.backUpTimeoutMinutes": 30,
        "closing.leftOnAfterMinutes": 15,
        "closing.waitIdleMinutes": 10,
        "closing.withoutCore": "close",
        "hours.close": "22:00",
        "hours.exceptions": "",
        "hours.open": "09:00",
        "journal.keepDays": 30,
        "maintenance.closesAt": "05:00",
        "maintenance.opensAt": "01:00",
        "offline.restrictedAfterDays": 7,
        "opening.leadMinutes": 30,
        "power.overnight": "off",
        "reminders.beforeClosingMinutes": 30,
        "reminders.repeatMinutes": 10,
        "sales.afterHours": "block",
        "settlement.acquirerCutOff": "23:30",
        "settlement.attempts": 2,
        "settlement.automatic": true,
        "settlement.manualApproval": false,
        "settlement.missedAfterMinutes": 60,
        "settlement.nightRetries": 3,
        "settlement.nightRetryMinutes": 20,
        "settlement.requestHours": 24,
        "settlement.retryDelaySeconds": 10,
      }
    `);
  });
});

describe('checkSetting', () => {
  it.each([
    ['hours.close', '22:00'],
    ['hours.close', '21:30:45'],
    ['closing.waitIdleMinutes', 0],
    ['settlement.automatic', false],
    ['power.overnight', 'standby'],
  ] as const)('admits %s = %j', (key, value) => {
    expect(checkSetting(key, value)).toEqual({ ok: true, key, value });
  });

  it.each([
    ['hours.close', '24:00'],
    ['hours.close', '9:00'],
    ['hours.close', 22],
    ['closing.waitIdleMinutes', '10'],
    ['closing.waitIdleMinutes', 1.5],
    ['closing.waitIdleMinutes', -1],
    ['settlement.attempts', 0],
    ['settlement.automatic', 'true'],
    ['power.overnight', 'sleep'],
    ['power.overnight', null],
    ['hours.open', undefined],
  ])('refuses %s = %j as invalidValue', (key, value) => {
    expect(checkSetting(key, value)).toMatchObject({ ok: false, key, code: 'invalidValue' });
  });

  it.each(['hours.opens', '', '__proto__', 'constructor', 'toString'])('refuses the unknown key %j', (key) => {
    expect(checkSetting(key, 1)).toMatchObject({ ok: false, key, code: 'unknownSetting' });
  });

  it('refuses a locked setting below the chain, whatever the value', () => {
    expect(checkSetting('sales.afterHours', 'allow', 'chain').ok).toBe(true);
    expect(checkSetting('sales.afterHours', 'allow', 'store')).toMatchObject({ code: 'settingLocked' });
    expect(checkSetting('sales.afterHours', 'nonsense', 'terminal')).toMatchObject({ code: 'settingLocked' });
  });

  it('says what is expected, in both languages', () => {
    expect(checkSetting('settlement.attempts', 11)).toMatchObject({
      message: { en: 'Settlement attempts must be a whole number from 1 to 10.', zh: '结算尝试次数必须是介于 1 与 10 之间的整数。' },
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...SETTING_KEYS), fc.string()),
        fc.anything(),
        (key, value) => typeof checkSetting(key, value).ok === 'boolean',
      ),
    );
  });
});

describe('resolveSettings', () => {
  it('gives every default when nobody set anything', () => {
    const resolved = resolveSettings([]);
    expect(Object.keys(resolved)).toEqual(SETTING_KEYS);
    expect(resolved['hours.close']).toEqual({ value: '22:00', origin: 'default' });
  });

  it('lets the lowest level win and says which it was', () => {
    const resolved = resolveSettings([
      { origin: 'chain', values: { 'hours.close': '21:00', 'hours.open': '08:00' } },
      { origin: 'region', values: { 'hours.close': '20:00', 'settlement.attempts': 3 } },
      { origin: 'store', values: { 'hours.close': '19:00' } },
      { origin: 'terminal', values: { 'power.overnight': 'on' } },
    ]);
    expect(resolved['hours.close']).toEqual({ value: '19:00', origin: 'store' });
    expect(resolved['hours.open']).toEqual({ value: '08:00', origin: 'chain' });
    expect(resolved['settlement.attempts']).toEqual({ value: 3, origin: 'region' });
    expect(resolved['power.overnight']).toEqual({ value: 'on', origin: 'terminal' });
    expect(resolved['settlement.automatic']).toEqual({ value: true, origin: 'default' });
  });

  it('ignores overrides of a setting that is not overridable', () => {
    const levels: SettingLevel[] = [
      { origin: 'chain', values: {} },
      { origin: 'store', values: { 'sales.afterHours': 'allow' } },
    ];
    expect(resolveSettings(levels)['sales.afterHours']).toEqual({ value: 'block', origin: 'default' });
  });

  it('lets the level above apply where a stored value is unknown or no longer valid', () => {
    const resolved = resolveSettings([
      { origin: 'chain', values: { 'settlement.attempts': 3, 'removed.setting': 1 } },
      { origin: 'store', values: { 'settlement.attempts': 'many' } },
    ]);
    expect(resolved['settlement.attempts']).toEqual({ value: 3, origin: 'chain' });
    expect(resolved).not.toHaveProperty('removed.setting');
  });

  it('throws when levels come in the wrong order or twice', () => {
    const chain: SettingLevel = { origin: 'chain', values: {} };
    const store: SettingLevel = { origin: 'store', values: {} };
    expect(() => resolveSettings([store, chain])).toThrow(RangeError);
    expect(() => resolveSettings([store, store])).toThrow(RangeError);
  });

  it('always yields a valid value for every key', () => {
    const values = fc.dictionary(fc.constantFrom(...SETTING_KEYS), fc.anything());
    fc.assert(
      fc.property(values, values, (chain, store) => {
        const resolved = resolveSettings([
          { origin: 'chain', values: chain },
          { origin: 'store', values: store },
        ]);
        return SETTING_KEYS.every((key) => checkSetting(key, resolved[key].value).ok);
      }),
    );
  });
});

describe('readSettings', () => {
  it('types what core resolved and refuses nothing of it', () => {
    const { values, refused } = readSettings(
      resolveSettings([{ origin: 'chain', values: { 'sales.afterHours': 'allow', 'hours.close': '20:15' } }]),
    );
    expect(refused).toEqual([]);
    expect(values).toEqual({ ...DEFAULT_SETTINGS, 'sales.afterHours': 'allow', 'hours.close': '20:15' });
    const typed: 'block' | 'allow' = values['sales.afterHours'];
    expect(typed).toBe('allow');
  });

  it('refuses per key and falls back to the policy in force', () => {
    const inForce = { ...DEFAULT_SETTINGS, 'settlement.attempts': 5 };
    const reading = readSettings(
      { 'settlement.attempts': { value: 99 }, 'brand.new': { value: 1 }, 'hours.open': { value: '07:00' } },
      inForce,
    );
    expect(reading.values).toEqual({ ...inForce, 'hours.open': '07:00' });
    expect(reading.refused).toEqual([
      { key: 'settlement.attempts', reason: 'invalidValue: Settlement attempts must be a whole number from 1 to 10.' },
      { key: 'brand.new', reason: 'unknownSetting: There is no setting brand.new.' },
    ]);
  });

  it('reports refusals that fit the journal however long the key', () => {
    const { refused } = readSettings({ ['k'.repeat(500)]: { value: 1 } });
    expect(refused[0]?.key).toHaveLength(80);
    expect(refused[0]?.reason.length).toBeLessThanOrEqual(200);
  });
});
