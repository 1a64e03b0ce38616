import { join } from 'node:path';
import type { SimulatedDevice } from '../device.js';
import { OutletBank, type PoweredDevice } from '../plug/index.js';
import { type OutletFault, playOutletFault } from './outlet-faults.js';
import { type MibContent, SimulatedSnmpAgent, SNMP_ERROR, type SnmpAccess } from './snmp-agent.js';
import { systemGroup } from './system-group.js';

/** A simulated PoE switch. */
export interface PoeSwitchOptions {
  readonly host: string;
  /** UDP; 0 takes a free one. */
  readonly port: number;
  readonly access: SnmpAccess;
  readonly seed: string;
  /** pethPsePortGroupIndex of all its ports. */
  readonly group: number;
  /** What hangs on each port, by its number. */
  readonly ports: ReadonlyMap<number, PoweredDevice>;
  readonly initiallyOn: boolean;
  /** How long a port searches before it delivers power. */
  readonly negotiateMs: number;
  /** Folder of the ports' positions and the engine's boots. */
  readonly dataDir: string;
  readonly failed?: (error: unknown) => void;
}

/** RFC 3621: pethPsePortEntry and pethMainPseEntry. */
const OID = { port: '1.3.6.1.2.1.105.1.1.1', main: '1.3.6.1.2.1.105.1.3.1.1' } as const;
const INTEGER = 2;
const OCTETS = 4;
const COUNTER = 65;
const GAUGE = 66;
const COLUMN = { adminEnable: 3, detection: 6, consumption: 4 } as const;
const TRUE = 1;
const FALSE = 2;
const DETECTION = { disabled: 1, searching: 2, delivering: 3 } as const;
const SIGNAL_PAIRS = 1;
const PRIORITY_LOW = 3;
const CLASS_3 = 4;
const PSE_ON = 1;
const BUDGET_WATTS = 120;
const TERMINAL_WATTS = 6;

/** A switch that feeds its ports over Ethernet, with the POWER-ETHERNET-MIB over SNMP. */
export class SimulatedPoeSwitch implements SimulatedDevice {
  private readonly bank: OutletBank;
  private readonly agent: SimulatedSnmpAgent;

  constructor(private readonly options: PoeSwitchOptions) {
    const { dataDir, ports, negotiateMs } = options;
    this.bank = new OutletBank({ ...options, outlets: ports, onDelayMs: negotiateMs, stateFile: join(dataDir, 'ports.json') });
    this.agent = new SimulatedSnmpAgent({ ...options, bootsFile: join(dataDir, 'engine.json') }, this.content());
    this.bank.onChange((port) => this.show(port));
  }

  get endpoints(): Readonly<Record<string, string>> {
    return { snmp: `udp://${this.options.host}:${this.agent.port}` };
  }

  get port(): number {
    return this.agent.port;
  }

  /** Whether a port delivers power; undefined for one it doesn't have. */
  isOn(port: number): boolean | undefined {
    return this.bank.isOn(port);
  }

  async start(): Promise<void> {
    await this.agent.start();
    await this.bank.start();
  }

  async stop(): Promise<void> {
    this.bank.stop();
    this.agent.stop();
  }

  view(): Readonly<Record<string, unknown>> {
    const { reachable, knowsUsers, answerDelayMs, refused } = this.agent;
    return { reachable, knowsUsers, answerDelayMs, refused, group: this.options.group, ports: this.bank.view() };
  }

  inject(fault: unknown): void {
    playOutletFault(fault as OutletFault, this.agent, this.bank);
  }

  private content(): MibContent {
    const { group } = this.options;
    const { numbers } = this.bank;
    return {
      scalars: systemGroup('PoE switch (simulated)', '1.3.6.1.4.1.8072.3.2.255', 'poe-switch'),
      tables: [
        {
          name: 'port',
          oid: OID.port,
          columns: [
            { number: 1, type: INTEGER, access: 'none' },
            { number: 2, type: INTEGER, access: 'none' },
            { number: COLUMN.adminEnable, type: INTEGER, access: 'write' },
            { number: 5, type: INTEGER, access: 'read' },
            { number: COLUMN.detection, type: INTEGER, access: 'read' },
            { number: 7, type: INTEGER, access: 'read' },
            { number: 8, type: COUNTER, access: 'read' },
            { number: 9, type: OCTETS, access: 'read' },
            { number: 10, type: INTEGER, access: 'read' },
          ],
          index: [1, 2],
          rows: numbers.map((port) => [
            group,
            port,
            this.adminOf(port),
            SIGNAL_PAIRS,
            this.detectionOf(port),
            PRIORITY_LOW,
            0,
            'terminal',
            CLASS_3,
          ]),
        },
        {
          name: 'main',
          oid: OID.main,
          columns: [
            { number: 1, type: INTEGER, access: 'none' },
            { number: 2, type: GAUGE, access: 'read' },
            { number: 3, type: INTEGER, access: 'read' },
            { number: COLUMN.consumption, type: GAUGE, access: 'read' },
          ],
          index: [1],
          rows: [[group, BUDGET_WATTS, PSE_ON, this.watts()]],
        },
      ],
      check: (table, column, _row, value) => {
        if (table !== 'port' || column !== COLUMN.adminEnable) return SNMP_ERROR.notWritable;
        return value === TRUE || value === FALSE ? null : SNMP_ERROR.wrongValue;
      },
      write: (_table, _column, [, port], value) => {
        this.bank.command(port!, value === TRUE);
      },
    };
  }

  private show(port: number): void {
    const row = [this.options.group, port];
    this.agent.set('port', COLUMN.adminEnable, row, this.adminOf(port));
    this.agent.set('port', COLUMN.detection, row, this.detectionOf(port));
    this.agent.set('main', COLUMN.consumption, [this.options.group], this.watts());
  }

  private adminOf(port: number): number {
    return this.bank.isCommandedOn(port) ? TRUE : FALSE;
  }

  private detectionOf(port: number): number {
    if (this.bank.isOn(port)) return DETECTION.delivering;
    return this.bank.isCommandedOn(port) ? DETECTION.searching : DETECTION.disabled;
  }

  private watts(): number {
    return this.bank.numbers.filter((port) => this.bank.isOn(port)).length * TERMINAL_WATTS;
  }
}
