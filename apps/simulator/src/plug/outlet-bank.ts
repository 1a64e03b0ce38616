import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** What hangs on an outlet. */
export interface PoweredDevice {
  powerOn(): Promise<void>;
  powerOff(): Promise<void>;
}

/** Outlets by number, and where their positions are kept. */
export interface OutletBankOptions {
  readonly outlets: ReadonlyMap<number, PoweredDevice>;
  /** File of the positions; they stay as they were when the simulator starts again. */
  readonly stateFile: string;
  /** Position of an outlet that was never switched. */
  readonly initiallyOn: boolean;
  /** How long an outlet takes from the command to power, for ports that negotiate; default 0. */
  readonly onDelayMs?: number;
  /** Called when a device on an outlet can't follow. */
  readonly failed?: (error: unknown) => void;
}

/** One outlet as people see it. */
export interface OutletView {
  /** What it was last told. */
  readonly commanded: 'on' | 'off';
  /** Where its contact is. */
  readonly position: 'on' | 'off';
  readonly stuck: boolean;
}

const savedState = z.record(z.string(), z.boolean());

interface Outlet {
  commanded: boolean;
  position: boolean;
  stuck: boolean;
  /** A movement that waits for its delay, or the second half of a cycle. */
  pending: NodeJS.Timeout | null;
}

/**
 * The outlets of a simulated plug, PDU or PoE switch. A contact that moves takes the power of what hangs on it or gives it, and is on the disk first.
 * What an outlet was told and where its contact is can differ: a welded or slow one.
 */
export class OutletBank {
  private readonly outlets = new Map<number, Outlet>();
  private readonly listeners: ((outlet: number) => void)[] = [];
  /** Added to the way from a command to the contact, for all outlets. */
  delayMs = 0;

  constructor(private readonly options: OutletBankOptions) {
    const { stateFile, initiallyOn } = options;
    const saved = existsSync(stateFile) ? savedState.parse(JSON.parse(readFileSync(stateFile, 'utf8'))) : {};
    for (const number of options.outlets.keys()) {
      const position = saved[String(number)] ?? initiallyOn;
      this.outlets.set(number, { commanded: position, position, stuck: false, pending: null });
    }
  }

  /** Outlet numbers, ascending. */
  get numbers(): readonly number[] {
    return [...this.outlets.keys()].sort((a, b) => a - b);
  }

  /** Where a contact is; undefined for an outlet there is none of. */
  isOn(number: number): boolean | undefined {
    return this.outlets.get(number)?.position;
  }

  /** What an outlet was last told; undefined for one there is none of. */
  isCommandedOn(number: number): boolean | undefined {
    return this.outlets.get(number)?.commanded;
  }

  /** Whether a movement is still to come. */
  isPending(number: number): boolean {
    return this.outlets.get(number)?.pending != null;
  }

  /** Calls `listener` after every command and movement. */
  onChange(listener: (outlet: number) => void): void {
    this.listeners.push(listener);
  }

  /** Gives power to everything whose contact is closed. */
  async start(): Promise<void> {
    await Promise.all(
      [...this.outlets].filter(([, { position }]) => position).map(([number]) => this.options.outlets.get(number)?.powerOn()),
    );
  }

  /** Forgets movements still to come; contacts stay where they are. */
  stop(): void {
    for (const outlet of this.outlets.values()) cancel(outlet);
  }

  /** Tells an outlet; a command still under way is replaced. False for an outlet there is none of. */
  command(number: number, on: boolean): boolean {
    const outlet = this.outlets.get(number);
    if (!outlet) return false;
    cancel(outlet);
    this.tell(number, outlet, on);
    return true;
  }

  /** Tells an outlet, and the opposite `seconds` after its contact moved: what devices call a reboot or a toggle. False for an outlet there is none of. */
  toggle(number: number, on: boolean, seconds: number): boolean {
    const outlet = this.outlets.get(number);
    if (!outlet) return false;
    cancel(outlet);
    this.tell(number, outlet, on, () => {
      outlet.pending = setTimeout(() => this.tell(number, outlet, !on), seconds * 1_000);
    });
    return true;
  }

  /** Welds a contact where it is, or frees it; without a number all of them. */
  weld(stuck: boolean, number?: number): void {
    for (const [each, outlet] of this.outlets) {
      if (number === undefined || number === each) outlet.stuck = stuck;
    }
  }

  /** Every outlet as people see it. */
  view(): Readonly<Record<string, OutletView>> {
    return Object.fromEntries(
      this.numbers.map((number) => {
        const { commanded, position, stuck } = this.outlets.get(number)!;
        return [String(number), { commanded: commanded ? 'on' : 'off', position: position ? 'on' : 'off', stuck }];
      }),
    );
  }

  private tell(number: number, outlet: Outlet, on: boolean, moved?: () => void): void {
    outlet.commanded = on;
    const arrive = () => {
      outlet.pending = null;
      this.move(number, outlet, on);
      moved?.();
      this.changed(number);
    };
    const wayMs = this.wayMs(on);
    if (wayMs === 0) return arrive();
    outlet.pending = setTimeout(arrive, wayMs);
    this.changed(number);
  }

  private wayMs(on: boolean): number {
    return this.delayMs + (on ? (this.options.onDelayMs ?? 0) : 0);
  }

  private move(number: number, outlet: Outlet, on: boolean): void {
    if (outlet.stuck || outlet.position === on) return;
    outlet.position = on;
    this.save();
    const device = this.options.outlets.get(number);
    const followed = on ? device?.powerOn() : device?.powerOff();
    followed?.catch((error: unknown) => this.options.failed?.(error));
  }

  private changed(number: number): void {
    for (const listener of this.listeners) listener(number);
  }

  private save(): void {
    mkdirSync(dirname(this.options.stateFile), { recursive: true });
    const next = `${this.options.stateFile}.next`;
    writeFileSync(next, JSON.stringify(Object.fromEntries([...this.outlets].map(([number, { position }]) => [number, position]))));
    renameSync(next, this.options.stateFile);
  }
}

function cancel(outlet: Outlet): void {
  if (outlet.pending) clearTimeout(outlet.pending);
  outlet.pending = null;
}
