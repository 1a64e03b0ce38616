import i18next, { type TFunction } from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import zh from '../i18n/zh-CN.json' with { type: 'json' };
import { actorWords, checkWords, historyWords } from './incident-words.js';

let t: TFunction;
beforeAll(async () => {
  t = await i18next
    .createInstance()
    .init({ lng: 'zh-CN', resources: { 'zh-CN': { translation: zh } }, interpolation: { escapeValue: false } });
});

describe('words of an incident in Chinese', () => {
  it.each([
    'batch 12 is settled',
    'batch 12 is missed, 19 payments; batch 13 is open, 1 payments',
    'no unsettled payments',
    'no close proof yet',
    'close of 2026-11-21 proven by journal entry 420',
  ])('leave no English of the check “%s”', (detail) => {
    expect(checkWords(t, 'zh-CN', detail)).not.toMatch(/[A-Za-z]/);
  });

  it.each([
    ['opened', 'hostUnreachable: step settle, no answer from the host'],
    ['closeBlocked', 'totalsUnequal: step compareTotals'],
    ['step.done', 'settleNow: batch 12 is settled'],
    ['step.commandSent', 'settleNow: settleTerminal'],
    ['step.commandFailed', 'settleNow: failed, hostUnreachable'],
    ['step.commandFailed', 'settleNow: the gateway reports success, but the evidence is missing'],
    ['step.done', 'checkTerminal'],
  ])('leave no English of the event %s “%s”', (action, detail) => {
    expect(historyWords(t, 'zh-CN', action, detail)).not.toMatch(/[A-Za-z]/);
  });

  it("keep a person's own words and name", () => {
    expect(historyWords(t, 'zh-CN', 'step.skipped', 'closeTerminal: vendor on site')).toContain('vendor on site');
    expect(actorWords(t, 'Jonas Weber')).toBe('Jonas Weber');
    expect(actorWords(t, 'telemetry')).toBe('系统');
  });
});
