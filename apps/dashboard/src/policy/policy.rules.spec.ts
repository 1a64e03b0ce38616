import { describe, expect, it } from 'vitest';
import type { PolicyDocumentFieldsFragment, StoreBoardFragment } from '../graphql/generated/graphql.js';
import { changesOf, closingMovedTo, edited, effectsOf, groupOf, parseValue, rolloutOf } from './policy.rules.js';
import type { GatewayStatus } from './policy-queries.js';

const document: PolicyDocumentFieldsFragment = {
  level: 'store',
  storeId: 'berlin',
  version: 3,
  updatedAt: '',
  updatedBy: null,
  values: [
    { key: 'hours.close', value: '22:00', origin: 'chain', setHere: false },
    { key: 'closing.waitIdleMinutes', value: 10, origin: 'store', setHere: true },
  ],
};

describe('a draft', () => {
  it('holds only what differs from what is in force', () => {
    const one = edited({}, 'hours.close', '21:00', document);
    expect(changesOf(one)).toEqual([{ key: 'hours.close', value: '21:00' }]);
    expect(edited(one, 'hours.close', '22:00', document)).toEqual({});
  });

  it('takes a value away only where this level has set one', () => {
    expect(edited({}, 'closing.waitIdleMinutes', null, document)).toEqual({ 'closing.waitIdleMinutes': null });
    expect(edited({}, 'hours.close', null, document)).toEqual({});
  });

  it.each([
    ['time', '21:30', '21:30'],
    ['time', '21:30:15', '21:30:15'],
    ['time', '24:00', undefined],
    ['integer', '2', 2],
    ['duration', '-1', undefined],
    ['duration', '1.5', undefined],
    ['boolean', false, false],
  ] as const)('%s %s', (type, raw, value) => {
    expect(parseValue({ type, choices: null }, raw)).toBe(value);
  });

  it('takes only choices there are', () => {
    const choices = [{ value: 'off', titleEn: '', titleZh: '' }];
    expect(parseValue({ type: 'choice', choices }, 'off')).toBe('off');
    expect(parseValue({ type: 'choice', choices }, 'away')).toBeUndefined();
  });

  it('puts an unknown key where it is still seen', () => {
    expect([groupOf('hours.open'), groupOf('power.overnight'), groupOf('weather.rain')]).toEqual(['hours', 'closing', 'other']);
  });
});

describe('what will happen', () => {
  const store = (id: string, over: object = {}): StoreBoardFragment =>
    ({
      id,
      name: id,
      timeZone: 'Europe/Berlin',
      closesAt: '2026-11-21T21:00:00.000Z',
      gateway: { online: true },
      terminals: [],
      ...over,
    }) as unknown as StoreBoardFragment;

  it.each([
    ['21:30', '2026-11-21T20:30:00.000Z'],
    ['22:00', '2026-11-21T21:00:00.000Z'],
    ['01:00', '2026-11-22T00:00:00.000Z'],
    ['22:00:30', '2026-11-21T21:00:30.000Z'],
  ])('closing at %s', (time, instant) => {
    expect(closingMovedTo(store('a'), time)).toBe(Date.parse(instant));
  });

  it("leaves a store alone that has its own value, and says who can't be told now", () => {
    const stores = [store('berlin'), store('shanghai', { gateway: { online: false } })];
    const own = new Map([['berlin', new Set(['hours.close'])]]);
    const effects = effectsOf({ 'hours.close': '21:00' }, { storeId: null, closingTimeOf: () => undefined }, stores, own);
    expect(effects.map(({ store: { id }, untouched, online, closesAtMs }) => [id, untouched, online, closesAtMs !== null])).toEqual([
      ['berlin', true, true, false],
      ['shanghai', false, false, true],
    ]);
  });

  it("a store's own change reaches only that store; taking it away brings the chain's time back", () => {
    const effects = effectsOf(
      { 'hours.close': null },
      { storeId: 'berlin', closingTimeOf: () => '20:00' },
      [store('berlin'), store('x')],
      new Map(),
    );
    expect(effects).toHaveLength(1);
    expect(effects[0]?.closesAtMs).toBe(Date.parse('2026-11-21T19:00:00.000Z'));
  });
});

describe('the rollout', () => {
  const gateway = (desiredVersion: number, appliedVersion: number | null, refused: GatewayStatus['refused'] = []): GatewayStatus => ({
    gatewayId: 'g',
    online: true,
    desiredVersion,
    appliedVersion,
    appliedAt: null,
    refused,
    store: { id: 's', name: 's', timeZone: 'UTC' },
  });
  it('is complete when every gateway has the newest version', () => {
    expect(rolloutOf([gateway(4, 4), gateway(4, 3), gateway(4, null), gateway(4, 4, [{ key: 'a', reason: 'b' }])])).toEqual({
      version: 4,
      applied: 2,
      total: 4,
      refused: 1,
    });
    expect(rolloutOf([])).toEqual({ version: 0, applied: 0, total: 0, refused: 0 });
  });
});
