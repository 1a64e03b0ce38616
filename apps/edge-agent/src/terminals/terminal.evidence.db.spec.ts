import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import type { FakeTerminal } from './terminal.fixtures.js';

let store: TestStore;
let edge: TestEdge;
let terminal: FakeTerminal;

beforeEach(async () => {
  store = new TestStore();
  terminal = store.terminals.get('t1')!;
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const captured = () => edge.entries('DialogueCaptured').map(({ payload }) => [payload.cause, payload.frames.map(({ name }) => name)]);
const actor = () => edge.terminals.get('t1')!;

describe('the dialogue as evidence', () => {
  it('is kept when a payment ends in doubt, with the payment’s own frames after an hour of polls', async () => {
    await edge.pay('key-0001');
    for (let i = 0; i < 100; i++) await actor().run('poll', () => actor().poll());
    terminal.nextSale = 'lostAfterBooking';
    await edge.pay('key-0002');
    const [cause, names] = captured()[0]!;
    expect(cause).toBe('inDoubt');
    expect(names).toHaveLength(2 + 1 + 16);
    expect((names as string[]).filter((name) => name === '06 01 Authorisation')).toHaveLength(2);
  });

  it('is kept when the terminal says no where nothing spoke against the sale, once a minute', async () => {
    for (const key of ['key-0001', 'key-0002', 'key-0003']) {
      terminal.nextSale = 'refusedAtOnce';
      if (key === 'key-0003') store.clock.jump(60_000);
      await edge.pay(key);
    }
    expect(captured().map(([cause]) => cause)).toEqual(['failed', 'failed']);
  });

  it('of a settlement that is in doubt is kept too', async () => {
    await edge.pay('key-0001');
    terminal.nextSettlement = 'lostBeforeBooking';
    await actor().run('settling', () => edge.settlement.settle(actor(), 'command'));
    expect(captured().map(([cause]) => cause)).toEqual(['inDoubt']);
  });

  it('fits an entry however much was said', async () => {
    for (let i = 0; i < 200; i++) {
      const fields = Array.from({ length: 100 }, (_, n) => ({ tag: `${n}`, name: 'field', value: '终'.repeat(60) }));
      terminal.dialogue({ direction: 'received', name: `frame ${i}`, fields, bytes: 999 });
    }
    terminal.nextSale = 'lostBeforeBooking';
    await edge.pay('key-0001');
    const [[, names]] = captured() as [[string, string[]]];
    expect(names.length).toBeGreaterThan(1);
    expect(names.at(-1)).toBe('06 01 Authorisation');
  });
});

describe('a stream that makes no sense', () => {
  const abandoned = () => edge.entries('TerminalStreamAbandoned').map(({ payload }) => payload);

  it('is journaled with its reason once a minute, with the number of times, and the dialogue', () => {
    for (let i = 0; i < 5; i++) terminal.streamBroken({ code: 'unknownClass', offset: i });
    expect(abandoned()).toEqual([{ code: 'unknownClass', offset: 0, since: 1 }]);
    store.clock.jump(60_000);
    terminal.streamBroken({ code: 'endless', offset: 9 });
    expect(abandoned()[1]).toEqual({ code: 'endless', offset: 9, since: 5 });
    expect(captured().map(([cause]) => cause)).toEqual(['streamBroken', 'streamBroken']);
  });
});
