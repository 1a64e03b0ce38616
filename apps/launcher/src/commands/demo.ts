import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_STORES, demoNight } from '../demo/index.js';
import {
  compareSales,
  coreFigures,
  coreSales,
  familyMb,
  isClean,
  ledgerSales,
  openDatabase,
  residentMb,
  untilQuiet,
} from '../evidence/index.js';
import { ANY_PORTS, agentPartName, DataFolder, startSystem, type TillwardSystem } from '../system/index.js';
import { ConfigMistake } from './command-errors.js';
import { NightWatch } from './night-watch.js';
import { pause } from './pause.js';
import { readConfig } from './read-config.js';
import { onStopSignals } from './stop-signals.js';

/** Flags of `tillward demo`. */
export interface DemoFlags {
  headless: true;
  minutes: string;
  json?: boolean;
  seed?: string;
}

/** Closing times of a full night; a shorter run closes earlier in proportion, so that it still shows both. */
const FULL_NIGHT_MINUTES = 6;
const SHANGHAI_CLOSES_S = 120;
const BERLIN_CLOSES_S = 240;

/** Runs the night unattended; exit status 0 only when nothing is missing, doubled or wrong. */
export async function demo(flags: DemoFlags): Promise<number> {
  const minutes = numberFlag('--minutes', flags.minutes, 0.5, 24 * 60);
  const seed = flags.seed === undefined ? Math.floor(Math.random() * 1_000_000) : numberFlag('--seed', flags.seed, 0, 0xffff_ffff);
  const config = readConfig();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const signals = onStopSignals();
  const scale = Math.min(1, minutes / FULL_NIGHT_MINUTES);
  const closeAfterS = { shanghai: SHANGHAI_CLOSES_S * scale, berlin: BERLIN_CLOSES_S * scale };
  const dataDir = await mkdtemp(join(tmpdir(), 'tillward-demo-'));
  // PostgreSQL may run as another account; the secrets inside have a folder of their own.
  await chmod(dataDir, 0o755);
  const startedAt = config.startedAtMs ?? Date.now();
  say(`seed ${seed}, ${minutes} minutes, data in ${dataDir}`);
  try {
    const night = demoNight(closeAfterS.berlin, String(seed));
    const system = await startSystem({ dataDir, config, ports: ANY_PORTS, closeAfterS, night, say, signal: signals.first });
    signals.onSecond(() => system.supervisor.killAll());
    const readyS = (Date.now() - startedAt) / 1000;
    say(`ready in ${readyS.toFixed(1)} s`);
    try {
      return await runNight(system, { readyS, untilMs: Date.now() + minutes * 60_000, say, signal: signals.first });
    } finally {
      await system.stop();
    }
  } finally {
    await removeData(dataDir);
  }
}

async function runNight(
  system: TillwardSystem,
  night: { readyS: number; untilMs: number; say: (line: string) => void; signal: AbortSignal },
): Promise<number> {
  const database = openDatabase(system.databaseUrl);
  const watch = new NightWatch(database, night.say);
  try {
    await watch.start();
    await pause(night.untilMs - Date.now(), night.signal);
    if (night.signal.aborted) throw new Error('stopped before the end of the night');
    const rssMb = await memory(system);
    await untilQuiet(system, database, 60_000);
    const transactions = compareSales(await ledgerSales(system.ledgerDir), await coreSales(database));
    const { stores, terminals, ...figures } = await coreFigures(database);
    const report = { readyS: Math.round(night.readyS * 10) / 10, stores, terminals, transactions, ...figures, rssMb };
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return isClean(transactions) ? 0 : 1;
  } finally {
    await watch.stop();
    await database.end();
  }
}

/** `postgres` is the proportional share of all its processes, so that shared buffers count once; the others are resident memory. */
async function memory(system: TillwardSystem) {
  const pid = (name: string) => system.supervisor.partOf(name)?.pid;
  const of = async (name: string, measure = residentMb) => {
    const number = pid(name);
    return number === undefined ? null : measure(number);
  };
  const agents = await Promise.all(DEMO_STORES.map((store) => of(agentPartName(store.id))));
  return {
    core: await of('core'),
    agentMax: Math.max(...agents.map((mb) => mb ?? 0)),
    broker: await of('broker'),
    postgres: await of('postgres', familyMb),
  };
}

async function removeData(dataDir: string): Promise<void> {
  // PostgreSQL's folder lies elsewhere when root's own can't be entered by its account.
  await new DataFolder(dataDir).wipe();
  await rm(dataDir, { recursive: true, force: true });
}

function numberFlag(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max)
    throw new ConfigMistake(`${name}: expected a number from ${min} to ${max}, not "${text}"`);
  return value;
}
