import { describe, expect, it } from 'vitest';
import en from '../i18n/en.json' with { type: 'json' };
import zh from '../i18n/zh-CN.json' with { type: 'json' };
import { aboutOf, byDay, EVENT_KINDS, eventsOf, kindsOf, toneOf } from './event.rules.js';

const told = { peripheralState: null, healthy: null, found: null, subject: null, service: null } as const;

describe('kinds', () => {
  it('of every part are in it, and all parts together are all there is of a terminal', () => {
    const parts = ['money', 'settlement', 'closing', 'state', 'peripherals', 'orders', 'protocol'] as const;
    const all = parts.flatMap((part) => kindsOf(part) ?? []);
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(EVENT_KINDS.filter((kind) => !all.includes(kind)).map(aboutOf))).toEqual(new Set(['store']));
    expect(kindsOf(undefined)).toBeNull();
  });

  it('of a terminal have a title in both languages', () => {
    const shown = EVENT_KINDS.filter((kind) => aboutOf(kind) !== 'store').sort();
    for (const { event } of [en, zh]) expect(Object.keys(event.title).sort()).toEqual(shown);
  });
});

describe('toneOf', () => {
  it.each([
    [{ ...told, kind: 'PeripheralStateChanged', peripheralState: 'paperOut' }, 'warn'],
    [{ ...told, kind: 'PeripheralStateChanged', peripheralState: 'ready' }, 'ok'],
    [{ ...told, kind: 'PeripheralStateChanged', peripheralState: 'unknown' }, 'quiet'],
    [{ ...told, kind: 'TerminalDiagnosed', healthy: false }, 'bad'],
    [{ ...told, kind: 'TerminalRestarted', healthy: true }, 'ok'],
    [{ ...told, kind: 'AcquirerTrafficObserved', subject: 'saleWithoutSignOn' }, 'bad'],
    [{ ...told, kind: 'AcquirerTrafficObserved', subject: 'saleSeen' }, 'quiet'],
    [{ ...told, kind: 'TerminalStateChanged', service: 'clockWrong' }, 'warn'],
    [{ ...told, kind: 'PaymentInDoubt' }, 'bad'],
    [{ ...told, kind: 'PaymentStarted' }, 'quiet'],
  ] as const)('%o is %s', (event, tone) => {
    expect(toneOf(event)).toBe(tone);
  });
});

describe('byDay', () => {
  it('groups by the day of the store, not of the browser', () => {
    const at = (iso: string) => ({ at: iso });
    const events = [at('2026-11-21T16:30:00.000Z'), at('2026-11-21T15:59:00.000Z'), at('2026-11-21T01:00:00.000Z')];
    expect(byDay(events, 'Asia/Shanghai').map(({ day, events: own }) => [day, own.length])).toEqual([
      ['2026-11-22', 1],
      ['2026-11-21', 2],
    ]);
    expect(byDay(events, 'Europe/Berlin').map(({ day }) => day)).toEqual(['2026-11-21']);
  });
});

describe('eventsOf', () => {
  it('shows an entry once', () => {
    const page = (...ids: string[]) => ({ edges: ids.map((id) => ({ node: { id } })) });
    expect(eventsOf([page('c', 'b'), page('b', 'a')]).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });
});
