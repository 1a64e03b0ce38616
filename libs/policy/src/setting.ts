import { z } from 'zod';

/** A text in both languages of the product. */
export interface BilingualText {
  en: string;
  zh: string;
}

/** How a value is edited and shown. `duration` is an integer of the setting's unit. */
export type SettingType = 'time' | 'duration' | 'boolean' | 'choice' | 'integer' | 'text';
/** Unit of a duration; `null` for everything that has none. */
export type SettingUnit = 'minutes' | 'seconds' | null;

/** One of the values of a `choice`. */
export interface SettingChoice<V extends string = string> {
  value: V;
  title: BilingualText;
}

/** An entry of the setting catalogue. */
export interface SettingDefinition<V extends string | number | boolean = string | number | boolean> {
  type: SettingType;
  unit: SettingUnit;
  schema: z.ZodType<V>;
  default: V;
  title: BilingualText;
  /** What the setting does and what happens at its limits, for the policy page and docs/settings.md. */
  help: BilingualText;
  /** May a level below the chain set it? */
  overridable: boolean;
  /** What a value must look like, said when one is refused. */
  expected: BilingualText;
  choices?: readonly SettingChoice[];
}

interface Described {
  title: BilingualText;
  help: BilingualText;
  overridable?: boolean;
}

/** A local time of day. */
export function timeSetting(value: string, described: Described): SettingDefinition<string> {
  return {
    type: 'time',
    unit: null,
    schema: z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$/),
    default: value,
    expected: { en: 'a time from 00:00 to 23:59, as HH:MM or HH:MM:SS', zh: '介于 00:00 与 23:59 之间的时间，格式为 HH:MM 或 HH:MM:SS' },
    overridable: true,
    ...described,
  };
}

/** A whole number of minutes or seconds within bounds, both included. */
export function durationSetting(
  value: number,
  unit: 'minutes' | 'seconds',
  [min, max]: readonly [number, number],
  described: Described,
): SettingDefinition<number> {
  const unitZh = unit === 'minutes' ? '分钟' : '秒';
  return {
    type: 'duration',
    unit,
    schema: z.int().min(min).max(max),
    default: value,
    expected: { en: `a whole number of ${unit} from ${min} to ${max}`, zh: `介于 ${min} 与 ${max} 之间的整数(${unitZh})` },
    overridable: true,
    ...described,
  };
}

/** A whole number within bounds, both included. */
export function integerSetting(value: number, [min, max]: readonly [number, number], described: Described): SettingDefinition<number> {
  return {
    type: 'integer',
    unit: null,
    schema: z.int().min(min).max(max),
    default: value,
    expected: { en: `a whole number from ${min} to ${max}`, zh: `介于 ${min} 与 ${max} 之间的整数` },
    overridable: true,
    ...described,
  };
}

/** Yes or no. */
export function booleanSetting(value: boolean, described: Described): SettingDefinition<boolean> {
  return {
    type: 'boolean',
    unit: null,
    schema: z.boolean(),
    default: value,
    expected: { en: 'true or false', zh: '“是”(true)或“否”(false)' },
    overridable: true,
    ...described,
  };
}

/** One of a few named values. */
export function choiceSetting<V extends string>(
  value: NoInfer<V>,
  choices: readonly SettingChoice<V>[],
  described: Described,
): SettingDefinition<V> & { choices: readonly SettingChoice<V>[] } {
  const values = choices.map((choice) => choice.value);
  return {
    type: 'choice',
    unit: null,
    schema: z.enum(values as [V, ...V[]]) as unknown as z.ZodType<V>,
    default: value,
    expected: { en: `one of ${values.join(', ')}`, zh: `以下之一:${values.join('、')}` },
    overridable: true,
    choices,
    ...described,
  };
}

/** A text that `isRight` can read; nothing is trimmed or converted. */
export function textSetting(
  value: string,
  maxLength: number,
  isRight: (text: string) => boolean,
  expected: BilingualText,
  described: Described,
): SettingDefinition<string> {
  return {
    type: 'text',
    unit: null,
    schema: z.string().max(maxLength).refine(isRight),
    default: value,
    expected,
    overridable: true,
    ...described,
  };
}
