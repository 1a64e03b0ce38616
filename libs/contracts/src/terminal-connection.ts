import { z } from 'zod';
import { currencyCode, slug } from './identifiers.js';

const host = z.string().min(1).max(255);
const port = z.int().min(1).max(65535);
/** A shared secret of a device. Travels only in the signed document of its own gateway; core shows it to nobody. */
const deviceSecret = z.string().min(1).max(128);

/** How SNMP requests are authenticated. Version 3 with authentication and privacy; 2c, whose community travels in clear, only when chosen by name. */
export const snmpCredentials = z.discriminatedUnion('version', [
  z.strictObject({
    version: z.literal('3'),
    user: z.string().min(1).max(32),
    authProtocol: z.enum(['sha', 'sha256', 'sha512']).default('sha256'),
    /** At least eight characters (RFC 3414 section 11.2). */
    authPassword: deviceSecret.min(8),
    privProtocol: z.enum(['aes128', 'aes256']).default('aes128'),
    privPassword: deviceSecret.min(8),
  }),
  z.strictObject({ version: z.literal('2c'), community: deviceSecret }),
]);
export type SnmpCredentials = z.infer<typeof snmpCredentials>;

/** What feeds a terminal and can be switched. Wake-on-LAN can only wake. */
export const powerConnection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('shelly'),
    baseUrl: z.url(),
    switchId: z.int().nonnegative(),
    /** Of the device's user `admin`; left out when the device asks for none. */
    password: deviceSecret.optional(),
  }),
  z.strictObject({ kind: z.literal('snmpPdu'), host, port: port.default(161), outlet: z.int().positive(), snmp: snmpCredentials }),
  z.strictObject({
    kind: z.literal('snmpPoe'),
    host,
    port: port.default(161),
    /** Group and port of POWER-ETHERNET-MIB (RFC 3621): a switch of a stack, and its port. */
    group: z.int().positive(),
    portNumber: z.int().positive(),
    snmp: snmpCredentials,
  }),
  z.strictObject({
    kind: z.literal('wakeOnLan'),
    mac: z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'six pairs of lower-case hexadecimal digits with colons'),
    broadcast: host.default('255.255.255.255'),
    port: port.default(9),
  }),
]);
export type PowerConnection = z.infer<typeof powerConnection>;

const common = {
  id: slug,
  name: z.string().min(1).max(80),
  currency: currencyCode,
  power: powerConnection,
  /** A receipt printer beside the terminal that answers ESC/POS on a port of its own; left out where there is none. */
  printer: z.strictObject({ host, port: port.default(9100) }).optional(),
};

const zvt = z.strictObject({
  ...common,
  driver: z.literal('zvt'),
  host,
  port,
  /** ZVT password, six digits; travels in clear on the terminal's own VLAN. */
  password: z.string().regex(/^[0-9]{6}$/),
  /** What its texts are written in; CP437 unless the terminal is known to differ. */
  characterSet: z.enum(['cp437', 'zvt7', 'latin1', 'utf8']).optional(),
  /** Configuration byte of the registration (06 00) where the terminal needs another than the driver's. */
  configByte: z.int().min(0).max(255).optional(),
});

const nexo = z.strictObject({
  ...common,
  driver: z.literal('nexo'),
  host,
  port: port.default(8443),
  /** Our name towards the terminal, and the terminal's own (model and serial number). */
  saleId: z.string().min(1).max(64),
  poiId: z.string().min(1).max(64),
  /** The shared key of NexoCrypto, as set in the provider's portal. */
  keyIdentifier: z.string().min(1).max(64),
  keyVersion: z.int().nonnegative(),
  passphrase: deviceSecret,
  /** By what the terminal is known: the root that signed its certificate, which must bear its name, or exactly its certificate. */
  trust: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ca'), pem: z.string().min(1).max(16_384), environment: z.enum(['live', 'test']).optional() }),
    z.strictObject({ kind: z.literal('fingerprint'), sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'a SHA-256 in hexadecimal') }),
  ]),
});

/** A terminal that is only watched: its traffic to the acquirer's host passes through the gateway. Puts the gateway in scope of PCI DSS. */
const unionpay = z.strictObject({
  ...common,
  driver: z.literal('unionpay'),
  /** Where the terminal connects to on the gateway. */
  listenPort: port,
  /** Addresses or subnets the terminal may come from; nobody else reaches the acquirer through the gateway. */
  terminalAddresses: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .min(1)
    .max(16),
  /** The acquirer's host. */
  host,
  port,
  /** The terminal's own number in field 41. */
  terminalNumber: z.string().regex(/^[0-9A-Za-z]{8}$/, 'eight letters or digits'),
  /** Bytes before the message type: TPDU and message head. */
  tpduBytes: z.int().min(0).max(16).default(5),
  headBytes: z.int().min(0).max(64).default(6),
});

/** How the gateway reaches a terminal, its power switch and its printer. Lives in core so that a replaced gateway needs no site visit. */
export const terminalConnection = z.discriminatedUnion('driver', [zvt, nexo, unionpay]);
export type TerminalConnection = z.infer<typeof terminalConnection>;
export type ZvtConnection = z.infer<typeof zvt>;
export type NexoConnection = z.infer<typeof nexo>;
export type UnionpayConnection = z.infer<typeof unionpay>;

const kindOfDevice = { brand: z.string().min(1).max(40), model: z.string().min(1).max(40) };

/** A terminal as the chain file lists it: how it is reached, and what it is. */
export const provisionedTerminal = z.discriminatedUnion('driver', [
  zvt.extend(kindOfDevice),
  nexo.extend(kindOfDevice),
  unionpay.extend(kindOfDevice),
]);
