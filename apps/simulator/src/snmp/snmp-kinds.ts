import { z } from 'zod';
import type { DeviceContext, DeviceKind, SimulatedDevice } from '../device.js';
import { LampBoard } from '../plug/index.js';
import { outletFault } from './outlet-faults.js';
import { SimulatedPdu } from './simulated-pdu.js';
import { SimulatedPoeSwitch } from './simulated-poe-switch.js';
import type { SnmpAccess } from './snmp-agent.js';

const PASSWORD = z.string().min(8).max(64);
const accessOptions = {
  user: z.string().min(1).max(32).default('tillward').describe('SNMPv3 user'),
  authProtocol: z.enum(['sha', 'sha224', 'sha256', 'sha384', 'sha512']).default('sha256').describe('how it authenticates'),
  authPassword: PASSWORD.default('simulated-auth').describe('at least eight characters'),
  privProtocol: z.enum(['aes', 'aes256b', 'aes256r']).default('aes').describe('how it encrypts'),
  privPassword: PASSWORD.default('simulated-priv').describe('at least eight characters'),
  community: z.string().min(1).max(32).nullable().default(null).describe('speaks versions 1 and 2c as well, with this community'),
};
const loadPort = z.int().min(0).max(65_000).default(0).describe('port of the first lamp, the others follow; 0 takes free ones');
const initiallyOn = z.boolean().default(true).describe('position of an outlet that was never switched');

const pduOptions = z.strictObject({ outlets: z.int().min(1).max(48).default(8), initiallyOn, loadPort, ...accessOptions });
const poeOptions = z.strictObject({
  ports: z.int().min(1).max(48).default(8),
  group: z.int().positive().default(1).describe('group index of its ports'),
  negotiateMs: z.int().min(0).max(60_000).default(300).describe('how long a port searches before it delivers'),
  initiallyOn,
  loadPort,
  ...accessOptions,
});

const NET_SNMP = '-v3 -l authPriv -u tillward -a SHA-256 -A simulated-auth -x AES -X simulated-priv';
const FAULTS_WORTH = 'Faults worth trying: stuck (the command is taken, power stays), slow, unreachable, wrongPassword.';

const PDU_HELP = `
Speaks SNMP version 3 with authentication and privacy (with --set community=… also 1 and 2c) and the outlet tables of APC's PowerNet-MIB.
A lamp hangs on every outlet: a TCP port that answers while it has power.

First steps (packages snmp and fence-agents of Debian)
  snmpget ${NET_SNMP} HOST:PORT .1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.1        1 on, 2 off
  snmpset ${NET_SNMP} HOST:PORT .1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.1 i 2    1 on, 2 off, 3 reboot
  fence_apc_snmp -a HOST -u PORT -n 1 -o status …                          with --set authProtocol=sha

${FAULTS_WORTH}
`;

const POE_HELP = `
Speaks SNMP version 3 with authentication and privacy (with --set community=… also 1 and 2c) and the port table of the POWER-ETHERNET-MIB (RFC 3621).
A lamp hangs on every port: a TCP port that answers while it has power.

First steps (package snmp of Debian)
  snmpset ${NET_SNMP} HOST:PORT .1.3.6.1.2.1.105.1.1.1.3.1.5 i 2    port 5 of group 1 off
  snmpget ${NET_SNMP} HOST:PORT .1.3.6.1.2.1.105.1.1.1.6.1.5        3 delivering power, 2 searching, 1 disabled

${FAULTS_WORTH}
`;

/** A device started alone, with a lamp on every outlet. */
class WithLamps implements SimulatedDevice {
  constructor(
    private readonly device: SimulatedPdu | SimulatedPoeSwitch,
    private readonly board: LampBoard,
  ) {}

  get endpoints(): Readonly<Record<string, string>> {
    return { ...this.device.endpoints, ...this.board.endpoints };
  }

  async start(): Promise<void> {
    await this.board.reserve();
    await this.device.start();
  }

  async stop(): Promise<void> {
    await this.device.stop();
    await this.board.powerOff();
  }

  view(): Readonly<Record<string, unknown>> {
    return { ...this.device.view(), lamps: this.board.view() };
  }

  inject(fault: unknown): void {
    this.device.inject(fault);
  }
}

function createPdu(context: DeviceContext, options: z.infer<typeof pduOptions>): SimulatedDevice {
  const board = new LampBoard(context.host, numbered(options.outlets), options.loadPort);
  return new WithLamps(new SimulatedPdu({ ...context, ...options, access: accessOf(options), outlets: board.lamps }), board);
}

function createPoe(context: DeviceContext, options: z.infer<typeof poeOptions>): SimulatedDevice {
  const board = new LampBoard(context.host, numbered(options.ports), options.loadPort);
  return new WithLamps(new SimulatedPoeSwitch({ ...context, ...options, access: accessOf(options), ports: board.lamps }), board);
}

function accessOf({ user, authProtocol, authPassword, privProtocol, privPassword, community }: SnmpAccess): SnmpAccess {
  return { user, authProtocol, authPassword, privProtocol, privPassword, community };
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** The kind `pdu` of the `sim` command. */
export const pduKind: DeviceKind = {
  kind: 'pdu',
  summary: 'switched rack PDU over SNMP (APC PowerNet-MIB)',
  help: PDU_HELP,
  defaultPort: 1_161,
  options: pduOptions,
  faults: outletFault,
  create: (context, options) => createPdu(context, options as z.infer<typeof pduOptions>),
};

/** The kind `poe` of the `sim` command. */
export const poeKind: DeviceKind = {
  kind: 'poe',
  summary: 'switch that feeds its ports over Ethernet, over SNMP (POWER-ETHERNET-MIB)',
  help: POE_HELP,
  defaultPort: 1_162,
  options: poeOptions,
  faults: outletFault,
  create: (context, options) => createPoe(context, options as z.infer<typeof poeOptions>),
};
