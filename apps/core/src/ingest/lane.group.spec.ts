import { describe, expect, it } from 'vitest';
import { LaneGroup } from './lane.group.js';

class Lane {
  constructor(
    readonly name: string,
    public queued = 0,
    public isLight = true,
  ) {}
}

function group(...lanes: Lane[]): LaneGroup<Lane> {
  const one = new LaneGroup<Lane>();
  for (const lane of lanes) one.join(lane);
  return one;
}

const names = (lanes: readonly Lane[]) => lanes.map((lane) => lane.name).join('');

describe('lane group', () => {
  it.each([
    ['light lanes go together', new Lane('a', 1), [new Lane('b', 1), new Lane('c', 5)], 'abc'],
    ['an empty one has nothing to bring', new Lane('a', 1), [new Lane('b', 0), new Lane('c', 1)], 'ac'],
    ['one with much to do goes alone', new Lane('a', 1), [new Lane('b', 900, false), new Lane('c', 1)], 'ac'],
    ['and takes nobody along', new Lane('a', 900, false), [new Lane('b', 1), new Lane('c', 1)], 'a'],
  ])('%s', (_rule, lane, others, expected) => {
    expect(names(group(lane, ...others).begin(lane))).toBe(expected);
  });

  it('a lane is in one transaction at a time, and free again at its end', async () => {
    const [a, b, c] = [new Lane('a', 1), new Lane('b', 1), new Lane('c', 1, false)];
    const one = group(a, b, c);
    const first = one.begin(a);
    expect([one.isBusy(a), one.isBusy(b), one.isBusy(c)]).toEqual([true, true, false]);
    expect(names(one.begin(c))).toBe('c');
    let ended = false;
    const waiting = one.nextEnd().then(() => {
      ended = true;
    });
    await Promise.resolve();
    expect(ended).toBe(false);
    one.end(first);
    await waiting;
    expect([one.isBusy(a), one.isBusy(b), one.isBusy(c)]).toEqual([false, false, true]);
  });

  it('only a lane with little to do waits for others', () => {
    const [light, heavy, running] = [new Lane('l', 1), new Lane('h', 900, false), new Lane('r', 1)];
    const one = group(light, heavy, running);
    expect(one.couldShare(light)).toBe(false);
    one.begin(running);
    expect([one.couldShare(light), one.couldShare(heavy)]).toEqual([true, false]);
  });
});
