import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import { JournalUnavailableError } from '../journal/index.js';
import { MIGRATIONS, SCHEMA_READABLE_FROM } from '../journal/journal.schema.js';
import { silentLog } from '../log.js';
import type { AgentMessage } from './update.protocol.js';
import { reportToStarter, type StarterChannel } from './update.reporter.js';
import type { UpdateEvent } from './update.rules.js';
import { UpdateSubject } from './update.subject.js';

let store: TestStore;
let edge: TestEdge;
let till: Server;
let connected: boolean;
let subject: UpdateSubject;

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  till = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => till.listen(0, '127.0.0.1', resolve));
  connected = true;
  subject = subjectOf(edge);
});
afterEach(() => {
  till.close();
  if (!edge.dead) edge.crash();
  store.remove();
});

function subjectOf({ journal, policy, terminals }: TestEdge): UpdateSubject {
  const link = {
    get connected() {
      return connected;
    },
  };
  const port = (till.address() as AddressInfo | null)?.port ?? 9;
  return new UpdateSubject({ journal, policy, terminals, link, till: { host: '127.0.0.1', port }, now: () => store.clock.now() });
}

async function settled(check: () => string[]): Promise<string[]> {
  for (let i = 0; i < 100 && check().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  return check();
}

const digest = 'ab'.repeat(32);
const release = { slot: 'b', version: '0.2.0', sequence: 8, digest } as const;
const events: UpdateEvent[] = [
  { number: 10, at: 1_000, kind: 'UpdateInstalled', release },
  { number: 11, at: 2_000, kind: 'UpdateConfirmed', release, starts: 1 },
  { number: 12, at: 3_000, kind: 'UpdateRolledBack', release, backTo: { ...release, slot: 'a' }, reason: 'notHealthy', starts: 2 },
  { number: 13, at: 4_000, kind: 'UpdateRefused', version: null, code: 'signature', detail: 'not signed' },
];

describe('the health an agent reports', () => {
  it('is good when journal, till port, policy and terminals are there, with or without a broker', async () => {
    connected = false;
    expect(await settled(() => subject.problems())).toEqual([]);
    expect(subject.connected).toBe(false);
  });

  it('names a till port that does not answer', async () => {
    till.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await settled(() => subject.problems())).toEqual(['till: its port has not answered yet']);
  });

  it('names a journal that takes no writes', async () => {
    await settled(() => subject.problems());
    edge.journal.store.transaction = () => {
      throw new JournalUnavailableError('database or disk is full');
    };
    expect(subject.problems()).toEqual(['journal: database or disk is full']);
  });

  it('names a cached policy this version can not use, and terminals it can not work with', async () => {
    await settled(() => subject.problems());
    const terminals = { get: (id: string) => (id === 't1' ? edge.terminals.get(id) : undefined), all: () => [] } as never;
    const { journal, policy } = edge;
    const parts = { journal, link: { connected }, till: { host: '127.0.0.1', port: 9 }, now: () => 0 };
    expect(new UpdateSubject({ ...parts, policy, terminals }).problems()).toContain('terminals: can not work with t2');
    const unusable = new UpdateSubject({ ...parts, policy: { current: null } as never, terminals: edge.terminals });
    expect(unusable.problems()).toContain('policy: the cached one can not be used');
  });
});

describe('a moment for an update', () => {
  it('is not while the store trades, unless wanted so, and never while a terminal works', async () => {
    expect(subject.reasonsToGoOn('window')).toEqual(['the store trades']);
    expect(subject.reasonsToGoOn('quiet')).toEqual([]);
    store.terminals.get('t1')!.nextSale = 'hang';
    void edge.pay('sale-1');
    expect(subject.reasonsToGoOn('quiet')).toEqual(['working: t1']);
    edge.terminals.get('t2')!.hold('closing');
    expect(subject.reasonsToGoOn('quiet')).toEqual(['working: t1', 'in a routine: t2']);
  });

  it('comes after closing', async () => {
    store.clock.jump(9 * 3_600_000);
    expect(subject.reasonsToGoOn('window')).toEqual([]);
  });
});

describe('what the starter hands over', () => {
  it('is journaled once, whatever is sent again, also after a crash', () => {
    subject.record('starter', events.slice(0, 2));
    subject.record('starter', events);
    subject.record('installer', events.slice(3));
    edge.crash();
    edge = store.start();
    subjectOf(edge).record('starter', events);
    const kinds = edge.allEntries().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('Update'))).toEqual([
      'UpdateInstalled',
      'UpdateConfirmed',
      'UpdateRolledBack',
      'UpdateRefused',
      'UpdateRefused',
    ]);
    expect(edge.entries('UpdateRolledBack')[0]?.payload).toMatchObject({ at: '1970-01-01T00:00:03.000Z', reason: 'notHealthy' });
  });

  it('is skipped when a newer starter says something this version does not know', () => {
    subject.record('starter', [{ number: 20, at: 1, kind: 'UpdateDelayed' } as never, { ...events[0]!, number: 21 }]);
    expect(edge.entries('UpdateInstalled')).toHaveLength(1);
  });
});

describe('the channel to the starter', () => {
  class Channel extends EventEmitter {
    sent: AgentMessage[] = [];
    send = (message: AgentMessage) => this.sent.push(message) > 0;
  }
  const start = () => {
    const channel = new Channel();
    const stops: string[] = [];
    reportToStarter({ clock: store.clock, log: silentLog }, subject, channel as unknown as StarterChannel, (reason) => stops.push(reason));
    return { channel, stops };
  };

  it('carries a report every two seconds', async () => {
    const { channel } = start();
    await store.clock.until(() => channel.sent.length >= 3);
    expect(channel.sent[0]).toMatchObject({ kind: 'report', connected: true });
  });

  it('answers that it is busy, or stops in the same turn', () => {
    const { channel, stops } = start();
    channel.emit('message', { kind: 'stopIfQuiet', when: 'window' });
    expect(channel.sent.at(-1)).toEqual({ kind: 'busy', reasons: ['the store trades'] });
    expect(stops).toEqual([]);
    channel.emit('message', { kind: 'stopIfQuiet', when: 'quiet' });
    expect(stops).toEqual(['update']);
  });

  it('ends the agent when the starter is gone, and ignores what it does not understand', () => {
    const { channel, stops } = start();
    channel.emit('message', { kind: 'dance' });
    channel.emit('message', null);
    expect(stops).toEqual([]);
    channel.emit('disconnect');
    expect(stops).toEqual(['starterGone']);
  });

  it('is nothing in a process without a starter', () => {
    const alone = { send: undefined, on: () => expect.fail('nothing is listened to') };
    expect(reportToStarter({ clock: store.clock, log: silentLog }, subject, alone, () => undefined)).toBe(false);
  });
});

describe('the way back to the release before', () => {
  const schemaOf = (version: number, readableFrom: number | null) => {
    edge.crash();
    const database = new DatabaseSync(join(store.dataDir, 'journal.sqlite'));
    database.exec(`ALTER TABLE payments ADD COLUMN from_the_future TEXT; PRAGMA user_version = ${version}`);
    database.exec(
      readableFrom === null
        ? `DELETE FROM meta WHERE key = 'readableFrom'`
        : `REPLACE INTO meta VALUES ('readableFrom', '${readableFrom}')`,
    );
    database.close();
  };

  it('is open after a migration that only adds: everything goes on with the newer file', async () => {
    schemaOf(MIGRATIONS.length + 1, SCHEMA_READABLE_FROM);
    edge = store.start();
    edge.recover();
    expect(edge.policy.current?.version).toBe(1);
    const answer = await Promise.all([edge.pay('sale-2'), store.clock.until(() => edge.entries('PaymentCompleted').length === 1)]);
    expect(answer[0]).toMatchObject({ ok: true });
  });

  it.each([MIGRATIONS.length + 1, null])('is refused when the newer schema says so (%s)', (readableFrom) => {
    schemaOf(MIGRATIONS.length + 1, readableFrom);
    expect(() => store.start()).toThrow(JournalUnavailableError);
  });

  it('is kept open: a migration that does more than add raises SCHEMA_READABLE_FROM', () => {
    const adds = [
      /^ALTER TABLE \w+ ADD COLUMN (?!.*\bNOT NULL\b(?!.*\bDEFAULT\b)).*$/is,
      /^CREATE TABLE /i,
      /^CREATE INDEX /i,
      /^INSERT OR IGNORE INTO /i,
    ];
    const statements = MIGRATIONS.slice(SCHEMA_READABLE_FROM).flatMap((migration) =>
      migration.split(';').map((statement) => statement.replaceAll(/--.*$/gm, '').trim()),
    );
    const more = statements.filter((statement) => statement !== '' && !adds.some((each) => each.test(statement)));
    expect(more).toEqual([]);
  });

  it('is known to the gateway: the newest migration writes it into the file', () => {
    const told = edge.journal.store.get(`SELECT value FROM meta WHERE key = 'readableFrom'`);
    expect(Number(told?.['value'])).toBe(SCHEMA_READABLE_FROM);
  });
});
