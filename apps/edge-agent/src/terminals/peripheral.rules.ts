import type { DeviceFacts, JournalPayload, Peripheral, PeripheralState, PeripheralStates } from '@tillward/contracts';
import { plainWithin } from './plain-text.rules.js';
import type { TerminalFacts } from './terminal.rules.js';

/** What a terminal told about itself and keeps being true until it says otherwise: all of its facts but the clock, which never stands still. */
export type DeviceDescription = Omit<DeviceFacts, 'clock'>;

type DescribedFacts = Pick<TerminalFacts, 'device' | 'printer'>;

/** The change of one peripheral, as it is journaled. */
export type PeripheralChange = JournalPayload<'PeripheralStateChanged'>;

const MAX_TEXT = 64;

/** The facts a terminal told, fit for the journal; what it did not say this time stays as it was told before. The same object when nothing is new. */
export function describedBy(before: DeviceDescription | null, told: DeviceFacts | undefined): DeviceDescription | null {
  if (!told) return before;
  const peripherals: PeripheralStates = { ...before?.peripherals, ...told.peripherals };
  const after: DeviceDescription = {
    ...before,
    ...textOf('model', told.model),
    ...textOf('software', told.software),
    ...textOf('serial', told.serial),
    ...(told.nextRebootAt === undefined ? {} : { nextRebootAt: plainWithin(told.nextRebootAt, 19) }),
    ...(Object.keys(peripherals).length > 0 ? { peripherals } : {}),
  };
  return JSON.stringify(after) === JSON.stringify(before ?? {}) ? before : after;
}

function textOf<K extends 'model' | 'software' | 'serial'>(key: K, text: string | undefined): Partial<Record<K, string>> {
  return text === undefined ? {} : ({ [key]: plainWithin(text, MAX_TEXT) } as Record<K, string>);
}

/** The description to journal when model, software or serial number are new; null when they are what they were. */
export function describedAnew(before: DescribedFacts, after: DescribedFacts): JournalPayload<'TerminalDescribed'> | null {
  if (!after.device) return null;
  const { model, software, serial } = after.device;
  const was = before.device;
  if (was?.model === model && was?.software === software && was?.serial === serial) return null;
  return {
    ...(model === undefined ? {} : { model }),
    ...(software === undefined ? {} : { software }),
    ...(serial === undefined ? {} : { serial }),
  };
}

/** The state of every peripheral somebody reports on. Where a printer beside the terminal tells for itself, the terminal's word about its printer gives way. */
export function peripheralsOf({ device, printer }: DescribedFacts): PeripheralStates {
  return { ...device?.peripherals, ...(printer === null ? {} : { printer }) };
}

/** Peripherals whose state differs now, with who told. */
export function peripheralChanges(before: DescribedFacts, after: DescribedFacts): PeripheralChange[] {
  const was = peripheralsOf(before);
  return (Object.entries(peripheralsOf(after)) as [Peripheral, PeripheralState][])
    .filter(([peripheral, state]) => was[peripheral] !== state)
    .map(([peripheral, state]) => ({
      peripheral,
      state,
      toldBy: peripheral === 'printer' && after.printer !== null ? 'printer' : 'terminal',
    }));
}

/** A terminal's clock as it was told, and when. */
export interface ClockReading {
  readonly local: string;
  readonly at: number;
}

/**
 * What to show of the device: the clock as it must have gone on since it was told, and peripherals that only the terminal can tell of as unknown
 * while it doesn't answer. Undefined before anything was told.
 */
export function shownDevice(
  facts: Pick<TerminalFacts, 'device' | 'printer' | 'power'>,
  clock: ClockReading | null,
  now: number,
): DeviceFacts | undefined {
  const answers = facts.power === 'on';
  const states = Object.entries(peripheralsOf(facts)).map(([peripheral, state]): [string, PeripheralState] => {
    const ownWord = peripheral === 'printer' && facts.printer !== null;
    return [peripheral, answers || ownWord ? state : 'unknown'];
  });
  const shown: DeviceFacts = {
    ...facts.device,
    ...(states.length > 0 ? { peripherals: Object.fromEntries(states) as PeripheralStates } : {}),
    ...(clock && answers ? { clock: advanced(clock, now) } : {}),
  };
  return Object.keys(shown).length > 0 ? shown : undefined;
}

function advanced({ local, at }: ClockReading, now: number): string {
  const told = Date.parse(`${local}Z`);
  if (Number.isNaN(told)) return plainWithin(local, 19);
  return new Date(told + Math.max(0, now - at)).toISOString().slice(0, 19);
}

/** Looks at a printer that found nobody there before it is called offline: a printer serves one client at a time, and that may be the till. */
export const PRINTER_MISSES = 2;

/** What a printer beside the terminal is now. `read` null: it did not answer, `misses` times in a row with this one. */
export function printerAfterLook(before: PeripheralState | null, read: PeripheralState | null, misses: number): PeripheralState | null {
  if (read !== null) return read;
  return misses >= PRINTER_MISSES ? 'offline' : before;
}

const PRINTER_LOOK_MS = 60_000;
const PRINTER_TROUBLE_LOOK_MS = 15_000;

/** How long until the next look at a printer: with the terminal's polls, sooner while somebody may be putting paper in. */
export function printerLookDelayMs(state: PeripheralState | null): number {
  return state === 'ready' || state === 'offline' ? PRINTER_LOOK_MS : PRINTER_TROUBLE_LOOK_MS;
}
