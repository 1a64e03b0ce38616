import type { Activity, PeripheralState, PowerState, ServiceState } from '@tillward/contracts';
import type { StatusOutcome } from '@tillward/driver';
import { type DeviceDescription, describedBy } from './peripheral.rules.js';
import type { WatchedFacts } from './watched.rules.js';

/** Where a terminal rests between jobs: ready for sales, closed with a proof, or left on because its close was blocked. */
export type Resting = 'idle' | 'closed' | 'blocked';

/** What the gateway knows about a terminal, kept across restarts. */
export interface TerminalFacts {
  readonly power: PowerState;
  readonly service: ServiceState;
  readonly signedOn: boolean;
  readonly resting: Resting;
  /** Closed on request: not opened again before this instant (epoch ms). */
  readonly heldUntil: number | null;
  readonly lastUseAt: number | null;
  /** Whether {@link lastTraceNo} is the terminal's own answer; without it a lost outcome can't be judged, so no sale may start. */
  readonly lastTraceKnown: boolean;
  readonly lastTraceNo: number | null;
  /** Number of the last money order given to the terminal (orderReference of libs/driver); null before the first. */
  readonly lastOrderNo: number | null;
  /** What the terminal told about itself; null before it told anything. */
  readonly device: DeviceDescription | null;
  /** State of the printer beside the terminal, by its own word; null where there is none, or before it answered. */
  readonly printer: PeripheralState | null;
  /** What the traffic of a terminal that is only watched has shown; null for all others. */
  readonly watched: WatchedFacts | null;
}

/** A terminal nobody has spoken to yet. */
export const UNKNOWN_TERMINAL: TerminalFacts = {
  power: 'unknown',
  service: 'unknown',
  signedOn: false,
  resting: 'idle',
  heldUntil: null,
  lastUseAt: null,
  lastTraceKnown: false,
  lastTraceNo: null,
  lastOrderNo: null,
  device: null,
  printer: null,
  watched: null,
};

/** What the power switch says; null without a switch, `unknown` when it doesn't answer. */
export type SwitchReading = 'on' | 'off' | 'unknown' | null;

/**
 * The facts after a status poll. An answer proves power. Silence proves nothing by itself: `off` needs the switch to say so, everything else is
 * `unknown`. A terminal without power or in need of a sign-on isn't signed on; one that can't be reached keeps its last known sign-on until it
 * says otherwise.
 */
export function afterPoll(facts: TerminalFacts, status: StatusOutcome, reading: SwitchReading): TerminalFacts {
  switch (status.kind) {
    case 'busy':
      return status.power === 'on' ? { ...facts, power: 'on' } : facts;
    case 'answered': {
      const signedOn = facts.signedOn && status.service !== 'signOnNeeded' && status.service !== 'activationNeeded';
      return { ...facts, power: 'on', service: status.service, signedOn, device: describedBy(facts.device, status.device) };
    }
    case 'unreachable':
      if (reading === 'off') return { ...facts, power: 'off', service: 'unknown', signedOn: false };
      return { ...facts, power: 'unknown', service: 'unknown' };
  }
}

/** Whether the change is worth an entry: power, service state or sign-on. */
export function stateChanged(before: TerminalFacts, after: TerminalFacts): boolean {
  return before.power !== after.power || before.service !== after.service || before.signedOn !== after.signedOn;
}

/**
 * What a job does to a terminal. A poll is invisible and a sale waits for it; everything else occupies the terminal. `maintaining`: a person's order
 * that moves no money (restart, reprint, diagnosis…).
 */
export type JobKind = 'poll' | 'maintaining' | Extract<Activity, 'selling' | 'settling' | 'opening' | 'closing'>;

/** A routine that keeps sales and orders away from a terminal. */
export type Holder = 'opening' | 'closing' | 'maintenance';

/** What to show: the running job, else the routine that holds the terminal, else where it rests. */
export function activityOf(running: JobKind | null, held: Holder | null, resting: Resting): Activity {
  if (running !== null && running !== 'poll' && running !== 'maintaining' && !(held === 'closing' && running === 'opening')) return running;
  return held === null || held === 'maintenance' ? resting : held;
}

const IDLE_POLL_MS = 60_000;
const SEARCHING_POLL_MS = 5_000;

/** How long until the next poll: about once a minute (ZVT's advice), sooner while a terminal that should be there doesn't answer. */
export function pollDelayMs(facts: TerminalFacts): number {
  return facts.power === 'on' || facts.resting === 'closed' ? IDLE_POLL_MS : SEARCHING_POLL_MS;
}
