import { localDateTimeMs } from '@tillward/calendar';
import type { DeviceFacts, Peripheral, PeripheralState, PeripheralStates } from '@tillward/contracts';

/** A peripheral as the journal last told of it. `epoch` and `seq` name the entry. */
export interface JournaledPeripheral {
  readonly peripheral: Peripheral;
  readonly state: PeripheralState;
  readonly since: Date;
  readonly toldBy: string;
  readonly epoch: number;
  readonly seq: number;
}

/** A peripheral as it is shown. */
export interface ShownPeripheral {
  readonly kind: Peripheral;
  readonly state: PeripheralState;
  readonly since: Date | null;
  readonly toldBy: string | null;
}

/** What the newest live sample said of the peripherals, and how far the journal was when it was taken. */
export interface SampledPeripherals {
  readonly states: PeripheralStates;
  readonly journalHead: number;
  /** Epoch of the gateway's journal now. */
  readonly epoch: number;
}

const ORDER: readonly Peripheral[] = ['printer', 'keypad', 'scanner'];

/**
 * The peripherals of a terminal in a fixed order. Whichever of journal and sample the gateway wrote later decides; only the journal knows since when.
 * While the gateway is offline every state is unknown, never ready (F3).
 */
export function shownPeripherals(
  online: boolean,
  journaled: readonly JournaledPeripheral[],
  sampled: SampledPeripherals | undefined,
): ShownPeripheral[] {
  return ORDER.flatMap((kind): ShownPeripheral[] => {
    const told = journaled.find((one) => one.peripheral === kind);
    const seen = sampled?.states[kind];
    if (told === undefined && seen === undefined) return [];
    if (!online) return [{ kind, state: 'unknown', since: null, toldBy: told?.toldBy ?? null }];
    const isLate = told !== undefined && sampled !== undefined && told.epoch === sampled.epoch && sampled.journalHead < told.seq;
    if (seen === undefined || isLate || seen === told?.state) {
      return told === undefined ? [] : [{ kind, state: told.state, since: told.since, toldBy: told.toldBy }];
    }
    return [{ kind, state: seen, since: null, toldBy: told?.toldBy ?? null }];
  });
}

/** What the journal knows a terminal to be. */
export interface DescribedDevice {
  readonly model: string | null;
  readonly software: string | null;
  readonly serial: string | null;
}

/** A device as it is shown; null where it told nothing. */
export interface ShownDevice extends DescribedDevice {
  readonly clockSkewSeconds: number | null;
  readonly nextRebootAt: Date | null;
}

/**
 * What is known of a device: what the newest sample says, else what the journal says. Its clock is compared with the moment at which core first saw this
 * reading, so the skew is good to the ten seconds between two samples. Null when it told nothing at all.
 */
export function shownDevice(
  described: DescribedDevice | undefined,
  sampled: DeviceFacts | undefined,
  clockSeenAt: Date | null,
  timeZone: string,
): ShownDevice | null {
  const clockMs = sampled?.clock === undefined ? undefined : localDateTimeMs(sampled.clock, timeZone);
  const rebootMs = sampled?.nextRebootAt === undefined ? undefined : localDateTimeMs(sampled.nextRebootAt, timeZone);
  const shown: ShownDevice = {
    model: sampled?.model ?? described?.model ?? null,
    software: sampled?.software ?? described?.software ?? null,
    serial: sampled?.serial ?? described?.serial ?? null,
    clockSkewSeconds: clockMs === undefined || clockSeenAt === null ? null : int32(Math.round((clockMs - clockSeenAt.getTime()) / 1000)),
    nextRebootAt: rebootMs === undefined ? null : new Date(rebootMs),
  };
  return Object.values(shown).every((fact) => fact === null) ? null : shown;
}

/** GraphQL's Int has 32 bits; a clock further off than that tells no time. */
function int32(value: number): number | null {
  return value === (value | 0) ? value : null;
}
