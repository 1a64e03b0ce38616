import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../config.js';
import { createTestDatabase, silentLog, type TestDatabase } from '../database/database.fixtures.js';
import type { RunningCore } from '../start.js';
import { startCore } from '../start.js';
import { serveWhileStarting } from './health.starting.js';

/** A TCP server that can go away with all its connections, and come back at the same port. */
class Door {
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  port = 0;

  constructor(private readonly serve: (socket: Socket) => void) {}

  async open(): Promise<void> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      this.serve(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
  }

  async shut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** As much of a broker (MQTT 3.1.1) as a client needs to be connected: CONNACK, SUBACK, PINGRESP. Packets are shorter than 128 bytes. */
function brokerOn(socket: Socket): void {
  socket.on('data', (bytes) => {
    for (let at = 0; at < bytes.length; at += 2 + bytes[at + 1]!) {
      const packet = bytes.subarray(at, at + 2 + bytes[at + 1]!);
      const kind = packet[0]! >> 4;
      if (kind === 1) socket.write(Buffer.from([0x20, 2, 0, 0]));
      if (kind === 8) socket.write(subscribed(packet));
      if (kind === 12) socket.write(Buffer.from([0xd0, 0]));
    }
  });
}

function subscribed(packet: Buffer): Buffer {
  const granted: number[] = [];
  for (let at = 4; at < packet.length; at += 3 + packet.readUInt16BE(at)) granted.push(packet[at + 2 + packet.readUInt16BE(at)]!);
  return Buffer.from([0x90, 2 + granted.length, packet[2]!, packet[3]!, ...granted]);
}

let database: TestDatabase;
let folder: string;
let core: RunningCore;
const stop = new AbortController();
const broker = new Door(brokerOn);
const databaseDoor = new Door((client) => {
  const { hostname, port } = new URL(database.url);
  const upstream = connect(Number(port), hostname);
  client.pipe(upstream).pipe(client);
  upstream.on('error', () => client.destroy());
  client.on('close', () => upstream.destroy());
});

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'tillward-health-'));
  const keyFile = join(folder, 'core.pem');
  await writeFile(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await databaseDoor.open();
  await broker.open();
  const url = new URL(database.url);
  url.host = `127.0.0.1:${databaseDoor.port}`;
  const config = readConfig({
    DATABASE_URL: url.href,
    MQTT_URL: `mqtt://127.0.0.1:${broker.port}`,
    MQTT_PASSWORD: 'x',
    HTTP_PORT: '0',
    TILLWARD_SIGNING_KEY_FILE: keyFile,
    TILLWARD_SIGNING_KEY_ID: 'k',
    LOG_LEVEL: 'silent',
  });
  core = (await startCore(config, silentLog, stop.signal))!;
});
afterAll(async () => {
  stop.abort();
  await core.stop();
  await broker.shut();
  await databaseDoor.shut();
  await database.drop();
  await rm(folder, { recursive: true });
});

const ready = async () => {
  const response = await fetch(`${core.url}/readyz`);
  const body = (await response.json()) as { ready: boolean; reasons: Record<string, string>; poisoned?: Record<string, number> };
  return { status: response.status, missing: Object.keys(body.reasons), ...body };
};
const within = { timeout: 8_000, interval: 50 };
const READY = { status: 200, ready: true, missing: [], poisoned: {} };

describe('/healthz and /readyz', { timeout: 30_000 }, () => {
  it('are 200 while everything is there, and while it isn’t only /readyz says 503 and why; 200 again when it is back', async () => {
    await expect.poll(ready, within).toMatchObject(READY);
    await databaseDoor.shut();
    await expect.poll(ready, within).toMatchObject({ status: 503, ready: false, missing: ['database'] });
    await broker.shut();
    await expect.poll(ready, within).toMatchObject({ status: 503, missing: ['database', 'broker'] });
    expect((await fetch(`${core.url}/healthz`)).status).toBe(200);
    await databaseDoor.open();
    await expect.poll(ready, within).toMatchObject({ status: 503, missing: ['broker'] });
    await broker.open();
    await expect.poll(ready, within).toMatchObject(READY);
  });

  it('tells of outbox messages set aside, and is ready all the same', async () => {
    await database.query("INSERT INTO outbox (topic, key, payload, poisoned_at) VALUES ('journal.ingested', 'k', '{}', now())");
    await expect.poll(ready, within).toMatchObject({ ...READY, poisoned: { 'journal.ingested': 1 } });
  });
});

describe('while starting', () => {
  it('/healthz is 200, everything else 503 with what is waited for', async () => {
    const progress: { waitingFor: string | undefined } = { waitingFor: undefined };
    const port = 20_000 + Math.floor(Math.random() * 9_000);
    const waiting = await serveWhileStarting('127.0.0.1', port, progress);
    const ask = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return [response.status, await response.json(), response.headers.get('x-content-type-options')];
    };
    expect(await ask('/healthz')).toEqual([200, { alive: true }, 'nosniff']);
    expect(await ask('/readyz')).toEqual([503, { ready: false, reasons: { start: 'starting' } }, 'nosniff']);
    progress.waitingFor = 'database: gone';
    const reasons = { database: 'database: gone', migrations: 'waiting for the database' };
    expect(await ask('/readyz')).toEqual([503, { ready: false, reasons }, 'nosniff']);
    await waiting.close();
  });
});
