import type { PeripheralState, TerminalConnection } from '@tillward/contracts';
import type { TerminalDriver } from '@tillward/driver';
import type { KnownTerminal, ObserverEvent, RelayBreak } from '@tillward/observer-unionpay';
import type { PowerSwitch } from '@tillward/power';

/** Reads a printer that stands beside a terminal. */
export interface PrinterReader {
  /** Its state, or null when it did not answer. Never rejects for a fault of printer or network. */
  read(): Promise<PeripheralState | null>;
}

/** What an earlier run knew of a watched terminal's sign-on. */
export type KnownSignOn = NonNullable<KnownTerminal['signOn']>;

/** What can go wrong with traffic that is passed on. */
export type TrafficBreak = RelayBreak['kind'];

/** A terminal's traffic with its acquirer, as it passes through the gateway. */
export interface TrafficSource {
  /** Begins to pass traffic on and to tell of it. Rejects when it can't, for instance because the port is taken; it may be tried again. `signOn` is what was known before. */
  start(listener: TrafficListener, signOn: KnownSignOn): Promise<void>;
  /** Cuts all connections. */
  stop(): Promise<void>;
}

/** Who is told what passes. */
export interface TrafficListener {
  event(event: ObserverEvent): void;
  /** Something passed that could not be read, or a connection was refused or cut; a stable code, no bytes. */
  broken(kind: TrafficBreak, code: string): void;
}

/** What a terminal is worked with. */
export interface TerminalDevices {
  driver: TerminalDriver;
  /** Null: nothing can switch it. */
  power: PowerSwitch | null;
  /** Null: there is no printer beside it. */
  printer: PrinterReader | null;
  /** Null but for a terminal that is only watched. */
  traffic: TrafficSource | null;
}

/** Makes what speaks to terminals and to what stands beside them. */
export interface DeviceFactory {
  /**
   * Loads what these terminals, all of the store's, need, so that a store without some kind of device pays no memory for it. Null when everything is there.
   * Never rejects: what could not be loaded makes {@link check} refuse.
   */
  prepare(connections: readonly TerminalConnection[]): Promise<void> | null;
  /** Why a terminal can't be worked with as described; null when it can. Needs {@link prepare}. */
  check(connection: TerminalConnection): string | null;
  /** The devices of a terminal that passed {@link check}. */
  devices(connection: TerminalConnection): TerminalDevices;
}
