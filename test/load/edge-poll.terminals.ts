import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom, ZvtTerminal } from '@tillward/simulator';
import type { TerminalsReady } from './edge-poll.messages.js';

/** Simulated ZVT terminals in a process of their own; arguments: how many, and `quick` for customers and a host that take no time. Ends when its parent does. */
const count = Number(process.argv[2]);
const takesMs: readonly [number, number] = process.argv[3] === 'quick' ? [0, 1] : [10, 20];
const dataDir = await mkdtemp(join(tmpdir(), 'tillward-bench-'));
const random = new SeededRandom('edge-poll');
const terminals = Array.from(
  { length: count },
  (_, i) =>
    new ZvtTerminal({
      store: 'bench',
      terminal: `t${i + 1}`,
      storeName: 'Benchmark',
      terminalId: String(60_000_001 + i),
      host: '127.0.0.1',
      port: 0,
      dataDir,
      currency: 'EUR',
      password: '000000',
      timeZone: 'Europe/Berlin',
      cardMs: takesMs,
      hostMs: takesMs,
      bootMs: 0,
      ackTimeoutMs: 5_000,
      declineRate: 0,
      fragmentation: 'none',
      characterSet: 'cp437',
      offlineLimitMinor: 0,
      batchLimit: 5_000,
      dailyRebootAt: null,
      completesRestart: false,
      random: random.fork(String(i)),
    }),
);
for (const terminal of terminals) await terminal.powerOn(0);
process.once('disconnect', () => {
  void Promise.all(terminals.map((terminal) => terminal.close()))
    .then(() => rm(dataDir, { recursive: true, force: true }))
    .then(() => process.exit(0));
});
process.send!({ ports: terminals.map(({ port }) => port) } satisfies TerminalsReady);
