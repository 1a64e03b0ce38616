import { EVENT_TYPE, gatewaySource, type LiveData, type TerminalSample } from '@tillward/contracts';
import type { Clock } from '../clock.js';

/** Changes within this time leave as one sample. */
const GATHER_MS = 250;
/** A sample leaves at least this often, so that a lost one is made up for. */
const REPEAT_MS = 10_000;

/** Where the sample's contents come from, read at the moment of sending. */
export interface LiveSource {
  session: number;
  journalHead(): number;
  ackedThrough(): number;
  terminals(): Record<string, TerminalSample>;
  /** Stable codes of what is wrong with the gateway itself. */
  notices?(): string[];
}

/** Publishes the latest state of the terminals: soon after every change and every ten seconds. May be lost; is never truth. */
export class LivePublisher {
  readonly #clock: Clock;
  readonly #identity: { store: string; gateway: string };
  readonly #source: LiveSource;
  readonly #publish: (text: string) => void;
  #cancel: () => void = () => {};
  #soon = false;
  #count = 0;
  #stopped = false;

  constructor(clock: Clock, identity: { store: string; gateway: string }, source: LiveSource, publish: (text: string) => void) {
    this.#clock = clock;
    this.#identity = identity;
    this.#source = source;
    this.#publish = publish;
  }

  /** Something changed: a sample leaves within a quarter of a second. */
  changed(): void {
    if (this.#soon || this.#stopped) return;
    this.#soon = true;
    this.#schedule(GATHER_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #schedule(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#clock.after(delayMs, () => this.#send());
  }

  #send(): void {
    this.#soon = false;
    if (this.#stopped) return;
    const { store, gateway } = this.#identity;
    const at = this.#clock.now();
    const { session } = this.#source;
    const notices = this.#source.notices?.() ?? [];
    const data: LiveData = {
      session,
      at,
      journalHead: this.#source.journalHead(),
      ackedThrough: this.#source.ackedThrough(),
      terminals: this.#source.terminals(),
      ...(notices.length > 0 ? { notices } : {}),
    };
    this.#count += 1;
    this.#publish(
      JSON.stringify({
        specversion: '1.0',
        id: `${gateway}-${session}-live-${this.#count}`,
        source: gatewaySource(store, gateway),
        type: EVENT_TYPE.live,
        time: new Date(at).toISOString(),
        datacontenttype: 'application/json',
        data,
      }),
    );
    this.#schedule(REPEAT_MS);
  }
}
