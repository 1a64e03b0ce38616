import { localDateTimeMs, localDateTimeOf } from '@tillward/calendar';
import { type Journal, JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import type { AgentTime, ClockStep } from './agent.time.js';
import { skewWorthSaying } from './time.rules.js';

/** How often the machine's clock is looked at. */
const LOOK_EVERY_MS = 5_000;
/** How often the time is written down: what a power cut takes from it. */
const SAVE_EVERY_MS = 60_000;
/** Smaller movements of the time are corrections, not steps. */
const STEP_SAID_MS = 1_000;
/** After the time moved, what terminals told before is not compared with it. */
const TERMINALS_AGAIN_MS = 180_000;
const HOUR_MS = 3_600_000;

const KNOWN = 'time.known';
const OFFLINE = 'time.offline';
const SAID = 'time.skew.';

/** A terminal's clock as it is now, terminal-local `YYYY-MM-DDTHH:MM:SS`; undefined when it never told. */
export interface TerminalClock {
  id: string;
  local: string | undefined;
}

export interface KeeperParts {
  time: AgentTime;
  journal: Journal;
  /** The policy's threshold; what is below is no news. */
  thresholdMs(): number;
  /** Null while no policy is known. */
  timeZone(): string | null;
  terminals(): readonly TerminalClock[];
}

/**
 * Keeps the agent's time: begins it where it was last known, watches the machine's clock, takes core's, compares the terminals', and journals what is off. Counts how
 * long the agent has run without core by what has passed, never by what a clock says.
 */
export class TimeKeeper {
  readonly #log: Log;
  readonly #parts: KeeperParts;
  readonly #offlineListeners = new Set<(offlineMs: number) => void>();
  readonly #steps: ClockStep[] = [];
  #offline: { ms: number; since: number };
  #savedAt: number;
  #steppedAt = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => {};

  constructor(log: Log, parts: KeeperParts) {
    this.#log = log;
    this.#parts = parts;
    const { time, journal } = parts;
    const known = journal.readMeta(KNOWN);
    this.#note(time.begin(known === null ? null : Number(known)));
    this.#offline = { ms: Number(journal.readMeta(OFFLINE) ?? 0), since: time.monotonic() };
    this.#savedAt = time.monotonic();
  }

  /** How long the agent has run since core last proved to be there, in milliseconds; times it was off are not counted. */
  get offlineMs(): number {
    return this.#offline.ms + (this.#parts.time.monotonic() - this.#offline.since);
  }

  /** Calls `listener` about every minute, and at once when core is heard (with 0). */
  onOffline(listener: (offlineMs: number) => void): void {
    this.#offlineListeners.add(listener);
  }

  /** Looks now and then every few seconds. */
  start(): void {
    this.look();
    this.#cancel = this.#parts.time.after(LOOK_EVERY_MS, () => this.start());
  }

  /** Stops looking and writes the time down. */
  stop(): void {
    this.#cancel();
    this.#safely(() => this.#save());
  }

  /** One look at the machine's clock; about every minute also at the terminals', and the time is written down. */
  look(): void {
    const { time } = this.#parts;
    this.#note(time.look());
    this.#safely(() => this.#say());
    if (time.monotonic() - this.#savedAt < SAVE_EVERY_MS) return;
    this.#safely(() => this.#save());
    this.#safely(() => this.#compareTerminals());
    for (const listener of this.#offlineListeners) listener(this.offlineMs);
  }

  /** Core proved to be there: its clock was read between the two monotonic moments; `at` undefined when it didn't say. */
  coreHeard(at: number | undefined, sentAt: number, receivedAt: number): void {
    const { time } = this.#parts;
    const wasOffline = this.offlineMs > SAVE_EVERY_MS;
    this.#offline = { ms: 0, since: time.monotonic() };
    if (at !== undefined) this.#note(time.hearCore(at, sentAt, receivedAt));
    if (wasOffline) this.#safely(() => this.#save());
    for (const listener of this.#offlineListeners) listener(0);
    this.#safely(() => {
      this.#say();
      if (time.skewMs !== null) this.#saySkew('gateway', null, time.skewMs);
    });
  }

  #note(step: ClockStep | null): void {
    if (!step || Math.abs(step.byMs) < STEP_SAID_MS) return;
    this.#log.warn({ ...step }, step.followed ? 'the time was corrected' : 'the machine’s clock is not believed');
    this.#steps.push(step);
    this.#steppedAt = this.#parts.time.monotonic();
  }

  #say(): void {
    const steps = [...this.#steps];
    if (steps.length === 0) return;
    this.#parts.journal.commit((tx) => {
      for (const { byMs, followed, because } of steps) tx.append('ClockStepped', null, { byMs, followed, because });
      this.#parts.journal.writeMeta(KNOWN, String(this.#parts.time.now()));
    });
    this.#steps.splice(0, steps.length);
  }

  #save(): void {
    const { time, journal } = this.#parts;
    journal.store.transaction(() => {
      journal.writeMeta(KNOWN, String(time.now()));
      journal.writeMeta(OFFLINE, String(Math.round(this.offlineMs)));
    });
    this.#savedAt = time.monotonic();
  }

  #compareTerminals(): void {
    const { time } = this.#parts;
    const timeZone = this.#parts.timeZone();
    if (timeZone === null || time.monotonic() - this.#steppedAt < TERMINALS_AGAIN_MS) return;
    for (const { id, local } of this.#parts.terminals()) {
      const skewMs = local === undefined ? undefined : terminalSkewMs(local, timeZone, time.now());
      if (skewMs !== undefined) this.#saySkew('terminal', id, skewMs);
    }
  }

  #saySkew(of: 'gateway' | 'terminal', terminal: string | null, skewMs: number): void {
    const { journal } = this.#parts;
    const key = `${SAID}${terminal ?? ''}`;
    const said = journal.readMeta(key);
    const thresholdMs = this.#parts.thresholdMs();
    if (!skewWorthSaying(said === null ? null : Number(said), skewMs, thresholdMs)) return;
    journal.commit((tx) => {
      tx.append('ClockSkewMeasured', terminal, { of, skewMs, thresholdMs });
      journal.writeMeta(key, String(skewMs));
    });
  }

  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#log.warn(errorFields(error), 'what was learnt about the time could not be written down');
    }
  }
}

/**
 * By how much a terminal's local clock is ahead. The hour that daylight saving repeats has two meanings: the nearer one counts. Undefined for a time that
 * the zone skips.
 */
export function terminalSkewMs(local: string, timeZone: string, now: number): number | undefined {
  const first = localDateTimeMs(local, timeZone);
  if (first === undefined) return undefined;
  const meanings = [first, first - HOUR_MS, first + HOUR_MS].filter(
    (ms) => localDateTimeOf(ms, timeZone) === localDateTimeOf(first, timeZone),
  );
  return meanings.map((ms) => ms - now).reduce((best, skew) => (Math.abs(skew) < Math.abs(best) ? skew : best));
}
