import { createSocket, type Socket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { powerSwitchFor } from './power-switch-for.js';
import { tcpProbe } from './tcp-probe.js';
import { WakeOnLan } from './wake-on-lan.js';

const HOST = '127.0.0.1';
const MAC = '02:00:c0:ff:ee:01';
const PACKET = `ffffffffffff${'0200c0ffee01'.repeat(16)}`;

let card: Socket;
let heard: string[];
let woken: () => void = () => {};

beforeEach(async () => {
  heard = [];
  card = createSocket('udp4');
  card.on('message', (packet) => {
    heard.push(packet.toString('hex'));
    woken();
  });
  await new Promise<void>((resolve) => card.bind(0, HOST, resolve));
});
afterEach(() => {
  woken = () => {};
  card.close();
});

describe('Wake-on-LAN', () => {
  it('wakes a terminal and sees it come', async () => {
    const terminal = createServer((socket) => socket.destroy());
    const { port } = await new Promise<{ port: number }>((resolve) => {
      terminal.listen(0, HOST, () => resolve(terminal.address() as { port: number }));
    });
    await new Promise((resolve) => terminal.close(resolve));
    woken = () => {
      if (!terminal.listening) terminal.listen(port, HOST);
    };
    const probe = tcpProbe({ host: HOST, port, backWithinMs: 2_000, pollMs: 20 });
    const waker = await powerSwitchFor({ kind: 'wakeOnLan', mac: MAC, broadcast: HOST, port: card.address().port }, { probe });
    expect(await waker!.on()).toEqual({ kind: 'done' });
    expect(new Set(heard)).toEqual(new Set([PACKET]));
    await new Promise((resolve) => terminal.close(resolve));
  });

  it('does not say done of a terminal that nobody saw', async () => {
    const options = { mac: MAC, broadcast: HOST, port: card.address().port };
    expect(await new WakeOnLan(options).on()).toMatchObject({ code: 'powerSwitchUnreachable', reason: 'notVerified' });
    const probe = { terminalGone: async () => false, terminalBack: async () => false };
    expect(await new WakeOnLan(options, probe).on()).toMatchObject({ code: 'stillOff', reason: 'terminalNotBack' });
  });

  it('declares that it can only wake', async () => {
    const waker = new WakeOnLan({ mac: MAC, broadcast: HOST, port: card.address().port });
    expect([...waker.capabilities.operations]).toEqual(['on']);
    expect(await waker.off()).toMatchObject({ code: 'stillOn', reason: 'notSupported' });
    expect(await waker.cycle(5)).toMatchObject({ code: 'stillOn', reason: 'notSupported' });
    expect(await waker.state()).toBe('unknown');
    expect(heard).toEqual([]);
  });

  it('says why nothing could be sent', async () => {
    const waker = new WakeOnLan({ mac: MAC, broadcast: 'no-such-host.invalid', port: 9 });
    expect(await waker.on()).toMatchObject({ code: 'powerSwitchUnreachable', reason: 'noAnswer' });
  });
});
