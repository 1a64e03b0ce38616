import { createExternalStore, type ExternalStore } from '../app/external-store.js';
import { NotReachable, SessionEnded } from '../graphql/failures.js';
import { type Answer, nextAttemptAt, type OutboxEntry, postponed, sendable, type Write } from './outbox.rules.js';
import type { OutboxStore } from './outbox.store.js';

/** What an outbox needs from outside. */
export interface OutboxContext {
  readonly store: OutboxStore;
  /** Sends one entry; throws NotReachable when nothing is known, SessionEnded when nobody is signed in. */
  readonly send: (entry: OutboxEntry) => Promise<Answer>;
  /** Told once per entry, after the server answered it. */
  readonly onAnswered: (entry: OutboxEntry, answer: Answer) => void;
  readonly now: () => number;
  readonly newKey: () => string;
  /** Runs `work` while no other tab does; may run it unguarded where the browser has no locks, the keys keep that harmless. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Writes that survive a bad network: saved first, then sent, in order per incident, until the server has answered.
 * An answer (done or refused) removes the entry; only silence keeps it.
 */
export class Outbox {
  /** Entries not yet answered, for the screens that say “saved, will send”. */
  readonly waiting: ExternalStore<readonly OutboxEntry[]> = createExternalStore<readonly OutboxEntry[]>([]);
  #personId: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | null = null;
  readonly #context: OutboxContext;

  constructor(context: OutboxContext) {
    this.#context = context;
  }

  /** Whose writes may be sent from now on; null when nobody is signed in. Entries of others stay until they are back. */
  async actFor(personId: string | null): Promise<void> {
    this.#personId = personId;
    clearTimeout(this.#timer);
    await this.#reload();
    if (personId !== null) await this.flush();
  }

  /** Saves a write and starts sending it. Resolves with its key as soon as it is safe on this device. */
  async add(write: Write): Promise<string> {
    if (this.#personId === null) throw new Error('nobody is signed in');
    const now = this.#context.now();
    const newest = Math.max(0, ...this.waiting.get().map((entry) => entry.createdAt + 1));
    const entry: OutboxEntry = {
      key: this.#context.newKey(),
      personId: this.#personId,
      write,
      createdAt: Math.max(now, newest),
      attempts: 0,
      notBefore: now,
    };
    await this.#context.store.put(entry);
    this.waiting.set([...this.waiting.get().filter(({ key }) => key !== entry.key), entry]);
    void this.flush();
    return entry.key;
  }

  /** Sends all that may be sent now. `retryNow` forgets the pauses: the network is back, or the person asked. */
  async flush(retryNow = false): Promise<void> {
    while (this.#sending) await this.#sending;
    this.#sending = this.#context.exclusively(async () => {
      // Another tab may have sent or postponed some of them meanwhile.
      await this.#reload();
      if (retryNow) this.waiting.set(this.waiting.get().map((entry) => ({ ...entry, notBefore: this.#context.now() })));
      await this.#sendReady();
    });
    try {
      await this.#sending;
    } finally {
      this.#sending = null;
      this.#plan();
    }
  }

  async #sendReady(): Promise<void> {
    for (;;) {
      if (this.#personId === null) return;
      const [entry] = sendable(this.waiting.get(), this.#personId, this.#context.now());
      if (!entry) return;
      let answer: Answer;
      try {
        answer = await this.#context.send(entry);
      } catch (failure) {
        await this.#keep(entry);
        if (failure instanceof NotReachable || failure instanceof SessionEnded) return;
        // A fault of the server: the entry stays and is tried again later, the others get their turn.
        console.error('a saved write met a server fault', failure);
        continue;
      }
      await this.#context.store.remove(entry.key);
      this.waiting.set(this.waiting.get().filter(({ key }) => key !== entry.key));
      this.#context.onAnswered(entry, answer);
    }
  }

  async #keep(entry: OutboxEntry): Promise<void> {
    const later = postponed(entry, this.#context.now());
    await this.#context.store.put(later);
    this.waiting.set(this.waiting.get().map((other) => (other.key === later.key ? later : other)));
  }

  async #reload(): Promise<void> {
    const all = await this.#context.store.all();
    this.waiting.set(all.filter((entry) => entry.personId === this.#personId).sort((a, b) => a.createdAt - b.createdAt));
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#personId === null) return;
    const at = nextAttemptAt(this.waiting.get(), this.#personId);
    if (at !== null) this.#timer = setTimeout(() => void this.flush(), Math.max(250, at - this.#context.now()));
  }
}
