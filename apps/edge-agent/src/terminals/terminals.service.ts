import type { TerminalConnection, TerminalSample } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { Journal } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import type { EffectivePolicy } from '../policy/index.js';
import { TerminalActor } from './terminal.actor.js';
import type { DeviceFactory } from './terminal.devices.js';
import { TerminalStore } from './terminal.store.js';

interface TerminalsContext {
  clock: Clock;
  log: Log;
}

/** Where a sample gets what the terminals module doesn't know. */
export interface SampleSource {
  /** The operator signed on at a terminal. */
  operatorAt(terminal: string): string | null;
  /** What the journal says is booked and not settled at a terminal. */
  unsettledAt(terminal: string): { amountMinor: number; count: number };
}

/** The store's terminals: one actor each, kept in step with the policy. */
export class Terminals {
  readonly #context: TerminalsContext;
  readonly #journal: Journal;
  readonly #factory: DeviceFactory;
  readonly #states: TerminalStore;
  readonly #actors = new Map<string, TerminalActor>();
  readonly #listeners = new Set<() => void>();
  #polling = false;

  constructor(context: TerminalsContext, journal: Journal, factory: DeviceFactory) {
    this.#context = context;
    this.#journal = journal;
    this.#factory = factory;
    this.#states = new TerminalStore(journal.store);
  }

  /** The actor of a terminal of this store. */
  get(id: string): TerminalActor | undefined {
    return this.#actors.get(id);
  }

  /** All terminals of the store. */
  all(): TerminalActor[] {
    return [...this.#actors.values()];
  }

  /** Calls `listener` whenever something about some terminal changed. */
  onChanged(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Creates, replaces and removes actors as the policy says; the factory was prepared for it. A running job is finished first. A terminal that can't be worked
   * with is left out: the policy's own check has said so when it was applied, here it counts after a restart with another version.
   */
  apply(policy: EffectivePolicy): void {
    for (const [id, connection] of policy.terminals) {
      const problem = this.#factory.check(connection);
      if (problem !== null) {
        this.#context.log.error({ terminal: id, problem }, 'a terminal can not be worked with as described');
        continue;
      }
      const actor = this.#actors.get(id);
      if (!actor) this.#add(connection);
      else if (JSON.stringify(actor.connection) !== JSON.stringify(connection)) {
        this.#watch(actor, actor.replace(connection, this.#factory.devices(connection)));
      }
    }
    for (const [id, actor] of this.#actors) {
      if (policy.terminals.has(id)) continue;
      this.#actors.delete(id);
      this.#watch(
        actor,
        actor.run('poll', async () => actor.stop()),
      );
    }
  }

  /** Starts polling all terminals, those added later too. */
  startPolling(): void {
    this.#polling = true;
    for (const actor of this.#actors.values()) actor.startPolling(0);
  }

  /** The samples of all terminals as the live channel and the till interface show them. */
  samples(source: SampleSource): Record<string, TerminalSample> {
    return Object.fromEntries(this.all().map((actor) => [actor.id, sampleOf(actor, source)]));
  }

  /** Drops all links. */
  async stop(): Promise<void> {
    await Promise.all(this.all().map((actor) => actor.stop()));
  }

  #add(connection: TerminalConnection): void {
    const context = { ...this.#context, journal: this.#journal, states: this.#states };
    const actor = new TerminalActor(context, connection, this.#factory.devices(connection), () => this.#changed());
    this.#actors.set(connection.id, actor);
    if (this.#polling) actor.startPolling(0);
  }

  #watch(actor: TerminalActor, work: Promise<void>): void {
    work.catch((error: unknown) => this.#context.log.error({ terminal: actor.id, ...errorFields(error) }, 'replacing a connection failed'));
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** One terminal as its gateway last saw it (contracts, terminalSample). */
export function sampleOf(actor: TerminalActor, source: SampleSource): TerminalSample {
  const { power, service, signedOn, lastUseAt } = actor.facts;
  const unsettled = source.unsettledAt(actor.id);
  return {
    power,
    service,
    activity: actor.activity,
    signedOn,
    operatorId: source.operatorAt(actor.id),
    unsettledMinor: unsettled.amountMinor,
    unsettledCount: unsettled.count,
    currency: actor.connection.currency,
    lastUseAt,
    ...(actor.device ? { device: actor.device } : {}),
  };
}
