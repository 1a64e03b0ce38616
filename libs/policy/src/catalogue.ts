import type { z } from 'zod';
import { booleanSetting, choiceSetting, durationSetting, integerSetting, type SettingDefinition, timeSetting } from './setting.js';

/**
 * Every setting a chain can make, in the order the policy page shows them. A key, once released, keeps its meaning and unit; a new meaning is a new key.
 */
export const SETTINGS = {
  'hours.open': timeSetting('09:00', {
    title: { en: 'Opening time', zh: '开门时间' },
    help: {
      en: 'Local time at which the store starts selling. An opening time earlier than the business-day cut-off belongs to the previous date’s business day.',
      zh: '门店开始营业的当地时间。早于营业日切换时间的开门时间归属前一日期的营业日。',
    },
  }),
  'hours.close': timeSetting('22:00', {
    title: { en: 'Closing time', zh: '打烊时间' },
    help: {
      en: 'Local time at which the closing routine starts. A time not later than the opening time is on the following date.',
      zh: '闭店流程开始的当地时间。不晚于开门时间的，视为次日。',
    },
  }),
  'businessDay.cutOff': timeSetting('04:00', {
    title: { en: 'Business-day cut-off', zh: '营业日切换时间' },
    help: {
      en: 'Local time at which one business day ends and the next begins. Sales after midnight but before it count for the previous date.',
      zh: '上一营业日结束、下一营业日开始的当地时间。午夜之后、此时间之前的交易计入前一日期。',
    },
  }),
  'opening.leadMinutes': durationSetting(30, 'minutes', [0, 240], {
    title: { en: 'Prepare terminals before opening', zh: '开门前准备终端' },
    help: {
      en: 'How long before the opening time terminals are switched on, signed on and caught up with a missed settlement.',
      zh: '在开门时间之前多久将终端开机、签到，并补做遗漏的结算。',
    },
  }),
  'sales.afterHours': choiceSetting(
    'block',
    [
      { value: 'block', title: { en: 'Refuse the sale', zh: '拒绝交易' } },
      { value: 'allow', title: { en: 'Allow the sale', zh: '允许交易' } },
    ],
    {
      title: { en: 'Sales outside opening hours', zh: '营业时间外的交易' },
      help: {
        en: 'Whether a till may start a sale while the store is closed. Set for the whole chain; a store cannot change it.',
        zh: '门店不营业时，收银机能否发起交易。由总部统一设置，门店不能更改。',
      },
      overridable: false,
    },
  ),
  'closing.waitIdleMinutes': durationSetting(10, 'minutes', [0, 120], {
    title: { en: 'Wait for a running sale', zh: '等待进行中的交易' },
    help: {
      en: 'How long the closing waits for a terminal to finish its sale. A terminal still busy after that is not closed and an incident is opened.',
      zh: '闭店流程等待终端完成交易的时间。超过后终端仍忙的，不会关闭，并生成事件。',
    },
  }),
  'closing.backUpTimeoutMinutes': durationSetting(30, 'minutes', [1, 720], {
    title: { en: 'Wait for the journal backup', zh: '等待流水备份' },
    help: {
      en: 'How long the closing waits until the head office has acknowledged the terminal’s journal. Without it the terminal stays on and an incident is opened.',
      zh: '闭店流程等待总部确认收到该终端流水的时间。未确认的，终端保持开机，并生成事件。',
    },
  }),
  'closing.leftOnAfterMinutes': durationSetting(15, 'minutes', [1, 720], {
    title: { en: 'Report a terminal left on after', zh: '忘记关机判定时间' },
    help: {
      en: 'How long after the closing time a terminal that should be off may still be on before an incident is opened.',
      zh: '打烊时间之后，本应关机的终端仍开机多久即生成事件。',
    },
  }),
  'power.overnight': choiceSetting(
    'off',
    [
      { value: 'off', title: { en: 'Switched off', zh: '关机' } },
      { value: 'standby', title: { en: 'Signed off, power stays on', zh: '签退后待机' } },
      { value: 'on', title: { en: 'On for the vendor’s maintenance', zh: '保持开机供厂商维护' } },
    ],
    {
      title: { en: 'Terminals overnight', zh: '终端过夜状态' },
      help: {
        en: 'What the closing leaves behind. Some vendors update terminals at night; switching one off in the middle of an update can break it.',
        zh: '闭店后终端所处的状态。部分厂商在夜间升级终端，升级途中断电可能损坏设备。',
      },
    },
  ),
  'settlement.automatic': booleanSetting(true, {
    title: { en: 'Settle automatically', zh: '自动结算' },
    help: {
      en: 'Whether the closing settles each terminal’s batch itself. When it does not, somebody must settle by hand before the terminal can be closed.',
      zh: '闭店流程是否自动结算每台终端的批次。关闭后，须先人工结算，终端才能关闭。',
    },
  }),
  'settlement.attempts': integerSetting(2, [1, 10], {
    title: { en: 'Settlement attempts', zh: '结算尝试次数' },
    help: {
      en: 'How often a refused settlement is tried before the closing is blocked. One whose outcome is unknown is asked about first, never repeated blindly.',
      zh: '结算被拒绝时的尝试次数，用尽后闭店受阻。结果未知的，先查询，绝不盲目重做。',
    },
  }),
  'settlement.retryDelaySeconds': durationSetting(10, 'seconds', [1, 3600], {
    title: { en: 'Pause between settlement attempts', zh: '结算重试间隔' },
    help: { en: 'How long to wait after a refused settlement before trying again.', zh: '结算被拒绝后，等待多久再次尝试。' },
  }),
  'settlement.missedAfterMinutes': durationSetting(60, 'minutes', [1, 1440], {
    title: { en: 'Report a missed settlement after', zh: '忘记结算判定时间' },
    help: {
      en: 'How long after the closing time an unsettled batch is reported as missed.',
      zh: '打烊时间之后，批次仍未结算多久即判定为忘记结算。',
    },
  }),
} as const;

/** A key of the catalogue. */
export type SettingKey = keyof typeof SETTINGS;
/** The type of one setting's value. */
export type SettingValue<K extends SettingKey> = z.infer<(typeof SETTINGS)[K]['schema']>;
/** A value for every key: what a gateway works with. */
export type Settings = { [K in SettingKey]: SettingValue<K> };

/** All keys in catalogue order. */
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** True for a key of the catalogue. */
export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

/** The catalogue entry of a key without its value type, for code that treats all settings alike. */
export function settingDefinition(key: SettingKey): SettingDefinition {
  return SETTINGS[key] as unknown as SettingDefinition;
}

/** The value of every setting when nobody has set anything. */
export const DEFAULT_SETTINGS: Readonly<Settings> = Object.freeze(
  Object.fromEntries(SETTING_KEYS.map((key) => [key, SETTINGS[key].default])) as unknown as Settings,
);
