import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, type CoreConfig, readConfig } from './config.js';
import { createTestDatabase, silentLog, type TestDatabase } from './database/database.fixtures.js';
import { DatabaseRefused } from './database/index.js';
import { startCore } from './start.js';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase([]);
  folder = await mkdtemp(join(tmpdir(), 'tillward-core-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(join(folder, 'core.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Lets connections to `port` through to the real database. */
function openDoor(port: number): Promise<Server> {
  const target = new URL(database.url);
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

function config(databasePort: number, httpPort: number, dashboard?: string): CoreConfig {
  const url = new URL(database.url);
  url.host = `127.0.0.1:${databasePort}`;
  return readConfig({
    DATABASE_URL: url.href,
    MQTT_URL: 'mqtt://127.0.0.1:1',
    MQTT_PASSWORD: 'x',
    HTTP_PORT: String(httpPort),
    TILLWARD_SIGNING_KEY_FILE: join(folder, 'core.pem'),
    TILLWARD_SIGNING_KEY_ID: 'k',
    TILLWARD_DASHBOARD_DIR: dashboard,
    LOG_LEVEL: 'silent',
  });
}

async function get(port: number, path: string): Promise<{ status: number; body: string } | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.text() };
  } catch {
    // Nobody listens for the moment between waiting and serving.
    return undefined;
  }
}

const reasons = async (port: number) => JSON.parse((await get(port, '/readyz'))?.body ?? '{}') as { reasons?: Record<string, string> };

describe('startCore', () => {
  it('waits for a database that is down, saying so, and serves when it is there; a broker that is down is said too', async () => {
    const [databasePort, httpPort] = [await freePort(), await freePort()];
    await writeFile(join(folder, 'index.html'), '<title>dashboard</title>');
    const stop = new AbortController();
    const starting = startCore(config(databasePort, httpPort, folder), silentLog, stop.signal);
    await expect.poll(async () => (await get(httpPort, '/healthz'))?.status).toBe(200);
    await expect.poll(async () => (await reasons(httpPort)).reasons?.['database']).toMatch(/ECONNREFUSED/);
    expect((await get(httpPort, '/readyz'))?.status).toBe(503);
    const door = await openDoor(databasePort);
    const core = await starting;
    await expect.poll(async () => Object.keys((await reasons(httpPort)).reasons ?? {}), { timeout: 10_000 }).toEqual(['broker']);
    expect(await get(httpPort, '/stores/berlin')).toEqual({ status: 200, body: '<title>dashboard</title>' });
    expect((await get(httpPort, '/assets/none.js'))?.status).toBe(404);
    stop.abort();
    const stopping = performance.now();
    await core?.stop();
    expect(performance.now() - stopping).toBeLessThan(3_000);
    await new Promise((resolve) => door.close(resolve));
  });

  it('stops waiting when asked to', async () => {
    const [databasePort, httpPort] = [await freePort(), await freePort()];
    const stop = new AbortController();
    const starting = startCore(config(databasePort, httpPort), silentLog, stop.signal);
    await expect.poll(async () => (await get(httpPort, '/healthz'))?.status).toBe(200);
    stop.abort();
    expect(await starting).toBeUndefined();
    expect(await get(httpPort, '/healthz')).toBeUndefined();
  });

  it.each<[string, string, Partial<Pick<URL, 'pathname' | 'username'>>]>([
    ['a database that does not exist', '3D000', { pathname: '/nothing_here' }],
    ['a user that does not exist', '28000', { username: 'nobody_here' }],
  ])('stops for %s (%s), naming DATABASE_URL', async (_name, _code, change) => {
    const wrong = config(Number(new URL(database.url).port), await freePort());
    const url = new URL(wrong.databaseUrl);
    url.hostname = new URL(database.url).hostname;
    Object.assign(url, change);
    await expect(startCore({ ...wrong, databaseUrl: url.href }, silentLog, AbortSignal.timeout(5_000))).rejects.toThrow(
      /^DATABASE_URL: expected/,
    );
  });

  it('stops for a wrong password, naming DATABASE_URL', async () => {
    const refusing = createServer((socket) => socket.once('data', () => socket.end(errorResponse('28P01'))));
    const port = await new Promise<number>((resolve) =>
      refusing.listen(0, '127.0.0.1', () => resolve((refusing.address() as { port: number }).port)),
    );
    const starting = startCore(config(port, await freePort()), silentLog, AbortSignal.timeout(5_000));
    await expect(starting).rejects.toThrow(/^DATABASE_URL: expected a user name and password/);
    await expect(starting).rejects.toBeInstanceOf(DatabaseRefused);
    await new Promise((resolve) => refusing.close(resolve));
  });

  it('stops for a port that is taken and a host that is not ours, naming HTTP_PORT or HTTP_HOST', async () => {
    const [databasePort, httpPort] = [await freePort(), await freePort()];
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(httpPort, '127.0.0.1', resolve));
    const valid = config(databasePort, httpPort);
    const start = (http: CoreConfig['http']) => startCore({ ...valid, http }, silentLog, AbortSignal.timeout(5_000));
    await expect(start(valid.http)).rejects.toThrow(/^HTTP_PORT: expected/);
    await expect(start(valid.http)).rejects.toBeInstanceOf(ConfigError);
    // TEST-NET-3 (RFC 5737) is nobody's address.
    await expect(start({ host: '203.0.113.1', port: 0 })).rejects.toThrow(/^HTTP_HOST: expected/);
    await new Promise((resolve) => taken.close(resolve));
  });
});

/** PostgreSQL's ErrorResponse (manual, section 55.7) with an SQLSTATE. */
function errorResponse(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mrefused\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
