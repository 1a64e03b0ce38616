import { beforeEach, describe, expect, it } from 'vitest';
import { AttemptGate } from './attempts.gate.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let gate: AttemptGate;
let now: number;

beforeEach(() => {
  gate = new AttemptGate(20);
  now = 0;
});

const right = (person: string, place: string) => gate.try(person, place, now, () => Promise.resolve(true));
const wrong = (person: string, place: string) => gate.try(person, place, now, () => Promise.resolve(false));
/** How many wrong attempts at an instant are looked at before one is not; at most a thousand. */
const looked = async (person: string, place: string) => {
  for (let n = 0; n < 1_000; n++) if ((await wrong(person, place)) === null) return n;
  return 1_000;
};

describe('AttemptGate', () => {
  it('makes who is wrong wait there, ever longer, and nobody else', async () => {
    expect(await looked('mia', 'till 1')).toBe(5);
    expect([await right('mia', 'till 1'), await right('mia', 'till 2'), await right('ana', 'till 1')]).toEqual([null, true, true]);
    const waits: number[] = [];
    for (let minute = 0; waits.length < 4; minute++) {
      now = minute * MINUTE;
      if ((await wrong('mia', 'till 1')) === false) waits.push(minute);
    }
    expect(waits).toEqual([1, 3, 7, 15]);
  });

  it('forgets the wrong attempts of a place with a right one', async () => {
    for (let i = 0; i < 10; i++) {
      for (let n = 0; n < 4; n++) expect(await wrong('mia', 'till 1')).toBe(false);
      expect(await right('mia', 'till 1')).toBe(true);
    }
  });

  it('bounds the guesses of all places together, and leaves who was right somewhere in there', async () => {
    await right('mia', 'her phone');
    let guesses = 0;
    for (let machine = 0; machine < 200; machine++) guesses += await looked('mia', `machine ${machine}`);
    expect(guesses).toBe(20);
    expect(await right('mia', 'her phone')).toBe(true);
    expect(await right('mia', 'a phone nobody knows')).toBeNull();
    let later = 0;
    for (; now < 48 * HOUR; now += MINUTE) later += await looked('mia', `machine ${now}`);
    expect(later).toBeLessThan(48 + 10);
  });

  it('bounds what one place tries of everybody', async () => {
    let guesses = 0;
    for (let person = 0; person < 200; person++) guesses += await looked(`person ${person}`, 'machine');
    expect(guesses).toBe(20);
  });

  it('looks at a few at once, and keeps room for those who are known', async () => {
    await right('mia', 'her phone');
    const held = Promise.withResolvers<boolean>();
    const waiting = Array.from({ length: 4 }, (_, i) => gate.try('x', `machine ${i}`, now, () => held.promise));
    expect(await right('x', 'machine 9')).toBeNull();
    expect(await right('mia', 'her phone')).toBe(true);
    held.resolve(false);
    await Promise.all(waiting);
    expect(await right('x', 'machine 9')).toBe(true);
  });

  it('counts attempts at the same moment, and gives back those that were right', async () => {
    const held = Promise.withResolvers<boolean>();
    for (let i = 0; i < 19; i++) await wrong('mia', `machine ${i}`);
    const waiting = gate.try('mia', 'machine 50', now, () => held.promise);
    expect(await wrong('mia', 'machine 51')).toBeNull();
    held.resolve(true);
    await waiting;
    expect(await wrong('mia', 'machine 51')).toBe(false);
  });

  it('is no heap of names: nobody can make it grow without end', async () => {
    for (let i = 0; i < 20_000; i++) await wrong(`person ${i}`, `machine ${i}`);
    expect(await looked('person 19999', 'machine 19999')).toBe(4);
  });
});
