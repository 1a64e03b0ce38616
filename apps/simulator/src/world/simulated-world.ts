import type { z } from 'zod';
import { type AcquirerFiles, type StatementOrder, writeAcquirerFiles } from '../acquirer/index.js';
import type { LedgerLine } from '../ledger/index.js';
import { SimulatedPrinter } from '../printer/index.js';
import { SeededRandom } from '../seeded-random.js';
import { SimulatedTill, type TillView } from '../till/index.js';
import { type FedTerminal, type FeederView, PowerFeeds } from './power-feeds.js';
import { DEVICE_FAULTS, type SimulatorScenario, type StoreSettings, type TerminalSettings, type TimelineEntry } from './scenario.js';
import { type WorldTerminal, worldTerminal } from './world-terminal.js';

/** What happens in the world, for the log. */
export interface WorldObserver {
  faultInjected(entry: { readonly store: string; readonly device: string; readonly fault: string; readonly because: string }): void;
  /** Bytes that reached a terminal made no sense; the connection was cut. At most once a minute and terminal. */
  streamBroken?(entry: { readonly store: string; readonly terminal: string; readonly code: string; readonly offset: number }): void;
  /** Something the simulator itself did wrong. */
  failed(error: unknown): void;
}

/** Where the world keeps its files, what names this run, who is told. */
export interface WorldOptions {
  readonly dataDir: string;
  readonly run: string;
  readonly observer: WorldObserver;
}

/** What the control API shows. */
export interface WorldView {
  readonly seed: string;
  readonly terminals: readonly ReturnType<WorldTerminal['view']>[];
  readonly power: readonly FeederView[];
  readonly printers: readonly (Readonly<Record<string, unknown>> & { readonly store: string; readonly printer: string })[];
  readonly tills: readonly TillView[];
}

/** A device a fault can strike. */
interface Afflicted {
  readonly faults: z.ZodType;
  inject(fault: unknown): void;
}

/** A terminal or a printer, by the id it has in its store. */
type Place = { readonly store: string; readonly device: string };
const key = ({ store, device }: Place) => `${store}/${device}`;

/** All simulated stores of one scenario in one process. */
export class SimulatedWorld {
  private readonly random: SeededRandom;
  private readonly terminals: WorldTerminal[] = [];
  private readonly printers: { readonly store: string; readonly id: string; readonly printer: SimulatedPrinter }[] = [];
  private readonly afflicted = new Map<string, Afflicted>();
  private readonly feeds: PowerFeeds[] = [];
  private readonly tills: SimulatedTill[] = [];
  private readonly unplugged: WorldTerminal[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly waiting: Set<TimelineEntry>;

  constructor(
    private readonly scenario: SimulatorScenario,
    private readonly options: WorldOptions,
  ) {
    this.random = new SeededRandom(scenario.seed);
    this.waiting = new Set(scenario.timeline);
    for (const [index, store] of scenario.stores.entries()) this.build(store, index + 1);
  }

  /** Gives power to what has power, opens the tills, starts the timeline. Rejects when a port is taken. */
  async start(): Promise<void> {
    await Promise.all([
      ...this.feeds.map((feeds) => feeds.start()),
      ...this.unplugged.map((terminal) => terminal.powerOn(0)),
      ...this.printers.map(({ printer }) => printer.start()),
    ]);
    for (const till of this.tills) till.start();
    for (const entry of this.scenario.timeline) {
      if (entry.afterS === undefined) continue;
      const strike = () => this.strike(entry, `after ${entry.afterS} s`);
      this.timers.push(setTimeout(strike, entry.afterS * 1000));
    }
  }

  /** Ends everything; files are complete when it resolves. */
  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.tills.map((till) => till.stop()));
    await Promise.all(this.feeds.map((feeds) => feeds.stop()));
    await Promise.all([...this.terminals.map((terminal) => terminal.close()), ...this.printers.map(({ printer }) => printer.stop())]);
  }

  /** How everything stands. */
  view(): WorldView {
    return {
      seed: this.scenario.seed,
      terminals: this.terminals.map((terminal) => terminal.view()),
      power: this.feeds.flatMap((feeds) => feeds.view()),
      printers: this.printers.map(({ store, id, printer }) => ({ store, printer: id, ...printer.endpoints, ...printer.view() })),
      tills: this.tills.map((till) => till.view()),
    };
  }

  /** Every transaction and settlement of every terminal. */
  ledger(): LedgerLine[] {
    return this.terminals.flatMap((terminal) => [...terminal.ledger]);
  }

  /** What the simulated acquirer and the bank send about a store; undefined when there is none of that name. */
  acquirerFiles(order: StatementOrder): AcquirerFiles | undefined {
    const { seed, stores } = this.scenario;
    const store = stores.find(({ id }) => id === order.store);
    return store && writeAcquirerFiles(this.ledger(), order, { timeZone: store.timeZone, seed });
  }

  /** What a terminal or printer can suffer; undefined when there is none of that name. */
  faultsOf(place: Place): z.ZodType | undefined {
    return this.afflicted.get(key(place))?.faults;
  }

  /** Puts a fault into a terminal or printer that its schema has accepted; false when there is none of that name. */
  inject(place: Place, fault: unknown, because: string): boolean {
    const device = this.afflicted.get(key(place));
    if (!device) return false;
    device.inject(fault);
    const word = (fault as { fault: string }).fault;
    this.options.observer.faultInjected({ ...place, fault: word, because });
    return true;
  }

  /** The tills of a store, or all. */
  tillsOf(store: string | undefined): SimulatedTill[] {
    return store === undefined ? this.tills : this.tills.filter((till) => till.view().store === store);
  }

  private build(store: StoreSettings, storeNo: number): void {
    const fed: FedTerminal[] = [];
    for (const [index, settings] of store.terminals.entries()) {
      const terminal = this.buildTerminal(store, settings, `6${String(storeNo).padStart(3, '0')}${String(index + 1).padStart(4, '0')}`);
      const { id, power, poweredAtStart } = settings;
      if (power) fed.push({ id, feed: power, poweredAtStart, terminal });
      else this.unplugged.push(terminal);
    }
    const { host, seed } = this.scenario;
    const { dataDir, observer } = this.options;
    this.feeds.push(new PowerFeeds({ store: store.id, host, seed, dataDir, failed: (error) => observer.failed(error) }, fed));
    for (const { id, port } of store.printers) this.buildPrinter(store.id, id, port);
    for (const till of store.tills) this.buildTill(store, till);
  }

  private buildTerminal(store: StoreSettings, settings: TerminalSettings, madeTerminalId: string): WorldTerminal {
    const place = { store: store.id, device: settings.id };
    const { observer, dataDir } = this.options;
    const terminal = worldTerminal(store, settings, {
      host: this.scenario.host,
      dataDir,
      madeTerminalId,
      random: this.random.fork(`terminal/${key(place)}`),
      observer: {
        saleStarted: (number) => this.strikeAll(place, (entry) => entry.atSale === number, `at sale ${number}`),
        closingStarted: () => this.strikeAll(place, (entry) => entry.onClosing === true, 'on closing'),
        streamBroken: (code, offset) => observer.streamBroken?.({ store: store.id, terminal: settings.id, code, offset }),
        failed: (error) => observer.failed(error),
      },
    });
    this.terminals.push(terminal);
    this.afflicted.set(key(place), { faults: DEVICE_FAULTS[settings.driver], inject: (fault) => terminal.inject(fault) });
    return terminal;
  }

  private buildPrinter(store: string, id: string, port: number): void {
    const seed = `${this.scenario.seed}/${store}/${id}`;
    const printer = new SimulatedPrinter({ host: this.scenario.host, port, seed, secondClient: 'waits' });
    this.printers.push({ store, id, printer });
    this.afflicted.set(key({ store, device: id }), { faults: DEVICE_FAULTS.printer, inject: (fault) => printer.inject(fault) });
  }

  private buildTill(store: StoreSettings, till: StoreSettings['tills'][number]): void {
    const { uncertifiedOperatorId, ...settings } = till;
    this.tills.push(
      new SimulatedTill({
        ...settings,
        ...(uncertifiedOperatorId === undefined ? {} : { uncertifiedOperatorId }),
        store: store.id,
        currency: store.currency,
        agent: store.agent,
        random: this.random.fork(`till/${store.id}/${till.id}`),
        run: this.options.run,
      }),
    );
  }

  private strikeAll(place: Place, matches: (entry: TimelineEntry) => boolean, because: string): void {
    for (const entry of this.waiting) {
      if (key(placeOf(entry)) === key(place) && matches(entry)) this.strike(entry, because);
    }
  }

  private strike(entry: TimelineEntry, because: string): void {
    if (!this.waiting.delete(entry)) return;
    const place = placeOf(entry);
    // The scenario was checked with the same schema; this fills in what it left out.
    this.inject(place, this.faultsOf(place)?.parse(entry.fault), because);
  }
}

function placeOf({ store, terminal, printer }: TimelineEntry): Place {
  return { store, device: terminal ?? printer ?? '' };
}
