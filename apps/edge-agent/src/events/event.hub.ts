import type { TillEvent } from '@tillward/contracts';
import type { Clock } from '../clock.js';

/** Events kept for readers that lost their connection: minutes of a busy store. */
const KEPT = 512;
/** How long after the last reader left events are still gathered, so that it can resume. */
const WARM_MS = 120_000;

/** An event with the name under which a reader can resume after it. */
export interface NumberedEvent {
  readonly id: string;
  readonly event: TillEvent;
}

/** Which events a reader wants: of one terminal and the store as a whole, or all; and which till it is (null: no till, and told of all of them). */
export interface EventFilter {
  readonly terminal: string | null;
  readonly tillId: string | null;
}

/**
 * Tells tills and the store console what happens. Nothing here is truth: an event may be lost, what it tells is in the journal and is asked for again. While
 * nobody has listened for two minutes nothing is gathered, so that an agent without readers pays nothing; who comes back later than that starts anew.
 */
export class EventHub {
  readonly #clock: Clock;
  readonly #session: string;
  readonly #readers = new Set<(event: NumberedEvent) => void>();
  readonly #listeners = new Set<(warm: boolean) => void>();
  #kept: NumberedEvent[] = [];
  #count = 0;
  #warm = false;
  #coldFrom = 0;
  #cancelCooling: () => void = () => {};

  /** `session` sets this start's ids apart from those of every other. */
  constructor(context: { clock: Clock }, session: number) {
    this.#clock = context.clock;
    this.#session = String(session);
  }

  /** Whether anybody listens or may come back: what is costly to find out need not be told otherwise. */
  get warm(): boolean {
    return this.#warm;
  }

  /** Calls `listener` when gathering begins and ends. */
  onWarm(listener: (warm: boolean) => void): void {
    this.#listeners.add(listener);
  }

  /** Tells everybody. Never throws for a reader's fault. */
  emit(event: TillEvent): void {
    if (!this.#warm) return;
    this.#count += 1;
    const numbered = { id: `${this.#session}-${this.#count}`, event };
    this.#kept.push(numbered);
    if (this.#kept.length > KEPT) this.#kept = this.#kept.slice(-KEPT / 2);
    for (const reader of this.#readers) reader(numbered);
  }

  /**
   * Begins to tell a reader; first what it missed since `lastEventId`, or a `reset` when nobody can know what it missed. Returns how to stop.
   */
  subscribe(filter: EventFilter, lastEventId: string | null, reader: (event: NumberedEvent) => void): () => void {
    this.#cancelCooling();
    if (!this.#warm) this.#setWarm(true);
    const missed = this.#since(lastEventId);
    const wanted = (numbered: NumberedEvent) => {
      if (isFor(filter, numbered.event)) reader(numbered);
    };
    if (missed === null) reader({ id: `${this.#session}-${this.#count}`, event: { type: 'reset', terminal: null } });
    else missed.forEach(wanted);
    this.#readers.add(wanted);
    return () => {
      this.#readers.delete(wanted);
      if (this.#readers.size > 0) return;
      this.#cancelCooling();
      this.#cancelCooling = this.#clock.after(WARM_MS, () => this.#setWarm(false));
    };
  }

  /** What came after an event; null when that can't be told: another start, nothing gathered since, or too long ago. */
  #since(lastEventId: string | null): readonly NumberedEvent[] | null {
    const [, session, number] = /^(\d+)-(\d{1,15})$/.exec(lastEventId ?? '') ?? [];
    if (session !== this.#session) return null;
    const last = Number(number);
    const oldest = this.#count - this.#kept.length;
    if (last < Math.max(oldest, this.#coldFrom) || last > this.#count) return null;
    return this.#kept.slice(last - oldest);
  }

  #setWarm(warm: boolean): void {
    this.#warm = warm;
    this.#kept = [];
    // An event nobody gathered may have followed the last one: its id is used up, so that who has it can't resume after it.
    if (!warm) this.#count += 1;
    this.#coldFrom = this.#count;
    for (const listener of this.#listeners) listener(warm);
  }
}

/** A refund that waits for approval is its own till's and the store console's business. */
function isFor({ terminal, tillId }: EventFilter, event: TillEvent): boolean {
  if (terminal !== null && event.terminal !== null && event.terminal !== terminal) return false;
  return event.type !== 'refundRequest' || tillId === null || event.request.tillId === tillId;
}
