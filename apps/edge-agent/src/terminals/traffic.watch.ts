import type { ObserverEvent } from '@tillward/observer-unionpay';
import type { Clock } from '../clock.js';
import { errorFields, type Log } from '../log.js';
import { dueAgain } from './dialogue.rules.js';
import type { KnownSignOn, TrafficBreak, TrafficSource } from './terminal.devices.js';

/** Pause before listening is tried again, and between two warnings of one kind. */
const RETRY_MS = 15_000;
const WARN_EVERY_MS = 60_000;

const BROKEN: Readonly<Record<TrafficBreak, string>> = {
  unreadable: 'traffic that is passed on could not be read',
  refused: 'a connection to a watched terminal’s port was refused',
  cut: 'a connection of a watched terminal was cut',
};

interface WatchContext {
  clock: Clock;
  log: Log;
}

/** Keeps the relay of a watched terminal running, and hands on the events of exactly this terminal. */
export class TrafficWatch {
  readonly #context: WatchContext;
  readonly #terminal: string;
  readonly #terminalNumber: string;
  readonly #source: TrafficSource;
  readonly #seen: (event: ObserverEvent) => void;
  readonly #signOn: () => KnownSignOn;
  readonly #warnedAt = new Map<string, number>();
  #cancel: () => void = () => {};
  #stopped = false;
  #starting: Promise<void> = Promise.resolve();

  constructor(
    context: WatchContext,
    names: { terminal: string; terminalNumber: string },
    source: TrafficSource,
    seen: (event: ObserverEvent) => void,
    signOn: () => KnownSignOn,
  ) {
    this.#context = context;
    this.#terminal = names.terminal;
    this.#terminalNumber = names.terminalNumber;
    this.#source = source;
    this.#seen = seen;
    this.#signOn = signOn;
  }

  /** Begins; tries again when it can't. */
  start(): void {
    if (this.#stopped) return;
    const listener = {
      event: (event: ObserverEvent) => this.#take(event),
      broken: (kind: TrafficBreak, code: string) => this.#broken(kind, code),
    };
    this.#starting = this.#source.start(listener, this.#signOn()).catch((error: unknown) => {
      this.#context.log.error(
        { terminal: this.#terminal, ...errorFields(error) },
        'the traffic of a watched terminal can not be passed on, will try again',
      );
      if (!this.#stopped) this.#cancel = this.#context.clock.after(RETRY_MS, () => this.start());
    });
  }

  /** Cuts the terminal's connections. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#starting;
    await this.#source.stop();
  }

  #take(event: ObserverEvent): void {
    if (event.terminalId === this.#terminalNumber) return this.#seen(event);
    this.#warn(
      'terminalNumber',
      { seen: event.terminalId },
      'another terminal’s traffic passes where this one’s is expected, and is not recorded',
    );
  }

  #broken(kind: TrafficBreak, code: string): void {
    this.#warn(`${kind} ${code}`, { code }, BROKEN[kind]);
  }

  #warn(kind: string, fields: object, message: string): void {
    const now = this.#context.clock.now();
    if (!dueAgain(this.#warnedAt.get(kind) ?? null, now, WARN_EVERY_MS)) return;
    this.#warnedAt.set(kind, now);
    this.#context.log.warn({ terminal: this.#terminal, ...fields }, message);
  }
}
