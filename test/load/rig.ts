import { type ChildProcess, spawn } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ChainFile } from '@tillward/contracts';
import { type EmbeddedPostgres, passwordSha256, startEmbeddedPostgres } from 'tillward';
import { coreKeyPem, type PreparedGateway } from './journal-batches.js';
import { TERMINAL_IDS } from './store-day.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const KEY_ID = 'benchmark';
const GATEWAY_PASSWORD = 'benchmark-gateway';
const CORE_PASSWORD = 'benchmark-core';

/** PostgreSQL, broker and core as three processes of their own, as in production, on a temporary folder. */
export interface Rig {
  readonly postgres: EmbeddedPostgres;
  readonly brokerPid: number;
  readonly corePid: number;
  readonly mqttUrl: string;
  /** Core's address for people. */
  readonly httpUrl: string;
  readonly gatewayPassword: string;
  /** What core signs with; gateways pin its public half. */
  readonly coreKey: { readonly keyId: string; readonly publicKey: KeyObject };
  stop(): Promise<void>;
}

/** Starts the rig for these gateways and people, with more of core's settings where they are given. PostgreSQL keeps its defaults: fsync and synchronous_commit are on. */
export async function startRig(
  gateways: readonly Pick<PreparedGateway, 'store' | 'gateway' | 'publicKey'>[],
  { people = [], env = {} }: { readonly people?: ChainFile['people']; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const one of stops.reverse()) await one();
  };
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
    stops.push(async () => {
      await postgres.stop();
      // For root the cluster may live outside of the folder, where the server's account can enter (postgres.dataDir).
      await rm(postgres.dataDir, { recursive: true, force: true });
    });
    const [brokerPort, httpPort] = [await freePort(), await freePort()];
    const files = await writeFiles(folder, gateways, people);
    const broker = await startProgram('apps/launcher/dist/broker/main.js', {
      BROKER_HOST: '127.0.0.1',
      BROKER_PORT: String(brokerPort),
      BROKER_CREDENTIALS_FILE: files.credentials,
      BROKER_GATEWAY_PASSWORDS: '1',
    });
    stops.push(() => end(broker));
    const mqttUrl = `mqtt://127.0.0.1:${brokerPort}`;
    const core = await startProgram('apps/core/dist/main.js', {
      DATABASE_URL: postgres.url,
      MQTT_URL: mqttUrl,
      MQTT_PASSWORD: CORE_PASSWORD,
      HTTP_PORT: String(httpPort),
      TILLWARD_SIGNING_KEY_FILE: files.key,
      TILLWARD_SIGNING_KEY_ID: KEY_ID,
      CHAIN_FILE: files.chain,
      LOG_LEVEL: 'info',
      ...env,
    });
    stops.push(() => end(core));
    return {
      postgres,
      brokerPid: broker.pid!,
      corePid: core.pid!,
      mqttUrl,
      httpUrl: `http://127.0.0.1:${httpPort}`,
      gatewayPassword: GATEWAY_PASSWORD,
      coreKey: { keyId: KEY_ID, publicKey: files.corePublicKey },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function writeFiles(
  folder: string,
  gateways: readonly Pick<PreparedGateway, 'store' | 'gateway' | 'publicKey'>[],
  people: ChainFile['people'],
) {
  const files = { credentials: join(folder, 'credentials.json'), key: join(folder, 'core.pem'), chain: join(folder, 'chain.json') };
  const credentials = [
    { username: 'core', passwordSha256: passwordSha256(CORE_PASSWORD), role: 'core' },
    ...gateways.map(({ store, gateway }) => ({
      username: gateway,
      passwordSha256: passwordSha256(GATEWAY_PASSWORD),
      role: 'gateway',
      store,
      gateway,
    })),
  ];
  await writeFile(files.credentials, JSON.stringify(credentials));
  const { pem, publicKey: corePublicKey } = coreKeyPem();
  await writeFile(files.key, pem, { mode: 0o600 });
  await writeFile(files.chain, JSON.stringify({ ...chain(gateways), people }));
  return { ...files, corePublicKey };
}

function chain(gateways: readonly Pick<PreparedGateway, 'store' | 'gateway' | 'publicKey'>[]): ChainFile {
  return {
    chain: { id: 'bench', name: 'Benchmark chain' },
    settings: {},
    people: [],
    stores: gateways.map(({ store, gateway, publicKey }) => ({
      id: store,
      name: store,
      city: 'Berlin',
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      gateway: { id: gateway, publicKey },
      settings: {},
      terminals: TERMINAL_IDS.map((id) => ({
        id,
        name: id,
        driver: 'zvt',
        host: '127.0.0.1',
        port: 20007,
        password: '000000',
        currency: 'EUR',
        power: { kind: 'none' },
        brand: 'Bench',
        model: 'One',
      })),
    })),
  };
}

/** Starts a built program and waits for its line `"msg":"ready"`. Its log is kept to be told when it fails. */
async function startProgram(path: string, env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(ROOT, path)], { env: { NODE_ENV: 'production', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const tail: string[] = [];
  const keep = (line: string) => {
    tail.push(line);
    if (tail.length > 30) tail.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      keep(line);
      if (line.includes('"msg":"ready"')) resolve();
      else if (/"level":[56]0/.test(line)) process.stderr.write(`${path}: ${line}\n`);
    });
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${path} ended with ${String(code)} before it was ready:\n${tail.join('\n')}`);
  });
  failed.catch(awaitedElsewhere);
  const late = AbortSignal.timeout(60_000);
  await Promise.race([
    ready,
    failed,
    once(late, 'abort').then(() => Promise.reject(new Error(`${path} is not ready after 60 s:\n${tail.join('\n')}`))),
  ]);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await once(child, 'exit');
  clearTimeout(force);
}

/** A port of the loopback address nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** For a promise whose rejection a race reports while it runs and nobody needs afterwards. */
function awaitedElsewhere(_error: unknown): void {
  return;
}
