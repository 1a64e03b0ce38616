import type { z } from 'zod';

/** What a simulated device needs of its surroundings, the same for every kind. */
export interface DeviceContext {
  /** Address it listens on. */
  readonly host: string;
  /** Port of its main protocol; 0 takes a free one. */
  readonly port: number;
  /** Everything random about it follows from this. */
  readonly seed: string;
  /** Folder of what must outlive the process: ledger, stored state. */
  readonly dataDir: string;
  /** Told of a failure of the simulator itself, never of a fault it was asked to play. */
  readonly failed: (error: unknown) => void;
}

/** One simulated device, as the `sim` command and its control API see it. */
export interface SimulatedDevice {
  /** Where it answers, by protocol: for instance `{ zvt: 'tcp://127.0.0.1:20007' }`. Complete once `start` is done. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Starts answering. */
  start(): Promise<void>;
  /** Stops answering and closes its files. */
  stop(): Promise<void>;
  /** What it is doing, as JSON for people; never card data beyond the last four digits. */
  view(): Readonly<Record<string, unknown>>;
  /** Puts a fault into it that the kind's `faults` schema has accepted. */
  inject(fault: unknown): void;
  /** What its own ledger holds; a device that books nothing has none. */
  ledger?(): readonly unknown[];
  /** Takes its power away and gives it back, for devices that hang on an outlet. */
  powerOff?(): Promise<void>;
  powerOn?(): Promise<void>;
}

/** A kind of device the simulator can be: what it is called, how it is set up, and what can go wrong with it. */
export interface DeviceKind {
  /** Word on the command line: `zvt`, `nexo`, `pdu`, `poe`, `shelly`, `printer`, `unionpay`. */
  readonly kind: string;
  /** One line for the list of kinds. */
  readonly summary: string;
  /** What `--help` teaches: what it speaks, how to talk to it first, which faults are worth trying. */
  readonly help: string;
  /** Port it listens on when none is given. */
  readonly defaultPort: number;
  /** Settings beyond the common ones, all with defaults; a script may set them. */
  readonly options: z.ZodType;
  /** Every fault it can play, a union discriminated by `fault`. */
  readonly faults: z.ZodType;
  /** Makes one from checked options; it listens only after `start`. */
  create(context: DeviceContext, options: unknown): SimulatedDevice;
}
