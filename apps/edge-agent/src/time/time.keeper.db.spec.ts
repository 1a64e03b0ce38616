import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, NOON, STORE, TestClock, TestStore } from '../edge.fixtures.js';
import { Journal } from '../journal/index.js';
import { silentLog } from '../log.js';
import { RestrictedMode } from '../policy/index.js';
import { AgentTime } from './agent.time.js';
import { type TerminalClock, TimeKeeper, terminalSkewMs } from './time.keeper.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let store: TestStore;
let machine: TestClock;
let journal: Journal;
let time: AgentTime;
let keeper: TimeKeeper;
let restricted: RestrictedMode;
let terminals: TerminalClock[];

const start = () => {
  time = new AgentTime(machine);
  journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => time.now(), space: store.space });
  keeper = new TimeKeeper(silentLog, {
    time,
    journal,
    thresholdMs: () => 30_000,
    timeZone: () => 'Europe/Berlin',
    terminals: () => terminals,
  });
  restricted = new RestrictedMode(silentLog, journal, () => 7);
  keeper.onOffline((offlineMs) => restricted.offlineFor(offlineMs));
};
const restart = (wrongMs = 0) => {
  keeper.stop();
  journal.close();
  machine.step(wrongMs);
  start();
};
/** Lets time pass, looking as often as the agent does, but in larger steps. */
const pass = (ms: number, step = MINUTE) => {
  for (let left = ms; left > 0; left -= step) {
    machine.jump(Math.min(step, left));
    keeper.look();
  }
};
/** Core answers at once; its clock is right. */
const hear = (coreAt = store.clock.now()) => keeper.coreHeard(coreAt, machine.monotonic(), machine.monotonic());
const told = (kind: string) => {
  const slice = journal.read(1, 10_000);
  return (slice?.payload ?? []).filter((_, i) => slice!.kind[i] === kind).map((text) => JSON.parse(text) as Record<string, unknown>);
};

beforeEach(() => {
  store = new TestStore();
  machine = new TestClock(NOON);
  terminals = [];
  start();
});
afterEach(() => {
  journal.close();
  store.remove();
});

describe('TimeKeeper', () => {
  it('journals a machine clock that is off against core, once, and again when it changed by more than the threshold', () => {
    machine.step(61_000);
    keeper.look();
    hear(NOON);
    hear(NOON);
    expect(told('ClockSkewMeasured')).toEqual([{ of: 'gateway', skewMs: 61_000, thresholdMs: 30_000 }]);
    machine.step(20_000);
    keeper.look();
    hear(NOON);
    expect(told('ClockSkewMeasured')).toHaveLength(1);
    machine.step(-81_000);
    keeper.look();
    hear(NOON);
    expect(told('ClockSkewMeasured').at(-1)).toMatchObject({ skewMs: 0 });
    restart();
    hear(NOON);
    expect(told('ClockSkewMeasured')).toHaveLength(2);
  });

  it('journals a terminal’s clock that is off, by terminal, and not while the time itself has just moved', () => {
    terminals = [
      { id: 't1', local: '2026-05-04T14:05:00' },
      { id: 't2', local: '2026-05-04T14:01:00' },
      { id: 't3', local: undefined },
    ];
    pass(MINUTE);
    expect(told('ClockSkewMeasured')).toEqual([{ of: 'terminal', skewMs: 4 * MINUTE, thresholdMs: 30_000 }]);
    expect(journal.read(1, 10)!.terminal[0]).toBe('t1');
    machine.step(DAY);
    keeper.look();
    terminals = [{ id: 't2', local: '2026-05-05T20:00:00' }];
    pass(MINUTE);
    expect(told('ClockSkewMeasured')).toHaveLength(1);
  });

  it('journals jumps of the machine’s clock and corrections of the time, with on whose word', () => {
    machine.step(HOUR);
    keeper.look();
    hear(NOON - 5_000);
    expect(told('ClockStepped')).toEqual([
      { byMs: HOUR, followed: false, because: 'machine' },
      { byMs: -5_000, followed: true, because: 'core' },
    ]);
  });

  it('begins where it was last known when the clock is wrong at boot, and says so', () => {
    pass(2 * HOUR);
    restart(-400 * DAY);
    expect(time.now()).toBe(NOON + 2 * HOUR);
    keeper.look();
    expect(told('ClockStepped')).toEqual([{ byMs: -400 * DAY, followed: false, because: 'lastKnown' }]);
    restart(800 * DAY);
    expect(time.now()).toBe(NOON + 2 * HOUR);
  });

  it('loses at most a minute of the time to a power cut', () => {
    pass(2 * HOUR);
    machine.jump(30_000);
    journal.close();
    machine.step(-400 * DAY);
    start();
    expect(NOON + 2 * HOUR - time.now()).toBeLessThanOrEqual(MINUTE);
  });
});

describe('terminalSkewMs', () => {
  it.each([
    ['as it should be', '2026-05-04T14:00:00', NOON, 0],
    ['ahead', '2026-05-04T14:02:00', NOON, 2 * MINUTE],
    ['the repeated hour, first time', '2026-10-25T02:30:00', Date.UTC(2026, 9, 25, 0, 30), 0],
    ['the repeated hour, second time', '2026-10-25T02:30:00', Date.UTC(2026, 9, 25, 1, 30), 0],
  ])('%s', (_name, local, now, expected) => {
    expect(terminalSkewMs(local, 'Europe/Berlin', now)).toBe(expected);
  });
});

describe('P8: seven days without core', () => {
  const entered = () => told('RestrictedModeEntered');

  it('are counted in what passed, and end in a stated restricted mode; core’s own word ends it', () => {
    hear(NOON);
    pass(7 * DAY - HOUR, HOUR);
    expect(restricted.active).toBe(false);
    pass(HOUR, HOUR);
    expect(restricted.active).toBe(true);
    expect(entered()).toEqual([{ offlineHours: 168, off: ['refund', 'reversal'] }]);
    expect([restricted.refuses('refund'), restricted.refuses('reversal')]).toEqual([true, true]);
    pass(DAY, HOUR);
    restart();
    expect(restricted.active).toBe(true);
    keeper.coreHeard(undefined, machine.monotonic(), machine.monotonic());
    expect(restricted.active).toBe(false);
    expect(told('RestrictedModeLeft')).toHaveLength(1);
    expect(entered()).toHaveLength(1);
  });

  it.each([-HOUR, HOUR, DAY, 400 * DAY])('are neither begun nor put off by a clock that jumps %i ms, also at boot', (wrongMs) => {
    pass(3 * DAY, HOUR);
    machine.step(wrongMs);
    pass(HOUR, HOUR);
    restart(wrongMs);
    pass(4 * DAY - 3 * HOUR, HOUR);
    expect(entered()).toEqual([]);
    pass(3 * HOUR, HOUR);
    expect(entered()).toHaveLength(1);
  });

  it('are not shortened by the nights a gateway is switched off', () => {
    for (let day = 0; day < 10; day++) {
      pass(12 * HOUR, HOUR);
      keeper.stop();
      journal.close();
      machine.jump(12 * HOUR);
      start();
    }
    expect(entered()).toEqual([]);
  });
});
