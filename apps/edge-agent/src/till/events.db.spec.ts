import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { tillEvent } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestEdge, TestStore } from '../edge.fixtures.js';
import { EventStreams } from './event.streams.js';
import { EventReader, TestServer, TOKEN } from './till.fixtures.js';
import { MAX_STREAMS_OF_ONE, MAX_UNREAD_BYTES } from './till.rules.js';

let store: TestStore;
let edge: TestEdge;
let server: TestServer;
let readers: EventReader[];

beforeEach(async () => {
  store = new TestStore();
  edge = store.start();
  edge.recover();
  await edge.readyForSales();
  server = new TestServer(store, edge);
  await server.start();
  readers = [];
});
afterEach(async () => {
  for (const reader of readers) reader.close();
  await server.stop();
  if (!edge.dead) edge.crash();
  store.remove();
});

const open = async (query = '', headers: Record<string, string> = {}) => {
  const reader = await EventReader.open(server.base, `/v1/events${query}`, { authorization: `Bearer ${TOKEN}`, ...headers });
  readers.push(reader);
  return reader;
};
const told = (reader: EventReader) =>
  reader.events.map(({ type, data }) => {
    const event = tillEvent.parse(data);
    if (event.type !== type) throw new Error('the name of the event is not its type');
    if (event.type === 'payment') return `${event.payment.transaction} ${event.payment.state}`;
    return event.type === 'progress' ? `${event.phase} ${event.statusCode ?? ''}`.trim() : event.type;
  });
const until = (condition: () => boolean) => expect.poll(condition).toBe(true);

describe('GET /v1/events', () => {
  it('tells how a sale goes, after it is recorded', async () => {
    const reader = await open();
    await edge.pay('key-0001');
    await until(() => told(reader).includes('sale completed'));
    expect(told(reader).filter((line) => line !== 'terminal')).toEqual(['reset', 'sale started', 'sent', 'working 10', 'sale completed']);
  });

  it('resumes after the last event a till has seen', async () => {
    const first = await open();
    await edge.pay('key-0001');
    await until(() => told(first).includes('sale completed'));
    const seen = first.events.find(({ type }) => type === 'progress')!;
    first.close();
    await edge.pay('key-0002');
    const second = await open('', { 'last-event-id': seen.id });
    await until(() => told(second).filter((line) => line === 'sale completed').length === 2);
    expect(
      told(second)
        .filter((line) => line !== 'terminal')
        .slice(0, 3),
    ).toEqual(['working 10', 'sale completed', 'sale started']);
    const third = await open('', { 'last-event-id': '99-1' });
    await until(() => third.events.length > 0);
    expect(told(third)[0]).toBe('reset');
  });

  it('can be of one terminal', async () => {
    const reader = await open('?terminal=t2');
    await edge.pay('key-0001');
    await edge.pay('key-0002', { terminal: 't2' });
    await until(() => told(reader).includes('sale completed'));
    expect(new Set(reader.events.map(({ data }) => tillEvent.parse(data).terminal))).toEqual(new Set([null, 't2']));
    expect((await open('?terminal=T%202')).status).toBe(400);
  });

  it('tells what changes about terminals, and who is refused', async () => {
    const reader = await open();
    const power = store.terminals.get('t1')!;
    power.outletOn = false;
    await edge.terminals.get('t1')!.run('poll', () => edge.terminals.get('t1')!.poll());
    await store.clock.until(() => reader.events.some(({ type }) => type === 'terminal'));
    expect(reader.events.find(({ type }) => type === 'terminal')!.data).toMatchObject({
      terminal: 't1',
      view: { sample: { power: 'off' } },
    });
    await server.order('/v1/payments', 'key-0001', { terminal: 't1', amountMinor: 1, currency: 'EUR', tillId: 'till-1' });
    await until(() => told(reader).includes('refusal'));
    expect(reader.events.find(({ type }) => type === 'refusal')!.data).toMatchObject({
      terminal: 't1',
      tillId: 'till-1',
      refusal: { code: 'terminalNotSignedOn', message: { zh: '终端未签到，不能收款。' } },
    });
  });

  it('beats, so that a till knows that it is still connected', async () => {
    const reader = await open();
    await until(() => reader.events.length > 0);
    await store.clock.until(() => reader.comments.length >= 2, 60_000);
  });

  it('is bounded for one caller, and closed to strangers', async () => {
    for (let i = 0; i < MAX_STREAMS_OF_ONE; i++) expect((await open()).status).toBe(200);
    expect(await server.refused(server.call('GET', '/v1/events'))).toEqual([503, 'tooManyStreams']);
    readers[0]!.close();
    const next = async () => {
      const answer = await EventReader.open(server.base, '/v1/events', { authorization: `Bearer ${TOKEN}` });
      readers.push(answer);
      return answer.status;
    };
    await expect.poll(next).toBe(200);
    expect((await server.raw('GET', '/v1/events')).status).toBe(401);
  });

  it('cuts a reader off that does not read', () => {
    const response = Object.assign(new EventEmitter(), {
      destroyed: false,
      writableLength: 0,
      writeHead: () => {},
      write: (text: string) => {
        response.writableLength += text.length;
      },
      destroy: () => {
        response.destroyed = true;
        response.emit('close');
      },
    });
    const streams = new EventStreams({ clock: store.clock }, edge.events);
    expect(streams.open({ headers: {} } as never, response as unknown as ServerResponse, 'till-1', { terminal: null, tillId: null })).toBe(
      true,
    );
    const event = { type: 'progress', terminal: 't1', paymentId: '2052a146-cce1-47ac-a259-218cd817524a', phase: 'working' } as const;
    for (let i = 0; i < 10_000 && !response.destroyed; i++) edge.events.emit({ ...event, statusCode: i });
    expect([response.destroyed, streams.size]).toEqual([true, 0]);
    expect(response.writableLength).toBeLessThan(2 * MAX_UNREAD_BYTES);
  });
});
