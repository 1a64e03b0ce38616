import type { TillEvent } from '@tillward/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../edge.fixtures.js';
import { EventHub, type NumberedEvent } from './event.hub.js';

let clock: TestClock;
let hub: EventHub;

beforeEach(() => {
  clock = new TestClock(0);
  hub = new EventHub({ clock }, 7);
});

/** An event that is told apart by its status code. */
const event = (n: number, terminal = 't1'): TillEvent => ({
  type: 'progress',
  terminal,
  paymentId: '2052a146-cce1-47ac-a259-218cd817524a',
  phase: 'working',
  statusCode: n,
});
const reader = (lastEventId: string | null = null, terminal: string | null = null, tillId: string | null = null) => {
  const seen: NumberedEvent[] = [];
  const stop = hub.subscribe({ terminal, tillId }, lastEventId, (numbered) => seen.push(numbered));
  const told = () => seen.map(({ event }) => (event.type === 'progress' ? event.statusCode : event.type));
  return { seen, stop, told };
};

describe('EventHub', () => {
  it('begins with a reset, then tells as it happens', () => {
    const { told } = reader();
    hub.emit(event(1));
    hub.emit(event(2));
    expect(told()).toEqual(['reset', 1, 2]);
  });

  it('resumes after the last event a reader saw, also after it was away', () => {
    const first = reader();
    hub.emit(event(1));
    hub.emit(event(2));
    first.stop();
    hub.emit(event(3));
    expect(reader(first.seen.at(-1)!.id).told()).toEqual([3]);
    expect(reader(first.seen[1]!.id).told()).toEqual([2, 3]);
    expect(reader(first.seen[0]!.id).told()).toEqual([1, 2, 3]);
  });

  it('tells only what concerns a terminal, and the store', () => {
    const { told } = reader(null, 't2');
    hub.emit(event(1));
    hub.emit(event(2, 't2'));
    hub.emit({ type: 'reset', terminal: null });
    expect(told()).toEqual(['reset', 2, 'reset']);
  });

  it('tells a till nothing of the refunds other tills ask for, also when it resumes', () => {
    const refundOf = (tillId: string) => ({ type: 'refundRequest', terminal: 't1', request: { tillId } }) as TillEvent;
    const readers = ['till-1', 'till-2', null].map((tillId) => reader(null, null, tillId));
    hub.emit(event(1));
    hub.emit(refundOf('till-1'));
    expect(readers.map(({ told }) => told())).toEqual([
      ['reset', 1, 'refundRequest'],
      ['reset', 1],
      ['reset', 1, 'refundRequest'],
    ]);
    expect(reader(readers[0]!.seen[0]!.id, null, 'till-2').told()).toEqual([1]);
  });

  it.each(['6-1', '7-99', '7-', 'x', '', '7-1-1'])('resets a reader with %j, of which nobody knows what it missed', (id) => {
    const first = reader();
    hub.emit(event(1));
    first.stop();
    expect(reader(id).told()).toEqual(['reset']);
  });

  it('forgets what is too old, and says so', () => {
    const first = reader();
    const oldest = first.seen[0]!.id;
    for (let n = 1; n <= 2_000; n++) hub.emit(event(n));
    expect(reader(oldest).told()).toEqual(['reset']);
    expect(reader(first.seen.at(-3)!.id).told()).toEqual([1_999, 2_000]);
  });

  it('gathers nothing while nobody listens, and never passes over that silently', async () => {
    hub.emit(event(1));
    expect(hub.warm).toBe(false);
    const first = reader();
    expect(hub.warm).toBe(true);
    hub.emit(event(2));
    const last = first.seen.at(-1)!.id;
    first.stop();
    await clock.until(() => !hub.warm);
    hub.emit(event(3));
    expect(reader(last).told()).toEqual(['reset']);
  });
});
