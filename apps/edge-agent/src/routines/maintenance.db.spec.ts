import { MAINTENANCE_STEPS } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from '../terminals/terminal.fixtures.js';

const SETTINGS = { 'power.overnight': 'on', 'maintenance.opensAt': '01:00', 'maintenance.closesAt': '01:05' };
const WINDOW = { opensAt: Date.UTC(2026, 4, 5, 1), closesAt: Date.UTC(2026, 4, 5, 1, 5) };

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

const steps = () =>
  edge
    .entries('MaintenanceStepCompleted')
    .filter((entry) => entry.terminal === 't1')
    .map(({ payload }) => [payload.step, payload.outcome]);
const finished = () => store.clock.until(() => edge.entries('MaintenanceFinished').length > 0 && !edge.maintenance.active);
const skipTo = (at: number) => store.clock.jump(at - store.clock.now());
/** The store has closed for the night, and its window opens in a moment. */
const night = async () => {
  edge.apply(SETTINGS);
  edge.scheduler.start();
  await store.clock.until(() => edge.entries('OpeningFinished').length > 0 && !edge.opening.active);
  skipTo(Date.UTC(2026, 4, 4, 20));
  await store.clock.until(() => edge.entries('ClosingFinished').length > 0 && !edge.closing.active);
  skipTo(WINDOW.opensAt - 5_000);
};
const restart = () => {
  edge.crash();
  edge = store.start();
  edge.recover();
  edge.scheduler.start();
};

beforeEach(() => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

describe('the maintenance window', () => {
  it('leaves terminals alone from its beginning to its end, once a night, and records what the vendor changed', async () => {
    await night();
    await store.clock.until(() => steps().length === 2);
    expect(store.clock.now()).toBeGreaterThanOrEqual(WINDOW.opensAt);
    expect(edge.entries('MaintenanceStarted')[0]!.payload).toMatchObject({
      businessDay: '2026-05-04',
      by: 'policy',
      terminals: ['t1', 't2'],
      endsAt: new Date(WINDOW.closesAt).toISOString(),
    });
    terminal.calls.length = 0;
    await store.clock.until(() => store.clock.now() > WINDOW.closesAt - 35_000);
    expect(terminal.calls).toEqual([]);
    await finished();
    expect(store.clock.now()).toBeGreaterThanOrEqual(WINDOW.closesAt);
    expect(steps().map(([step]) => step)).toEqual([...MAINTENANCE_STEPS]);
    const after = edge.entries('MaintenanceStepCompleted').find(({ payload }) => payload.step === 'recordAfter')!.payload;
    expect(after.evidence).toMatchObject({ changed: false });
    expect(edge.terminals.get('t1')!.facts.resting).toBe('closed');
    restart();
    const then = store.clock.now();
    await store.clock.until(() => store.clock.now() > then + 30_000);
    expect(edge.entries('MaintenanceStarted')).toHaveLength(1);
    expect(edge.entries('RoutineMissed')).toEqual([]);
  });

  it('gives power back to a terminal that somebody switched off', async () => {
    await night();
    terminal.outletOn = false;
    await store.clock.until(() => steps().length > 0);
    expect(steps()[0]).toEqual(['givePower', 'done']);
    expect(terminal.outletOn).toBe(true);
  });

  it('leaves a terminal that does not come back as it is, and the opening tries it again', async () => {
    await night();
    await store.clock.until(() => steps().length === 2);
    terminal.outletOn = false;
    edge.scheduler.stop();
    await finished();
    edge.scheduler.start();
    expect(edge.entries('MaintenanceBlocked')[0]).toMatchObject({
      terminal: 't1',
      payload: { step: 'recordAfter', code: 'terminalUnreachable' },
    });
    expect(edge.entries('MaintenanceFinished')[0]!.payload).toMatchObject({ ready: ['t2'], blocked: ['t1'] });
    skipTo(Date.UTC(2026, 4, 5, 7, 30));
    await store.clock.until(() => edge.entries('OpeningFinished').length > 1 && !edge.opening.active);
    expect(terminal.outletOn).toBe(true);
  });

  it('is none where the policy does not keep terminals on for it', async () => {
    edge.apply({ ...SETTINGS, 'power.overnight': 'standby' });
    edge.scheduler.start();
    await store.clock.until(() => edge.entries('OpeningFinished').length > 0);
    skipTo(Date.UTC(2026, 4, 4, 20));
    await store.clock.until(() => edge.entries('ClosingFinished').length > 0 && !edge.closing.active);
    skipTo(WINDOW.opensAt + 60_000);
    const then = store.clock.now();
    await store.clock.until(() => store.clock.now() > then + 10_000);
    expect(edge.entries('MaintenanceStarted')).toEqual([]);
  });

  it('that passed while the gateway was off is said, once', async () => {
    await night();
    edge.crash();
    store.clock.forget();
    skipTo(WINDOW.closesAt + 60_000);
    edge = store.start();
    edge.recover();
    edge.scheduler.tick();
    edge.scheduler.tick();
    restart();
    expect(edge.entries('RoutineMissed').map(({ payload }) => payload)).toEqual([
      { routine: 'maintenance', businessDay: '2026-05-04', scheduledFor: new Date(WINDOW.opensAt).toISOString() },
    ]);
  });
});

describe('R1: a maintenance window interrupted by a crash at any commit', () => {
  it('goes on where it stopped, and ends once', async () => {
    await night();
    terminal.outletOn = false;
    skipTo(WINDOW.closesAt - 20_000);
    let crashes = 0;
    for (let failAt = 1; ; failAt++) {
      edge.crash();
      let commits = 0;
      edge = store.start(() => {
        if (commits > 0 && --commits === 0) throw new Error('crash');
      });
      edge.recover();
      commits = failAt;
      try {
        edge.scheduler.tick();
      } catch (error) {
        if (!(error instanceof Error && error.message === 'crash')) throw error;
      }
      await store.clock.until(() => edge.dead || edge.entries('MaintenanceFinished').length > 0);
      if (!edge.dead) break;
      crashes += 1;
      if (crashes > 60) throw new Error('the window never ends');
    }
    expect(crashes).toBeGreaterThan(3);
    expect(steps().map(([step]) => step)).toEqual([...MAINTENANCE_STEPS]);
    expect(edge.entries('MaintenanceStarted')).toHaveLength(1);
    expect(edge.entries('MaintenanceFinished')[0]!.payload).toMatchObject({ ready: ['t1', 't2'], blocked: [] });
  });
});
