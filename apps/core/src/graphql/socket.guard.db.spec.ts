import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { startTestCore, type TestCore } from './core.fixtures.js';
import { MAX_SUBSCRIPTIONS } from './socket.guard.js';

let world: TestCore;
beforeAll(async () => {
  world = await startTestCore();
});
afterAll(() => world.stop());

interface Session {
  say(message: unknown): void;
  heard: { type: string; id?: string; payload?: { message: string; extensions?: { code: string } }[] }[];
  closed: Promise<number>;
  socket: WebSocket;
}

async function connect(person = 'hq'): Promise<Session> {
  const cookie = await world.signIn(person);
  const socket = new WebSocket(`${world.core.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers: { cookie } });
  const heard: Session['heard'] = [];
  socket.on('message', (data) => void heard.push(JSON.parse(data.toString())));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const say = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  await new Promise((resolve) => socket.on('open', resolve));
  say({ type: 'connection_init' });
  await expect.poll(() => heard.some(({ type }) => type === 'connection_ack')).toBe(true);
  return { say, heard, closed, socket };
}

const subscribe = (id: string, query = 'subscription { fleetChanged { id } }') => ({ type: 'subscribe', id, payload: { query } });

describe('a WebSocket', () => {
  it('has as many subscriptions as the limit says, one more closes it; ended ones don’t count', async () => {
    const { say, closed, socket } = await connect();
    for (let i = 0; i < MAX_SUBSCRIPTIONS; i++) {
      say(subscribe(`ended-${i}`));
      say({ type: 'complete', id: `ended-${i}` });
    }
    for (let i = 0; i < MAX_SUBSCRIPTIONS; i++) say(subscribe(`open-${i}`));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    say(subscribe('one more'));
    expect(await closed).toBe(4429);
  });

  it('is closed when an id in use is used again', async () => {
    const { say, closed } = await connect();
    say(subscribe('a'));
    say(subscribe('a'));
    expect(await closed).toBe(4409);
  });

  it.each(['a\0', 'a\ud800'])('is closed when a variable holds text that can’t be kept: %j', async (storeId) => {
    const { say, closed } = await connect();
    const query = 'subscription ($s: ID!) { differenceChanged(storeId: $s) { id } }';
    say({ type: 'subscribe', id: 'a', payload: { query, variables: { storeId } } });
    expect(await closed).toBe(4400);
  });

  it.each([
    ['a syntax error', 'subscription {', 'malformedRequest'],
    ['an unknown field', 'subscription { nothing }', 'malformedRequest'],
    ['a query', '{ me { id } }', 'malformedRequest'],
    ['what is not for the role', 'subscription { incidentChanged { id } }', 'notAllowed'],
  ])('is told a code with %s', async (_name, query, code) => {
    const { say, heard, socket } = await connect('cashier-berlin');
    say(subscribe('x', query));
    await expect.poll(() => heard.find(({ id }) => id === 'x')).toMatchObject({ type: 'error', payload: [{ extensions: { code } }] });
    socket.terminate();
  });

  it('is told a code with what is no JSON', async () => {
    const { say, heard, socket } = await connect();
    say('{');
    await expect.poll(() => heard.at(-1)).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'malformedRequest' } }] });
    socket.terminate();
  });
});
