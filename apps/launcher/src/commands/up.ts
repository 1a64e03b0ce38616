import { resolve } from 'node:path';
import { DEMO_PEOPLE, demoNight } from '../demo/index.js';
import { openDatabase } from '../evidence/index.js';
import { PROJECT_ROOT } from '../project.js';
import type { PartEvent } from '../supervisor/index.js';
import { DEMO_PORTS, startSystem, type TillwardSystem } from '../system/index.js';
import { ConfigMistake } from './command-errors.js';
import { NightWatch } from './night-watch.js';
import { readConfig } from './read-config.js';
import { onStopSignals } from './stop-signals.js';

/** Flags of `tillward up`. */
export interface UpFlags {
  fresh?: boolean;
  data?: string;
  port?: string;
}

/** Seconds after ready at which the demo's stores close. New York keeps the chain's hours and stays open. */
const CLOSE_AFTER_S = { shanghai: 120, berlin: 240 };

/** The interactive night is the same every time: what is worth showing is shown. */
const DEMO_SEED = 'demo';

/** Where an interactive start keeps its data: in the project, ignored by git. */
export const DEFAULT_DATA_DIR = resolve(PROJECT_ROOT, '.tillward');

/** Starts the demo chain and keeps it running until a signal; resolves with the exit status. */
export async function up(flags: UpFlags): Promise<number> {
  const startedAt = Date.now();
  const config = readConfig();
  const http = portFlag(flags.port);
  if (flags.fresh === true && config.databaseUrl !== undefined) {
    throw new ConfigMistake('--fresh can’t empty a database of your own (DATABASE_URL): empty it yourself, then start without --fresh.');
  }
  const say = (line: string) => process.stdout.write(`  ${line}\n`);
  process.stdout.write('Tillward is starting\n');
  const signals = onStopSignals();
  const system = await startSystem({
    dataDir: flags.data ?? DEFAULT_DATA_DIR,
    fresh: flags.fresh === true,
    config,
    ports: { ...DEMO_PORTS, ...(http === undefined ? {} : { http }) },
    closeAfterS: CLOSE_AFTER_S,
    night: demoNight(CLOSE_AFTER_S.berlin, DEMO_SEED),
    say,
    onEvent: (event) => sayEvent(event, say),
    signal: signals.first,
  });
  signals.onSecond(() => system.supervisor.killAll());
  printReady(system, ((Date.now() - (config.startedAtMs ?? startedAt)) / 1000).toFixed(1));
  try {
    await tellUntil(signals.stopped, system);
    process.stdout.write('\nstopping (again to kill) …\n');
  } finally {
    await system.stop();
  }
  process.stdout.write(`stopped; the data stays in ${system.dataDir}\n`);
  return 0;
}

/** Tells what happens in the stores until the person wants to stop. */
async function tellUntil(stopped: Promise<void>, system: TillwardSystem): Promise<void> {
  const database = openDatabase(system.databaseUrl);
  const watch = new NightWatch(database, (line) => process.stdout.write(`  ${clock(Date.now())}  ${line}\n`));
  try {
    await watch.start();
    await stopped;
  } finally {
    await watch.stop();
    await database.end();
  }
}

function portFlag(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new ConfigMistake(`--port: expected a number from 1 to 65535, not "${text}"`);
  return port;
}

function sayEvent(event: PartEvent, say: (line: string) => void): void {
  if (event.kind === 'crashed') say(`${event.part} ended (${event.how}); starting it again`);
  if (event.kind === 'gaveUp') say(`${event.part} says that its settings are wrong (${event.how}) and is not started again; see its log`);
}

function printReady(system: TillwardSystem, seconds: string): void {
  const signIns = DEMO_PEOPLE.filter(
    (person) => person.role !== 'cashier' || ['cashier-berlin-1', 'cashier-newyork-3'].includes(person.id),
  );
  const width = Math.max(...signIns.map((person) => person.id.length));
  const at = (store: 'shanghai' | 'berlin', afterS = 0) => clock((system.closesAtMs.get(store) ?? 0) + afterS * 1000);
  const lines = [
    '',
    `ready in ${seconds} s`,
    '',
    `  dashboard   ${system.url}`,
    `  GraphiQL    ${system.url}/graphiql (the page itself comes from the internet)`,
    `  simulators  ${system.simulatorUrl} (faults, statements: apps/simulator/README.md)`,
    `  data        ${system.dataDir} (logs in logs/)`,
    '',
    '  sign in as',
    ...signIns.map(
      (p) => `    ${p.id.padEnd(width)}   ${system.secrets.signIns[p.id]}   ${p.name}${p.role === 'auditor' ? ', auditor' : ''}`,
    ),
    '',
    '  what will happen, if nobody touches anything',
    `    ${clock(Date.now())}  three stores are selling; their terminals are on the fleet board`,
    `    ${at('shanghai')}  Shanghai closes: three terminals settle, are backed up, signed off and switched off, each with a proof`,
    `    ${at('berlin', -35)}  Berlin: a sale at be-2 is cut off in mid-answer and becomes in doubt, until the terminal is asked`,
    `    ${at('berlin')}  Berlin closes: be-1 can’t reach its host, stays safe and on, and an incident opens for manager-berlin`,
    `    ${at('berlin', 45)}  the host of be-1 is back: the manager’s playbook can settle and close it`,
    '',
    '  Ctrl-C stops everything, the data stays.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function clock(instantMs: number): string {
  return new Date(instantMs).toTimeString().slice(0, 8);
}
