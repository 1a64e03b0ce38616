import { setTimeout as sleep } from 'node:timers/promises';
import { sendSignal } from '../chain/gateway.js';
import type { CentrePart } from '../chain/system.js';
import { type FaultKind, lasting, scaled } from './fault.js';

function kill(kind: string, part: CentrePart): FaultKind {
  return {
    kind,
    victim: part,
    durationMs: lasting(3_000, 6_000),
    strike: async ({ system, durationMs }) => {
      system.part(part).kill();
      await sleep(durationMs);
    },
  };
}

function freeze(kind: string, part: CentrePart): FaultKind {
  return {
    kind,
    victim: part,
    durationMs: scaled(60_000, 4_000),
    strike: async ({ system, durationMs }) => {
      const { pid } = system.part(part);
      if (pid === undefined) return;
      sendSignal(pid, 'SIGSTOP');
      try {
        await sleep(durationMs);
      } finally {
        sendSignal(pid, 'SIGCONT');
      }
    },
  };
}

/** What happens to core, the broker, PostgreSQL and the line between core and PostgreSQL. */
export const CENTRE_FAULTS: readonly FaultKind[] = [
  kill('killCore', 'core'),
  kill('killBroker', 'broker'),
  kill('killPostgres', 'postgres'),
  {
    kind: 'killWorker',
    victim: 'core',
    durationMs: lasting(3_000, 6_000),
    missing: ({ parts }) => (parts.has('worker') ? undefined : 'core works its queues in its own process: killCore kills the worker'),
    strike: async ({ system, durationMs }) => {
      system.part('core').kill();
      await sleep(durationMs);
    },
  },
  freeze('freezeCore', 'core'),
  freeze('freezeBroker', 'broker'),
  freeze('freezePostgres', 'postgres'),
  {
    kind: 'secondCore',
    victim: 'core',
    durationMs: lasting(5_000, 10_000),
    strike: async ({ system, durationMs }) => {
      const end = await system.secondCore();
      await sleep(durationMs);
      await end();
    },
  },
  {
    kind: 'delayDatabase',
    victim: 'databaseLink',
    durationMs: lasting(4_000, 10_000),
    strike: async ({ system: { databaseLink }, durationMs, roll }) => {
      databaseLink.setDelay(50 + roll(350));
      await sleep(durationMs);
      databaseLink.heal();
    },
  },
  {
    kind: 'partitionDatabase',
    victim: 'databaseLink',
    durationMs: lasting(3_000, 8_000),
    strike: async ({ system: { databaseLink }, durationMs, roll }) => {
      databaseLink.setMode(roll(2) === 0 ? 'hold' : 'cut');
      await sleep(durationMs);
      databaseLink.heal();
    },
  },
  {
    kind: 'halfOpenDatabase',
    victim: 'databaseLink',
    durationMs: lasting(4_000, 10_000),
    strike: async ({ system: { databaseLink }, durationMs }) => {
      // A failed-over database: core's connections lead nowhere for a while, then the machine that has taken over resets them.
      databaseLink.forgetConnections();
      await sleep(durationMs);
      databaseLink.resetForgotten();
    },
  },
];
