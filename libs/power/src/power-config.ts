/** How a gateway identifies itself to a device that speaks SNMP. Version 3 with authentication and encryption unless somebody decided otherwise. */
export type SnmpCredentials = SnmpV3Credentials | SnmpV2cCredentials;

/** Digests that authenticate (RFC 3414 for `sha`, which is SHA-1; RFC 7860 for the others). */
export type SnmpAuthProtocol = 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/**
 * Ciphers that keep an exchange private: AES-128 (RFC 3826), or AES-256 with the key extended as `aes256b` (Blumenthal's draft) or
 * `aes256r` (Reeder's draft, what Cisco does).
 */
export type SnmpPrivProtocol = 'aes' | 'aes256b' | 'aes256r';

/** A user of the security model (RFC 3414), always with authentication and privacy. Both passwords need at least eight characters. */
export interface SnmpV3Credentials {
  readonly version: '3';
  readonly user: string;
  /** Default `sha256`. Older cards know only `sha`. */
  readonly authProtocol?: SnmpAuthProtocol;
  readonly authPassword: string;
  /** Default `aes`. */
  readonly privProtocol?: SnmpPrivProtocol;
  readonly privPassword: string;
}

/** A community name, which travels in clear with every request: for devices that have nothing better, on a network of their own. */
export interface SnmpV2cCredentials {
  readonly version: '2c';
  readonly community: string;
}

/** Where a Shelly Gen2 (or later) device answers and which of its switches feeds the terminal. */
export interface ShellyOptions {
  /** For instance `http://10.0.8.21`; a path is kept, `/rpc` is appended. */
  readonly baseUrl: string;
  readonly switchId: number;
  /** Password of its user `admin`; leave out for a device without authentication. It never travels: only digests do (RFC 7616). */
  readonly password?: string;
}

/** One outlet of a switched rack PDU with APC's PowerNet-MIB. */
export interface SnmpPduOptions {
  readonly host: string;
  /** Normally 161. */
  readonly port: number;
  /** Outlet number, 1 the first. */
  readonly outlet: number;
  readonly credentials: SnmpCredentials;
}

/** One port of a switch that feeds its devices over Ethernet (POWER-ETHERNET-MIB, RFC 3621). */
export interface SnmpPoeOptions {
  readonly host: string;
  /** UDP port of the switch's SNMP agent, normally 161. */
  readonly port: number;
  /** pethPsePortGroupIndex: the module of the switch, 1 where there is only one. */
  readonly group: number;
  /** pethPsePortIndex: the port that feeds the terminal. */
  readonly portNumber: number;
  readonly credentials: SnmpCredentials;
}

/** A terminal that wakes when a magic packet names it. It can only be switched on this way. */
export interface WakeOnLanOptions {
  /** Its Ethernet address, twelve hexadecimal digits, with or without `:` or `-`. */
  readonly mac: string;
  /** Where the packet is sent: the broadcast address of the terminal's network, `255.255.255.255` by default. */
  readonly broadcast?: string;
  /** UDP port, 9 (discard) by default. */
  readonly port?: number;
}

/** How a terminal's power is switched. */
export type PowerConfig =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'shelly' } & ShellyOptions)
  | ({ readonly kind: 'snmpPdu' } & SnmpPduOptions)
  | ({ readonly kind: 'snmpPoe' } & SnmpPoeOptions)
  | ({ readonly kind: 'wakeOnLan' } & WakeOnLanOptions);
