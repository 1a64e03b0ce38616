import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChainFile, chainFile, type DownChannel } from '@tillward/contracts';
import type { CoreConfig } from '../config.js';
import { createTestDatabase, silentLog, type TestDatabase } from '../database/database.fixtures.js';
import { testEnrolmentConfig } from '../enrolment/enrolment.fixtures.js';
import { IngestService } from '../ingest/index.js';
import { SimulatedGateway } from '../ingest/ingest.fixtures.js';
import { Downlink } from '../messaging/index.js';
import { OutboxDispatcher } from '../outbox/index.js';
import type { Clock } from '../platform.js';
import { type RunningCore, startCore } from '../start.js';

/** A message core wanted to send to a gateway. */
export interface Told {
  store: string;
  gateway: string;
  channel: DownChannel;
  body: Record<string, unknown>;
}

/** Whatever a query selected. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is the query's, and the test says what it expects
export type Loose = any;

/** What an HTTP answer of GraphQL holds, loosely typed: a test says what it expects. */
export interface GraphqlAnswer {
  status: number;
  data: Loose;
  errors: { message: string; path?: (string | number)[]; extensions: { code: string; field?: string } }[] | undefined;
}

/** A whole core on a database of its own. Faked: the broker (what core says to gateways is collected) and the clock. */
export interface TestCore {
  core: RunningCore;
  database: TestDatabase;
  gateways: ReadonlyMap<string, SimulatedGateway>;
  told: Told[];
  /** Moves the clock; gateways stay as alive as they were. */
  advance(ms: number): void;
  now(): Date;
  /** Signs in and returns the cookie. */
  signIn(person: string): Promise<string>;
  ask(cookie: string | undefined, query: string, variables?: Record<string, unknown>): Promise<GraphqlAnswer>;
  /** Uploads what the gateway has written since the last call, and waits until everything that follows from it is done. */
  upload(store: string): Promise<void>;
  /** Waits until the outbox is worked off. */
  settle(): Promise<void>;
  /** Says, as a live gateway would, that a store's terminals have this power. */
  report(store: string, power: 'on' | 'off' | 'unknown'): Promise<void>;
  stop(): Promise<void>;
}

/** Somebody a test needs beside the people of {@link testChain}. */
export interface ExtraPerson {
  readonly id: string;
  readonly role: string;
  readonly stores: string[];
}

/** A chain of two stores with two terminals each (or as many as said in Berlin), and its people. Passwords are `password of <id>`. */
export function testChain(
  gateways: ReadonlyMap<string, SimulatedGateway>,
  berlinTerminals = 2,
  extraPeople: readonly ExtraPerson[] = [],
): ChainFile {
  const store = (id: string, timeZone: string, currency: string, terminals: number) => ({
    id,
    name: `Store ${id}`,
    city: id,
    timeZone,
    currency,
    gateway: { id: `gw-${id}`, publicKey: gateways.get(id)!.publicKey },
    terminals: Array.from({ length: terminals }, (_, i) => ({
      id: `${id}-${i + 1}`,
      name: `Till ${i + 1} ${id}`,
      driver: 'zvt',
      host: '127.0.0.1',
      port: 20_007,
      password: '000000',
      currency,
      power: { kind: 'none' },
      brand: 'Brand',
      model: 'Model',
    })),
  });
  const person = (id: string, role: string, stores: string[], certified: string[] = []) => ({
    id,
    name: `Name of ${id}`,
    role,
    language: 'en',
    stores,
    password: `password of ${id}`,
    certified,
  });
  return chainFile.parse({
    chain: { id: 'chain', name: 'Chain' },
    settings: { 'hours.close': '22:00' },
    stores: [store('berlin', 'Europe/Berlin', 'EUR', berlinTerminals), store('tokyo', 'Asia/Tokyo', 'JPY', 2)],
    people: [
      person('hq', 'hq', []),
      person('auditor', 'auditor', []),
      person('manager-berlin', 'manager', ['berlin']),
      person('manager-tokyo', 'manager', ['tokyo']),
      person('cashier-berlin', 'cashier', ['berlin'], ['safe-closing']),
      person('cashier-tokyo', 'cashier', ['tokyo']),
      ...extraPeople.map(({ id, role, stores }) => person(id, role, stores)),
    ],
  });
}

/** 20:00 in Berlin, two hours before its closing; 04:00 of the next day in Tokyo. */
export const EVENING = new Date('2026-11-21T19:00:00.000Z');

/** Starts a core with {@link testChain}. */
export async function startTestCore(
  change: { now?: Date; config?: Partial<CoreConfig>; berlinTerminals?: number; extraPeople?: readonly ExtraPerson[] } = {},
): Promise<TestCore> {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'tillward-core-'));
  const gateways = new Map(['berlin', 'tokyo'].map((id) => [id, new SimulatedGateway(id, `gw-${id}`)]));
  const keyFile = join(folder, 'key.pem');
  const chainFilePath = join(folder, 'chain.json');
  await writeFile(keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(chainFilePath, JSON.stringify(testChain(gateways, change.berlinTerminals, change.extraPeople)));
  let nowMs = (change.now ?? EVENING).getTime();
  const clock: Clock = { now: () => new Date(nowMs) };
  const config: CoreConfig = {
    databaseUrl: database.url,
    // Nobody listens on port 1: the broker is away for the whole test.
    mqtt: { url: 'mqtt://127.0.0.1:1', username: 'core', password: 'x' },
    redisUrl: undefined,
    http: { host: '127.0.0.1', port: 0 },
    signing: { keyFile, keyId: 'test' },
    chainFile: chainFilePath,
    graphiql: false,
    dashboardDir: undefined,
    secureCookies: true,
    ingestLanes: 1,
    logLevel: 'silent',
    enrolment: await testEnrolmentConfig(),
    ...change.config,
  };
  const stopping = new AbortController();
  const core = (await startCore(config, silentLog, stopping.signal, clock))!;
  const told: Told[] = [];
  const downlink = core.app.get(Downlink, { strict: false });
  downlink.publish = async (store, gateway, channel, body) => void told.push({ store, gateway, channel, body: body as Told['body'] });
  const uploaded = new Map<string, number>();
  const settle = () => settleOutbox(core, database);
  await settle();
  return {
    core,
    database,
    gateways,
    told,
    advance: (ms) => {
      nowMs += ms;
    },
    now: () => clock.now(),
    signIn: (person) => signIn(core.url, person),
    ask: (cookie, query, variables) => ask(core.url, cookie, query, variables),
    upload: async (store) => {
      const gateway = gateways.get(store)!;
      const from = (uploaded.get(store) ?? 0) + 1;
      const ingest = core.app.get(IngestService, { strict: false });
      if (from <= gateway.head) await ingest.accept(gateway.arrival(from, gateway.head));
      await ingest.idle();
      uploaded.set(store, gateway.head);
      await settle();
    },
    settle,
    report: (store, power) => report(database, clock.now(), store, power),
    stop: async () => {
      stopping.abort();
      await core.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function settleOutbox(core: RunningCore, database: TestDatabase): Promise<void> {
  const dispatcher = core.app.get(OutboxDispatcher, { strict: false });
  for (let tries = 0; tries < 400; tries++) {
    dispatcher.kick();
    const [row] = await database.query<{ n: number }>('SELECT count(*) AS n FROM outbox WHERE done_at IS NULL AND poisoned_at IS NULL');
    if (row!.n === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const left = await database.query('SELECT topic, key, attempts, last_error FROM outbox WHERE done_at IS NULL');
  throw new Error(`the outbox was not worked off: ${JSON.stringify(left)}`);
}

async function report(database: TestDatabase, at: Date, store: string, power: string): Promise<void> {
  await database.query(
    `INSERT INTO gateway_presence (store_id, gateway_id, session, online, last_seen_at) VALUES ($1, 'gw-' || $1, 1, true, $2)
     ON CONFLICT (store_id, gateway_id) DO UPDATE SET online = true, last_seen_at = $2`,
    [store, at],
  );
  await database.query(
    `INSERT INTO terminal_state (store_id, terminal_id, power, service, activity, signed_on, state_at)
     SELECT store_id, terminal_id, $2, 'ready', 'idle', true, $3 FROM terminal WHERE store_id = $1
     ON CONFLICT (store_id, terminal_id) DO UPDATE SET power = $2, service = 'ready', state_at = $3`,
    [store, power, at],
  );
}

async function signIn(url: string, person: string): Promise<string> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ person, password: `password of ${person}` }),
  });
  if (response.status !== 200) throw new Error(`sign-in of ${person}: ${response.status} ${await response.text()}`);
  return response.headers.get('set-cookie')!.split(';', 1)[0]!;
}

async function ask(
  url: string,
  cookie: string | undefined,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<GraphqlAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: GraphqlAnswer['errors'] };
  return { status: response.status, data, errors };
}

/** A client-made idempotency key. */
export function key(): string {
  return randomUUID();
}
