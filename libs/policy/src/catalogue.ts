import { parseDayExceptions } from '@tillward/calendar';
import type { z } from 'zod';
import {
  booleanSetting,
  choiceSetting,
  durationSetting,
  integerSetting,
  type SettingDefinition,
  textSetting,
  timeSetting,
} from './setting.js';

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
  'hours.exceptions': textSetting(
    '',
    8_000,
    (text) => parseDayExceptions(text).ok,
    {
      en: 'a list of days separated by semicolons, each written as 2026-12-25 closed, 2026-12-24 09:00-14:00 or 2026-12-31 09:00-02:00 until 06:00',
      zh: '以分号分隔的日期列表，每项写作 2026-12-25 closed、2026-12-24 09:00-14:00 或 2026-12-31 09:00-02:00 until 06:00',
    },
    {
      title: { en: 'Days with hours of their own', zh: '特殊营业日' },
      help: {
        en: 'Business days on which the store stays closed, opens or closes at other times, or ends later than the cut-off: closed, opening-closing, until the time on the next date. Each day once.',
        zh: '门店不营业(closed)、开闭店时间不同(开门-打烊)或晚于切换时间结束(until 次日时间)的营业日。每日只写一次。',
      },
    },
  ),
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
  'closing.withoutCore': choiceSetting(
    'close',
    [
      { value: 'close', title: { en: 'Close all the same', zh: '照常闭店' } },
      { value: 'block', title: { en: 'Stop the closing', zh: '中止闭店' } },
    ],
    {
      title: { en: 'Closing while the head office can’t be reached', zh: '无法连接总部时的闭店' },
      help: {
        en: 'Whether a closing goes on when the journal backup was waited for in vain. The journal stays on the gateway and is delivered later; the close proof says so.',
        zh: '等待流水备份超时后，闭店流程是否继续。流水保留在网关上，稍后补传，闭店凭证会注明。',
      },
    },
  ),
  'closing.leftOnAfterMinutes': durationSetting(15, 'minutes', [1, 720], {
    title: { en: 'Report a terminal left on after', zh: '忘记关机判定时间' },
    help: {
      en: 'How long after the closing time a terminal that should be off may still be on before an incident is opened.',
      zh: '打烊时间之后，本应关机的终端仍开机多久即生成事件。',
    },
  }),
  'reminders.beforeClosingMinutes': durationSetting(30, 'minutes', [0, 240], {
    title: { en: 'Remind before closing', zh: '打烊前提醒' },
    help: {
      en: 'How long before the closing time the store console says what is still open. 0 for no such reminder.',
      zh: '打烊时间之前多久，门店控制台提示尚未完成的事项。0 表示不提醒。',
    },
  }),
  'reminders.repeatMinutes': durationSetting(10, 'minutes', [1, 120], {
    title: { en: 'Repeat a reminder after', zh: '提醒重复间隔' },
    help: {
      en: 'How long a reminder at the store console waits before it comes again, until somebody acknowledges it.',
      zh: '门店控制台上的提醒在无人确认时，间隔多久再次提示。',
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
  'maintenance.opensAt': timeSetting('01:00', {
    title: { en: 'Maintenance window opens', zh: '维护时段开始' },
    help: {
      en: 'Local time from which terminals that stay on overnight are left to their vendor. Nothing is asked of them until the window closes.',
      zh: '从此当地时间起，过夜开机的终端交由厂商维护，时段结束前不向终端发出任何指令。',
    },
  }),
  'maintenance.closesAt': timeSetting('05:00', {
    title: { en: 'Maintenance window closes', zh: '维护时段结束' },
    help: {
      en: 'Local time at which terminals must be back; they are looked at and what has changed is recorded. A time not later than the opening is on the next date.',
      zh: '终端须恢复的当地时间，届时检查终端并记录变化。不晚于开始时间的，视为次日。',
    },
  }),
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
  'settlement.nightRetries': integerSetting(3, [0, 24], {
    title: { en: 'Settlement retries in the night', zh: '夜间结算重试次数' },
    help: {
      en: 'How often a closing that a settlement blocked is made again before the acquirer’s cut-off. 0: only people try again, and the next opening. Totals that differ and what is in doubt are never retried.',
      zh: '因结算失败而受阻的闭店流程，在收单机构截止时间之前自动重做的次数。0 表示仅由人工或次日开店时补做。总额不一致或结果未知的，绝不重做。',
    },
  }),
  'settlement.nightRetryMinutes': durationSetting(20, 'minutes', [1, 240], {
    title: { en: 'Pause between retries in the night', zh: '夜间重试间隔' },
    help: {
      en: 'How long a closing that a settlement blocked rests before it is made again.',
      zh: '因结算失败而受阻的闭店流程，间隔多久再次执行。',
    },
  }),
  'settlement.acquirerCutOff': timeSetting('23:30', {
    title: { en: 'Acquirer’s cut-off', zh: '收单机构截止时间' },
    help: {
      en: 'Local time by which a batch must be settled to be paid with this business day. What is unsettled then is paid a day later. A time before the business-day cut-off is in the night that ends the day.',
      zh: '批次须在此当地时间之前完成结算，才能随本营业日到账；逾时则晚一日到账。早于营业日切换时间的，属于该营业日结束的当夜。',
    },
  }),
  'settlement.manualApproval': booleanSetting(false, {
    title: { en: 'Settling by hand needs a second person', zh: '人工结算须双人审批' },
    help: {
      en: 'Whether a settlement that a person orders is sent only after another person has approved it. Steps of a playbook are not affected.',
      zh: '由人员发起的结算，是否须经另一人批准后才发送。预案中的步骤不受影响。',
    },
  }),
  'settlement.requestHours': integerSetting(24, [1, 168], {
    title: { en: 'Hours a request waits for approval', zh: '审批申请有效小时数' },
    help: {
      en: 'How long a request to settle, or to accept a difference, may be approved. After that it must be made again.',
      zh: '结算申请或差额确认申请可被批准的时限，逾时须重新提出。',
    },
  }),
  'settlement.missedAfterMinutes': durationSetting(60, 'minutes', [1, 1440], {
    title: { en: 'Report a missed settlement after', zh: '忘记结算判定时间' },
    help: {
      en: 'How long after the closing time an unsettled batch is reported as missed.',
      zh: '打烊时间之后，批次仍未结算多久即判定为忘记结算。',
    },
  }),
  'journal.keepDays': integerSetting(30, [7, 365], {
    title: { en: 'Days the gateway keeps its journal', zh: '网关保留流水的天数' },
    help: {
      en: 'How many days the gateway keeps journal entries the head office holds already, as evidence on the spot. Others are always kept.',
      zh: '总部已收妥的流水在网关上作为现场证据保留的天数。未收妥的流水始终保留。',
    },
  }),
  'offline.restrictedAfterDays': integerSetting(7, [7, 90], {
    title: { en: 'Restricted mode after days offline', zh: '离线多少天后进入受限模式' },
    help: {
      en: 'After so many days of running without the head office a gateway gives no money back any more: nobody could tell it that a permission was withdrawn. Sales, openings and closings go on.',
      zh: '网关在无法连接总部的情况下运行这么多天后，不再办理任何退款：此时无法得知权限是否已被收回。销售、开店、闭店照常。',
    },
  }),
  'approval.terminals': integerSetting(5, [1, 200], {
    title: { en: 'Terminals without a second person', zh: '无需第二人批准的终端数' },
    help: {
      en: 'For how many terminals of one store a person may order a settlement, a switch-off or a restart within an hour. More, or terminals of several stores at once, wait until somebody else agrees. Set for the whole chain; a store cannot change it.',
      zh: '一个人在一小时内可对同一门店的多少台终端下达结算、关机或重启。超过此数，或一次涉及多家门店的，须等另一人批准。由总部统一设置，门店不能更改。',
    },
    overridable: false,
  }),
  'clock.thresholdSeconds': durationSetting(30, 'seconds', [5, 3600], {
    title: { en: 'Report a clock that is off by', zh: '时钟偏差报告阈值' },
    help: {
      en: 'How far the clock of a gateway or a terminal may be off before it is recorded, and again whenever the error changes by as much.',
      zh: '网关或终端的时钟偏差超过多少即记录；偏差每再变化这么多，再次记录。',
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
