import { join } from 'node:path';
import type { SimulatedDevice } from '../device.js';
import { OutletBank, type PoweredDevice } from '../plug/index.js';
import { type OutletFault, playOutletFault } from './outlet-faults.js';
import { type MibColumn, type MibContent, type MibTable, SimulatedSnmpAgent, SNMP_ERROR, type SnmpAccess } from './snmp-agent.js';
import { systemGroup } from './system-group.js';

/** A simulated rack PDU. */
export interface PduOptions {
  readonly host: string;
  /** UDP; 0 takes a free one. */
  readonly port: number;
  readonly access: SnmpAccess;
  readonly seed: string;
  /** What hangs on each outlet, by its number. */
  readonly outlets: ReadonlyMap<number, PoweredDevice>;
  /** Names of outlets; `Outlet n` where there is none. */
  readonly names?: ReadonlyMap<number, string>;
  readonly initiallyOn: boolean;
  /** Folder of the outlets' positions and the engine's boots. */
  readonly dataDir: string;
  readonly failed?: (error: unknown) => void;
}

/** PowerNet-MIB. */
const OID = {
  model: '1.3.6.1.4.1.318.1.3.4.5',
  ident: '1.3.6.1.4.1.318.1.1.12.1',
  control: '1.3.6.1.4.1.318.1.1.12.3.3.1.1',
  config: '1.3.6.1.4.1.318.1.1.12.3.4.1.1',
  status: '1.3.6.1.4.1.318.1.1.12.3.5.1.1',
} as const;
const INTEGER = 2;
const OCTETS = 4;
const ON = 1;
const OFF = 2;
const REBOOT = 3;
const PHASE_1 = 1;
const PENDING = 1;
const NOT_PENDING = 2;
const DEFAULT_REBOOT_SECONDS = 5;
const MIN_REBOOT_SECONDS = 5;
const MAX_REBOOT_SECONDS = 60;
const COLUMN = { command: 4, rebootSeconds: 6, state: 4, pending: 5 } as const;

/** A switched rack PDU with APC's PowerNet-MIB over SNMP: outlets on, off and reboot, their states and names. */
export class SimulatedPdu implements SimulatedDevice {
  private readonly bank: OutletBank;
  private readonly agent: SimulatedSnmpAgent;
  private readonly rebootSeconds = new Map<number, number>();

  constructor(private readonly options: PduOptions) {
    this.bank = new OutletBank({ ...options, stateFile: join(options.dataDir, 'outlets.json') });
    this.agent = new SimulatedSnmpAgent({ ...options, bootsFile: join(options.dataDir, 'engine.json') }, this.content());
    this.bank.onChange((outlet) => this.show(outlet));
  }

  get endpoints(): Readonly<Record<string, string>> {
    return { snmp: `udp://${this.options.host}:${this.agent.port}` };
  }

  get port(): number {
    return this.agent.port;
  }

  /** Position of a contact; undefined for an outlet it doesn't have. */
  isOn(outlet: number): boolean | undefined {
    return this.bank.isOn(outlet);
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
    return { reachable, knowsUsers, answerDelayMs, refused, outlets: this.bank.view() };
  }

  inject(fault: unknown): void {
    playOutletFault(fault as OutletFault, this.agent, this.bank);
  }

  private content(): MibContent {
    const { numbers } = this.bank;
    const named = (outlet: number) => this.options.names?.get(outlet) ?? `Outlet ${outlet}`;
    const position = (outlet: number) => (this.bank.isOn(outlet) ? ON : OFF);
    return {
      scalars: [
        ...systemGroup('APC Web/SNMP Management Card (simulated)', OID.model, 'pdu'),
        { name: 'rPDUIdentName', oid: `${OID.ident}.1`, type: OCTETS, value: 'pdu' },
        { name: 'rPDUIdentModelNumber', oid: `${OID.ident}.5`, type: OCTETS, value: 'AP7921' },
        { name: 'rPDUIdentDeviceNumOutlets', oid: `${OID.ident}.8`, type: INTEGER, value: numbers.length },
      ],
      tables: [
        table('control', OID.control, outletColumns([4, INTEGER, 'write'], [5, INTEGER, 'read']), numbers, (outlet) => [
          outlet,
          named(outlet),
          PHASE_1,
          position(outlet),
          1,
        ]),
        table('config', OID.config, outletColumns([4, INTEGER, 'read'], [5, INTEGER, 'read'], [6, INTEGER, 'write']), numbers, (outlet) => [
          outlet,
          named(outlet),
          PHASE_1,
          0,
          0,
          DEFAULT_REBOOT_SECONDS,
        ]),
        table('status', OID.status, outletColumns([4, INTEGER, 'read'], [5, INTEGER, 'read']), numbers, (outlet) => [
          outlet,
          named(outlet),
          PHASE_1,
          position(outlet),
          NOT_PENDING,
        ]),
      ],
      check: (name, column, _row, value) => judge(name, column, value),
      write: (name, _column, [outlet], value) => this.write(name, outlet!, Number(value)),
    };
  }

  private write(name: string, outlet: number, value: number): void {
    if (name === 'config') {
      this.rebootSeconds.set(outlet, value);
    } else if (value === REBOOT) {
      this.bank.toggle(outlet, false, this.rebootSeconds.get(outlet) ?? DEFAULT_REBOOT_SECONDS);
    } else {
      this.bank.command(outlet, value === ON);
    }
    this.show(outlet);
  }

  /** Brings the tables in line with an outlet: whoever reads the command reads the state, as on the real ones. */
  private show(outlet: number): void {
    const state = this.bank.isOn(outlet) ? ON : OFF;
    this.agent.set('control', COLUMN.command, [outlet], state);
    this.agent.set('status', COLUMN.state, [outlet], state);
    this.agent.set('status', COLUMN.pending, [outlet], this.bank.isPending(outlet) ? PENDING : NOT_PENDING);
  }
}

type ColumnShape = readonly [number: number, type: number, access: MibColumn['access']];

/** Index, name and phase begin every outlet table. */
function outletColumns(...more: ColumnShape[]): MibColumn[] {
  const shapes: ColumnShape[] = [[1, INTEGER, 'read'], [2, OCTETS, 'read'], [3, INTEGER, 'read'], ...more];
  return shapes.map(([number, type, access]) => ({ number, type, access }));
}

function table(name: string, oid: string, columns: MibColumn[], outlets: readonly number[], row: (outlet: number) => unknown[]): MibTable {
  return { name, oid, columns, index: [1], rows: outlets.map(row) };
}

function judge(name: string, column: number, value: unknown): number | null {
  const number = Number(value);
  if (name === 'control' && column === COLUMN.command) {
    return number === ON || number === OFF || number === REBOOT ? null : SNMP_ERROR.wrongValue;
  }
  if (name === 'config' && column === COLUMN.rebootSeconds) {
    return number >= MIN_REBOOT_SECONDS && number <= MAX_REBOOT_SECONDS ? null : SNMP_ERROR.wrongValue;
  }
  return SNMP_ERROR.notWritable;
}
