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

  it('signs a terminal on again that restarted by itself', async () => {
    edge.scheduler.start();
    await finished('OpeningFinished', 1);
    store.terminals.get('t1')!.signedOn = false;
    edge.terminals.startPolling();
    await finished('OpeningFinished', 2);
    expect(edge.entries('TerminalStateChanged').map((entry) => entry.payload.service)).toContain('signOnNeeded');
    expect(edge.terminals.get('t1')!.facts.signedOn).toBe(true);
  });
});
