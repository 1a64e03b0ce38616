import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dice } from '../../scenarios/dice.js';
import { FaultProxy } from './fault-proxy.js';

let folder: string;
let server: Server;
let arrived: string;
let accepted: Socket[];
let proxy: FaultProxy;
let client: Socket;
const received: string[] = [];

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function begin(protocol: 'bytes' | 'mqtt'): Promise<void> {
  const port = await freePort();
  const roll = dice(1);
  proxy = new FaultProxy({
    port,
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    protocol,
    random: () => roll(1_000) / 1_000,
    captureFile: join(folder, 'capture.bin'),
  });
  await proxy.listen();
  client = createConnection({ host: '127.0.0.1', port });
  client.on('data', (chunk) => received.push(String(chunk)));
  client.on('error', () => received.push('reset'));
  await once(client, 'connect');
}

const until = (condition: () => boolean) => expect.poll(condition, { timeout: 3_000 }).toBe(true);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tillward-proxy-'));
  arrived = '';
  accepted = [];
  received.length = 0;
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('data', (chunk) => (arrived += String(chunk)));
    socket.on('error', () => (arrived += '(reset)'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  for (const socket of accepted) socket.destroy();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('an open line carries both ways and keeps what passed', async () => {
  await begin('bytes');
  client.write('hello');
  await until(() => arrived === 'hello');
  accepted[0]!.write('there');
  await until(() => received.join('') === 'there');
  await proxy.close();
  expect(readFileSync(join(folder, 'capture.bin'), 'utf8')).toBe('\nup 5\nhello\ndown 5\nthere');
});

test('a held line delivers everything in its order when it is open again', async () => {
  await begin('bytes');
  client.write('a');
  await until(() => arrived === 'a');
  proxy.setMode('hold');
  client.write('b');
  await sleep(150);
  expect(arrived).toBe('a');
  client.write('c');
  proxy.setMode('open');
  await until(() => arrived === 'abc');
});

test('a cut line resets what is there and what comes', async () => {
  await begin('bytes');
  client.write('a');
  await until(() => arrived === 'a');
  proxy.setMode('cut');
  await until(() => received.includes('reset') && arrived.endsWith('(reset)'));
});

test('a forgotten connection leads nowhere and nobody is told', async () => {
  await begin('bytes');
  client.write('a');
  await until(() => arrived === 'a');
  proxy.forgetConnections();
  client.write('b');
  accepted[0]!.write('x');
  await sleep(150);
  expect([arrived, received]).toEqual(['a', []]);
  proxy.heal();
  await sleep(50);
  expect(arrived).toBe('a');
  proxy.resetForgotten();
  await until(() => received.includes('reset'));
});

test('a delay keeps the order, also when it ends', async () => {
  await begin('bytes');
  client.write('a');
  await until(() => arrived === 'a');
  proxy.setDelay(300);
  client.write('b');
  await sleep(50);
  proxy.setDelay(0);
  client.write('c');
  await sleep(50);
  expect(arrived).toBe('a');
  await until(() => arrived === 'abc');
});

test('messages are lost and doubled as a whole', async () => {
  await begin('mqtt');
  const publish = (text: string) => Buffer.concat([Buffer.from([0x30, text.length + 3, 0, 1, 0x74]), Buffer.from(text)]);
  const connect = Buffer.from([0x10, 2, 0x41, 0x42]);
  proxy.setMessageFaults({ loss: 1 });
  client.write(Buffer.concat([publish('lost'), connect]));
  await until(() => arrived === String(connect));
  proxy.setMessageFaults({ duplicate: 1 });
  client.write(publish('twice'));
  await until(() => arrived.split('twice').length === 3);
});
