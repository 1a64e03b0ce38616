import { expect, test } from 'vitest';
import { type PlannedKind, planInjections } from './schedule.rules.js';

const KINDS: PlannedKind[] = [
  { kind: 'killAgent', victim: 'gateway', durationMs: [1_000, 3_000] },
  { kind: 'partition', victim: 'gateway', durationMs: [5_000, 20_000] },
  { kind: 'killCore', victim: 'core', durationMs: [3_000, 6_000] },
  { kind: 'killPostgres', victim: 'postgres', durationMs: [3_000, 6_000] },
];
const plan = (seed: number, more: Partial<Parameters<typeof planInjections>[0]> = {}) =>
  planInjections({ seed, fromMs: 5_000, untilMs: 300_000, gateways: 4, kinds: KINDS, gapMs: 3_000, ...more });

test('the same seed gives the same plan, another seed another', () => {
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1)).not.toEqual(plan(2));
});

test('every kind strikes, none far more often than another', () => {
  const times = Object.values(Object.groupBy(plan(3), ({ kind }) => kind)).map((group) => group!.length);
  expect(times).toHaveLength(KINDS.length);
  expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(2);
});

test.each([4, 5, 6, 7])('no victim suffers two faults at a time, and the last one is over in time (seed %i)', (seed) => {
  const injections = plan(seed);
  expect(injections.length).toBeGreaterThan(30);
  const byVictim = Map.groupBy(injections, ({ kind, gateway }) => (gateway === undefined ? kind : `gateway ${gateway}`));
  for (const group of byVictim.values()) {
    for (const [i, { atMs }] of group.entries()) {
      const before = group[i - 1];
      if (before !== undefined) expect(atMs).toBeGreaterThanOrEqual(before.atMs + before.durationMs);
    }
  }
  for (const { atMs, durationMs } of injections) {
    expect(atMs).toBeGreaterThanOrEqual(5_000);
    expect(atMs + durationMs).toBeLessThanOrEqual(300_000);
  }
});

test('nothing to do and nothing that fits end the planning', () => {
  expect(plan(1, { kinds: [] })).toEqual([]);
  expect(plan(1, { kinds: [{ kind: 'long', victim: 'core', durationMs: [900_000, 900_000] }] })).toEqual([]);
});
