import type { NexoConnection, TerminalConnection, UnionpayConnection, ZvtConnection } from '@tillward/contracts';
import type { NexoDriverOptions } from '@tillward/driver-nexo';
import type { PowerConfig, PowerSwitch } from '@tillward/power';
import type { DeviceFactory, PrinterReader, TerminalDevices, TrafficSource } from './terminal.devices.js';
import { WatchedTerminal } from './watched.driver.js';

/** Kinds of device whose code is loaded when a store has the first of them. */
const LIBRARIES = {
  zvt: () => import('@tillward/driver-zvt'),
  nexo: () => import('@tillward/driver-nexo'),
  unionpay: () => import('@tillward/observer-unionpay'),
  power: () => import('@tillward/power'),
  printer: () => import('@tillward/driver-escpos'),
} as const;
type LibraryName = keyof typeof LIBRARIES;
type Library<N extends LibraryName> = Awaited<ReturnType<(typeof LIBRARIES)[N]>>;

/** Where terminals that are watched connect to: they come from the store's network, not from this machine. */
const LISTEN_HOST = '0.0.0.0';

/** The real devices. */
export class NetworkDevices implements DeviceFactory {
  readonly #libraries = new Map<LibraryName, unknown>();
  readonly #switches = new Map<string, PowerSwitch | null>();
  /** Why a library or a switch is not there. */
  readonly #problems = new Map<string, string>();

  prepare(connections: readonly TerminalConnection[]): Promise<void> | null {
    const libraries = new Set(connections.flatMap(librariesOf).filter((name) => !this.#libraries.has(name)));
    const switches = connections.filter(({ power }) => power.kind !== 'none').filter((each) => !this.#switches.has(keyOf(each)));
    this.#forgetOthers(connections);
    if (libraries.size === 0 && switches.length === 0) return null;
    return this.#load([...libraries], switches);
  }

  check(connection: TerminalConnection): string | null {
    for (const name of librariesOf(connection)) {
      if (!this.#libraries.has(name)) return this.#problems.get(name) ?? `what ${name} needs is not loaded`;
    }
    const power = this.#problems.get(keyOf(connection));
    if (power !== undefined) return power;
    switch (connection.driver) {
      case 'zvt': {
        const { ZVT_CAPABILITIES } = this.#library('zvt');
        return ZVT_CAPABILITIES.currencies.has(connection.currency) ? null : `ZVT can not name the currency ${connection.currency}`;
      }
      case 'nexo':
        return this.#library('nexo').nexoSettingsProblem(nexoOptions(connection));
      case 'unionpay':
        return null;
    }
  }

  devices(connection: TerminalConnection): TerminalDevices {
    return {
      driver: this.#driver(connection),
      power: this.#switches.get(keyOf(connection)) ?? null,
      printer: connection.printer ? this.#printer(connection.printer) : null,
      traffic: connection.driver === 'unionpay' ? this.#traffic(connection) : null,
    };
  }

  #driver(connection: TerminalConnection): TerminalDevices['driver'] {
    switch (connection.driver) {
      case 'zvt':
        return new (this.#library('zvt').ZvtDriver)(zvtOptions(connection));
      case 'nexo':
        return new (this.#library('nexo').NexoDriver)(nexoOptions(connection));
      case 'unionpay':
        return new WatchedTerminal(connection.currency);
    }
  }

  #printer({ host, port }: { host: string; port: number }): PrinterReader {
    const printer = new (this.#library('printer').EscPosPrinter)({ host, port });
    return {
      async read() {
        const { state } = await printer.status();
        return state === 'unreachable' ? null : state;
      },
    };
  }

  #traffic({ listenPort, terminalAddresses, terminalNumber, host, port, tpduBytes, headBytes }: UnionpayConnection): TrafficSource {
    const { startRelay } = this.#library('unionpay');
    let relay: Awaited<ReturnType<typeof startRelay>> | null = null;
    return {
      async start(listener, signOn) {
        relay = await startRelay({
          listen: { host: LISTEN_HOST, port: listenPort },
          allowFrom: terminalAddresses,
          known: [{ terminalId: terminalNumber, signOn }],
          upstream: { host, port },
          framing: { tpduBytes, headBytes },
          onEvent: (event) => listener.event(event),
          onBreak: ({ kind, code }) => listener.broken(kind, code),
          failed: (error) => listener.broken('unreadable', error instanceof Error ? error.name : 'internal'),
        });
      },
      async stop() {
        await relay?.close();
        relay = null;
      },
    };
  }

  async #load(names: readonly LibraryName[], switches: readonly TerminalConnection[]): Promise<void> {
    await Promise.all(names.map((name) => this.#attempt(name, async () => this.#libraries.set(name, await LIBRARIES[name]()))));
    if (!this.#libraries.has('power')) return;
    const { powerSwitchFor, tcpProbe } = this.#library('power');
    await Promise.all(
      switches.map((connection) =>
        this.#attempt(keyOf(connection), async () => {
          const probe = probeOf(connection, tcpProbe);
          this.#switches.set(keyOf(connection), await powerSwitchFor(powerConfig(connection), probe ? { probe } : {}));
        }),
      ),
    );
  }

  async #attempt(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#problems.delete(what);
    } catch (error) {
      // Said by check(), which refuses the terminals it concerns and no others.
      this.#problems.set(what, error instanceof Error ? error.message.slice(0, 160) : 'it could not be loaded');
    }
  }

  #library<N extends LibraryName>(name: N): Library<N> {
    const library = this.#libraries.get(name);
    if (library === undefined) throw new Error(`${name} was not prepared`);
    return library as Library<N>;
  }

  #forgetOthers(connections: readonly TerminalConnection[]): void {
    const wanted = new Set(connections.map(keyOf));
    for (const key of this.#switches.keys()) if (!wanted.has(key)) this.#switches.delete(key);
  }
}

function librariesOf({ driver, power, printer }: TerminalConnection): LibraryName[] {
  return [driver, ...(power.kind === 'none' ? [] : ['power' as const]), ...(printer ? ['printer' as const] : [])];
}

/** A switch belongs to its terminal: its probe looks at it. */
function keyOf({ id, driver, host, port, power }: TerminalConnection): string {
  return JSON.stringify([id, driver, host, port, power]);
}

/** A watched terminal comes to us: there is no port of its own to look at. */
function probeOf(connection: TerminalConnection, tcpProbe: Library<'power'>['tcpProbe']) {
  if (connection.driver === 'unionpay') return null;
  const { host, port } = connection;
  return tcpProbe({ host, port });
}

/** Contracts name the cipher by its standard, libs/power by what the device menus say: AES-256 is meant with the key extension most devices have. */
function powerConfig({ power }: TerminalConnection): PowerConfig {
  switch (power.kind) {
    case 'none':
    case 'wakeOnLan':
      return power;
    case 'shelly': {
      const { password, ...rest } = power;
      return { ...rest, ...(password === undefined ? {} : { password }) };
    }
    case 'snmpPdu': {
      const { snmp, ...rest } = power;
      return { ...rest, credentials: credentialsOf(snmp) };
    }
    case 'snmpPoe': {
      const { snmp, ...rest } = power;
      return { ...rest, credentials: credentialsOf(snmp) };
    }
  }
}

type Snmp = Extract<TerminalConnection['power'], { kind: 'snmpPdu' }>['snmp'];

function credentialsOf(snmp: Snmp): Extract<PowerConfig, { kind: 'snmpPdu' }>['credentials'] {
  if (snmp.version === '2c') return snmp;
  return { ...snmp, privProtocol: snmp.privProtocol === 'aes128' ? 'aes' : 'aes256b' };
}

function zvtOptions({ host, port, password, currency, characterSet, configByte }: ZvtConnection) {
  return {
    host,
    port,
    password,
    currency,
    ...(characterSet === undefined ? {} : { characterSet }),
    ...(configByte === undefined ? {} : { configByte }),
  };
}

function trustOf(trust: NexoConnection['trust']): NexoDriverOptions['trust'] {
  if (trust.kind === 'fingerprint') return trust;
  const { environment, ...root } = trust;
  return { ...root, ...(environment === undefined ? {} : { environment }) };
}

function nexoOptions(connection: NexoConnection) {
  const { host, port, saleId, poiId, currency, keyIdentifier, keyVersion, passphrase, trust } = connection;
  return {
    host,
    port,
    saleId,
    poiId,
    currency,
    key: { identifier: keyIdentifier, version: keyVersion, passphrase },
    trust: trustOf(trust),
  };
}
