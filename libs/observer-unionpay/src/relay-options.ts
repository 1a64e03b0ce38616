/** Where to listen or to connect. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * What stands before the ISO 8583 message of every frame: a two-byte length (high byte first, not counting itself), the TPDU and the message head.
 * UnionPay terminals use 5 and 6 bytes (Q/CUP 009, "message structure"); some acquirers leave the head out.
 */
export interface Framing {
  readonly tpduBytes: number;
  readonly headBytes: number;
}

/** What a relay bears before it cuts somebody off. Times in milliseconds; 0 switches a time limit off. */
export interface RelayLimits {
  readonly maxConnections: number;
  /** Of one remote address: a terminal has one line, seldom two, so this is what a hostile one can hold. */
  readonly maxConnectionsPerAddress: number;
  /** Longest frame that is looked into; longer ones pass unread. */
  readonly maxFrameBytes: number;
  /** Terminals whose state is remembered; beyond that the longest unseen one is forgotten. */
  readonly maxTerminals: number;
  /** Until the host accepts. */
  readonly connectTimeoutMs: number;
  /** From accepting a terminal until its first complete frame. */
  readonly firstFrameTimeoutMs: number;
  /** Without a byte in either direction. */
  readonly idleTimeoutMs: number;
}

/** How a relay is set up; plain data, fit for a settings file. The relay does not run unless somebody starts it. */
export interface ObserverSettings {
  /** Port 0 takes a free one. */
  readonly listen: Endpoint;
  /** The acquirer's host. */
  readonly upstream: Endpoint;
  readonly framing?: Partial<Framing>;
  readonly limits?: Partial<RelayLimits>;
  /** Addresses (`10.0.4.17`) or subnets (`10.0.4.0/24`) terminals may connect from; empty or absent allows all. */
  readonly allowFrom?: readonly string[];
}

/** What UnionPay terminals send. */
export const DEFAULT_FRAMING: Framing = { tpduBytes: 5, headBytes: 6 };

/** Enough for a store; a terminal on a long-lived line says an echo every few minutes. */
export const DEFAULT_LIMITS: RelayLimits = {
  maxConnections: 64,
  maxConnectionsPerAddress: 8,
  maxFrameBytes: 4_096,
  maxTerminals: 256,
  connectTimeoutMs: 10_000,
  firstFrameTimeoutMs: 60_000,
  idleTimeoutMs: 900_000,
};
