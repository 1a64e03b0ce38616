import { describe, expect, it, vi } from 'vitest';
import { NotReachable, ServerFault } from '../graphql/failures.js';
import { Outbox, type OutboxContext } from './outbox.js';
import { ACTION_LIFE_MS, type Answer, lapsed, type OutboxEntry, retryDelayMs, sendable, type Write } from './outbox.rules.js';
import { memoryStore } from './outbox.store.js';

const acknowledge = (incidentId: string): Write => ({ kind: 'acknowledgeIncident', incidentId });
const complete = (incidentId: string, stepId: string): Write => ({ kind: 'completeStep', incidentId, stepId, note: null });
const done: Answer = { outcome: 'done', result: null };

function world(send: OutboxContext['send'], store = memoryStore()) {
  let now = 1_000;
  let keys = 0;
  const answered: [OutboxEntry, Answer][] = [];
  const outbox = new Outbox({
    store,
    send,
    onAnswered: (entry, answer) => answered.push([entry, answer]),
    now: () => now,
    newKey: () => `key-${++keys}`,
    exclusively: (work) => work(),
  });
  return { outbox, answered, store, pass: (ms: number) => (now += ms) };
}

describe('sendable', () => {
  const entry = (over: Partial<OutboxEntry>): OutboxEntry => ({
    key: 'k',
    personId: 'mei',
    write: acknowledge('i1'),
    createdAt: 0,
    attempts: 0,
    notBefore: 0,
    ...over,
  });

  it('keeps the order within an incident, also behind a pause', () => {
    const entries = [
      entry({ key: 'b', createdAt: 2, write: complete('i1', 's1') }),
      entry({ key: 'a', createdAt: 1, notBefore: 50 }),
      entry({ key: 'c', createdAt: 3, write: acknowledge('i2') }),
    ];
    expect(sendable(entries, 'mei', 10).map(({ key }) => key)).toEqual(['c']);
    expect(sendable(entries, 'mei', 50).map(({ key }) => key)).toEqual(['a', 'c']);
  });

  it('lets an action on a terminal lapse, and nothing else', () => {
    const action: Write = {
      kind: 'terminalAction',
      storeId: 's',
      terminalId: 't',
      action: 'restartTerminal',
      reason: 'stuck',
      text: null,
      depth: null,
    };
    const old = (write: Write) => lapsed(entry({ write }), ACTION_LIFE_MS + 1);
    expect([lapsed(entry({ write: action }), ACTION_LIFE_MS), old(action), old(acknowledge('i1'))]).toEqual([false, true, false]);
  });

  it("never sends another person's entries", () => {
    expect(sendable([entry({ personId: 'somebody' })], 'mei', 10)).toEqual([]);
  });

  it('pauses longer each time, to a minute', () => {
    expect([1, 2, 3, 10].map(retryDelayMs)).toEqual([1000, 2000, 4000, 60_000]);
  });
});

describe('Outbox', () => {
  it('keeps a write through a dead network and sends the same key again', async () => {
    const keys: string[] = [];
    let up = false;
    const { outbox, answered, store } = world((entry) => {
      keys.push(entry.key);
      return up ? Promise.resolve(done) : Promise.reject(new NotReachable('down'));
    });
    await outbox.actFor('mei');
    await outbox.add(acknowledge('i1'));
    await vi.waitFor(() => expect(outbox.waiting.get()[0]?.attempts).toBe(1));
    expect(await store.all()).toHaveLength(1);
    up = true;
    await outbox.flush(true);
    expect(keys).toEqual(['key-1', 'key-1']);
    expect(answered).toHaveLength(1);
    expect(await store.all()).toEqual([]);
    await outbox.actFor(null);
  });

  it('finds the writes of an earlier visit', async () => {
    const store = memoryStore();
    const first = world(() => Promise.reject(new NotReachable('down')), store);
    await first.outbox.actFor('mei');
    await first.outbox.add(acknowledge('i1'));
    await first.outbox.actFor(null);
    const second = world(() => Promise.resolve(done), store);
    second.pass(5_000);
    await second.outbox.actFor('mei');
    expect(second.answered.map(([entry]) => entry.key)).toEqual(['key-1']);
  });

  it('sends two quick steps of one incident in the order they were done', async () => {
    const order: string[] = [];
    const { outbox } = world((entry) => {
      order.push(entry.write.kind);
      return Promise.resolve(done);
    });
    await outbox.actFor('mei');
    await Promise.all([outbox.add(acknowledge('i1')), outbox.add(complete('i1', 's1'))]);
    await vi.waitFor(() => expect(outbox.waiting.get()).toEqual([]));
    expect(order).toEqual(['acknowledgeIncident', 'completeStep']);
  });

  it('a refusal is an answer: the entry leaves and the person is told', async () => {
    const { outbox, answered } = world(() => Promise.resolve({ outcome: 'refused', code: 'alreadyDone', message: 'done before' }));
    await outbox.actFor('mei');
    await outbox.add(acknowledge('i1'));
    await vi.waitFor(() => expect(outbox.waiting.get()).toEqual([]));
    expect(answered[0]?.[1]).toMatchObject({ outcome: 'refused', code: 'alreadyDone' });
  });

  it('a server fault of one entry does not hold back another incident', async () => {
    const { outbox, answered } = world((entry) =>
      entry.write.kind === 'acknowledgeIncident' && entry.write.incidentId === 'broken'
        ? Promise.reject(new ServerFault('boom', 'INTERNAL'))
        : Promise.resolve(done),
    );
    const fault = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await outbox.actFor('mei');
    await outbox.add(acknowledge('broken'));
    await outbox.add(acknowledge('fine'));
    await vi.waitFor(() => expect(answered).toHaveLength(1));
    expect(outbox.waiting.get()).toHaveLength(1);
    expect(fault).toHaveBeenCalled();
    fault.mockRestore();
    await outbox.actFor(null);
  });
});
