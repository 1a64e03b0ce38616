import { type ChildProcess, fork, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DesiredBody, TerminalConnection } from '@tillward/contracts';
import { rawEd25519PublicKey } from '@tillward/journal';
import { SmallCore } from '../small-core.js';
import { type Benchmark, type BenchmarkResult, rounded } from './benchmark.js';
import type { BareReport, TerminalsReady } from './edge-poll.messages.js';
import { cpuSeconds, residentMiB } from './machine.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const STORE = 'bench';
const GATEWAY = 'gw-bench';
const TERMINALS = 200;
/** The agent's own pause between polls of an idle terminal. */
const POLL_MS = 60_000;
/** Polls of the opening day are over before measuring begins. */
const SETTLE_MS = 15_000;
const ROUNDS = 3;
const ROUND_MS = 60_000;

/** One agent that polls 200 idle terminals once a minute, against a program that only exchanges the same frames. */
export const edgePollBenchmark: Benchmark = {
  name: 'edge-poll',
  measures:
    'processor share and memory of one agent with 200 idle ZVT terminals, each polled once a minute (broker and terminals in other processes)',
  against: 'bare sockets that exchange the same frames with 200 such terminals, same minutes',
  run: measureEdgePoll,
};

async function measureEdgePoll(say: (line: string) => void): Promise<BenchmarkResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const terminals = fork(new URL('./edge-poll.terminals.js', import.meta.url), [String(2 * TERMINALS)]);
    stops.push(() => end(terminals));
    const [{ ports }] = (await once(terminals, 'message')) as [TerminalsReady];
    const core = await SmallCore.start(STORE, GATEWAY);
    stops.push(() => core.stop());
    await core.desire(desired(ports.slice(0, TERMINALS)));
    const agent = await startAgent(folder, core);
    stops.push(() => end(agent));
    say(`waiting until ${TERMINALS} terminals are open`);
    await until(() => core.told('OpeningFinished').reduce((sum, { ready }) => sum + ready.length, 0) >= TERMINALS);
    const bare = fork(new URL('./edge-poll.bare.js', import.meta.url), [POLL_MS, ...ports.slice(TERMINALS)].map(String));
    stops.push(() => end(bare));
    await pause(SETTLE_MS);
    return await rounds({ agent: agent.pid!, bare }, core, say);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function rounds(
  programs: { agent: number; bare: ChildProcess },
  core: SmallCore,
  say: (line: string) => void,
): Promise<BenchmarkResult> {
  const shares: { agent: number; bare: number }[] = [];
  const entriesBefore = core.entries.length;
  const pollsBefore = (await asked(programs.bare)).answered;
  for (let round = 1; round <= ROUNDS; round++) {
    const before = [cpuSeconds(programs.agent)!, cpuSeconds(programs.bare.pid!)!] as const;
    const startedAt = performance.now();
    await pause(ROUND_MS);
    const seconds = (performance.now() - startedAt) / 1_000;
    const share = {
      agent: (cpuSeconds(programs.agent)! - before[0]) / seconds,
      bare: (cpuSeconds(programs.bare.pid!)! - before[1]) / seconds,
    };
    shares.push(share);
    say(
      `minute ${round}: agent ${percent(share.agent)} of a core, bare sockets ${percent(share.bare)}, agent ${residentMiB(programs.agent)} MiB`,
    );
  }
  const mean = (of: 'agent' | 'bare') => shares.reduce((sum, share) => sum + share[of], 0) / ROUNDS;
  const polls = (await asked(programs.bare)).answered - pollsBefore;
  return {
    name: 'edge-poll',
    value: rounded(100 * mean('agent')),
    unit: '% of a core, 200 terminals polled once a minute',
    peer: { name: 'bare sockets, same frames', value: rounded(100 * mean('bare')) },
    ratio: rounded(mean('agent') / mean('bare')),
    residentMiB: residentMiB(programs.agent),
    terminals: TERMINALS,
    minutes: (ROUNDS * ROUND_MS) / 60_000,
    peerPolls: polls,
    entriesWritten: core.entries.length - entriesBefore,
  };
}

async function asked(bare: ChildProcess): Promise<BareReport> {
  const answer = once(bare, 'message') as Promise<[BareReport]>;
  bare.send('report');
  return (await answer)[0];
}

function desired(ports: readonly number[]): Parameters<SmallCore['desire']>[0] {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const settings = { 'hours.open': at(-6), 'hours.close': at(6), 'businessDay.cutOff': at(-7) };
  const terminals = ports.map(
    (port, i): TerminalConnection => ({
      id: `t${i + 1}`,
      name: `Terminal ${i + 1}`,
      driver: 'zvt',
      host: '127.0.0.1',
      port,
      password: '000000',
      currency: 'EUR',
      power: { kind: 'none' },
    }),
  );
  return {
    store: { id: STORE, name: 'Benchmark', timeZone: 'UTC', currency: 'EUR' },
    settings: Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [key, { value, origin: 'store' }]),
    ) as DesiredBody['settings'],
    terminals,
    operators: [],
  };
}

async function startAgent(folder: string, core: SmallCore): Promise<ChildProcess> {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(folder, 'gateway.pem'), key, { mode: 0o600 });
  const { keyId, publicKey } = core.coreKey;
  await writeFile(join(folder, 'core.json'), JSON.stringify({ keyId, publicKey: rawEd25519PublicKey(publicKey) }));
  const agent = spawn(process.execPath, [join(ROOT, 'apps/edge-agent/dist/main.js')], {
    env: {
      NODE_ENV: 'production',
      TILLWARD_STORE: STORE,
      TILLWARD_GATEWAY: GATEWAY,
      TILLWARD_DATA_DIR: join(folder, 'agent'),
      MQTT_URL: core.mqtt.mqttUrl,
      MQTT_PASSWORD: core.mqtt.mqttPassword,
      TILLWARD_GATEWAY_KEY_FILE: join(folder, 'gateway.pem'),
      TILLWARD_CORE_KEY_FILE: join(folder, 'core.json'),
      TILLWARD_TILL_PORT: '0',
      TILLWARD_TILL_TOKEN: 'benchmark-till-token',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return agent;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(force);
}

async function until(condition: () => boolean): Promise<void> {
  const limit = performance.now() + 120_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error('the terminals did not open within two minutes');
    await pause(200);
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
