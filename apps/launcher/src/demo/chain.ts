import type { ChainFile, PowerConnection } from '@tillward/contracts';
import { type DemoHours, hoursClosingAt } from './hours.rules.js';

/** The acquirer of the whole demo chain, and what was agreed with it. */
export const DEMO_ACQUIRER = {
  id: 'demo-acquirer',
  name: '示范收单行 Demo Acquirer',
  feePpm: 8_000,
  account: 'DE00500105175407324931',
  country: 'CN',
  delayBankDays: 1,
} as const;

/** A store of the demo chain; ports come from the start, keys and certificates from its gateway's enrolment. */
export interface DemoStore {
  id: 'shanghai' | 'berlin' | 'newyork';
  name: string;
  city: string;
  timeZone: string;
  currency: string;
  gateway: string;
  terminals: readonly DemoTerminal[];
}

/** A terminal of the demo: what it speaks, what feeds it, and whether a receipt printer stands beside it. */
export interface DemoTerminal {
  id: string;
  name: string;
  brand: string;
  model: string;
  driver?: 'zvt' | 'nexo';
  power?: 'plug' | 'poe' | 'pdu';
  printer?: string;
}

/** Three calendars, three currencies, eight terminals. Berlin is mixed: ZVT and nexo, fed by a plug, a PoE switch and a PDU, with a printer. */
export const DEMO_STORES: readonly DemoStore[] = [
  {
    id: 'shanghai',
    name: '上海南京路店 Shanghai Nanjing Road',
    city: 'Shanghai',
    timeZone: 'Asia/Shanghai',
    currency: 'CNY',
    gateway: 'gw-shanghai',
    terminals: [
      { id: 'sh-1', name: '收银台1 Till 1', brand: 'Verifone', model: 'V400m' },
      { id: 'sh-2', name: '收银台2 Till 2', brand: 'Verifone', model: 'V400m' },
      { id: 'sh-3', name: '收银台3 Till 3', brand: 'Ingenico', model: 'Desk/3500' },
    ],
  },
  {
    id: 'berlin',
    name: '柏林米特店 Berlin Mitte',
    city: 'Berlin',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    gateway: 'gw-berlin',
    terminals: [
      { id: 'be-1', name: '收银台1 Till 1', brand: 'Ingenico', model: 'Desk/3500' },
      { id: 'be-2', name: '收银台2 Till 2', brand: 'Ingenico', model: 'Desk/3500', power: 'poe', printer: 'be-2-printer' },
      { id: 'be-3', name: '咖啡角 Café', brand: 'Adyen', model: 'V400m', driver: 'nexo', power: 'pdu' },
    ],
  },
  {
    id: 'newyork',
    name: '纽约第五大道店 New York Fifth Avenue',
    city: 'New York',
    timeZone: 'America/New_York',
    currency: 'USD',
    gateway: 'gw-newyork',
    terminals: [
      { id: 'ny-1', name: '收银台1 Till 1', brand: 'Verifone', model: 'P400' },
      { id: 'ny-2', name: '收银台2 Till 2', brand: 'Verifone', model: 'P400' },
    ],
  },
];

/** The course without which nobody may sign on at a terminal. */
export const SAFE_CLOSING_COURSE = 'safe-closing';

interface DemoPerson {
  id: string;
  name: string;
  role: 'hq' | 'manager' | 'cashier' | 'auditor';
  language: 'en' | 'zh';
  stores: string[];
  certified: string[];
}

function cashier(store: string, number: number, name: string, language: 'en' | 'zh', certified = true): DemoPerson {
  return {
    id: `cashier-${store}-${number}`,
    name,
    role: 'cashier',
    language,
    stores: [store],
    certified: certified ? [SAFE_CLOSING_COURSE] : [],
  };
}

/** The people of the demo. The last cashier of New York has not taken the course yet, so that it can be tried out. */
export const DEMO_PEOPLE: readonly DemoPerson[] = [
  { id: 'hq', name: '林薇 Lin Wei', role: 'hq', language: 'zh', stores: [], certified: [] },
  // The second person that fleet-wide orders need.
  { id: 'hq-second', name: '周明 Zhou Ming', role: 'hq', language: 'en', stores: [], certified: [] },
  {
    id: 'manager-shanghai',
    name: '王芳 Wang Fang',
    role: 'manager',
    language: 'zh',
    stores: ['shanghai'],
    certified: [SAFE_CLOSING_COURSE],
  },
  {
    id: 'manager-berlin',
    name: '安娜·施密特 Anna Schmidt',
    role: 'manager',
    language: 'en',
    stores: ['berlin'],
    certified: [SAFE_CLOSING_COURSE],
  },
  {
    id: 'manager-newyork',
    name: '马库斯·李 Marcus Lee',
    role: 'manager',
    language: 'en',
    stores: ['newyork'],
    certified: [SAFE_CLOSING_COURSE],
  },
  { id: 'auditor', name: '陈静 Chen Jing', role: 'auditor', language: 'zh', stores: [], certified: [] },
  cashier('shanghai', 1, '李娜 Li Na', 'zh'),
  cashier('shanghai', 2, '张伟 Zhang Wei', 'zh'),
  cashier('shanghai', 3, '刘洋 Liu Yang', 'zh'),
  cashier('berlin', 1, '约纳斯·韦伯 Jonas Weber', 'en'),
  cashier('berlin', 2, '米拉·克劳泽 Mila Krause', 'en'),
  cashier('berlin', 3, '埃姆雷·耶尔德兹 Emre Yıldız', 'en'),
  cashier('newyork', 1, '佐薇·卡特 Zoe Carter', 'en'),
  cashier('newyork', 2, '迭戈·拉米雷斯 Diego Ramirez', 'en'),
  cashier('newyork', 3, '哈珀·奥康纳 Harper O’Connor', 'en', false),
];

/** Who works which terminal: the cashier with the terminal's number. */
export function cashierOf(store: DemoStore, terminalIndex: number): string {
  return `cashier-${store.id}-${terminalIndex + 1}`;
}

/** Where the simulated devices of one terminal listen, on loopback. */
export interface TerminalPorts {
  terminal: number;
  power: number;
  printer: number;
}

/** Shared secrets of the simulated devices, made for each data folder. */
export interface DeviceSecrets {
  snmpAuth: string;
  snmpPriv: string;
  nexoPassphrase: string;
}

/** What is only known when the demo starts. */
export interface DemoChainInput {
  /** The instant from which the closing times count. */
  readyAtMs: number;
  /** Seconds after ready at which a store closes; a store that is not named inherits the chain's hours and stays open for hours. */
  closeAfterS: Readonly<Partial<Record<DemoStore['id'], number>>>;
  ports: (terminalId: string) => TerminalPorts;
  passwordOf: (personId: string) => string;
  devices: DeviceSecrets;
  /** PEM of the root that signs the simulated nexo terminals' certificates. */
  nexoAuthority: string;
  /** Whether the demo has its acquirer, with what was agreed with it. */
  acquirer: boolean;
}

/** New York, which inherits the chain's hours, stays open this much longer. */
const CHAIN_OPEN_FOR_MS = 8 * 3600 * 1000;
/** Password of the simulated terminals (ZVT registration); six zeros as devices are delivered. */
export const ZVT_PASSWORD = '000000';

/** The provisioning file of the demo chain (contracts, `chainFile`). */
export function demoChainFile(input: DemoChainInput): ChainFile {
  const chainHours = hoursClosingAt(input.readyAtMs + CHAIN_OPEN_FOR_MS, 'America/New_York');
  return {
    chain: { id: 'tillward-demo', name: '天沃示范连锁 Tillward Demo Chain' },
    settings: { ...hourSettings(chainHours), ...BRISK },
    stores: DEMO_STORES.map((store) => {
      const closeAfterS = input.closeAfterS[store.id];
      return {
        id: store.id,
        name: store.name,
        city: store.city,
        timeZone: store.timeZone,
        currency: store.currency,
        gateway: { id: store.gateway },
        terminals: store.terminals.map((terminal) => provisioned(store, terminal, input)),
        settings: closeAfterS === undefined ? {} : hourSettings(hoursClosingAt(input.readyAtMs + closeAfterS * 1000, store.timeZone)),
      };
    }),
    acquirers: input.acquirer ? [demoAcquirer()] : [],
    people: DEMO_PEOPLE.map((person) => ({
      ...person,
      stores: [...person.stores],
      certified: [...person.certified],
      password: input.passwordOf(person.id),
    })),
  };
}

/** The demo's acquirer with its terms: they come with the chain, so that no two people have to be made up who agreed on them. */
function demoAcquirer(): NonNullable<ChainFile['acquirers']>[number] {
  const { id, name, feePpm, account, country, delayBankDays } = DEMO_ACQUIRER;
  const rate = { ratePpm: feePpm, rounding: 'halfUp', onRefund: 'returned', from: '2026-01-01' };
  const currencies = [...new Set(DEMO_STORES.map(({ currency }) => currency))];
  return {
    id,
    name,
    fees: { basis: 'row', rates: currencies.map((currency) => ({ currency, ...rate })) },
    funding: { account, country, delayBankDays },
  };
}

/** How the gateway of a simulated store reaches one of its terminals. */
function provisioned(store: DemoStore, terminal: DemoTerminal, input: DemoChainInput): ChainFile['stores'][number]['terminals'][number] {
  const { id, name, brand, model, driver, printer } = terminal;
  const ports = input.ports(id);
  const common = {
    id,
    name,
    brand,
    model,
    host: LOOPBACK,
    port: ports.terminal,
    currency: store.currency,
    power: powerOf(terminal, ports.power, input.devices),
    ...(printer === undefined ? {} : { printer: { host: LOOPBACK, port: ports.printer } }),
  };
  if (driver !== 'nexo') return { ...common, driver: 'zvt', password: ZVT_PASSWORD };
  return {
    ...common,
    driver: 'nexo',
    saleId: `${store.gateway}-${id}`,
    poiId: nexoName(terminal),
    ...NEXO_KEY,
    passphrase: input.devices.nexoPassphrase,
    trust: { kind: 'ca', pem: input.nexoAuthority },
  };
}

function powerOf({ power = 'plug' }: DemoTerminal, port: number, { snmpAuth, snmpPriv }: DeviceSecrets): PowerConnection {
  const snmp = {
    version: '3',
    user: SNMP_USER,
    authProtocol: 'sha256',
    authPassword: snmpAuth,
    privProtocol: 'aes128',
    privPassword: snmpPriv,
  } as const;
  switch (power) {
    case 'plug':
      return { kind: 'shelly', baseUrl: `http://${LOOPBACK}:${port}`, switchId: 0 };
    case 'pdu':
      return { kind: 'snmpPdu', host: LOOPBACK, port, outlet: OUTLET, snmp };
    case 'poe':
      return { kind: 'snmpPoe', host: LOOPBACK, port, group: 1, portNumber: OUTLET, snmp };
  }
}

/** Model and serial number, as nexo terminals are named: the serial is made from the terminal's number in the demo. */
export function nexoName({ id, model }: DemoTerminal): string {
  return `${model}-${id.replace(/\D/g, '').padStart(9, '3')}`;
}

const LOOPBACK = '127.0.0.1';
/** Outlet of the PDU and port of the PoE switch that feed a demo terminal. */
export const OUTLET = 1;
/** Who may switch the simulated PDU and PoE switch. */
export const SNMP_USER = 'tillward';
/** Which shared key the simulated nexo terminal and its gateway use. */
export const NEXO_KEY = { keyIdentifier: 'tillward-demo', keyVersion: 1 } as const;

/** A night in minutes wants routines that don't wait for tens of minutes. */
const BRISK = {
  'settlement.attempts': 2,
  'settlement.retryDelaySeconds': 3,
  'closing.waitIdleMinutes': 2,
  'closing.backUpTimeoutMinutes': 3,
};

function hourSettings({ open, close, acquirerCutOff, cutOff }: DemoHours): Record<string, string> {
  return { 'hours.open': open, 'hours.close': close, 'settlement.acquirerCutOff': acquirerCutOff, 'businessDay.cutOff': cutOff };
}
