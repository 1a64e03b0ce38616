import type { PolicyOrigin } from '@tillward/contracts';
import {
  DEFAULT_SETTINGS,
  isSettingKey,
  SETTING_KEYS,
  type SettingKey,
  type Settings,
  type SettingValue,
  settingDefinition,
} from './catalogue.js';
import type { BilingualText } from './setting.js';

/** A level that can set values, from the whole chain down to one terminal. */
export type SettingLevelName = Exclude<PolicyOrigin, 'default'>;

/** What one level has set, as it is stored: unchecked keys and values. */
export interface SettingLevel {
  origin: SettingLevelName;
  values: Readonly<Record<string, unknown>>;
}

/** Every setting with its effective value and the level that decided it. */
export type ResolvedSettings = { [K in SettingKey]: { value: SettingValue<K>; origin: PolicyOrigin } };

/** Why a value is refused. Stable codes. */
export type SettingRefusalCode = 'unknownSetting' | 'invalidValue' | 'settingLocked';
/** A refused setting, with a sentence for people in both languages. */
export interface SettingRefusal {
  ok: false;
  key: string;
  code: SettingRefusalCode;
  message: BilingualText;
}
/** What `checkSetting` answers: the value as typed by the catalogue, or why not. */
export type SettingCheck = { ok: true; key: SettingKey; value: string | number | boolean } | SettingRefusal;

/**
 * Checks one value before it is stored. With `level`, also whether that level may set it: a setting that is not overridable belongs to the
 * chain alone (`settingLocked`). Never throws; nothing is converted, "10" is not 10.
 */
export function checkSetting(key: string, value: unknown, level: SettingLevelName = 'chain'): SettingCheck {
  if (!isSettingKey(key))
    return { ok: false, key, code: 'unknownSetting', message: { en: `There is no setting ${key}.`, zh: `没有设置项 ${key}。` } };
  const setting = settingDefinition(key);
  const { title, expected } = setting;
  if (level !== 'chain' && !setting.overridable) {
    const message = {
      en: `${title.en} is set for the whole chain and cannot be changed here.`,
      zh: `${title.zh}由总部统一设置,此处不能更改。`,
    };
    return { ok: false, key, code: 'settingLocked', message };
  }
  const parsed = setting.schema.safeParse(value);
  if (!parsed.success)
    return {
      ok: false,
      key,
      code: 'invalidValue',
      message: { en: `${title.en} must be ${expected.en}.`, zh: `${title.zh}必须是${expected.zh}。` },
    };
  return { ok: true, key, value: parsed.data };
}

/**
 * The effective settings of a place. `levels` come in order chain → region → store → terminal and each overrides those before it. What
 * `checkSetting` refuses for its level is ignored, so the level above applies: an override of a setting that isn't overridable, an unknown key,
 * a value this version no longer admits. Throws when the order is wrong, which is a bug of the caller.
 */
export function resolveSettings(levels: readonly SettingLevel[]): ResolvedSettings {
  assertOrder(levels);
  const resolved: Record<string, { value: string | number | boolean; origin: PolicyOrigin }> = {};
  for (const key of SETTING_KEYS) resolved[key] = { value: DEFAULT_SETTINGS[key], origin: 'default' };
  for (const { origin, values } of levels) {
    for (const [key, value] of Object.entries(values)) {
      const check = checkSetting(key, value, origin);
      if (check.ok) resolved[check.key] = { value: check.value, origin };
    }
  }
  return resolved as ResolvedSettings;
}

const LEVEL_ORDER: readonly SettingLevelName[] = ['chain', 'region', 'store', 'terminal'];

function assertOrder(levels: readonly SettingLevel[]): void {
  let last = -1;
  for (const { origin } of levels) {
    const rank = LEVEL_ORDER.indexOf(origin);
    if (rank <= last) throw new RangeError(`levels must come once each in the order ${LEVEL_ORDER.join(', ')}`);
    last = rank;
  }
}

/** What a gateway makes of a policy document. */
export interface SettingsReading {
  /** A value for every key: those received and valid, else `fallback`. */
  values: Settings;
  /** Keys received that this version doesn't know or admit, for the journal's PolicyApplied; `reason` is a stable code and what is expected. */
  refused: { key: string; reason: string }[];
}

/**
 * Reads the effective settings of a received document (`desiredBody.settings`) into typed values. Each key stands alone: one that is refused falls back
 * (to the policy in force when given, else to the default) and doesn't hold the others up. A key that is absent falls back without being refused.
 */
export function readSettings(
  settings: Readonly<Record<string, { value: unknown }>>,
  fallback: Readonly<Settings> = DEFAULT_SETTINGS,
): SettingsReading {
  const values: Record<string, string | number | boolean> = { ...fallback };
  const refused: SettingsReading['refused'] = [];
  for (const [key, { value }] of Object.entries(settings)) {
    const check = checkSetting(key, value);
    if (check.ok) values[check.key] = check.value;
    else refused.push({ key: key.slice(0, 80), reason: `${check.code}: ${check.message.en}`.slice(0, 200) });
  }
  return { values: values as Settings, refused };
}
