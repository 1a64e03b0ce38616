import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentCommand, AgentProcess } from './starter.agent-process.js';
import { AgentWatch, type WatchEnd } from './starter.watch.js';
import type { TakeLock } from './update.lock.js';
import type { Notifier } from './update.notify.js';
import type { EventSource } from './update.protocol.js';
import {
  beforeStart,
  confirm,
  noticeFactory,
  restartPauseMs,
  rollBack,
  SICK_STARTS,
  type SlotRelease,
  type StarterLimits,
  take,
  turnDown,
  type UpdateEvent,
  type UpdateState,
  waiting,
} from './update.rules.js';
import { NoFactoryRelease, type UpdateStore } from './update.store.js';

/** Exit code of an agent whose settings are wrong (sysexits.h EX_CONFIG); the starter passes it on, because settings are read by who starts it. */
const EXIT_CONFIG = 78;
const EXIT_NOTHING_BOOTABLE = 70;

/** Where the starter says what it does. Fields are identifiers, counts and codes. */
export type StarterLog = (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;

/** What the starter needs of the machine. */
export interface StarterContext {
  now: () => number;
  log: StarterLog;
  lock: TakeLock;
  notifier: Notifier;
  /** The Node for releases that bring none. */
  node: string;
  startProcess: (command: AgentCommand) => AgentProcess;
}

/**
 * Runs the agent of the current slot, for as long as the gateway is on, and decides which slot that is (docs/adr/0030). Every decision is on disk before
 * the process that depends on it exists, so the starter may be killed at any instant.
 */
export class Starter {
  readonly #context: StarterContext;
  readonly #store: UpdateStore;
  readonly #limits: StarterLimits;
  readonly #factory: SlotRelease;
  #state: UpdateState;
  /** Starts in a row that never got healthy. */
  #sickStarts = 0;
  /** The agent stopped because a release is staged. */
  #agreed = false;
  /** The package was replaced: when the agent has stopped, the service manager starts the new starter, on the new Node. */
  #replaced = false;
  #wasConnected = false;
  #ready = false;
  #sent: Record<EventSource, number> = { starter: 0, installer: 0 };
  #lastAsk = 0;
  #lastWatchdog = Number.NEGATIVE_INFINITY;
  #saidBusy = '';
  #status = '';

  /** Throws NoFactoryRelease when the package is not complete. */
  constructor(context: StarterContext, store: UpdateStore, limits: StarterLimits) {
    this.#context = context;
    this.#store = store;
    this.#limits = limits;
    this.#factory = store.factory().release;
    const { state, lost } = store.loadState(this.#factory);
    if (lost)
      context.log('error', 'the update state was unreadable, the newest release that verifies runs', { release: named(state.running) });
    this.#state = state;
  }

  /** Runs until `signal` aborts; resolves with the exit code for the service manager. */
  async run(signal: AbortSignal): Promise<number> {
    this.#save(noticeFactory(this.#state, this.#factory, this.#context.now()));
    while (!signal.aborted) {
      await this.#takeStaged();
      const release = this.#decide();
      if (!release) {
        this.#context.log('error', 'no release verifies, reinstall the package');
        return EXIT_NOTHING_BOOTABLE;
      }
      const run = await this.#watch(release, signal);
      if (run.why === 'toldToStop' || this.#replaced) break;
      const { end, everHealthy } = run;
      this.#context.log(run.why === 'ended' && end.code === 0 ? 'info' : 'warn', 'the agent has ended', { why: run.why, ...end });
      if (end.code === EXIT_CONFIG && !this.#state.trial && !this.#agreed) return EXIT_CONFIG;
      this.#sickStarts = everHealthy ? 0 : this.#sickStarts + 1;
      this.#wasConnected = run.connected;
      if (run.why === 'gaveUp') this.#giveUp();
      else if (!this.#agreed) await this.#pause(signal);
    }
    return 0;
  }

  /** The staged release becomes the running one, if the agent agreed or is beyond being asked. */
  async #takeStaged(): Promise<void> {
    const agreed = this.#agreed || (this.#sickStarts >= SICK_STARTS && this.#state.trial === null);
    this.#agreed = false;
    if (!agreed || !waiting(this.#state, this.#store.loadInstall())) return;
    const lock = await this.#context.lock();
    // An installation is writing a newer one.
    if (!lock) return;
    try {
      const staged = waiting(this.#state, this.#store.loadInstall());
      if (!staged) return;
      const intact = this.#store.bootable(staged.release, this.#state);
      this.#save(intact ? take(this.#state, staged, this.#wasConnected) : turnDown(this.#state, staged, this.#context.now()));
      this.#sickStarts = 0;
      this.#context.log(intact ? 'info' : 'error', intact ? 'a release goes on trial' : 'the staged release was changed', {
        release: named(staged.release),
      });
    } finally {
      lock.release();
    }
  }

  /** What to start, recorded; null when nothing verifies. */
  #decide(): SlotRelease | null {
    const bootable = (release: SlotRelease) => this.#store.bootable(release, this.#state);
    const before = this.#state;
    const decision = beforeStart(before, this.#factory, bootable, this.#context.now());
    if (!decision) return null;
    if (decision.start.digest !== before.running.digest)
      this.#context.log('error', 'going back to the release before', {
        from: named(before.running),
        to: named(decision.start),
      });
    if (this.#save(decision.state)) return decision.start;
    // A trial that can't be counted must not be made; what was confirmed may run without a record.
    const kept = before.trial ? (before.previous ?? this.#factory) : decision.start;
    return bootable(kept) ? kept : decision.start;
  }

  async #watch(release: SlotRelease, signal: AbortSignal): Promise<WatchEnd> {
    const folder = this.#store.folderOf(release.slot);
    const manifest = this.#store.find(release.slot, this.#state)?.manifest;
    if (!manifest) throw new Error(`slot ${release.slot} has lost its manifest`);
    const trial = release.digest === this.#state.running.digest ? this.#state.trial : null;
    const node = manifest.node === null ? this.#context.node : join(folder, manifest.node);
    const agent = this.#context.startProcess({ node, entry: join(folder, manifest.entry), folder });
    this.#context.log('info', 'the agent is started', {
      release: named(release),
      trialStart: trial?.starts ?? null,
      pid: agent.pid ?? null,
    });
    this.#tellWatchdog();
    this.#tellStatus(`${release.version} in slot ${release.slot}: starting${trial ? `, start ${trial.starts} of its trial` : ''}`);
    this.#sent = { starter: 0, installer: 0 };
    const watch = new AgentWatch(agent, trial, this.#limits, {
      reported: (problems) => this.#reported(agent, release, problems),
      confirm: () => this.#confirm(release),
      looked: () => this.#looked(agent, trial !== null && this.#state.trial !== null),
      busy: (reasons) => this.#busy(reasons),
    });
    return watch.run(signal);
  }

  #reported(agent: AgentProcess, release: SlotRelease, problems: readonly string[]): void {
    this.#tellEvents(agent);
    const healthy = problems.length === 0;
    const status = `${release.version} in slot ${release.slot}: ${healthy ? 'healthy' : problems.join('; ').slice(0, 200)}`;
    if (healthy && !this.#ready) {
      this.#ready = true;
      this.#context.notifier.tell('READY=1', `STATUS=${status}`);
      this.#status = status;
      this.#lastWatchdog = performance.now();
      this.#context.log('info', 'the agent is healthy', { release: named(release) });
    }
    this.#tellStatus(status);
    this.#tellWatchdog();
  }

  #tellStatus(status: string): void {
    if (status !== this.#status) this.#context.notifier.tell(`STATUS=${status}`);
    this.#status = status;
  }

  /** Told while reports come, at every start and all through a trial: then either the agent is alive or the starter deals with it. */
  #tellWatchdog(): void {
    const { notifier } = this.#context;
    const now = performance.now();
    if (notifier.watchdogEveryMs === null || !this.#ready || now - this.#lastWatchdog < notifier.watchdogEveryMs) return;
    this.#lastWatchdog = now;
    notifier.tell('WATCHDOG=1');
  }

  #looked(agent: AgentProcess, onTrial: boolean): void {
    if (onTrial) this.#tellWatchdog();
    const now = performance.now();
    if (now - this.#lastAsk < this.#limits.askEveryMs) return;
    this.#lastAsk = now;
    if (onTrial) return;
    if (this.#packageReplaced()) {
      this.#replaced = true;
      return agent.send({ kind: 'stopIfQuiet', when: 'quiet' });
    }
    const staged = waiting(this.#state, this.#store.loadInstall());
    if (!staged) return;
    this.#agreed = true;
    agent.send({ kind: 'stopIfQuiet', when: staged.when });
  }

  /** True when another package's release lies complete where this one's was. */
  #packageReplaced(): boolean {
    try {
      const { release } = this.#store.factory();
      return release.digest !== this.#factory.digest && this.#store.bootable(release, this.#state);
    } catch (error) {
      // In the middle of being unpacked.
      if (error instanceof NoFactoryRelease) return false;
      throw error;
    }
  }

  #busy(reasons: readonly string[]): void {
    this.#agreed = false;
    this.#replaced = false;
    const text = reasons.join('; ');
    if (text !== this.#saidBusy) this.#context.log('info', 'an update waits', { for: text.slice(0, 200) });
    this.#saidBusy = text;
  }

  #confirm(release: SlotRelease): boolean {
    const found = this.#store.find(release.slot, this.#state);
    const signature = found?.signature ?? null;
    const announced = found && signature && found.manifest.nextKey ? { manifest: found.text, ...signature } : null;
    const superseded = signature ? this.#store.trust(this.#state).before(signature.keyId) : [];
    const onTrial = this.#state;
    if (!this.#save(confirm(onTrial, { announced, superseded }, this.#context.now()))) {
      this.#state = onTrial;
      return false;
    }
    this.#context.log('info', 'the release is confirmed', { release: named(release) });
    return true;
  }

  #giveUp(): void {
    this.#context.log('error', 'the release did not get healthy in time', { release: named(this.#state.running) });
    this.#save(rollBack(this.#state, this.#factory, 'notHealthy', this.#context.now()));
  }

  #tellEvents(agent: AgentProcess): void {
    const files: Record<EventSource, UpdateEvent[]> = { starter: this.#state.events, installer: this.#store.loadInstall().events };
    for (const source of ['installer', 'starter'] as const) {
      const events = files[source].filter(({ number }) => number > this.#sent[source]);
      if (events.length === 0) continue;
      agent.send({ kind: 'events', source, events });
      this.#sent[source] = events.at(-1)!.number;
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    try {
      await sleep(restartPauseMs(this.#sickStarts, this.#state.trial !== null, this.#limits), undefined, { signal });
    } catch (error) {
      if ((error as Error).name !== 'AbortError') throw error;
    }
  }

  /** Takes the state over and writes it; false when the disk refused, then the state counts in memory only. */
  #save(state: UpdateState): boolean {
    if (state === this.#state) return true;
    try {
      this.#store.saveState(state);
    } catch (error) {
      this.#context.log('error', 'the update state could not be written', { error: (error as Error).message });
      return false;
    } finally {
      this.#state = state;
    }
    return true;
  }
}

const named = ({ slot, version, sequence }: SlotRelease) => `${version} (${sequence}) in ${slot}`;
