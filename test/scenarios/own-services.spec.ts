import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  ANY_PORTS,
  createAuthority,
  createServerCertificate,
  demoAuthority,
  demoNight,
  demoSecrets,
  openDatabase,
  passwordSha256,
  readLauncherConfig,
  startBroker,
  startEmbeddedPostgres,
  startSystem,
} from 'tillward';
import { bootstrap, PROJECT_ROOT } from 'tillward/bootstrap';
import { expect, onTestFinished, test } from 'vitest';

test('DATABASE_URL and MQTT_URL each take the place of an embedded part', async () => {
  await bootstrap(PROJECT_ROOT, { dashboard: false });
  const base = await mkdtemp(join(tmpdir(), 'tillward own '));
  execFileSync('chmod', ['755', base]);
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const dataDir = join(base, 'data');

  const postgres = await startEmbeddedPostgres({ dataDir: join(base, 'their-postgres') });
  onTestFinished(() => postgres.stop());
  // Their broker has a certificate of their own authority, and lets in gateways that ours has signed.
  await demoSecrets(join(dataDir, 'secrets'));
  const ours = await demoAuthority(join(dataDir, 'secrets'));
  const theirs = await createAuthority('Their authority');
  const caFile = join(base, 'their-ca.pem');
  await writeFile(caFile, theirs.certificate);
  const { key, certificate } = await createServerCertificate(theirs, { dns: [], ip: ['127.0.0.1'] });
  const broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    logger: pino({ level: 'silent' }),
    credentials: [{ username: 'core', passwordSha256: passwordSha256('their password'), role: 'core' }],
    tls: { port: 0, key, certificate, clientAuthority: await readFile(ours.caCertificate, 'utf8') },
  });
  onTestFinished(() => broker.close());

  const said: string[] = [];
  const system = await startSystem({
    dataDir,
    config: readLauncherConfig({
      DATABASE_URL: postgres.url,
      MQTT_URL: `mqtt://127.0.0.1:${broker.port}`,
      MQTT_GATEWAY_URL: `mqtts://127.0.0.1:${broker.tlsPort}`,
      MQTT_CA_FILE: caFile,
      MQTT_USERNAME: 'core',
      MQTT_PASSWORD: 'their password',
    }),
    ports: ANY_PORTS,
    closeAfterS: {},
    night: { ...demoNight(3_000, '1'), saleEverySeconds: 1 },
    say: (line) => said.push(line),
  });
  onTestFinished(() => system.stop());
  expect(said).toEqual(expect.arrayContaining(['database: the one of DATABASE_URL', 'broker: the one of MQTT_URL']));
  expect(system.supervisor.parts().map((part) => part.name)).not.toEqual(expect.arrayContaining(['postgres']));
  expect(system.supervisor.parts().map((part) => part.name)).not.toEqual(expect.arrayContaining(['broker']));
  const database = openDatabase(postgres.url);
  onTestFinished(() => database.end());
  await expect
    .poll(async () => (await database.query(`select 1 from card_transaction where state = 'completed'`)).rowCount, { timeout: 60_000 })
    .toBeGreaterThan(0);
}, 120_000);

const REDIS = ['/usr/bin/redis-server', '/usr/bin/valkey-server'].find((path) => existsSync(path));
if (REDIS === undefined) process.stderr.write('the test of REDIS_URL is skipped: no redis-server (Debian: apt-get install redis-server)\n');

test.skipIf(REDIS === undefined)(
  'REDIS_URL takes the place of the wake-up queue in PostgreSQL',
  async () => {
    await bootstrap(PROJECT_ROOT, { dashboard: false });
    const base = await mkdtemp(join(tmpdir(), 'tillward own '));
    execFileSync('chmod', ['755', base]);
    onTestFinished(() => rm(base, { recursive: true, force: true }));
    const port = await freePort();
    const redis = spawn(REDIS!, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()], {
      stdio: 'ignore',
    });
    onTestFinished(async () => {
      const ended = once(redis, 'exit');
      redis.kill();
      await ended;
    });
    const system = await startSystem({
      dataDir: join(base, 'data'),
      config: readLauncherConfig({ REDIS_URL: `redis://127.0.0.1:${port}` }),
      ports: ANY_PORTS,
      closeAfterS: {},
      night: { ...demoNight(3_000, '2'), saleEverySeconds: 1 },
      say: () => undefined,
    });
    onTestFinished(() => system.stop());
    const database = openDatabase(system.databaseUrl);
    onTestFinished(() => database.end());
    await expect
      .poll(async () => (await database.query(`select 1 from card_transaction where state = 'completed'`)).rowCount, { timeout: 60_000 })
      .toBeGreaterThan(0);
    await expect.poll(() => redisAnswer(port, 'KEYS *outbox*'), { timeout: 30_000 }).toContain('outbox');
  },
  120_000,
);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** What Redis answers to one inline command, as raw text. */
async function redisAnswer(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8').write(`${command}\r\nQUIT\r\n`);
  let text = '';
  for await (const chunk of socket) text += chunk as string;
  return text;
}
