import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import {
  ANY_PORTS,
  type BookedSale,
  compareSales,
  coreSales,
  type DemoNight,
  type Differences,
  demoNight,
  ledgerSales,
  openDatabase,
  readLauncherConfig,
  SimulatorControl,
  startSystem,
  type TillwardSystem,
  untilQuiet,
} from 'tillward';
import { bootstrap, PROJECT_ROOT } from 'tillward/bootstrap';

/** How a scenario's night differs from the demo's. */
export interface WorldOptions {
  /** Seed of the simulated tills, terminals and of the scenario's own dice. */
  seed: number;
  /** Seconds after ready at which stores close; a store that is not named stays open. */
  closeAfterS?: { shanghai?: number; berlin?: number; newyork?: number };
  /** Changes to the night that follows from seed and closing time. */
  night?: Partial<DemoNight>;
  /** For a browser: the dashboard is built too. */
  dashboard?: boolean;
  /** Name of the folder below test/output that receives the logs when `keepLogs` is called. */
  name: string;
}

/** A whole running system on free ports and a temporary data folder, started as `tillward up` starts it. */
export interface World extends AsyncDisposable {
  system: TillwardSystem;
  /** Dashboard and GraphQL. */
  url: string;
  control: SimulatorControl;
  /** Person's id → password. */
  signIns: Readonly<Record<string, string>>;
  /** Rows of a query that sees all stores. */
  sql<T extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** Sales in the terminals' own ledgers. */
  ledger(): Promise<BookedSale[]>;
  /** Ledgers against core, right now. */
  differences(): Promise<Differences>;
  /** SIGKILL to a part; the supervisor starts it again. Resolves when it is ready again. */
  kill(part: string): Promise<void>;
  /** Polls until the condition holds and returns what it returned. Rejects after the timeout with `what` was waited for. */
  until<T>(what: string, condition: () => Promise<T | undefined | false>, timeoutMs: number): Promise<T>;
  /** Pauses the tills and waits until everything has arrived in core. */
  quiet(timeoutMs: number): Promise<void>;
  /** Keeps the parts' logs in test/output/<name> (call it when a test failed). */
  keepLogs(): Promise<void>;
}

/** Beyond the end of any scenario. New York has the chain's hours, which are as long; in another time zone they may be over. */
const STAYING_OPEN = { shanghai: 3_600, berlin: 3_600 };

/** Starts a world. The programs are built first when their sources changed. */
export async function startWorld(options: WorldOptions): Promise<World> {
  await bootstrap(PROJECT_ROOT, { dashboard: options.dashboard === true });
  const dataDir = await mkdtemp(join(tmpdir(), 'tillward world '));
  // PostgreSQL may run as another account; the secrets inside have a folder of their own.
  await chmod(dataDir, 0o755);
  const closeAfterS = { ...STAYING_OPEN, ...options.closeAfterS };
  const said: string[] = [];
  const system = await startSystem({
    dataDir,
    config: readLauncherConfig({}),
    ports: ANY_PORTS,
    closeAfterS,
    // Where somebody looks at pages a sale now and then is enough; more would only take the processor from the browser.
    night: {
      ...demoNight(closeAfterS.berlin, String(options.seed)),
      saleEverySeconds: options.dashboard === true ? 4 : 1.5,
      ...options.night,
    },
    say: (line) => said.push(line),
  }).catch(async (error: unknown) => {
    await keepLogs(dataDir, options.name);
    throw error;
  });
  const database = openDatabase(system.databaseUrl);
  const sql: World['sql'] = async <T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
    (await database.query<T>(text, [...values])).rows;
  return {
    system,
    url: system.url,
    control: new SimulatorControl(system.simulatorUrl),
    signIns: system.secrets.signIns,
    sql,
    ledger: () => ledgerSales(system.ledgerDir),
    differences: async () => compareSales(await ledgerSales(system.ledgerDir), await coreSales(database)),
    kill: (part) => killPart(system, part),
    until,
    quiet: (timeoutMs) => untilQuiet(system, database, timeoutMs),
    keepLogs: () => keepLogs(dataDir, options.name),
    [Symbol.asyncDispose]: async () => {
      await database.end();
      await system.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function killPart(system: TillwardSystem, name: string): Promise<void> {
  const part = system.supervisor.partOf(name);
  if (part === undefined) throw new Error(`there is no part named ${name}`);
  const life = part.lives;
  part.kill();
  await until(`${name} to start again`, async () => part.lives > life, 15_000);
  await part.untilReady();
}

async function until<T>(what: string, condition: () => Promise<T | undefined | false>, timeoutMs: number): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const result = await condition();
      if (result !== undefined && result !== false) return result;
      last = undefined;
    } catch (error) {
      // A part that is down on purpose makes conditions fail for a while; the last failure is told when time is up.
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`, { cause: last });
    await sleep(100);
  }
}

async function keepLogs(dataDir: string, name: string): Promise<void> {
  const target = join(PROJECT_ROOT, 'test', 'output', name);
  await mkdir(target, { recursive: true });
  await cp(join(dataDir, 'logs'), target, { recursive: true });
}
