import type { ChainFile } from '@tillward/contracts';
import { hoursClosingAt } from './hours.rules.js';

/** A store of the demo chain; ports and keys come from the start. */
export interface DemoStore {
  id: 'shanghai' | 'berlin' | 'newyork';
  name: string;
  city: string;
  timeZone: string;
  currency: string;
  gateway: string;
  terminals: readonly { id: string; name: string; brand: string; model: string }[];
}

/** Three calendars, three currencies, eight terminals. */
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
      { id: 'be-2', name: '收银台2 Till 2', brand: 'Ingenico', model: 'Desk/3500' },
      { id: 'be-3', name: '咖啡角 Café', brand: 'CCV', model: 'Base Next' },
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
  zvtPort: number;
  plugPort: number;
}

/** What is only known when the demo starts. */
export interface DemoChainInput {
  /** The instant from which the closing times count. */
  readyAtMs: number;
  /** Seconds after ready at which a store closes; a store that is not named inherits the chain's hours and stays open for hours. */
  closeAfterS: Readonly<Partial<Record<DemoStore['id'], number>>>;
  ports: (terminalId: string) => TerminalPorts;
  /** Raw Ed25519 public key of a store's gateway, base64. */
  gatewayKey: (storeId: string) => string;
  passwordOf: (personId: string) => string;
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
        gateway: { id: store.gateway, publicKey: input.gatewayKey(store.id) },
        terminals: store.terminals.map((terminal) => {
          const { zvtPort, plugPort } = input.ports(terminal.id);
          return {
            ...terminal,
            driver: 'zvt' as const,
            host: '127.0.0.1',
            port: zvtPort,
            password: ZVT_PASSWORD,
            currency: store.currency,
            power: { kind: 'shelly' as const, baseUrl: `http://127.0.0.1:${plugPort}`, switchId: 0 },
          };
        }),
        settings: closeAfterS === undefined ? {} : hourSettings(hoursClosingAt(input.readyAtMs + closeAfterS * 1000, store.timeZone)),
      };
    }),
    people: DEMO_PEOPLE.map((person) => ({
      ...person,
      stores: [...person.stores],
      certified: [...person.certified],
      password: input.passwordOf(person.id),
    })),
  };
}

/** A night in minutes wants routines that don't wait for tens of minutes. */
const BRISK = {
  'settlement.attempts': 2,
  'settlement.retryDelaySeconds': 3,
  'closing.waitIdleMinutes': 2,
  'closing.backUpTimeoutMinutes': 3,
};

function hourSettings(hours: { open: string; close: string; cutOff: string }): Record<string, string> {
  return { 'hours.open': hours.open, 'hours.close': hours.close, 'businessDay.cutOff': hours.cutOff };
}
