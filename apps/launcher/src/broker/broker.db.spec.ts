import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Broker, startBroker, takenPort } from './broker.js';
import { type BrokerCredential, passwordSha256 } from './credentials.js';

const CREDENTIALS: BrokerCredential[] = [
  { username: 'core', passwordSha256: passwordSha256('core-secret'), role: 'core' },
  { username: 'gw-berlin', passwordSha256: passwordSha256('berlin-secret'), role: 'gateway', store: 'berlin', gateway: 'gw-berlin' },
];
const BERLIN = 'tw/v1/berlin/gw-berlin';

let broker: Broker;
let logged: { msg: string; refusal?: string; reason?: string }[] = [];
let clients: MqttClient[] = [];

async function start(limits: Parameters<typeof startBroker>[0]['limits'] = {}): Promise<void> {
  logged = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  broker = await startBroker({ host: '127.0.0.1', port: 0, credentials: CREDENTIALS, limits, logger });
}

beforeEach(() => start());
afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  clients = [];
  await broker.close();
});

async function connect(username: string, password: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, {
    username,
    password,
    clientId: username,
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  clients.push(client);
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed')));
  });
  return client;
}

const connectCore = () => connect('core', 'core-secret');
const connectBerlin = (options?: IClientOptions) => connect('gw-berlin', 'berlin-secret', options);

async function openSocket(): Promise<Socket> {
  const socket = connectTcp(broker.port, '127.0.0.1');
  socket.on('error', () => undefined); // A reset is one of the ways in which the broker may close it.
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return socket;
}

/** Resolves when the connection is gone, however it went. */
function closing(connection: Socket | MqttClient): Promise<void> {
  connection.on('error', () => undefined);
  return new Promise((resolve) => void (connection as Socket).once('close', () => resolve()));
}

function nextMessage(client: MqttClient): Promise<string> {
  return new Promise((resolve) =>
    client.once('message', (topic, payload) => resolve(`${topic} ${payload.length > 100 ? payload.length : payload}`)),
  );
}

test('a journal batch reaches core, the acknowledgement comes back, a retained desired document waits for its gateway', async () => {
  const core = await connectCore();
  await core.subscribeAsync('tw/v1/+/+/journal', { qos: 1 });
  await core.publishAsync(`${BERLIN}/desired`, 'policy', { qos: 1, retain: true });
  const heard = nextMessage(core);

  const berlin = await connectBerlin();
  const received: string[] = [];
  berlin.on('message', (topic, payload) => received.push(`${topic} ${payload}`));
  await berlin.subscribeAsync([`${BERLIN}/journal/ack`, `${BERLIN}/desired`], { qos: 1 });
  await berlin.publishAsync(`${BERLIN}/journal`, Buffer.alloc(600_000, 'x'), { qos: 1 });
  expect(await heard).toBe(`${BERLIN}/journal 600000`);
  await core.publishAsync(`${BERLIN}/journal/ack`, 'ack', { qos: 1 });
  await expect.poll(() => received).toEqual([`${BERLIN}/desired policy`, `${BERLIN}/journal/ack ack`]);
});

test('a gateway that dies is reported by its retained will', async () => {
  const core = await connectCore();
  await core.subscribeAsync('tw/v1/+/+/presence', { qos: 1 });
  const heard = nextMessage(core);
  const berlin = await connectBerlin({ will: { topic: `${BERLIN}/presence`, payload: Buffer.from('offline'), qos: 1, retain: true } });
  berlin.stream.destroy();
  expect(await heard).toBe(`${BERLIN}/presence offline`);
});

test.each([
  ['another password', 'gw-berlin', 'guess', 'gw-berlin'],
  ['an unknown name', 'gw-paris', 'berlin-secret', 'gw-paris'],
  ["another gateway's client id", 'gw-berlin', 'berlin-secret', 'gw-paris'],
])('refuses %s', async (_what, username, password, clientId) => {
  await expect(connect(username, password, { clientId })).rejects.toThrow(/Connection refused/);
  expect(JSON.stringify(logged)).not.toContain(password);
});

test.each([
  ['the topic of another gateway', 'tw/v1/berlin/gw-other/journal', false],
  ['a down channel', `${BERLIN}/desired`, false],
  ['a retained journal', `${BERLIN}/journal`, true],
])('a gateway that publishes %s is disconnected with a log line, and nobody hears it', async (_what, topic, retain) => {
  const core = await connectCore();
  await core.subscribeAsync(['tw/v1/+/+/journal', 'tw/v1/+/+/live'], { qos: 1 });
  const heard: string[] = [];
  core.on('message', (t) => heard.push(t));
  const berlin = await connectBerlin();
  const closed = closing(berlin);
  berlin.publish(topic, 'x', { qos: 1, retain });
  await closed;
  expect(logged.filter((line) => line.msg.startsWith('publish refused'))).toHaveLength(1);
  const again = await connectBerlin();
  await again.publishAsync(`${BERLIN}/live`, 'x');
  await expect.poll(() => heard).toEqual([`${BERLIN}/live`]);
});

test('a gateway gets no wildcard, nobody gets more than their own', async () => {
  const berlin = await connectBerlin();
  for (const filter of ['#', `${BERLIN}/+`, 'tw/v1/+/+/desired', 'tw/v1/berlin/gw-other/desired']) {
    await expect(berlin.subscribeAsync(filter, { qos: 1 })).rejects.toThrow();
  }
  expect(logged.filter((line) => line.msg === 'subscription refused')).toHaveLength(4);
});

test('before authentication nothing but a small CONNECT is read', async () => {
  const http = await openSocket();
  const httpClosed = closing(http);
  http.write('GET / HTTP/1.1\r\n\r\n');
  await httpClosed;

  const large = await openSocket();
  const largeClosed = closing(large);
  large.write(Buffer.from([0x10, 0xff, 0xff, 0x7f]));
  await largeClosed;
  expect(logged.map((line) => line.reason).filter((reason) => reason !== undefined)).toEqual(
    expect.arrayContaining(['notConnect', 'packetTooLarge']),
  );
});

test('a flood behind a CONNECT that is not accepted stays out of memory', async () => {
  const before = process.memoryUsage().rss;
  const flood = Buffer.alloc(8 * 1024 * 1024, 0x30);
  // CONNECT of MQTT 3.1.1 with user name gw-berlin and a wrong password, whose packets go on without waiting for the answer.
  const connect = Buffer.concat([
    Buffer.from([0x10, 30, 0, 4]), Buffer.from('MQTT'), Buffer.from([4, 0xc2, 0, 30, 0, 1]), Buffer.from('x'),
    Buffer.from([0, 9]), Buffer.from('gw-berlin'), Buffer.from([0, 4]), Buffer.from('nope'),
  ]); // biome-ignore format: one field a piece
  connect[1] = connect.length - 2;
  const sockets = await Promise.all([openSocket(), openSocket(), openSocket(), openSocket()]);
  const closed = Promise.all(sockets.map((socket) => closing(socket)));
  for (const socket of sockets) {
    socket.write(connect);
    for (let i = 0; i < 16; i++) socket.write(flood);
  }
  await closed;
  // Half a gigabyte was on its way; the sockets were closed with all but their first read unread.
  expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(100);
});

test('who does not authenticate in time is disconnected, and too many of them are turned away', async () => {
  await broker.close();
  await start({ authenticationTimeoutMs: 300, maxUnauthenticated: 2 });
  const waiting = [await openSocket(), await openSocket()];
  const startedAt = performance.now();
  const timedOut = waiting.map((socket) => closing(socket));
  const surplus = await openSocket();
  await closing(surplus);
  expect(performance.now() - startedAt).toBeLessThan(250);
  await Promise.all(timedOut);
  expect(performance.now() - startedAt).toBeGreaterThan(200);
  await sleep(20);
  await connectBerlin();
});

test('a packet above the limit ends an authenticated connection too, and nobody else', async () => {
  const core = await connectCore();
  const berlin = await connectBerlin();
  const closed = closing(berlin);
  berlin.publish(`${BERLIN}/journal`, Buffer.alloc(1024 * 1024 + 1), { qos: 1 });
  await closed;
  expect(core.connected).toBe(true);
  expect(logged.some((line) => line.reason === 'packetTooLarge')).toBe(true);
});

test('a port another program has is told apart from every other fault', async () => {
  const { port } = broker;
  const second = startBroker({ host: '127.0.0.1', port, credentials: CREDENTIALS, logger: pino({ level: 'silent' }) });
  expect(takenPort(await second.catch((error: unknown) => error))).toBe(`127.0.0.1:${port}`);
  expect(takenPort(new Error('something else'))).toBeUndefined();
});
