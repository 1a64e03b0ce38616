import type { SimulatorControl } from 'tillward';
import type { Gateway } from '../chain/gateway.js';
import type { ExamSystem } from '../chain/system.js';
import type { CommandRecord, Records } from '../load/records.js';
import type { Abilities } from '../machine/abilities.js';
import type { Victim } from '../schedule.rules.js';

/** What a fault works with. */
export interface FaultContext {
  readonly system: ExamSystem;
  readonly simulator: SimulatorControl;
  /** Dice of this injection. */
  readonly roll: (below: number) => number;
  readonly durationMs: number;
  readonly commands: Records<CommandRecord>;
  /** No order of money runs at the store's tills until `resumeTills`; resolves when the last one has its answer. */
  pauseTills(store: string): Promise<void>;
  resumeTills(store: string): void;
  /** Notes that a gateway may begin a new epoch because its data were destroyed on purpose. */
  excuseEpoch(gateway: string): void;
  /** Notes what a fault itself saw that must not be. */
  broken(invariant: 'revokedSessionEnds', finding: string): void;
  /** Whether a part of the centre suffers a fault now, or did a moment ago: then nothing can be said about how fast it works. */
  centreDisturbed(): boolean;
}

/** What a fault can be made of in one exam. */
export interface FaultMeans {
  readonly abilities: Abilities;
  /** Parts of the system that are processes of their own. */
  readonly parts: ReadonlySet<string>;
}

/** A kind of fault. */
export interface FaultKind {
  readonly kind: string;
  readonly victim: Victim;
  /** Shortest and longest duration in milliseconds in an exam of so many minutes; also a guess for kinds that take the time they take. */
  durationMs(minutes: number): readonly [number, number];
  /** Why this machine or this version of the product can't have it; undefined when it can. */
  missing?(means: FaultMeans): string | undefined;
  /** Strikes, and resolves when what was done is undone again. `gateway` is there when the victim is one. */
  strike(context: FaultContext, gateway: Gateway): Promise<void>;
}

/** A duration that doesn't depend on the exam's length. */
export function lasting(leastMs: number, mostMs: number): FaultKind['durationMs'] {
  return () => [leastMs, mostMs];
}

/** A duration that is `fullMs` in an exam of twenty minutes or more, in proportion below, and never under `leastMs`. */
export function scaled(fullMs: number, leastMs: number): FaultKind['durationMs'] {
  return (minutes) => {
    const ms = Math.max(leastMs, Math.round(fullMs * Math.min(1, minutes / 20)));
    return [ms, ms];
  };
}

/** For faults made by the preloaded library. */
export function needsPreload({ abilities }: FaultMeans): string | undefined {
  return 'missing' in abilities.preload ? abilities.preload.missing : undefined;
}
