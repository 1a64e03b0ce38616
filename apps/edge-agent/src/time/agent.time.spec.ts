import { describe, expect, it } from 'vitest';
import { NOON, TestClock } from '../edge.fixtures.js';
import { AgentTime } from './agent.time.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A machine that has just started, its clock off by `wrongMs`. */
function booted(wrongMs: number, lastKnown: number | null = NOON) {
  const machine = new TestClock(NOON + wrongMs);
  const time = new AgentTime(machine);
  return { machine, time, said: time.begin(lastKnown) };
}

describe('AgentTime', () => {
  it.each([
    ['an hour back', -HOUR, 0],
    ['a day ahead', DAY, DAY],
    ['400 days ahead', 400 * DAY, 0],
    ['1970', -NOON, 0],
  ])('at a boot with a clock %s starts where it is plausible, and core puts it right', (_name, wrongMs, startsAt) => {
    const { machine, time, said } = booted(wrongMs);
    expect(time.now() - NOON).toBe(startsAt);
    expect(said === null).toBe(startsAt === wrongMs);
    machine.jump(5_000);
    expect(time.now() - NOON).toBe(startsAt + 5_000);
    const sentAt = machine.monotonic();
    machine.jump(200);
    const step = time.hearCore(NOON + 5_100, sentAt, machine.monotonic());
    expect(Math.abs(time.now() - (NOON + 5_200))).toBeLessThanOrEqual(100);
    expect(time.authority).toBe('core');
    expect(Math.abs(time.skewMs! - wrongMs)).toBeLessThanOrEqual(100);
    if (startsAt === DAY) expect(step).toMatchObject({ followed: true, because: 'core' });
  });

  it.each([-HOUR, HOUR, DAY, 400 * DAY])(
    'runs on through a jump of the machine’s clock by %i ms, says it once, and back as well',
    (jumpMs) => {
      const { machine, time } = booted(0);
      machine.jump(60_000);
      time.look();
      machine.step(jumpMs);
      expect(time.look()).toEqual({ byMs: jumpMs, followed: false, because: 'machine' });
      machine.jump(60_000);
      expect(time.look()).toBeNull();
      expect(time.now()).toBe(NOON + 120_000);
      machine.step(-jumpMs);
      expect(time.look()).toEqual({ byMs: -jumpMs, followed: false, because: 'machine' });
      expect(time.now()).toBe(NOON + 120_000);
    },
  );

  it('takes over a machine clock that became plausible, as after a network time service has set it', () => {
    const { machine, time } = booted(-NOON);
    expect(time.authority).toBe('lastKnown');
    machine.jump(10_000);
    expect(time.look()).toBeNull();
    machine.step(NOON + 8 * HOUR);
    expect(time.look()).toMatchObject({ followed: true, because: 'machine' });
    expect([time.authority, time.now()]).toEqual(['machine', NOON + 8 * HOUR + 10_000]);
  });

  it('follows slow corrections of the machine’s clock while nobody knows better', () => {
    const { machine, time } = booted(0);
    for (let i = 0; i < 20; i++) {
      machine.jump(5_000);
      machine.step(40);
      expect(time.look()).toBeNull();
    }
    expect(time.now()).toBe(machine.now());
  });

  it('learns nothing from an answer that took too long', () => {
    const { machine, time } = booted(0);
    expect(time.hearCore(NOON + HOUR, machine.monotonic() - 60_000, machine.monotonic())).toBeNull();
    expect([time.now(), time.authority, time.isCores]).toEqual([NOON, 'machine', false]);
  });
});
