import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, silentLog, type TestDatabase } from '../database/database.fixtures.js';
import { systemActor, UnitOfWork } from '../database/index.js';
import { BrokerUnavailable } from '../messaging/index.js';
import { OutboxWake } from './outbox.jobs.js';
import { MAX_ATTEMPTS } from './outbox.rules.js';
import { OutboxDispatcher } from './outbox.runner.js';
import { Outbox, type OutboxMessage } from './outbox.service.js';

let database: TestDatabase;
let dataSource: DataSource;
let unitOfWork: UnitOfWork;
let outbox: Outbox;
let dispatchers: OutboxDispatcher[];

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await database.dataSource();
  unitOfWork = new UnitOfWork(dataSource, { now: () => new Date() });
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('DELETE FROM outbox');
  outbox = new Outbox();
  dispatchers = [];
});
afterEach(async () => {
  for (const one of dispatchers) await one.stop();
});

function dispatcher(pollMs = 60_000): OutboxDispatcher {
  const one = new OutboxDispatcher(dataSource, outbox, silentLog, pollMs);
  dispatchers.push(one);
  return one;
}

const add = (topic: string, payload: unknown, key = '') =>
  unitOfWork.run(systemActor('test'), (ctx) => outbox.add(ctx, topic, payload, key));
const pending = async () => (await database.query('SELECT 1 FROM outbox WHERE done_at IS NULL')).length;

async function drain(one: OutboxDispatcher): Promise<void> {
  one.kick();
  await one.idle();
}

describe('outbox', () => {
  it('delivers what was committed, and nothing of a transaction that was rolled back', async () => {
    const got: OutboxMessage[] = [];
    outbox.handle('a', async (message) => void got.push(message));
    await add('a', { n: 1 }, 'k');
    const failed = unitOfWork.run(systemActor('test'), async (ctx) => {
      await outbox.add(ctx, 'a', { n: 2 });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await drain(dispatcher());
    expect(got.map(({ topic, key, payload, attempt }) => ({ topic, key, payload, attempt }))).toEqual([
      { topic: 'a', key: 'k', payload: { n: 1 }, attempt: 1 },
    ]);
    expect(await pending()).toBe(0);
  });

  it('a person may add but neither see nor change what waits', async () => {
    const manager = { kind: 'person', id: 'm', name: 'M', role: 'manager', language: 'en', stores: ['s'] } as const;
    await unitOfWork.run(manager, async (ctx) => {
      await outbox.add(ctx, 'a', {});
      expect(await ctx.tx.query('SELECT * FROM outbox')).toEqual([]);
      expect((await ctx.tx.query('UPDATE outbox SET done_at = now()'))[1]).toBe(0);
    });
    expect(await pending()).toBe(1);
  });

  it('keeps the order of a key across two dispatchers, also when one message fails at first', async () => {
    const got: number[] = [];
    let failures = 2;
    outbox.handle('a', async ({ payload }) => {
      const { n } = payload as { n: number };
      if (n === 3 && failures-- > 0) throw new Error('not yet');
      await new Promise((resolve) => setTimeout(resolve, 1));
      got.push(n);
    });
    for (let n = 1; n <= 8; n++) await add('a', { n }, 'k');
    const both = [dispatcher(), dispatcher()];
    for (let round = 0; round < 400 && got.length < 8; round++) {
      await database.query('UPDATE outbox SET next_attempt_at = now()');
      await Promise.all(both.map(drain));
    }
    expect(got).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('another key does not wait for one that fails', async () => {
    const got: string[] = [];
    outbox.handle('a', async ({ key }) => {
      if (key === 'bad') throw new Error('no');
      got.push(key);
    });
    await add('a', {}, 'bad');
    await add('a', {}, 'good');
    await drain(dispatcher());
    expect(got).toEqual(['good']);
    const [row] = await database.query("SELECT attempts, last_error FROM outbox WHERE key = 'bad'");
    expect(row).toEqual({ attempts: 1, last_error: 'no' });
  });

  it('sets a message aside after its last attempt, visibly, and its key goes on', async () => {
    const got: number[] = [];
    outbox.handle('a', async ({ payload }) => {
      const { n } = payload as { n: number };
      if (n === 1) throw new Error('never');
      got.push(n);
    });
    await add('a', { n: 1 }, 'k');
    await add('a', { n: 2 }, 'k');
    const one = dispatcher();
    for (let i = 0; i < MAX_ATTEMPTS; i++) {
      await database.query('UPDATE outbox SET next_attempt_at = now()');
      await drain(one);
    }
    expect(got).toEqual([2]);
    const rows = await database.query('SELECT attempts, last_error, poisoned_at IS NOT NULL AS poisoned FROM outbox WHERE done_at IS NULL');
    expect(rows).toEqual([{ attempts: MAX_ATTEMPTS, last_error: 'never', poisoned: true }]);
    expect(await one.poisoned()).toEqual({ a: 1 });
  });

  it.each([
    ['the broker away', new BrokerUnavailable('not connected')],
    ['a connection lost', Object.assign(new Error('x'), { code: '57P01' })],
    ['a serialisation failure', Object.assign(new Error('x'), { code: '40001' })],
  ])('%s never sets a message aside', async (_name, outage) => {
    let isOver = false;
    const got: number[] = [];
    outbox.handle('a', async ({ attempt }) => {
      if (!isOver) throw outage;
      got.push(attempt);
    });
    await add('a', {}, 'k');
    const one = dispatcher();
    for (let i = 0; i <= MAX_ATTEMPTS; i++) {
      await database.query('UPDATE outbox SET next_attempt_at = now()');
      await drain(one);
    }
    expect(await one.poisoned()).toEqual({});
    isOver = true;
    await database.query('UPDATE outbox SET next_attempt_at = now()');
    await drain(one);
    expect([got, await pending()]).toEqual([[1], 0]);
  });

  it('a message claimed by a core that died is worked on again when the claim has run out', async () => {
    const got: number[] = [];
    outbox.handle('a', async ({ attempt }) => void got.push(attempt));
    await add('a', {});
    await database.query("UPDATE outbox SET claimed_until = now() + interval '1 minute', attempts = 1");
    await drain(dispatcher());
    expect(got).toEqual([]);
    await database.query("UPDATE outbox SET claimed_until = now() - interval '1 second'");
    await drain(dispatcher());
    expect(got).toEqual([2]);
  });

  it('a message of a topic nobody handles yet waits', async () => {
    await add('later', {});
    await drain(dispatcher());
    expect(await pending()).toBe(1);
  });

  it('BullMQ on PostgreSQL wakes the dispatcher within moments; without it the poll does', async () => {
    const got: OutboxMessage[] = [];
    outbox.handle('a', async (message) => void got.push(message));
    const one = dispatcher();
    const wake = new OutboxWake(database.url, undefined, () => one.kick(), silentLog);
    outbox.onRing(() => wake.ring());
    await wake.start();
    await add('a', {});
    await expect.poll(() => got.length, { timeout: 5_000 }).toBe(1);
    await wake.stop();
    const polled = dispatcher(50);
    polled.start();
    await add('a', {});
    await expect.poll(() => got.length).toBe(2);
  });
});
