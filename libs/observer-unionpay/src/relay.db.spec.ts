import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { dice, frame, message, text } from './message.fixtures.js';
import type { ObserverEvent } from './observer-event.js';
import { type Relay, type RelayBreak, type RelayOptions, startRelay } from './relay.js';
import { RelayedConnection } from './relayed-connection.js';

const seed = Number(process.env['UNIONPAY_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const LOOPBACK = '127.0.0.1';
const SIGN_ON = frame(message('0800', { 11: '000001', 41: text('TERM0001'), 60: '0011000000010030' }));
const SIGN_ON_ANSWER = frame(message('0810', { 11: '000001', 39: text('00'), 41: text('TERM0001'), 60: '0011000000070030' }));

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.toReversed()) await close();
  closing = [];
});

/** A host that gives each connection to `serve`. */
async function host(serve: (socket: Socket) => void): Promise<{ port: number; server: Server; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { port: (server.address() as { port: number }).port, server, sockets };
}

async function relayTo(
  port: number,
  more: Partial<RelayOptions> = {},
): Promise<{ relay: Relay; events: ObserverEvent[]; breaks: RelayBreak[] }> {
  const events: ObserverEvent[] = [];
  const breaks: RelayBreak[] = [];
  const relay = await startRelay({
    listen: { host: LOOPBACK, port: 0 },
    upstream: { host: LOOPBACK, port },
    onEvent: (event) => events.push(event),
    onBreak: (found) => breaks.push(found),
    ...more,
  });
  closing.push(() => relay.close());
  return { relay, events, breaks };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: LOOPBACK, port, allowHalfOpen: true, noDelay: true });
  closing.push(async () => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** What a socket says until its end; `closed` tells an end from a reset. */
function record(socket: Socket): { hash: () => string; bytes: () => number; ended: Promise<'end' | 'reset'> } {
  const hash = createHash('sha256');
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    hash.update(chunk);
  });
  const ended = new Promise<'end' | 'reset'>((resolve) => {
    socket.on('end', () => resolve('end'));
    socket.on('error', () => resolve('reset'));
    socket.on('close', (failed) => resolve(failed ? 'reset' : 'end'));
  });
  return { hash: () => hash.copy().digest('hex'), bytes: () => bytes, ended };
}

async function eventually(check: () => boolean, ms = 3_000): Promise<void> {
  for (let waited = 0; !check() && waited < ms; waited += 5) await sleep(5);
  expect(check()).toBe(true);
}

describe(`a relay (UNIONPAY_SEED=${seed})`, () => {
  it('passes every byte on unchanged and in order, both ways, noise and messages, cut anywhere', async () => {
    const roll = dice(seed);
    const noise = () => Buffer.from(Array.from({ length: 1 + roll(4_000) }, () => roll(256)));
    const chunks = () => Array.from({ length: 60 }, () => (roll(2) === 0 ? noise() : roll(2) === 0 ? SIGN_ON : SIGN_ON_ANSWER));
    const say = async (socket: Socket, parts: readonly Buffer[]) => {
      const stream = Buffer.concat(parts);
      for (let at = 0; at < stream.length; ) {
        const end = at + 1 + roll(roll(5) === 0 ? 4 : 5_000);
        if (!socket.write(stream.subarray(at, end))) await once(socket, 'drain');
        if (roll(3) === 0) await new Promise((resolve) => setImmediate(resolve));
        at = end;
      }
      socket.end();
      return createHash('sha256').update(stream).digest('hex');
    };
    for (let n = 0; n < 8; n++) {
      let atHost: ReturnType<typeof record> | undefined;
      const { port, sockets } = await host((socket) => {
        atHost = record(socket);
      });
      const { relay } = await relayTo(port);
      const terminal = await dial(relay.port);
      const atTerminal = record(terminal);
      await eventually(() => sockets.length === 1);
      const [sent, answered] = await Promise.all([say(terminal, chunks() as Buffer[]), say(sockets[0]!, chunks() as Buffer[])]);
      expect(await Promise.all([atHost!.ended, atTerminal.ended])).toEqual(['end', 'end']);
      expect(atHost!.hash()).toBe(sent);
      expect(atTerminal.hash()).toBe(answered);
      await eventually(() => relay.stats().open === 0);
      expect(relay.stats()).toMatchObject({ bytesToHost: atHost!.bytes(), bytesToTerminal: atTerminal.bytes(), failures: 0 });
    }
  });

  it('tells what it read after it has passed', async () => {
    const { port } = await host((socket) => socket.on('data', () => socket.write(SIGN_ON_ANSWER)));
    const { relay, events, breaks } = await relayTo(port, { now: () => 1_234 });
    const terminal = await dial(relay.port);
    terminal.write(SIGN_ON);
    await once(terminal, 'data');
    await eventually(() => events.length > 0);
    expect(events).toEqual([{ kind: 'SignedOn', terminalId: 'TERM0001', merchantId: null, batchNo: 7, at: 1_234 }]);
    expect(relay.terminals()).toMatchObject([{ terminalId: 'TERM0001', signOn: 'signedOn', batchNo: 7 }]);
    expect(relay.stats()).toMatchObject({ messages: 2, unreadable: 0, accepted: 1, refused: 0, open: 1 });
    expect(breaks).toEqual([]);
  });

  it('goes on when nothing can be read, and says once where reading ended, without a byte of it', async () => {
    const { port } = await host((socket) => socket.pipe(socket));
    const { relay, breaks } = await relayTo(port);
    const terminal = await dial(relay.port);
    const back = record(terminal);
    const canary = Buffer.from('4a'.repeat(6_000), 'hex');
    terminal.write(Buffer.concat([Buffer.from('0001ff', 'hex'), canary]));
    terminal.end(SIGN_ON);
    expect(await back.ended).toBe('end');
    expect(back.bytes()).toBe(3 + canary.length + SIGN_ON.length);
    await eventually(() => breaks.length >= 4);
    expect(breaks.filter(({ kind }) => kind === 'unreadable')).toMatchObject([
      { code: 'tooShort', direction: 'toHost', offset: 3 },
      { code: 'frameTooLong', direction: 'toHost', offset: 3 },
      { code: 'tooShort', direction: 'toTerminal' },
      { code: 'frameTooLong', direction: 'toTerminal', offset: 3 },
    ]);
    expect(JSON.stringify(breaks)).not.toMatch(/4a4a|JJJJ/i);
  });

  it('does not let a listener that throws, or is slow, hold anything up', async () => {
    const { port } = await host((socket) => socket.on('data', () => socket.write(SIGN_ON_ANSWER)));
    const failures: unknown[] = [];
    const { relay } = await relayTo(port, {
      onEvent: () => {
        throw new Error('a listener’s bug');
      },
      failed: (error) => failures.push(error),
    });
    const terminal = await dial(relay.port);
    for (let n = 0; n < 3; n++) {
      terminal.write(SIGN_ON);
      await once(terminal, 'data');
    }
    await eventually(() => failures.length === 3);
    expect(relay.stats()).toMatchObject({ failures: 3, open: 1 });
  });
});

describe('a connection', () => {
  it('overwrites what has passed, and goes on unread when reading fails', async () => {
    const { port } = await host((socket) => socket.pipe(socket));
    const seen: Uint8Array[] = [];
    const failures: unknown[] = [];
    const ended: unknown[] = [];
    const between = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (terminal) => {
      const reading = {
        passed: (_direction: string, chunk: Uint8Array) => {
          seen.push(chunk);
          if (seen.length === 2) throw new Error('a bug in reading');
        },
        hasSpoken: () => true,
        ended: () => undefined,
      };
      const listener = { ended: (code: unknown) => ended.push(code), readingFailed: (error: unknown) => failures.push(error) };
      new RelayedConnection(terminal, { host: LOOPBACK, port }, reading, listener);
    });
    await new Promise<void>((resolve) => between.listen(0, LOOPBACK, resolve));
    closing.push(() => new Promise<void>((resolve) => between.close(() => resolve())));
    const terminal = await dial((between.address() as { port: number }).port);
    const back = record(terminal);
    terminal.write(SIGN_ON);
    await eventually(() => back.bytes() === SIGN_ON.length);
    await eventually(() => seen.length === 2 && seen.every((chunk) => chunk.length > 0 && chunk.every((byte) => byte === 0)));
    expect(failures).toMatchObject([{ message: 'a bug in reading' }]);
    terminal.end(SIGN_ON);
    expect(await back.ended).toBe('end');
    expect(back.hash()).toBe(createHash('sha256').update(SIGN_ON).update(SIGN_ON).digest('hex'));
    expect(seen).toHaveLength(2);
    await eventually(() => ended.length === 1);
    expect(ended).toEqual([null]);
  });
});

describe('what one end does, the other sees', () => {
  it('a half-close is a half-close: the answer still comes', async () => {
    const { port } = await host((socket) => {
      socket.resume();
      socket.on('end', () => setTimeout(() => socket.end(SIGN_ON_ANSWER), 50));
    });
    const { relay, breaks } = await relayTo(port);
    const terminal = await dial(relay.port);
    const back = record(terminal);
    terminal.end(SIGN_ON);
    expect(await back.ended).toBe('end');
    expect(back.bytes()).toBe(SIGN_ON_ANSWER.length);
    await eventually(() => relay.stats().open === 0);
    expect(breaks).toEqual([]);
  });

  it('a reset by the host is a reset, and one by the terminal too', async () => {
    const { port, sockets } = await host((socket) => socket.resume());
    const { relay, breaks } = await relayTo(port);
    const first = await dial(relay.port);
    await eventually(() => sockets.length === 1);
    const seen = record(first);
    sockets[0]!.resetAndDestroy();
    expect(await seen.ended).toBe('reset');

    const second = await dial(relay.port);
    await eventually(() => sockets.length === 2);
    const atHost = record(sockets[1]!);
    second.resetAndDestroy();
    expect(await atHost.ended).toBe('reset');
    await eventually(() => breaks.length === 2);
    expect(breaks).toMatchObject([
      { kind: 'cut', code: 'reset' },
      { kind: 'cut', code: 'reset' },
    ]);
  });

  it('a host that is down is a reset', async () => {
    const { port, server } = await host(() => undefined);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const { relay, breaks } = await relayTo(port);
    const terminal = connect({ host: LOOPBACK, port: relay.port });
    expect(await record(terminal).ended).toBe('reset');
    await eventually(() => breaks.length === 1);
    expect(breaks).toMatchObject([{ kind: 'cut', code: 'upstreamUnreachable' }]);
  });

  it('a host that does not read stops the terminal: nothing piles up in between', async () => {
    const { port, sockets } = await host((socket) => socket.pause());
    const { relay } = await relayTo(port);
    const terminal = await dial(relay.port);
    const block = Buffer.alloc(1 << 20, 0x31);
    const total = 48;
    for (let n = 0; n < total; n++) terminal.write(block);
    await sleep(400);
    const held = relay.stats().bytesToHost;
    await sleep(300);
    expect(relay.stats().bytesToHost).toBe(held);
    expect(held).toBeLessThan((total / 2) * block.length);
    const atHost = record(sockets[0]!);
    sockets[0]!.resume();
    terminal.end();
    await atHost.ended;
    expect(atHost.bytes()).toBe(total * block.length);
  });
});

describe('limits', () => {
  const quick = { connectTimeoutMs: 400, firstFrameTimeoutMs: 400, idleTimeoutMs: 1_500 };

  it('a terminal that dribbles is cut; one that has said a frame is not, until it is idle', async () => {
    const { port } = await host((socket) => socket.resume());
    const { relay, breaks } = await relayTo(port, { limits: quick });
    const slow = await dial(relay.port);
    const good = await dial(relay.port);
    good.write(SIGN_ON);
    const seen = record(slow);
    const drip = setInterval(() => slow.write(Buffer.of(0x01)), 50);
    expect(await seen.ended).toBe('reset');
    clearInterval(drip);
    await eventually(() => relay.stats().open === 1);
    expect(await record(good).ended).toBe('reset');
    await eventually(() => breaks.filter(({ kind }) => kind === 'cut').length === 2);
    expect(breaks.filter(({ kind }) => kind === 'cut')).toMatchObject([{ code: 'noFirstFrame' }, { code: 'idle' }]);
  });

  it('no more connections than allowed, of all and of one address; a closed one makes room', async () => {
    const { port } = await host((socket) => socket.pipe(socket));
    const { relay, breaks } = await relayTo(port, { limits: { maxConnections: 3, maxConnectionsPerAddress: 2 } });
    const [first] = [await dial(relay.port), await dial(relay.port)];
    const third = connect({ host: LOOPBACK, port: relay.port });
    expect(await record(third).ended).toBe('reset');
    await eventually(() => breaks.length === 1);
    expect(breaks).toMatchObject([{ kind: 'refused', code: 'tooManyFromAddress', remoteAddress: LOOPBACK }]);
    first!.destroy();
    await eventually(() => relay.stats().open === 1);
    const again = await dial(relay.port);
    again.write(SIGN_ON);
    await once(again, 'data');
    expect(relay.stats()).toMatchObject({ open: 2, accepted: 3, refused: 1 });
  });

  it('only from the addresses allowed', async () => {
    const { port } = await host((socket) => socket.pipe(socket));
    const { relay, breaks } = await relayTo(port, { allowFrom: ['10.0.4.0/24', '192.0.2.7'] });
    expect(await record(connect({ host: LOOPBACK, port: relay.port })).ended).toBe('reset');
    await eventually(() => breaks.length === 1);
    expect(breaks).toMatchObject([{ kind: 'refused', code: 'addressNotAllowed' }]);
    const open = await relayTo(port, { allowFrom: ['127.0.0.0/8'] });
    const terminal = await dial(open.relay.port);
    terminal.write(SIGN_ON);
    await once(terminal, 'data');
    await expect(relayTo(port, { allowFrom: ['10.0.4.0/99'] })).rejects.toThrow(RangeError);
  });

  it('closing resets every connection and tells what is left to tell', async () => {
    const { port } = await host((socket) => socket.on('data', () => socket.write(SIGN_ON_ANSWER)));
    const { relay, events } = await relayTo(port);
    const terminal = await dial(relay.port);
    const seen = record(terminal);
    terminal.write(SIGN_ON);
    await eventually(() => seen.bytes() > 0);
    await relay.close();
    expect(await seen.ended).toBe('reset');
    expect(events).toHaveLength(1);
    expect(relay.stats().open).toBe(0);
  });

  it('a port that is taken is said', async () => {
    const { port } = await host(() => undefined);
    await expect(relayTo(port, { listen: { host: LOOPBACK, port } })).rejects.toThrow('EADDRINUSE');
  });
});
