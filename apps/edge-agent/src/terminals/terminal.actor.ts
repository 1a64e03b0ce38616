import type { Activity, DeviceFacts, PeripheralState, TerminalConnection } from '@tillward/contracts';
import type { EnquiryOutcome, ExchangeOutcome, TerminalDriver } from '@tillward/driver';
import type { ObserverEvent } from '@tillward/observer-unionpay';
import type { PowerSwitch } from '@tillward/power';
import type { Clock } from '../clock.js';
import { type Journal, type JournalTransaction, JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import { type ClockReading, describedAnew, peripheralChanges, shownDevice } from './peripheral.rules.js';
import { PrinterWatch } from './printer.watch.js';
import type { TerminalDevices } from './terminal.devices.js';
import { TerminalEvidence } from './terminal.evidence.js';
import {
  activityOf,
  afterPoll,
  type Holder,
  type JobKind,
  pollDelayMs,
  type SwitchReading,
  stateChanged,
  type TerminalFacts,
} from './terminal.rules.js';
import type { TerminalStore } from './terminal.store.js';
import { TrafficWatch } from './traffic.watch.js';
import { afterLook, afterTraffic, knownSignOn, trafficEntry, worthKeeping } from './watched.rules.js';

export interface ActorContext {
  clock: Clock;
  log: Log;
  journal: Journal;
  states: TerminalStore;
}

interface Job {
  kind: JobKind;
  /** Does the work and says how to hand its result over, which happens when the terminal is free again. */
  start: () => Promise<() => void>;
}

/**
 * One terminal. Its queue runs one job at a time, first come first served; a running job is never interrupted (DESIGN.md, Commands). Facts about
 * the terminal change only through {@link commit}, together with the entries that record the change.
 */
export class TerminalActor {
  readonly id: string;
  /** The last protocol dialogue, and the entries made of it. */
  readonly evidence: TerminalEvidence;
  readonly #context: ActorContext;
  readonly #changed: () => void;
  #connection: TerminalConnection;
  #devices: TerminalDevices;
  #facts: TerminalFacts;
  #queue: Job[] = [];
  #running: Job | null = null;
  #held: Holder | null = null;
  #idleListeners: (() => void)[] = [];
  #cancelPoll: () => void = () => {};
  #stopped = false;
  #polling = false;
  #clock: ClockReading | null = null;
  #printerWatch: PrinterWatch | null = null;
  #trafficWatch: TrafficWatch | null = null;

  constructor(context: ActorContext, connection: TerminalConnection, devices: TerminalDevices, changed: () => void) {
    this.#context = context;
    this.id = connection.id;
    this.#connection = connection;
    this.#devices = devices;
    this.#changed = changed;
    this.#facts = context.states.load(connection.id);
    this.evidence = new TerminalEvidence(context, connection.id);
    this.#attach();
  }

  /** How the terminal is reached and named. */
  get connection(): TerminalConnection {
    return this.#connection;
  }

  get driver(): TerminalDriver {
    return this.#devices.driver;
  }

  get power(): PowerSwitch | null {
    return this.#devices.power;
  }

  /** True for a terminal that works on its own and is only watched: it takes no order of any kind. */
  get watchedOnly(): boolean {
    return this.#devices.driver.capabilities.operations.size === 0;
  }

  /** What the terminal told about itself and its peripherals, as it is now; undefined before it told anything. */
  get device(): DeviceFacts | undefined {
    return shownDevice(this.#facts, this.#clock, this.#context.clock.now());
  }

  /** What is known about the terminal. */
  get facts(): TerminalFacts {
    return this.#facts;
  }

  /** What the gateway is doing with it. */
  get activity(): Activity {
    return activityOf(this.#running?.kind ?? null, this.#held, this.#facts.resting);
  }

  /** The routine that keeps sales away, if any. */
  get heldBy(): Holder | null {
    return this.#held;
  }

  /** What runs on the terminal right now, polls not counted. */
  get running(): Exclude<JobKind, 'poll'> | null {
    const kind = this.#running?.kind ?? null;
    return kind === 'poll' ? null : kind;
  }

  /** True when a job other than a poll runs or waits. */
  get occupied(): boolean {
    return (this.#running !== null && this.#running.kind !== 'poll') || this.#queue.some((job) => job.kind !== 'poll');
  }

  /** Keeps sales away while a routine works; null lets them in again. */
  hold(routine: Holder | null): void {
    this.#held = routine;
    this.#changed();
  }

  /** Runs `work` when everything queued before it is done. Rejects with what `work` throws. */
  run<T>(kind: JobKind, work: (driver: TerminalDriver) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({
        kind,
        start: async () => {
          try {
            const result = await work(this.#devices.driver);
            return () => resolve(result);
          } catch (error) {
            return () => reject(error);
          }
        },
      });
      this.#next();
    });
  }

  /** Resolves true when nothing occupies the terminal, false when `signal` aborts first. */
  whenIdle(signal: AbortSignal): Promise<boolean> {
    if (!this.occupied) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#idleListeners.push(() => resolve(true));
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
  }

  /**
   * Commits a change of facts with whatever else `write` records, in one transaction. A changed power, service or sign-on state becomes a
   * TerminalStateChanged entry. Throws JournalUnavailableError when nothing was written; the facts are then unchanged.
   */
  commit<T>(patch: Partial<TerminalFacts>, write: (tx: JournalTransaction) => T): T {
    const next = { ...this.#facts, ...patch };
    const result = this.#context.journal.commit((tx) => {
      this.#record(tx, next);
      return write(tx);
    });
    this.#adopt(next);
    return result;
  }

  /** Asks for state and power, and commits what changed. Runs inside a job or as one. */
  async poll(): Promise<void> {
    if (this.watchedOnly) return this.#learn(afterLook(this.#facts, await this.readSwitch(), this.#context.clock.now()));
    const status = await this.#devices.driver.status();
    const reading = status.kind === 'unreachable' ? await this.readSwitch() : null;
    const told = status.kind === 'answered' ? status.device : undefined;
    if (told?.clock !== undefined) this.#clock = { local: told.clock, at: this.#context.clock.now() };
    this.#learn(afterPoll(this.#facts, status, reading));
  }

  /** What the power switch says now. */
  async readSwitch(): Promise<SwitchReading> {
    if (!this.#devices.power) return null;
    return this.#devices.power.state();
  }

  /**
   * Learns the terminal's last trace number, against which a lost outcome will be judged. Must run inside a job. False: it gave no usable answer,
   * what was known before stands.
   */
  async learnLastTrace(): Promise<boolean> {
    // Asked by reference, a terminal needs no last trace number to be judged against.
    if (this.#devices.driver.capabilities.enquiry === 'reference') {
      this.#learn({ lastTraceKnown: true });
      return true;
    }
    const answer = await this.#devices.driver.enquireLostOutcome();
    const learned = traceFrom(answer);
    if (!learned) return false;
    this.#learn({ lastTraceKnown: true, ...learned });
    return true;
  }

  /** {@link learnLastTrace} as a job of its own, before the next sale. */
  learnLastTraceSoon(): void {
    this.run('poll', () => this.learnLastTrace()).catch((error: unknown) => {
      this.#context.log.error({ terminal: this.id, ...errorFields(error) }, 'asking for the last transaction failed');
    });
  }

  /** Signs on with the acquirer's host and journals how that went. Must run inside a job. */
  async signOn(by: 'policy' | 'command' | 'till' | 'recovery'): Promise<ExchangeOutcome> {
    const outcome = await this.#devices.driver.signOn();
    if (outcome.kind === 'done') {
      this.commit({ power: 'on', service: 'ready', signedOn: true }, (tx) => tx.append('TerminalSignedOn', this.id, { by }));
    } else {
      const { code } = outcome;
      this.commit({ signedOn: false }, (tx) => tx.append('TerminalSignOnFailed', this.id, { code, detail: outcome.detail.slice(0, 200) }));
    }
    return outcome;
  }

  /**
   * Whether the terminal can be asked about a lost outcome now: it answers, and isn't at work on it still. One that restarted is signed on first,
   * because it answers nothing else before. Must run inside a job.
   */
  async readyToBeAsked(): Promise<boolean> {
    const status = await this.#devices.driver.status();
    if (status.kind !== 'answered' || status.service === 'busy') return false;
    if (status.service !== 'signOnNeeded') return true;
    return (await this.signOn('recovery')).kind === 'done';
  }

  /**
   * Signs on a terminal that restarted, after a power cut in the store say, before it is to send or settle anything: it refuses both until then.
   * Fails only as that sign-on does; what else stands in the way, the next exchange tells. Must run inside a job.
   */
  async signOnIfRestarted(): Promise<ExchangeOutcome> {
    const status = await this.#devices.driver.status();
    return status.kind === 'answered' && status.service === 'signOnNeeded' ? this.signOn('recovery') : { kind: 'done' };
  }

  /** Polls once, then about every minute while idle; the printer beside it too, on its own. */
  startPolling(firstDelayMs: number): void {
    this.#cancelPoll();
    if (this.#stopped) return;
    this.#polling = true;
    this.#printerWatch?.start();
    this.#cancelPoll = this.#context.clock.after(firstDelayMs, () => this.#pollWhenIdle());
  }

  /** Takes over a changed connection once the running job is done. */
  replace(connection: TerminalConnection, devices: TerminalDevices): Promise<void> {
    return this.run('poll', async (old) => {
      await old.close();
      await this.#detach();
      this.#connection = connection;
      this.#devices = devices;
      this.#clock = null;
      // A printer that is gone tells nothing any more; a new one will speak for itself.
      if (this.#facts.printer !== null && !devices.printer) this.commit({ printer: null }, () => {});
      this.#attach();
      if (this.#polling) this.#printerWatch?.start();
    });
  }

  /** Stops polling and drops the link; a money command that runs ends in doubt. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelPoll();
    await this.#detach();
    await this.#devices.driver.close();
  }

  #attach(): void {
    const { driver, printer, traffic } = this.#devices;
    driver.onStreamBroken?.((broken) => this.evidence.streamBroken(broken));
    driver.onDialogue?.((frame) => this.evidence.record(frame, this.#running?.kind === 'poll'));
    if (printer) {
      this.#printerWatch = new PrinterWatch(this.#context, this.id, printer, this.#facts.printer, (state) => this.#printerTold(state));
    }
    if (traffic && this.#connection.driver === 'unionpay') {
      const names = { terminal: this.id, terminalNumber: this.#connection.terminalNumber };
      this.#trafficWatch = new TrafficWatch(
        this.#context,
        names,
        traffic,
        (event) => this.#passed(event),
        () => knownSignOn(this.#facts),
      );
      this.#trafficWatch.start();
    }
  }

  async #detach(): Promise<void> {
    this.#printerWatch?.stop();
    this.#printerWatch = null;
    const traffic = this.#trafficWatch;
    this.#trafficWatch = null;
    await traffic?.stop();
  }

  #printerTold(state: PeripheralState): void {
    this.commit({ printer: state }, () => {});
  }

  /** Something passed between a watched terminal and its acquirer: recorded, whatever the gateway is doing. */
  #passed(event: ObserverEvent): void {
    const entry = trafficEntry(event);
    const next = afterTraffic(this.#facts, event);
    if (!entry && !worthKeeping(this.#facts, next)) return;
    try {
      this.commit(next, (tx) => {
        if (entry) tx.append('AcquirerTrafficObserved', this.id, entry);
      });
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#context.log.error({ terminal: this.id, event: event.kind, ...errorFields(error) }, 'what was seen could not be recorded');
    }
  }

  #pollWhenIdle(): void {
    const again = () => this.startPolling(pollDelayMs(this.#facts));
    if (this.#running || this.#queue.length > 0 || this.#held) return again();
    this.run('poll', () => this.poll())
      .catch((error: unknown) => this.#context.log.error({ terminal: this.id, ...errorFields(error) }, 'poll failed'))
      .finally(again);
  }

  #next(): void {
    if (this.#running) return;
    const job = this.#queue.shift();
    if (!job) return;
    this.#running = job;
    this.#changed();
    void job.start().then((handOver) => {
      this.#running = null;
      this.#changed();
      handOver();
      this.#next();
      if (!this.occupied) this.#tellIdle();
    });
  }

  #tellIdle(): void {
    const listeners = this.#idleListeners;
    this.#idleListeners = [];
    for (const listener of listeners) listener();
  }

  #record(tx: JournalTransaction, next: TerminalFacts): void {
    if (stateChanged(this.#facts, next)) {
      tx.append('TerminalStateChanged', this.id, { power: next.power, service: next.service, signedOn: next.signedOn });
    }
    const described = describedAnew(this.#facts, next);
    if (described) tx.append('TerminalDescribed', this.id, described);
    for (const change of peripheralChanges(this.#facts, next)) tx.append('PeripheralStateChanged', this.id, change);
    this.#context.states.save(tx, this.id, next);
  }

  /** Commits the patch unless it says what is known already. */
  #learn(patch: Partial<TerminalFacts>): void {
    const known = Object.entries(patch).every(([key, value]) => this.#facts[key as keyof TerminalFacts] === value);
    if (!known) this.commit(patch, () => {});
  }

  #adopt(next: TerminalFacts): void {
    this.#facts = next;
    this.#changed();
  }
}

function traceFrom(answer: EnquiryOutcome): { lastTraceNo: number | null } | null {
  switch (answer.kind) {
    case 'lastTransaction':
      return { lastTraceNo: answer.details.traceNo };
    case 'lastDeclined':
      return answer.traceNo === null ? null : { lastTraceNo: answer.traceNo };
    case 'none':
      return { lastTraceNo: null };
    case 'found':
    case 'foundDeclined':
    case 'notFound':
    case 'unknown':
      return null;
  }
}
