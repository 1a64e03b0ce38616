import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, silentLog, type TestDatabase } from '../database/database.fixtures.js';
import { Outbox, OutboxDispatcher } from '../outbox/index.js';
import { entry, register, SimulatedGateway, sale, testIngest } from './ingest.fixtures.js';
import { type CommittedEntry, JournalSubscriptions } from './journal.subscriptions.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await database.dataSource();
});
afterAll(() => database.drop());

const ROUTINE = { routineId: '11111111-1111-4111-8111-111111111111', businessDay: '2026-11-21' };
const blocked = (terminal: string) =>
  entry('CloseBlocked', { ...ROUTINE, step: 'settle', code: 'hostUnreachable', detail: '', evidence: {} }, terminal);

it('gives every subscriber the entries of its kinds, in order, without quarantined ones, and again when a handler failed', async () => {
  const outbox = new Outbox();
  const subscriptions = new JournalSubscriptions(dataSource, outbox);
  const got: CommittedEntry[] = [];
  let failures = 1;
  subscriptions.onJournal(['CloseBlocked', 'ClosingFinished'], async (one) => {
    if (one.seq === 5 && failures-- > 0) throw new Error('not yet');
    got.push(one);
  });
  const ranges: number[][] = [];
  subscriptions.onJournalRange(['CloseBlocked'], async (entries) => void ranges.push(entries.map((one) => one.seq)));
  const dispatcher = new OutboxDispatcher(dataSource, outbox, silentLog, 60_000);
  const gateway = new SimulatedGateway('s', 'g');
  await register(database, gateway);
  gateway.append(...sale(), blocked('t1'), { kind: 'CloseBlocked', terminal: 't2', payload: '{"wrong":true}' }, blocked('t3'), ...sale());
  gateway.append(entry('ClosingFinished', { ...ROUTINE, proven: [], blocked: ['t1', 't3'] }, null));
  const { ingest } = testIngest(database, { wanted: (kind) => subscriptions.wanted(kind), ring: () => dispatcher.kick() });
  await ingest.accept(gateway.arrival(1, 8));
  await ingest.idle();
  await dispatcher.idle();
  expect(got.map((one) => one.seq)).toEqual([3]);
  await database.query('UPDATE outbox SET next_attempt_at = now()');
  dispatcher.kick();
  await dispatcher.idle();
  expect(got.map((one) => one.seq)).toEqual([3, 3, 5, 8]);
  expect(ranges).toEqual([[3, 5]]);
  expect(got.at(-1)).toMatchObject({
    store: 's',
    gateway: 'g',
    epoch: 1,
    kind: 'ClosingFinished',
    terminal: null,
    payload: { blocked: ['t1', 't3'] },
  });
  await ingest.stop();
  await dispatcher.stop();
});
