import { randomBytes } from 'node:crypto';
import type { ChainFile } from '@tillward/contracts';
import type { SimulatorScenarioInput } from '@tillward/simulator';

/** Size of the chain under examination. */
export interface ChainSize {
  gateways: number;
  terminals: number;
}

/** A terminal of the exam. */
export interface ExamTerminal {
  readonly id: string;
  readonly operatorId: string;
  readonly driver: 'zvt' | 'nexo';
}

/** A store with its one gateway. */
export interface ExamStore {
  readonly id: string;
  readonly gateway: string;
  /** Who may be the second person of a refund. */
  readonly managerId: string;
  readonly terminals: readonly ExamTerminal[];
}

/** The person who steers the chain through GraphQL. */
export const HEADQUARTERS = 'hq';
export const CURRENCY = 'EUR';
export const TIME_ZONE = 'Europe/Berlin';
const COURSE = 'safe-closing';
const ZVT_PASSWORD = '000000';
const LOOPBACK = '127.0.0.1';
const NEXO_KEY = { keyIdentifier: 'chaos', keyVersion: 1 } as const;

/** Stores s1, s2 …; the last of four or more terminals of a store speaks nexo, the others ZVT. */
export function examStores(size: ChainSize): ExamStore[] {
  return Array.from({ length: size.gateways }, (_, i) => ({
    id: `s${i + 1}`,
    gateway: `gw-${i + 1}`,
    managerId: `manager-s${i + 1}`,
    terminals: Array.from({ length: size.terminals }, (_terminal, t) => ({
      id: `s${i + 1}-t${t + 1}`,
      operatorId: `cashier-s${i + 1}-${t + 1}`,
      driver: t === 3 ? ('nexo' as const) : ('zvt' as const),
    })),
  }));
}

/** Where the devices of one terminal listen: what the gateway is told, and where the simulator really is (a proxy stands between). */
export interface TerminalPorts {
  seen: number;
  real: number;
  power: number;
}

/** Secrets of the devices and the people, made for each exam. */
export interface ExamSecrets {
  readonly nexoPassphrase: string;
  readonly password: string;
}

export function examSecrets(): ExamSecrets {
  return { nexoPassphrase: randomBytes(24).toString('base64url'), password: randomBytes(18).toString('base64url') };
}

/** What the chain file and the scenario need to know of the machine. */
export interface ExamWiring {
  readonly secrets: ExamSecrets;
  readonly ports: (terminal: string) => TerminalPorts;
  /** PEM of the root that signs the simulated nexo terminals' certificates. */
  readonly nexoAuthority: string;
}

/** The provisioning file: everybody open around the clock as far as the hours allow, routines brisk. */
export function examChainFile(
  stores: readonly ExamStore[],
  wiring: ExamWiring,
  settings: Readonly<Record<string, string | number>>,
): ChainFile {
  return {
    chain: { id: 'chaos-exam', name: 'Chaos exam' },
    settings: { ...BRISK, ...settings },
    stores: stores.map((store) => ({
      id: store.id,
      name: `Store ${store.id}`,
      city: 'Berlin',
      timeZone: TIME_ZONE,
      currency: CURRENCY,
      gateway: { id: store.gateway },
      terminals: store.terminals.map((terminal) => provisioned(store, terminal, wiring)),
      settings: {},
    })),
    people: [
      {
        id: HEADQUARTERS,
        name: 'Headquarters',
        role: 'hq',
        language: 'en',
        stores: [],
        password: wiring.secrets.password,
        certified: [],
      },
      ...stores.flatMap((store) => [
        person(store.managerId, 'manager', store, wiring),
        ...store.terminals.map(({ operatorId }) => person(operatorId, 'cashier', store, wiring)),
      ]),
    ],
  };
}

function person(id: string, role: 'manager' | 'cashier', store: ExamStore, wiring: ExamWiring): ChainFile['people'][number] {
  return { id, name: id, role, language: 'en', stores: [store.id], password: wiring.secrets.password, certified: [COURSE] };
}

const BRISK = {
  'sales.afterHours': 'allow',
  'settlement.attempts': 2,
  'settlement.retryDelaySeconds': 1,
  'closing.waitIdleMinutes': 1,
  'closing.backUpTimeoutMinutes': 1,
  'power.overnight': 'on',
  // One sign-in stands for a whole headquarters here: what it orders within an hour must not wait for a second person.
  'approval.terminals': 200,
};

function provisioned(store: ExamStore, terminal: ExamTerminal, wiring: ExamWiring): ChainFile['stores'][number]['terminals'][number] {
  const { id, driver } = terminal;
  const ports = wiring.ports(id);
  const common = {
    id,
    name: `Till ${id}`,
    brand: driver === 'zvt' ? 'Ingenico' : 'Adyen',
    model: driver === 'zvt' ? 'Desk/3500' : 'V400m',
    host: LOOPBACK,
    port: ports.seen,
    currency: CURRENCY,
    power: { kind: 'shelly' as const, baseUrl: `http://${LOOPBACK}:${ports.power}`, switchId: 0 },
  };
  if (driver === 'zvt') return { ...common, driver, password: ZVT_PASSWORD };
  return {
    ...common,
    driver,
    saleId: `${store.gateway}-${id}`,
    poiId: poiIdOf(id),
    ...NEXO_KEY,
    passphrase: wiring.secrets.nexoPassphrase,
    trust: { kind: 'ca', pem: wiring.nexoAuthority },
  };
}

/** Model and serial number, as nexo terminals are named; the serial is made of the store's and the terminal's numbers. */
function poiIdOf(terminalId: string): string {
  const [store, terminal] = terminalId.match(/\d+/g)!;
  return `V400m-${store!.padStart(5, '0')}${terminal!.padStart(4, '0')}`;
}

/** The simulated devices of all stores, without tills: the exam sells itself, and remembers what it was told. */
export function examScenario(seed: number, stores: readonly ExamStore[], wiring: ExamWiring): SimulatorScenarioInput {
  return {
    seed: `chaos-${seed}`,
    stores: stores.map((store) => ({
      id: store.id,
      name: `Store ${store.id}`,
      timeZone: TIME_ZONE,
      currency: CURRENCY,
      agent: { url: `http://${LOOPBACK}:1`, token: 'no simulated till sells here' },
      terminals: store.terminals.map(({ id, driver }) => {
        const { real, power } = wiring.ports(id);
        const common = {
          id,
          port: real,
          ...BRISK_TERMINAL,
          power: { kind: 'plug' as const, port: power, switchId: 0 },
        };
        if (driver === 'zvt') return { ...common, driver, password: ZVT_PASSWORD };
        return { ...common, driver, poiId: poiIdOf(id), ...NEXO_KEY, passphrase: wiring.secrets.nexoPassphrase };
      }),
      tills: [],
    })),
    timeline: [],
  };
}

/** A customer's minute in a third of a second: what counts are the moments in between, and there should be many of them. */
const BRISK_TERMINAL = { cardMs: [40, 200] as [number, number], hostMs: [20, 100] as [number, number], bootMs: 400, declineRate: 0.05 };
