import type { TransactionKind } from './outcomes.js';
import type { DriverCapabilities, TerminalDriver } from './terminal-driver.js';

/** The money commands a fault can strike. */
export type RigCommand = TransactionKind | 'settlement';

/** A point of a money command at which the link can be cut, and whether the terminal has booked it, or books it all the same, by then. */
export interface RigStep {
  readonly name: string;
  readonly booked: boolean;
}

/**
 * What goes wrong, in words every protocol has.
 * - `dropAt`: the next such command loses its link at this step; the terminal goes on with it as far as the step says.
 * - `delayPast`: at the next sale the terminal says nothing until this time limit of the driver is over, then goes on.
 * - `duplicate`: at the next sale everything the terminal says is said twice.
 * - `truncate`: at the next sale, after booking, what tells the outcome ends in the middle and the link is closed.
 * - `garbage`: at the next sale, after booking, bytes that mean nothing come in place of what tells the outcome.
 * - `dieAfterBooking`: at the next such command the terminal loses its power when its ledger is synced and before it tells anybody.
 * - `decline`: the host says no to the next sale.
 * - `busy`, `locked`, `hostDown`, until `heal`: it is occupied with a job of its own; it needs a sign-on before money moves; no way to the host.
 * - `storeOffline`: the terminal authorises the next sale without the host and stores it for later. Only where `sendStored` is declared.
 * - `reboot`: now; it refuses connections for a moment and comes back as after a power cut.
 */
export type RigFault =
  | { readonly fault: 'dropAt'; readonly step: string; readonly command: RigCommand }
  | { readonly fault: 'delayPast'; readonly timer: string }
  | { readonly fault: 'dieAfterBooking'; readonly command: RigCommand }
  | { readonly fault: 'duplicate' | 'truncate' | 'garbage' | 'decline' | 'storeOffline' }
  | { readonly fault: 'busy' | 'locked' | 'hostDown' }
  | { readonly fault: 'reboot' };

/** One line of the simulator's own ledger: the witness. */
export interface RigLedgerLine {
  readonly kind: RigCommand;
  readonly amountMinor: number;
  readonly currency: string;
}

/** What a test may choose. */
export interface RigOptions {
  /** How long a customer takes with the card, in milliseconds; next to nothing when left out. Commands can be met in their middle with it. */
  readonly customerMs?: number;
}

/** A simulated terminal with an empty ledger, signed off and with power, and a driver for it whose time limits are short (about a second). */
export interface TerminalRig {
  readonly driver: TerminalDriver;
  /** The terminal's currency. */
  readonly currency: string;
  /** Puts a fault in. Faults of steps and of the next sale strike once. */
  inject(fault: RigFault): void;
  /** Ends `busy`, `locked` and `hostDown`. */
  heal(): void;
  /** Every line the terminal ever booked, oldest first. Readable without power. */
  ledger(): readonly RigLedgerLine[];
  /** Whether the terminal is carrying out a command, with or without anybody listening. */
  running(): boolean;
  /** Resolves when the terminal has finished what it was doing. At once when it has no power. */
  quiet(): Promise<void>;
  /** Takes the power away: what was not stored is gone. Resolves when nothing answers any more. */
  powerOff(): Promise<void>;
  /** Gives power; resolves when it answers again. No effect on one that has power. */
  powerOn(): Promise<void>;
  /** Closes driver and simulator and removes their files. Rejects when the simulator itself failed. */
  close(): Promise<void>;
}

/** What is special about a protocol, known before a rig is made. */
export interface DriverTraits {
  readonly capabilities: DriverCapabilities;
  /** Where the link of a money command can be cut, in order. At least one is booked and one is not. */
  readonly steps: readonly RigStep[];
  /** The driver's time limits that a silent terminal can overrun, each with whether the terminal books the sale it was silent about. */
  readonly timers: readonly RigStep[];
}

/** Makes a rig of its own for each test. */
export type MakeRig = (options?: RigOptions) => Promise<TerminalRig>;
