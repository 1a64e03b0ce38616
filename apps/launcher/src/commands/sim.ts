import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DeviceKind, SimulationAddresses } from '@tillward/simulator';
import { takeLockFile } from '../supervisor/index.js';
import { ConfigMistake } from './command-errors.js';
import { onStopSignals } from './stop-signals.js';

/** Flags of `tillward sim`. */
export interface SimFlags {
  help?: true;
  port?: string;
  host: string;
  seed?: string;
  script?: string;
  set?: string[];
  data?: string;
  controlPort: string;
  json?: true;
}

/** What one `--json` line says of a simulation that is ready. */
interface Ready extends SimulationAddresses {
  readonly kind: string;
  readonly seed: string;
  readonly dataDir: string;
}

/** Simulates one device until it is told to stop. A wrong flag or script is a ConfigMistake, before anything listens. */
export async function sim(word: string | undefined, flags: SimFlags): Promise<number> {
  // Only this command needs the simulator's code.
  const { DEVICE_KINDS, deviceKind, simHelp, kindHelp } = await import('@tillward/simulator');
  const kind = word === undefined ? undefined : await deviceKind(word);
  if (kind === undefined) {
    if (word !== undefined) throw new ConfigMistake(`there is no device "${word}"; there are ${DEVICE_KINDS.join(', ')}`);
    const kinds = await Promise.all(DEVICE_KINDS.map(deviceKind));
    process.stdout.write(`${simHelp(kinds.filter((known) => known !== undefined))}\n`);
    return flags.help ? 0 : 1;
  }
  if (flags.help) {
    process.stdout.write(`${kindHelp(kind)}\n`);
    return 0;
  }
  return simulate(kind, flags);
}

async function simulate(kind: DeviceKind, flags: SimFlags): Promise<number> {
  const { Simulation } = await import('@tillward/simulator');
  const script = await scriptOf(kind, flags);
  const seed = flags.seed ?? Math.floor(Math.random() * 1_000_000).toString();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const port = flags.port === undefined ? kind.defaultPort : portFlag('--port', flags.port);
  const controlPort = portFlag('--control-port', flags.controlPort);
  const { dataDir, leave } = await ownFolder(kind, flags.data);
  try {
    const signals = onStopSignals();
    const context = {
      host: flags.host,
      port,
      seed,
      dataDir,
      failed: (error: unknown) => say(`the simulator failed: ${error instanceof Error ? error.message : String(error)}`),
    };
    const simulation = new Simulation(kind, context, script, (step) => say(`script: ${JSON.stringify(step)}`));
    const starting = simulation.start(controlPort).catch((error: unknown) => {
      throw startMistake(error);
    });
    // A start that hangs, on a folder that does not answer for instance, can still be given up.
    const addresses = await Promise.race([starting, signals.stopped.then(() => null)]);
    if (addresses === null) return 0;
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ kind: kind.kind, seed, dataDir, ...addresses } satisfies Ready)}\n`
        : readyText(kind, seed, dataDir, addresses),
    );
    await signals.stopped;
    await simulation.stop();
    return 0;
  } finally {
    await leave();
  }
}

/**
 * The simulation's folder, for it alone: two of a kind that write one ledger would both be lying witnesses. A pair of different kinds (an acquirer and its terminal, say) may share one.
 */
async function ownFolder(kind: DeviceKind, data: string | undefined): Promise<{ dataDir: string; leave: () => Promise<void> }> {
  if (data === undefined) return { dataDir: await mkdtemp(join(tmpdir(), 'tillward-sim-')), leave: async () => undefined };
  const dataDir = resolve(data);
  const lock = join(dataDir, `sim.${kind.kind}.lock`);
  const holder = await mkdir(dataDir, { recursive: true })
    .then(() => takeLockFile(lock))
    .catch((error: unknown) => {
      throw startMistake(error);
    });
  if (holder !== undefined)
    throw new ConfigMistake(`--data: process ${holder} simulates a ${kind.kind} in ${dataDir}; stop it, or choose another folder`);
  return { dataDir, leave: () => rm(lock, { force: true }) };
}

async function scriptOf(kind: DeviceKind, flags: SimFlags) {
  const { EMPTY_SCRIPT, readScript, ScriptMistake } = await import('@tillward/simulator');
  const text =
    flags.script === undefined
      ? EMPTY_SCRIPT
      : await readFile(flags.script, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new ConfigMistake(`--script ${flags.script} can not be read: ${error.code ?? error.message}`);
        });
  try {
    return readScript(text, kind, settingsOf(flags.set ?? [], kind));
  } catch (error) {
    if (!(error instanceof ScriptMistake)) throw error;
    throw new ConfigMistake(`${flags.script === undefined ? '--set' : `--script ${flags.script}`}: ${error.message}`);
  }
}

/** `name=value`: as text where the kind takes it as text, as JSON where it is JSON, else as text. */
function settingsOf(pairs: readonly string[], kind: DeviceKind): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new ConfigMistake(`--set expects name=value, not "${pair}"`);
      const [name, text] = [pair.slice(0, at), pair.slice(at + 1)];
      return [name, kind.options.safeParse({ [name]: text }).success ? text : jsonOrText(text)];
    }),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function portFlag(name: string, text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new ConfigMistake(`${name} expects a number from 0 to 65535, not "${text}"`);
  return port;
}

/** What a person can mend says so in a sentence; everything else is a bug and keeps its stack. */
function startMistake(error: unknown): unknown {
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return new ConfigMistake(`port ${port} is taken; choose another with --port, or 0 for a free one`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new ConfigMistake('--host: there is no such name or address');
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EROFS') return new ConfigMistake('--data: no folder can be made there');
  if (code === 'EADDRNOTAVAIL') return new ConfigMistake('--host: this machine has no such address');
  if (code === 'EACCES') return new ConfigMistake(`port ${port} needs rights this account does not have; choose one above 1023`);
  return error;
}

function readyText(kind: DeviceKind, seed: string, dataDir: string, { endpoints, control }: SimulationAddresses): string {
  const where = Object.entries(endpoints).map(([protocol, url]) => `  ${protocol.padEnd(8)} ${url}`);
  return [`simulated ${kind.kind}, seed ${seed}`, ...where, `  control  ${control}`, `  data     ${dataDir}`, 'Ctrl-C stops it.', ''].join(
    '\n',
  );
}
