import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';

const HOUR_MS = 3_600_000;

let store: TestStore;
let edge: TestEdge;

beforeEach(() => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  edge.apply();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const restart = () => {
  edge.crash();
  edge = store.start();
  edge.recover();
  edge.scheduler.start();
};
const finished = (kind: 'OpeningFinished' | 'ClosingFinished', count: number) =>
  store.clock.until(() => edge.entries(kind).length >= count && !edge.closing.active && !edge.opening.active);

/** Moves the clock to a time of day (UTC) without living through the hours before. */
const skipTo = (instant: string) => store.clock.jump(Date.parse(instant) - store.clock.now());

describe('Scheduler', () => {
  it('opens at once while the store trades, closes at closing time, opens again next morning', async () => {
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
    expect(store.clock.now()).toBeLessThan(Date.UTC(2026, 4, 4, 12, 1));
    skipTo('2026-05-04T19:59:55Z');
    await finished('ClosingFinished', 1);
    expect(new Date(store.clock.now()).toISOString()).toMatch(/^2026-05-04T20:00/);
    skipTo('2026-05-05T07:29:55Z');
    await finished('OpeningFinished', 2);
    expect(new Date(store.clock.now()).toISOString()).toMatch(/^2026-05-05T07:30/);
    expect(edge.entries('ClosingStarted')).toHaveLength(1);
  });

  it('S1: does not close again after a restart in the same night', async () => {
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
    skipTo('2026-05-04T20:00:00Z');
    await finished('ClosingFinished', 1);
    restart();
    for (const time of ['20:00:30', '23:00:00', '03:00:00']) {
      skipTo(`2026-05-0${time < '04' ? 5 : 4}T${time}Z`);
      const then = store.clock.now();
      await store.clock.until(() => store.clock.now() > then + 5_000);
    }
    expect(edge.entries('ClosingStarted')).toHaveLength(1);
  });

  it('S2: makes up for a closing it slept through', async () => {
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
    edge.crash();
    store.clock.jump(11 * HOUR_MS);
    edge = store.start();
    edge.recover();
    edge.scheduler.start();
    await finished('ClosingFinished', 1);
    expect(edge.entries('ClosingStarted')[0]!.payload.businessDay).toBe('2026-05-04');
    expect(edge.entries('ClosingFinished')[0]!.payload.proven).toEqual(['t1', 't2']);
  });

  it('follows a changed closing time: closes at once when it is past, opens again when it is moved on', async () => {
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
    edge.apply({ 'hours.close': '11:00' });
    await finished('ClosingFinished', 1);
    edge.apply({ 'hours.close': '21:00' });
    await finished('OpeningFinished', 2);
    skipTo('2026-05-04T20:59:55Z');
    await finished('ClosingFinished', 2);
    expect(new Date(store.clock.now()).toISOString()).toMatch(/^2026-05-04T21:00/);
  });

  it('tries a blocked opening again, later each time', async () => {
    store.terminals.get('t1')!.hostUp = false;
    edge.scheduler.start();
    const begun = store.clock.now();
    await store.clock.until(() => store.clock.now() > begun + 10 * 60_000);
    const attempts = edge.entries('OpeningStarted').filter((entry) => entry.payload.terminals.includes('t1')).length;
    expect(attempts).toBeGreaterThan(3);
    expect(attempts).toBeLessThan(9);
    store.terminals.get('t1')!.hostUp = true;
    await store.clock.until(() => edge.terminals.get('t1')!.facts.signedOn);
  });

  it('S5: closes again in the night what a settlement blocked, as often as the policy says and not after the acquirer’s cut-off', async () => {
    edge.apply({ 'settlement.nightRetries': 2, 'settlement.nightRetryMinutes': 20, 'settlement.acquirerCutOff': '23:30' });
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
    await edge.readyForSales({ 'settlement.nightRetries': 2, 'settlement.nightRetryMinutes': 20, 'settlement.acquirerCutOff': '23:30' });
    await edge.pay('key-0001');
    const terminal = store.terminals.get('t1')!;
    terminal.hostUp = false;
    skipTo('2026-05-04T19:59:58Z');
    await finished('ClosingFinished', 1);
    expect(edge.entries('ClosingFinished')[0]!.payload.blocked).toEqual(['t1']);
    await finished('ClosingFinished', 2);
    terminal.hostUp = true;
    await finished('ClosingFinished', 3);
    expect(edge.entries('ClosingStarted').map(({ payload }) => [payload.by, payload.terminals])).toEqual([
      ['policy', ['t1', 't2']],
      ['recovery', ['t1']],
      ['recovery', ['t1']],
    ]);
    expect(edge.entries('ClosingFinished').at(-1)!.payload.proven).toEqual(['t1']);
    expect(terminal.settlements).toHaveLength(1);
  });

  it('signs a terminal on again that restarted by itself', async () => {
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
    store.terminals.get('t1')!.signedOn = false;
    edge.terminals.startPolling();
    await finished('OpeningFinished', 2);
    expect(edge.entries('TerminalStateChanged').map((entry) => entry.payload.service)).toContain('signOnNeeded');
    expect(edge.terminals.get('t1')!.facts.signedOn).toBe(true);
  });

  it('S4: says that a night was missed in which the gateway was off, and catches up before the first sale', async () => {
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
    skipTo('2026-05-04T20:00:00Z');
    await finished('ClosingFinished', 1);
    skipTo('2026-05-05T07:30:00Z');
    await finished('OpeningFinished', 2);
    edge.crash();
    skipTo('2026-05-06T12:00:00Z');
    edge = store.start();
    edge.recover();
    edge.scheduler.start();
    await finished('OpeningFinished', 2);
    const missed = () => edge.entries('RoutineMissed').map(({ payload }) => payload.businessDay);
    expect(missed()).toEqual(['2026-05-05']);
    restart();
    const then = store.clock.now();
    await store.clock.until(() => store.clock.now() > then + 5_000);
    expect(missed()).toEqual(['2026-05-05']);
  });
});

describe('a clock that is corrected', () => {
  const DAY_MS = 24 * HOUR_MS;
  const day = async () => {
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
  };
  const ticks = async (ms = 5_000) => {
    const then = store.clock.monotonic();
    await store.clock.until(() => store.clock.monotonic() > then + ms);
  };
  const closings = () => edge.entries('ClosingStarted').map(({ payload }) => [payload.businessDay, payload.by]);
  const allClosed = () => edge.terminals.all().every((actor) => actor.facts.resting === 'closed');

  it('back by an hour after closing: the store opens again and is closed again', async () => {
    await day();
    skipTo('2026-05-04T20:00:00Z');
    await finished('ClosingFinished', 1);
    store.clock.step(-HOUR_MS);
    await finished('OpeningFinished', 2);
    skipTo('2026-05-04T19:59:58Z');
    await finished('ClosingFinished', 2);
    await ticks();
    expect(closings()).toEqual([
      ['2026-05-04', 'policy'],
      ['2026-05-04', 'recovery'],
    ]);
    expect(allClosed()).toBe(true);
  });

  it('forward by an hour over the closing: closes at once, once', async () => {
    await day();
    skipTo('2026-05-04T19:30:00Z');
    store.clock.step(HOUR_MS);
    await finished('ClosingFinished', 1);
    await ticks();
    expect(closings()).toEqual([['2026-05-04', 'policy']]);
  });

  it.each([
    ['a day', DAY_MS, 1],
    ['400 days', 400 * DAY_MS, 14],
  ] as const)('forward by %s and back: what was passed over is said, and the night is not skipped', async (_name, ms, missed) => {
    await day();
    // A closing was dealt with before, so that there is something to miss.
    skipTo('2026-05-04T20:00:00Z');
    await finished('ClosingFinished', 1);
    skipTo('2026-05-05T12:00:00Z');
    await finished('OpeningFinished', 2);
    store.clock.step(ms);
    await ticks();
    const said = edge.entries('RoutineMissed').map(({ payload }) => payload.businessDay);
    expect(said).toHaveLength(missed);
    store.clock.step(-ms);
    await ticks();
    expect(closings()).toHaveLength(1);
    skipTo('2026-05-05T19:59:58Z');
    await finished('ClosingFinished', 2);
    expect(closings().at(-1)).toEqual(['2026-05-05', 'policy']);
    expect(allClosed()).toBe(true);
    await ticks();
    expect(closings()).toHaveLength(2);
  });

  it('back by a day at night does not close again what is closed', async () => {
    await day();
    skipTo('2026-05-04T20:00:00Z');
    await finished('ClosingFinished', 1);
    skipTo('2026-05-04T23:00:00Z');
    store.clock.step(-DAY_MS);
    await ticks();
    expect(allClosed()).toBe(true);
    expect(edge.entries('OpeningStarted')).toHaveLength(1);
  });
});
