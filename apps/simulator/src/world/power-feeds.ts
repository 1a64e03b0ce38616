import { join } from 'node:path';
import { type PoweredDevice, SimulatedPlug } from '../plug/index.js';
import { SimulatedPdu, SimulatedPoeSwitch, type SnmpAccess } from '../snmp/index.js';
import type { PowerFeed } from './scenario.js';

/** One simulated device that feeds terminals of a store. */
interface Feeder {
  readonly port: number;
  isOn(outlet: number): boolean | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What the control API shows of a power switch. */
export interface FeederView {
  readonly kind: PowerFeed['kind'];
  readonly store: string;
  readonly port: number;
  readonly outlets: Readonly<Record<string, boolean>>;
}

/** A terminal on its outlet. */
export interface FedTerminal {
  readonly id: string;
  readonly feed: PowerFeed;
  readonly poweredAtStart: boolean;
  readonly terminal: { powerOn(bootMs?: number): Promise<void>; powerOff(): Promise<void> };
}

interface FeedersOptions {
  readonly store: string;
  readonly host: string;
  readonly dataDir: string;
  readonly seed: string;
  readonly failed: (error: unknown) => void;
}

/** A PoE port gives power once it has found out what hangs on it; half a second is quick. */
const NEGOTIATE_MS = 500;

/** The plugs, PDUs and PoE switches of one store, each with the terminals that name its port. */
export class PowerFeeds {
  private readonly feeders: { readonly kind: PowerFeed['kind']; readonly feeder: Feeder; readonly outlets: readonly number[] }[];
  private started = false;

  constructor(
    private readonly options: FeedersOptions,
    terminals: readonly FedTerminal[],
  ) {
    this.feeders = [...grouped(terminals)].map(([device, fed]) => ({
      kind: fed[0]!.feed.kind,
      feeder: this.build(device, fed),
      outlets: fed.map(({ feed }) => outletOf(feed)),
    }));
  }

  /** Starts the devices, and gives power to what stands on. */
  async start(): Promise<void> {
    await Promise.all(this.feeders.map(({ feeder }) => feeder.start()));
    this.started = true;
  }

  async stop(): Promise<void> {
    await Promise.all(this.feeders.map(({ feeder }) => feeder.stop()));
  }

  view(): FeederView[] {
    return this.feeders.map(({ kind, feeder, outlets }) => ({
      kind,
      store: this.options.store,
      port: feeder.port,
      outlets: Object.fromEntries(outlets.map((outlet) => [String(outlet), feeder.isOn(outlet) ?? false])),
    }));
  }

  private build(device: string, fed: readonly FedTerminal[]): Feeder {
    const { store, host, dataDir, seed, failed } = this.options;
    const first = fed[0]!;
    const outlets = new Map(fed.map(({ feed, terminal }) => [outletOf(feed), this.powered(terminal)] as const));
    const names = fed.map(({ id }) => id).join('+');
    const common = { host, port: first.feed.port, seed: `${seed}/${store}/${device}`, initiallyOn: first.poweredAtStart, failed };
    const folder = join(dataDir, first.feed.kind === 'plug' ? 'plugs' : 'power', `${store}.${names}`);
    switch (first.feed.kind) {
      case 'plug':
        return new Plug({
          ...common,
          outlets,
          name: `shellyplusplugs-${store}-${device.replace(/[^a-z0-9]/g, '')}`,
          stateFile: `${folder}.json`,
          ...(first.feed.password === undefined ? {} : { password: first.feed.password }),
        });
      case 'pdu':
        return new SimulatedPdu({
          ...common,
          outlets,
          dataDir: folder,
          access: accessOf(first.feed.snmp),
          names: new Map(fed.map(({ feed, id }) => [outletOf(feed), id] as const)),
        });
      case 'poe':
        return new SimulatedPoeSwitch({
          ...common,
          ports: outlets,
          group: 1,
          dataDir: folder,
          access: accessOf(first.feed.snmp),
          negotiateMs: NEGOTIATE_MS,
        });
    }
  }

  /** At the start of the world a terminal that has power has had it for long; later it must boot. */
  private powered(terminal: FedTerminal['terminal']): PoweredDevice {
    return { powerOn: () => terminal.powerOn(this.started ? undefined : 0), powerOff: () => terminal.powerOff() };
  }
}

/** A plug ends like the other devices do. */
class Plug extends SimulatedPlug implements Feeder {
  stop(): Promise<void> {
    return this.close();
  }
}

/** Terminals by the device that feeds them: those that name the same port share it, port 0 asks for a device of its own. */
function grouped(terminals: readonly FedTerminal[]): Map<string, FedTerminal[]> {
  const devices = new Map<string, FedTerminal[]>();
  for (const fed of terminals) {
    const { kind, port } = fed.feed;
    const device = `${kind}-${port === 0 ? fed.id : port}`;
    devices.set(device, [...(devices.get(device) ?? []), fed]);
  }
  return devices;
}

function outletOf(feed: PowerFeed): number {
  switch (feed.kind) {
    case 'plug':
      return feed.switchId;
    case 'pdu':
      return feed.outlet;
    case 'poe':
      return feed.portNumber;
  }
}

function accessOf({ user, authPassword, privPassword }: { user: string; authPassword: string; privPassword: string }): SnmpAccess {
  return { user, authPassword, privPassword, authProtocol: 'sha256', privProtocol: 'aes', community: null };
}
