import { describe, expect, it } from 'vitest';
import * as rules from './update.rules.js';
import { MAX_TRIAL_STARTS, STARTER_LIMITS, type UpdateState } from './update.rules.js';

const release = (slot: rules.Slot, sequence: number): rules.SlotRelease => ({
  slot,
  version: `0.${sequence}.0`,
  sequence,
  digest: String(sequence).padStart(64, '0'),
});
const factory = release('factory', 1);
const fresh = rules.initialState(factory);
const onB: UpdateState = { ...fresh, running: release('b', 3), previous: release('a', 2), floor: 3 };
const stagedIn = (slot: 'a' | 'b', sequence: number, number: number): rules.InstallState => ({
  ...rules.NO_INSTALLS,
  number,
  staged: { number, release: release(slot, sequence), when: 'window' },
});
const always = () => true;

describe('how long a bad release can last', () => {
  it('is below five minutes of powered time, whatever it does', () => {
    expect(rules.longestTrialMs(STARTER_LIMITS)).toBeLessThan(5 * 60_000);
  });
});

describe('which slot is written', () => {
  it.each([
    [fresh, 'a'],
    [{ ...fresh, previous: release('a', 2) }, 'b'],
    [{ ...fresh, running: release('a', 2), previous: factory }, 'b'],
    [onB, 'a'],
  ] as const)('is never the one that runs', (state, slot) => {
    expect(rules.idleSlot(state)).toBe(slot);
  });
});

describe('a staged release', () => {
  it.each([
    ['waits', fresh, stagedIn('a', 2, 1), true],
    ['was taken already', { ...fresh, consumed: 1 }, stagedIn('a', 2, 1), false],
    ['must wait for the end of a trial', { ...onB, trial: { starts: 1, mustConnect: false } }, stagedIn('a', 4, 9), false],
    ['can not lie in the slot that runs', onB, stagedIn('b', 4, 9), false],
    ['is not there', fresh, rules.NO_INSTALLS, false],
  ] as const)('%s', (_, state, install, expected) => {
    expect(rules.waiting(state, install) !== null).toBe(expected);
  });

  it('goes on trial with the present one as the way back', () => {
    const state = rules.take(onB, stagedIn('a', 4, 9).staged!, true);
    expect(state).toMatchObject({
      running: { slot: 'a' },
      previous: { slot: 'b' },
      trial: { starts: 0, mustConnect: true },
      consumed: 9,
      floor: 3,
    });
  });
});

describe('before a start', () => {
  const trial = (starts: number): UpdateState => ({ ...onB, trial: { starts, mustConnect: false }, floor: 2 });

  it('counts one on trial', () => {
    expect(rules.beforeStart(trial(0), factory, always, 0)?.state.trial).toEqual({ starts: 1, mustConnect: false });
  });

  it('goes back when the starts are used up', () => {
    const decision = rules.beforeStart(trial(MAX_TRIAL_STARTS), factory, always, 7);
    expect(decision?.start).toEqual(release('a', 2));
    expect(decision?.state).toMatchObject({ previous: null, trial: null, floor: 2, failed: [release('b', 3).digest] });
    expect(decision?.state.events).toEqual([
      { number: 7, at: 7, kind: 'UpdateRolledBack', release: release('b', 3), backTo: release('a', 2), reason: 'startsUsedUp', starts: 3 },
    ]);
  });

  it('goes back from what no longer verifies, to the package in the end, and gives up only then', () => {
    const only =
      (...slots: rules.Slot[]) =>
      (each: rules.SlotRelease) =>
        slots.includes(each.slot);
    expect(rules.beforeStart(onB, factory, only('a', 'factory'), 0)?.start.slot).toBe('a');
    expect(rules.beforeStart(onB, factory, only('factory'), 0)?.start.slot).toBe('factory');
    expect(rules.beforeStart(onB, factory, only(), 0)).toBeNull();
  });

  it('changes nothing of a confirmed release', () => {
    expect(rules.beforeStart(onB, factory, always, 0)?.state).toBe(onB);
  });
});

describe('a confirmed release', () => {
  const proof = { manifest: '{}', signature: 'x', keyId: 'first' };

  it('raises the floor, keeps the key it announced once, and retires the keys before its own', () => {
    const state = rules.take({ ...onB, announcements: [proof] }, stagedIn('a', 4, 9).staged!, false);
    const counted = rules.beforeStart(state, factory, always, 0)!.state;
    const next = rules.confirm(counted, { announced: proof, superseded: ['older'] }, 5);
    expect(next).toMatchObject({ trial: null, floor: 4, announcements: [proof], retiredKeys: ['older'], previous: { slot: 'b' } });
    expect(rules.confirm(next, { announced: proof, superseded: [] }, 6)).toBe(next);
  });
});

describe('a new package', () => {
  const newer = { ...release('factory', 9), digest: '9'.repeat(64) };

  it('goes on trial when it is newer than what runs from a slot, once', () => {
    const state = rules.noticeFactory(onB, newer, 0);
    expect(state).toMatchObject({ running: newer, previous: { slot: 'b' }, trial: { starts: 0 } });
    const failed = rules.rollBack(state, newer, 'notHealthy', 0);
    expect(failed.running).toEqual(onB.running);
    expect(rules.noticeFactory(failed, newer, 0)).toBe(failed);
  });

  it('is what runs when it replaced what ran', () => {
    const state = rules.noticeFactory(fresh, newer, 0);
    expect(state).toMatchObject({ running: newer, trial: null, floor: 9 });
    expect(rules.noticeFactory(state, newer, 0)).toBe(state);
  });

  it('waits as the last resort when it is older', () => {
    expect(rules.noticeFactory(onB, factory, 0)).toBe(onB);
  });
});

describe('event numbers', () => {
  it('grow within a file and also when it is lost and begins again', () => {
    const refused = { kind: 'UpdateRefused', version: null, code: 'signature', detail: '' } as const;
    const once = rules.withEvent(rules.NO_INSTALLS, refused, 100);
    const twice = rules.withEvent(once, refused, 90);
    expect(twice.events.map(({ number }) => number)).toEqual([100, 101]);
    expect(rules.withEvent(rules.NO_INSTALLS, refused, 200).events[0]?.number).toBe(200);
  });
});

describe('watching a start', () => {
  const facts: rules.WatchFacts = { onTrial: true, watchedMs: 20_000, silentMs: 0, healthyMs: null };
  it.each([
    ['goes on', {}, 'goOn'],
    ['confirms after being healthy long enough', { healthyMs: 15_000 }, 'confirm'],
    ['does not confirm sooner', { healthyMs: 14_999 }, 'goOn'],
    ['gives up at the limit, healthy or not', { watchedMs: 90_000, healthyMs: 15_000 }, 'giveUp'],
    ['kills what is silent', { silentMs: 60_000 }, 'kill'],
    ['never gives a confirmed release up', { onTrial: false, watchedMs: 9_000_000 }, 'goOn'],
    ['kills a confirmed one that is silent', { onTrial: false, silentMs: 60_000 }, 'kill'],
  ] as const)('%s', (_, change, move) => {
    expect(rules.watchMove({ ...facts, ...change }, STARTER_LIMITS)).toBe(move);
  });

  it('pauses longer between starts that never get healthy, but not on trial', () => {
    expect([0, 1, 2, 3, 9].map((sick) => rules.restartPauseMs(sick, false, STARTER_LIMITS))).toEqual([1_000, 1_000, 2_000, 4_000, 30_000]);
    expect(rules.restartPauseMs(9, true, STARTER_LIMITS)).toBe(1_000);
  });
});
