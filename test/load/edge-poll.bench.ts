import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SmallCore } from '../small-core.js';
import { type Benchmark, type BenchmarkResult, rounded } from './benchmark.js';
import type { BareReport, TerminalsReady } from './edge-poll.messages.js';
import { desired, end, GATEWAY, STORE, startAgent, until } from './edge-rig.js';
import { cpuSeconds, residentMiB } from './machine.js';

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

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
