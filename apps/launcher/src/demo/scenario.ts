import type { SimulatorScenarioInput, TerminalInput } from '@tillward/simulator';
import {
  cashierOf,
  DEMO_PEOPLE,
  DEMO_STORES,
  type DemoStore,
  type DemoTerminal,
  type DeviceSecrets,
  NEXO_KEY,
  nexoName,
  OUTLET,
  SAFE_CLOSING_COURSE,
  SNMP_USER,
  type TerminalPorts,
  ZVT_PASSWORD,
} from './chain.js';

/** How lively and how unlucky the demo night is. Times are seconds after the simulators are ready. */
export interface DemoNight {
  /** The same seed gives the same amounts, pauses and cards. */
  seed: string;
  /** Mean time between two sales of a till. */
  saleEverySeconds: number;
  /** Berlin's first terminal loses its host at this time… */
  hostDownAtS: number;
  /** …and finds it again at this time: after its settlement has failed, so that the manager's playbook can settle. */
  hostUpAtS: number;
  /** Berlin's second terminal books a sale at or after this time whose answer never arrives. */
  cutOffAtS: number;
  /** Whether core is told of the demo's acquirer. */
  acquirer: boolean;
  /** Whether the acquirer sends statements of stores that have closed. */
  statements: boolean;
}

/** The night of a demo in which Berlin closes so many seconds after ready. */
export function demoNight(berlinClosesAfterS: number, seed: string): DemoNight {
  return {
    seed,
    saleEverySeconds: 4,
    hostDownAtS: Math.max(1, berlinClosesAfterS - 25),
    hostUpAtS: berlinClosesAfterS + 45,
    cutOffAtS: Math.max(1, berlinClosesAfterS - 35),
    acquirer: true,
    statements: true,
  };
}

/** The terminal whose host is down, the one whose sale is cut off, and the printer that runs out of paper. */
export const UNLUCKY = { store: 'berlin', hostDown: 'be-1', cutOff: 'be-2', printer: 'be-2-printer' } as const;
const PAPER_OUT_AT_S = 15;

/** The simulator's scenario file (apps/simulator, scenario). */
export function demoScenario(input: {
  night: DemoNight;
  ports: (terminalId: string) => TerminalPorts;
  till: (storeId: string) => { url: string; token: string };
  devices: DeviceSecrets;
}): SimulatorScenarioInput {
  const { night, devices } = input;
  const unlucky = (terminal: string, fault: 'cutAfterBooking' | 'hostDown' | 'hostUp', afterS: number) => ({
    store: UNLUCKY.store,
    terminal,
    fault,
    afterS,
  });
  return {
    seed: night.seed,
    stores: DEMO_STORES.map((store) => ({
      id: store.id,
      name: store.name,
      timeZone: store.timeZone,
      currency: store.currency,
      agent: input.till(store.id),
      terminals: store.terminals.map((terminal) => simulated(terminal, input.ports(terminal.id), devices)),
      printers: store.terminals.flatMap(({ id, printer }) =>
        printer === undefined ? [] : [{ id: printer, port: input.ports(id).printer }],
      ),
      tills: store.terminals.map((terminal, i) => ({
        id: `till-${terminal.id}`,
        terminal: terminal.id,
        operatorId: cashierOf(store, i),
        ...uncertifiedAt(store, i),
        saleEverySeconds: night.saleEverySeconds,
      })),
    })),
    timeline: [
      unlucky(UNLUCKY.cutOff, 'cutAfterBooking', night.cutOffAtS),
      unlucky(UNLUCKY.hostDown, 'hostDown', night.hostDownAtS),
      unlucky(UNLUCKY.hostDown, 'hostUp', night.hostUpAtS),
      { store: UNLUCKY.store, printer: UNLUCKY.printer, fault: 'paperOut', afterS: PAPER_OUT_AT_S },
    ],
  };
}

/** The simulated side of what the chain file provisions. */
function simulated(terminal: DemoTerminal, ports: TerminalPorts, { snmpAuth, snmpPriv, nexoPassphrase }: DeviceSecrets): TerminalInput {
  const snmp = { user: SNMP_USER, authPassword: snmpAuth, privPassword: snmpPriv };
  const feeds = {
    plug: { kind: 'plug', port: ports.power, switchId: 0 },
    pdu: { kind: 'pdu', port: ports.power, outlet: OUTLET, snmp },
    poe: { kind: 'poe', port: ports.power, portNumber: OUTLET, snmp },
  } as const;
  const common = { id: terminal.id, port: ports.terminal, power: feeds[terminal.power ?? 'plug'] };
  if (terminal.driver !== 'nexo') return { ...common, driver: 'zvt', password: ZVT_PASSWORD };
  return { ...common, driver: 'nexo', poiId: nexoName(terminal), ...NEXO_KEY, passphrase: nexoPassphrase };
}

/** The store's uncertified cashier, if it has one, tries the last terminal first and is refused. */
function uncertifiedAt(store: DemoStore, index: number): { uncertifiedOperatorId?: string } {
  if (index !== store.terminals.length - 1) return {};
  const person = DEMO_PEOPLE.find((p) => p.role === 'cashier' && p.stores.includes(store.id) && !p.certified.includes(SAFE_CLOSING_COURSE));
  return person === undefined ? {} : { uncertifiedOperatorId: person.id };
}
