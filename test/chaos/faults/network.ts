import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultProxy } from '../network/fault-proxy.js';
import { type FaultKind, lasting } from './fault.js';

function link(
  kind: string,
  durationMs: FaultKind['durationMs'],
  begin: (link: FaultProxy, roll: (below: number) => number) => void,
): FaultKind {
  return {
    kind,
    victim: 'gateway',
    durationMs,
    strike: async ({ roll, durationMs: forMs }, gateway) => {
      begin(gateway.link, roll);
      await sleep(forMs);
      gateway.link.heal();
    },
  };
}

/** What happens to a gateway's line to the broker. */
export const NETWORK_FAULTS: readonly FaultKind[] = [
  link('partition', lasting(5_000, 25_000), (line) => line.setMode('hold')),
  link('disconnect', lasting(2_000, 15_000), (line) => line.setMode('cut')),
  link('delay', lasting(5_000, 15_000), (line, roll) => line.setDelay(100 + roll(900))),
  link('loss', lasting(5_000, 15_000), (line, roll) => line.setMessageFaults({ loss: (5 + roll(35)) / 100 })),
  link('duplicate', lasting(5_000, 15_000), (line, roll) => line.setMessageFaults({ duplicate: (20 + roll(60)) / 100 })),
  // The line's other end is gone and nobody says so; the gateway has to notice by itself.
  link('halfOpen', lasting(3_000, 8_000), (line) => line.forgetConnections()),
];
