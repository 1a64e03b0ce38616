import type { LedgerLine } from '../ledger/index.js';
import { SimulatedPlug } from '../plug/index.js';
import { SeededRandom } from '../seeded-random.js';
import { type TerminalFault, type TerminalView, ZvtTerminal } from '../terminal/index.js';
import { SimulatedTill, type TillView } from '../till/index.js';
import type { SimulatorScenario, TimelineEntry } from './scenario.js';

/** What happens in the world, for the log. */
export interface WorldObserver {
  faultInjected(entry: { readonly store: string; readonly terminal: string; readonly fault: string; readonly because: string }): void;
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
  readonly terminals: readonly TerminalView[];
  readonly plugs: readonly { readonly port: number; readonly outlets: Readonly<Record<string, boolean>> }[];
  readonly tills: readonly TillView[];
}

type Place = { readonly store: string; readonly terminal: string };
const key = ({ store, terminal }: Place) => `${store}/${terminal}`;

/** All simulated stores of one scenario in one process. */
export class SimulatedWorld {
  private readonly random: SeededRandom;
  private readonly terminals = new Map<string, ZvtTerminal>();
  private readonly plugs: { readonly plug: SimulatedPlug; readonly switches: readonly number[] }[] = [];
  private readonly tills: SimulatedTill[] = [];
  private readonly unplugged: ZvtTerminal[] = [];
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
    await Promise.all([...this.plugs.map(({ plug }) => plug.start()), ...this.unplugged.map((terminal) => terminal.powerOn(0))]);
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
    await Promise.all(this.plugs.map(({ plug }) => plug.close()));
    await Promise.all([...this.terminals.values()].map((terminal) => terminal.close()));
  }

  /** How everything stands. */
  view(): WorldView {
    return {
      seed: this.scenario.seed,
      terminals: [...this.terminals.values()].map((terminal) => terminal.view()),
      plugs: this.plugs.map(({ plug, switches }) => ({
        port: plug.port,
        outlets: Object.fromEntries(switches.map((id) => [String(id), plug.isOn(id) ?? false])),
      })),
      tills: this.tills.map((till) => till.view()),
    };
  }

  /** Every sale and settlement of every terminal. */
  ledger(): LedgerLine[] {
    return [...this.terminals.values()].flatMap((terminal) => [...terminal.ledger]);
  }

  /** Puts a fault into a terminal; false when there is no such terminal. */
  inject(place: Place, fault: TerminalFault, because: string): boolean {
    const terminal = this.terminals.get(key(place));
    if (!terminal) return false;
    terminal.inject(fault);
    this.options.observer.faultInjected({ store: place.store, terminal: place.terminal, fault: fault.fault, because });
    return true;
  }

  /** The tills of a store, or all. */
  tillsOf(store: string | undefined): SimulatedTill[] {
    return store === undefined ? this.tills : this.tills.filter((till) => till.view().store === store);
  }

  private build(store: SimulatorScenario['stores'][number], storeNo: number): void {
    const devices = new Map<number, { terminals: Map<number, ZvtTerminal>; initiallyOn: boolean; ownDevice: number }>();
    for (const [index, settings] of store.terminals.entries()) {
      const terminal = this.buildTerminal(store, settings, `6${String(storeNo).padStart(3, '0')}${String(index + 1).padStart(4, '0')}`);
      this.terminals.set(key({ store: store.id, terminal: settings.id }), terminal);
      if (!settings.plug) {
        this.unplugged.push(terminal);
        continue;
      }
      // Port 0 asks for a free port, hence for a device of its own.
      const device = settings.plug.port === 0 ? -1 - index : settings.plug.port;
      const entry = devices.get(device) ?? { terminals: new Map(), initiallyOn: settings.poweredAtStart, ownDevice: settings.plug.port };
      entry.terminals.set(settings.plug.switchId, terminal);
      devices.set(device, entry);
    }
    for (const [device, entry] of devices) this.buildPlug(store.id, device, entry);
    for (const till of store.tills) {
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
  }

  private buildTerminal(
    store: SimulatorScenario['stores'][number],
    settings: SimulatorScenario['stores'][number]['terminals'][number],
    madeTerminalId: string,
  ): ZvtTerminal {
    const place = { store: store.id, terminal: settings.id };
    return new ZvtTerminal({
      ...settings,
      ...place,
      terminalId: settings.terminalId ?? madeTerminalId,
      storeName: store.name,
      currency: store.currency,
      timeZone: store.timeZone,
      host: this.scenario.host,
      dataDir: this.options.dataDir,
      random: this.random.fork(`terminal/${key(place)}`),
      observer: {
        saleStarted: (number) => this.strikeAll(place, (entry) => entry.atSale === number, `at sale ${number}`),
        closingStarted: () => this.strikeAll(place, (entry) => entry.onClosing === true, 'on closing'),
        streamBroken: (code, offset) => this.options.observer.streamBroken?.({ ...place, code, offset }),
        failed: (error) => this.options.observer.failed(error),
      },
    });
  }

  private buildPlug(
    store: string,
    device: number,
    entry: { terminals: Map<number, ZvtTerminal>; initiallyOn: boolean; ownDevice: number },
  ): void {
    const { terminals, initiallyOn, ownDevice } = entry;
    let started = false;
    // At the start of the world a terminal that has power has had it for long; later it must boot.
    const outlets = [...terminals].map(
      ([id, terminal]) => [id, { powerOn: () => terminal.powerOn(started ? undefined : 0), powerOff: () => terminal.powerOff() }] as const,
    );
    const plug = new SimulatedPlug({
      host: this.scenario.host,
      port: ownDevice,
      name: `shellyplusplugs-${store}-${Math.abs(device)}`,
      outlets: new Map(outlets),
      stateFile: `${this.options.dataDir}/plugs/${store}.${[...terminals.values()].map((terminal) => terminal.view().terminal).join('+')}.json`,
      initiallyOn,
      failed: (error) => this.options.observer.failed(error),
      started: () => {
        started = true;
      },
    });
    this.plugs.push({ plug, switches: [...terminals.keys()] });
  }

  private strikeAll(place: Place, matches: (entry: TimelineEntry) => boolean, because: string): void {
    for (const entry of this.waiting) {
      if (key(entry) === key(place) && matches(entry)) this.strike(entry, because);
    }
  }

  private strike(entry: TimelineEntry, because: string): void {
    if (!this.waiting.delete(entry)) return;
    this.inject(entry, entry.fault, because);
  }
}
