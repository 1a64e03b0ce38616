import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CuttableDisk, keyFile, PowerCut, streamOf, testArchive, testKey, testManifest } from './update.fixtures.js';
import { Installer } from './update.installer.js';
import {
  beforeStart,
  confirm,
  MAX_TRIAL_STARTS,
  noticeFactory,
  rollBack,
  type SlotRelease,
  take,
  type UpdateState,
  waiting,
} from './update.rules.js';
import { UpdateStore } from './update.store.js';

const PLACES = { folder: '/var/update', factory: '/usr/factory', keysFile: '/etc/keys.json' };
const key = testKey('first');
const contentOf = (sequence: number) => ({ 'agent.mjs': `agent ${sequence}`, 'lib/more/part.mjs': 'x'.repeat(700) });
const archives = new Map<number, Buffer>();

async function archive(sequence: number): Promise<Buffer> {
  const made = archives.get(sequence) ?? (await testArchive(testManifest(sequence, contentOf(sequence)), contentOf(sequence), key));
  archives.set(sequence, made);
  return made;
}

function freshGateway(): CuttableDisk {
  const disk = new CuttableDisk();
  disk.place('/var/other', '');
  disk.place(PLACES.keysFile, keyFile(key));
  disk.place(`${PLACES.factory}/manifest.json`, JSON.stringify(testManifest(1, contentOf(1))));
  for (const [path, content] of Object.entries(contentOf(1))) disk.place(`${PLACES.factory}/${path}`, content);
  return disk;
}

/** What the outside world has been told; survives every cut. */
interface Told {
  confirmed: number;
  staged: number;
  givenUp: number[];
  /** Starts of a release made since it was taken. */
  starts: Map<number, number>;
}

/** The starter's side of a boot without processes: what it would do and write. */
class Boot {
  readonly store: UpdateStore;
  readonly factory: SlotRelease;
  state: UpdateState;

  constructor(readonly disk: CuttableDisk) {
    this.store = new UpdateStore(disk, PLACES);
    this.factory = this.store.factory().release;
    const { state, lost } = this.store.loadState(this.factory);
    if (lost) throw new Error('the state file is unreadable after a cut');
    this.state = state;
    this.save(noticeFactory(state, this.factory, 0));
  }

  save(state: UpdateState): void {
    if (state === this.state) return;
    this.store.saveState(state);
    this.state = state;
  }

  start(): SlotRelease {
    const decision = beforeStart(this.state, this.factory, (release) => this.store.bootable(release, this.state), 0);
    if (!decision) throw new Error('nothing verifies');
    this.save(decision.state);
    return decision.start;
  }
}

const installerOf = (store: UpdateStore) =>
  new Installer({ now: () => 0, lock: async () => ({ release: () => undefined }), platform: 'linux-x64', nodeVersion: '24.0.0' }, store);

/** One life of the gateway between two cuts: boots, maybe confirms, installs and takes what is next. */
async function live(disk: CuttableDisk, told: Told, plan: { install: number; healthy: boolean; again: boolean }): Promise<void> {
  const boot = new Boot(disk);
  const running = boot.start();
  told.starts.set(running.sequence, (told.starts.get(running.sequence) ?? 0) + 1);
  if (boot.state.trial) {
    if (plan.healthy) {
      boot.save(confirm(boot.state, { announced: null, superseded: [] }, 0));
      told.confirmed = Math.max(told.confirmed, running.sequence);
    } else {
      boot.save(rollBack(boot.state, boot.factory, 'notHealthy', 0));
      told.givenUp.push(running.sequence);
    }
  }
  const wishes = { when: 'quiet' as const, again: false };
  const answer = await installerOf(boot.store).install(streamOf(await archive(plan.install)), wishes);
  if (answer.ok) told.staged = plan.install;
  const staged = waiting(boot.state, boot.store.loadInstall());
  if (!staged) return;
  expect(boot.store.bootable(staged.release, boot.state)).toBe(true);
  told.starts.delete(staged.release.sequence);
  boot.save(take(boot.state, staged, false));
  if (plan.again) boot.start();
}

const chooserOf = (choices: number[]) => {
  let at = 0;
  return (most: number) => (choices[at++ % choices.length] ?? 0) % (most + 1);
};

describe('a power cut at any operation of an update', () => {
  it('leaves a verified slot to boot, never goes below what was confirmed, and never loses or invents a release', async () => {
    const life = fc.record({
      install: fc.integer({ min: 1, max: 6 }),
      healthy: fc.boolean(),
      again: fc.boolean(),
      cutAfter: fc.integer({ min: 0, max: 75 }),
      choices: fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
        let disk = freshGateway();
        const told: Told = { confirmed: 1, staged: 0, givenUp: [], starts: new Map() };
        for (const { cutAfter, choices, ...plan } of lives) {
          disk.cutAfter = cutAfter;
          await live(disk, told, plan).catch((error: unknown) => {
            if (!(error instanceof PowerCut)) throw error;
          });
          disk = disk.afterCut(chooserOf(choices));
          const boot = new Boot(disk);
          const release = boot.start();
          expect(boot.store.bootable(release, boot.state)).toBe(true);
          expect(boot.state.floor).toBeGreaterThanOrEqual(told.confirmed);
          if (!boot.state.trial) expect(release.sequence).toBeGreaterThanOrEqual(Math.min(told.confirmed, boot.state.floor));
          expect(told.starts.get(release.sequence) ?? 0).toBeLessThanOrEqual(
            boot.state.trial ? MAX_TRIAL_STARTS : Number.POSITIVE_INFINITY,
          );
        }
      }),
      { numRuns: 200, seed: 20261122 },
    );
  });

  it('is survived at each operation in turn, with nothing and with everything unsynced lost', async () => {
    const outcomes = new Set<string>();
    const full = freshGateway();
    await live(full, { confirmed: 1, staged: 0, givenUp: [], starts: new Map() }, { install: 2, healthy: true, again: true });
    expect(full.operations).toBeGreaterThan(30);
    for (let cutAfter = 0; cutAfter <= full.operations; cutAfter++) {
      for (const choose of [() => 0, (most: number) => most]) {
        const disk = freshGateway();
        disk.cutAfter = cutAfter;
        await live(disk, { confirmed: 1, staged: 0, givenUp: [], starts: new Map() }, { install: 2, healthy: true, again: true }).catch(
          (error: unknown) => expect(error).toBeInstanceOf(PowerCut),
        );
        const boot = new Boot(disk.afterCut(choose));
        const release = boot.start();
        expect(boot.store.bootable(release, boot.state)).toBe(true);
        outcomes.add(`${release.sequence}${boot.state.trial ? ' on trial' : ''}`);
      }
    }
    expect([...outcomes].sort()).toEqual(['1', '2 on trial']);
  });

  it('gives a release that dies with the power every time up after its three starts', async () => {
    let disk = freshGateway();
    await live(disk, { confirmed: 1, staged: 0, givenUp: [], starts: new Map() }, { install: 2, healthy: true, again: false });
    const started: number[] = [];
    for (let cut = 0; cut < 5; cut++) {
      started.push(new Boot(disk).start().sequence);
      disk = disk.afterCut(() => 0);
    }
    expect(started).toEqual([2, 2, 2, 1, 1]);
    const { events } = new Boot(disk).state;
    expect(events.at(-1)).toMatchObject({ kind: 'UpdateRolledBack', reason: 'startsUsedUp', starts: 3 });
    const answer = await installerOf(new UpdateStore(disk, PLACES)).install(streamOf(await archive(2)), { when: 'quiet', again: false });
    expect(answer).toMatchObject({ ok: false, code: 'failedBefore' });
  });

  it('never boots a slot whose bytes changed after it was confirmed', async () => {
    const disk = freshGateway();
    const told: Told = { confirmed: 1, staged: 0, givenUp: [], starts: new Map() };
    await live(disk, told, { install: 2, healthy: true, again: false });
    await live(disk, told, { install: 2, healthy: true, again: false });
    expect(told.confirmed).toBe(2);
    const { slot } = new Boot(disk).state.running;
    disk.place(`${PLACES.folder}/slots/${slot}/agent.mjs`, 'agent 9');
    expect(new Boot(disk).start().sequence).toBe(1);
  });
});
