import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import mqtt, { type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Broker, type BrokerLimits, startBroker } from './broker.js';
import { passwordSha256 } from './credentials.js';
import { connected, type GatewayFiles, TestAuthority } from './gateway.fixtures.js';

let folder: string;
let revocationsFile: string;
let pki: TestAuthority;
let berlin: GatewayFiles;
let broker: Broker;
let logged: { msg: string; refusal?: string; reason?: string }[] = [];
const clients: MqttClient[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tillward broker tls '));
  pki = await TestAuthority.create();
  berlin = await pki.gateway('berlin', 'gw-berlin');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await broker.close();
});

async function start(limits: Partial<BrokerLimits> = {}): Promise<void> {
  logged = [];
  revocationsFile = join(folder, `revoked-${Math.random()}.json`);
  const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    credentials: [{ username: 'core', passwordSha256: passwordSha256('core-secret'), role: 'core' }],
    tls: {
      port: 0,
      key: pki.server.key,
      certificate: pki.server.certificate,
      clientAuthority: pki.authority.certificate,
      revocationsFile,
    },
    limits,
    logger,
  });
}

async function enter(files: GatewayFiles, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const client = await pki.connect(broker.tlsPort!, files, options);
  clients.push(client);
  return client;
}

async function core(): Promise<MqttClient> {
  const client = await connected(
    mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'core-1', username: 'core', password: 'core-secret', reconnectPeriod: 0 }),
  );
  clients.push(client);
  return client;
}

function closing(connection: Socket | MqttClient): Promise<number> {
  const startedAt = performance.now();
  connection.on('error', () => undefined);
  return new Promise((resolve) => void (connection as Socket).once('close', () => resolve(performance.now() - startedAt)));
}

function revoke(...serials: string[]): void {
  writeFileSync(`${revocationsFile}.new`, JSON.stringify({ version: 1, revoked: serials }));
  renameSync(`${revocationsFile}.new`, revocationsFile);
}

test('a gateway comes in by its certificate alone, and what it says reaches core', async () => {
  await start();
  const listener = await core();
  await listener.subscribeAsync('tw/v1/+/+/journal', { qos: 1 });
  const heard = new Promise<string>((resolve) => listener.once('message', (topic, payload) => resolve(`${topic} ${payload.length}`)));
  const gateway = await enter(berlin);
  await gateway.publishAsync('tw/v1/berlin/gw-berlin/journal', Buffer.alloc(600_000, 'x'), { qos: 1 });
  expect(await heard).toBe('tw/v1/berlin/gw-berlin/journal 600000');
});

test.each([
  ['under another client id', () => berlin, { clientId: 'gw-paris' }],
  ['without a certificate', () => berlin, { key: undefined, cert: undefined }],
  ['with core’s password and no certificate', () => berlin, { key: undefined, cert: undefined, username: 'core', password: 'core-secret' }],
  ['with a certificate that has expired', () => pki.gateway('berlin', 'gw-berlin', -1_000), {}],
  ['with one of another authority', async () => (await TestAuthority.create()).gateway('berlin', 'gw-berlin'), {}],
  ['with one that names no gateway', () => pki.gateway('berlin', 'gw-berlin', 60_000, 'tw/#'), {}],
  ['with the broker’s own', () => ({ ...berlin, key: pki.server.key, cert: pki.server.certificate }), {}],
])('nobody comes in %s', async (_what, files, options) => {
  await start();
  await expect(enter(await files(), options as mqtt.IClientOptions)).rejects.toThrow();
});

test('a certificate doesn’t make a gateway core, whatever name and password it gives', async () => {
  await start();
  const gateway = await enter(berlin, { username: 'core', password: 'core-secret' });
  await expect(gateway.subscribeAsync('tw/v1/+/+/journal', { qos: 1 })).rejects.toThrow();
});

test('revocation ends the open session within five seconds and keeps the door shut; another gateway stays', async () => {
  await start();
  const paris = await pki.gateway('paris', 'gw-paris');
  const [open, other] = [await enter(berlin), await enter(paris)];
  const closed = closing(open);
  revoke(berlin.serial);
  expect(await closed).toBeLessThan(5_000);
  await expect(enter(berlin)).rejects.toThrow(/not authorized/i);
  expect(other.connected).toBe(true);
  expect(logged).toContainEqual(expect.objectContaining({ msg: 'session ended', refusal: 'certificateRevoked' }));
  // The store's next gateway has the same name and another certificate.
  await enter(await pki.gateway('berlin', 'gw-berlin'));
});

test('a list that can’t be read changes nothing', async () => {
  await start();
  revoke(berlin.serial);
  await expect(enter(berlin)).rejects.toThrow();
  writeFileSync(revocationsFile, 'half a li');
  await expect(enter(berlin)).rejects.toThrow();
});

test('a session ends with its certificate', async () => {
  await start();
  const brief = await enter(await pki.gateway('berlin', 'gw-berlin', 2_500));
  expect(await closing(brief)).toBeLessThan(5_000);
  expect(logged).toContainEqual(expect.objectContaining({ msg: 'session ended', refusal: 'certificateExpired' }));
});

test('who never finishes the handshake is dropped, and no more may wait than are allowed', async () => {
  await start({ handshakeTimeoutMs: 300, maxUnauthenticated: 2 });
  const open = () => connectTcp(broker.tlsPort!, '127.0.0.1');
  const waiting = [open(), open()];
  const dropped = waiting.map((socket) => closing(socket));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await closing(open())).toBeLessThan(200);
  expect(Math.max(...(await Promise.all(dropped)))).toBeLessThan(2_000);
  await enter(berlin);
});

test('who finishes it and then says nothing is dropped too', async () => {
  await start({ authenticationTimeoutMs: 300 });
  const socket: TLSSocket = connectTls({
    port: broker.tlsPort!,
    host: '127.0.0.1',
    key: berlin.key,
    cert: berlin.cert,
    ca: pki.authority.certificate,
  });
  expect(await closing(socket)).toBeLessThan(2_000);
});

test('more connections than may come in a moment are dropped before the handshake', async () => {
  await start({ connections: { perSecond: 1, burst: 3 } });
  const sockets = Array.from({ length: 6 }, () => connectTcp(broker.tlsPort!, '127.0.0.1'));
  const gone = sockets.map((socket) => closing(socket).then(() => 'gone'));
  await new Promise((resolve) => setTimeout(resolve, 400));
  const state = await Promise.all(gone.map((end) => Promise.race([end, Promise.resolve('open')])));
  expect(state.filter((one) => one === 'gone')).toHaveLength(3);
  for (const socket of sockets) socket.destroy();
});

test('a gateway that sends too fast is read more slowly, and loses nothing', async () => {
  await start({ gatewayRate: { perSecond: 400_000, burst: 100_000 } });
  const listener = await core();
  await listener.subscribeAsync('tw/v1/+/+/journal', { qos: 1 });
  let bytes = 0;
  listener.on('message', (_topic, payload) => {
    bytes += payload.length;
  });
  const gateway = await enter(berlin);
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: 10 }, () => gateway.publishAsync('tw/v1/berlin/gw-berlin/journal', Buffer.alloc(50_000), { qos: 1 })),
  );
  await expect.poll(() => bytes).toBe(500_000);
  expect(performance.now() - startedAt).toBeGreaterThan(700);
});
