import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '../chain/gateway.js';
import { ERRNO } from '../machine/preload.js';
import { type FaultContext, type FaultKind, lasting, needsPreload, scaled } from './fault.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long a copied gateway waits until core has everything, before its data are replaced. */
const UPLOADED_WITHIN_MS = 20_000;

function clock(kind: string, offsetMs: (roll: (below: number) => number) => number): FaultKind {
  return {
    kind,
    victim: 'gateway',
    durationMs: lasting(4_000, 15_000),
    missing: needsPreload,
    strike: async ({ roll, durationMs }, gateway) => {
      gateway.control.setClock(offsetMs(roll));
      await sleep(durationMs);
      gateway.control.setClock(0);
    },
  };
}

/** A disk that fails, with a restart in the middle of every third failure. */
function failing(
  kind: string,
  begin: (gateway: Gateway) => void | Promise<void>,
  end: (gateway: Gateway) => void | Promise<void>,
): FaultKind {
  return {
    kind,
    victim: 'gateway',
    durationMs: lasting(2_000, 6_000),
    missing: needsPreload,
    strike: async ({ roll, durationMs }, gateway) => {
      await begin(gateway);
      await sleep(durationMs / 2);
      if (roll(3) === 0) gateway.kill();
      await sleep(durationMs / 2);
      await end(gateway);
    },
  };
}

/** What happens to a gateway's process, disk and clock. */
export const GATEWAY_FAULTS: readonly FaultKind[] = [
  {
    kind: 'killAgent',
    victim: 'gateway',
    durationMs: lasting(2_000, 4_000),
    strike: async ({ durationMs }, gateway) => {
      gateway.kill();
      await sleep(durationMs);
    },
  },
  {
    kind: 'freezeAgent',
    victim: 'gateway',
    durationMs: scaled(60_000, 4_000),
    strike: async ({ durationMs }, gateway) => {
      gateway.signal('SIGSTOP');
      try {
        await sleep(durationMs);
      } finally {
        gateway.signal('SIGCONT');
      }
    },
  },
  {
    kind: 'powerCut',
    victim: 'gateway',
    durationMs: lasting(3_000, 6_000),
    missing: ({ abilities }) =>
      abilities.image === 'permitted' || 'library' in abilities.preload
        ? undefined
        : `${abilities.image.missing}; and for the way without: ${abilities.preload.missing}`,
    strike: ({ roll }, gateway) => gateway.losePower(roll, 500 + roll(1_500)),
  },
  {
    ...failing(
      'diskFull',
      (gateway) => gateway.disk.fill(),
      (gateway) => gateway.disk.makeRoom(),
    ),
    missing: ({ abilities }) => (abilities.image === 'permitted' ? undefined : needsPreload({ abilities, parts: new Set() })),
  },
  failing(
    'writeError',
    ({ control }) => control.failWrites(ERRNO.EIO),
    ({ control }) => control.failWrites(0),
  ),
  failing(
    'syncError',
    ({ control }) => control.failSyncs(ERRNO.EIO),
    ({ control }) => control.failSyncs(0),
  ),
  clock('clockHour', (roll) => (roll(2) === 0 ? HOUR_MS : -HOUR_MS)),
  clock('clockDay', () => DAY_MS),
  clock('clockFar', () => 400 * DAY_MS),
  { kind: 'restoreOldCopy', victim: 'gateway', durationMs: lasting(15_000, 25_000), strike: restoreOldCopy },
];

/**
 * A copy of the gateway's data is kept, the day goes on, and then somebody puts the copy back. What the gateway wrote after the copy is destroyed by that and
 * nobody's software can bring it back, so the exam lets core have it first: from then on nothing that was acknowledged may be missing, before or after.
 */
async function restoreOldCopy(context: FaultContext, gateway: Gateway): Promise<void> {
  const { durationMs, pauseTills, resumeTills, excuseEpoch } = context;
  await gateway.keepCopy();
  await sleep(durationMs / 2);
  await pauseTills(gateway.store.id);
  try {
    if (!(await hasUploadedAll(gateway))) return;
    excuseEpoch(gateway.store.gateway);
    await gateway.restoreCopy();
  } finally {
    resumeTills(gateway.store.id);
  }
}

async function hasUploadedAll(gateway: Gateway): Promise<boolean> {
  const deadline = performance.now() + UPLOADED_WITHIN_MS;
  let looks = 0;
  while (performance.now() < deadline) {
    const readiness = await gateway.readiness();
    looks = readiness !== undefined && readiness.ackedThrough === readiness.journalHead ? looks + 1 : 0;
    if (looks >= 3) return true;
    await sleep(150);
  }
  return false;
}
