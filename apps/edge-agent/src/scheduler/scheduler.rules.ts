import { addBusinessDays, type BusinessDayWindow, businessDayOf, tradingWindow } from '@tillward/calendar';
import type { TerminalFacts } from '../terminals/index.js';

/** The settings the schedule depends on. */
export interface ScheduleSettings {
  timeZone: string;
  open: string;
  close: string;
  cutOff: string;
  leadMs: number;
}

/** Where the store stands in its day: preparing or trading, or after a closing instant. Null `closed` before the first one ever. */
export type StoreTime = { kind: 'trading'; window: BusinessDayWindow } | { kind: 'closed'; last: BusinessDayWindow };

/**
 * Where the store stands at `now`. A window counts as trading from its opening minus the lead; the latest opened one wins. Otherwise the window that
 * closed last is named, so that its closing can be made up for.
 */
export function storeTimeAt(now: number, settings: ScheduleSettings): StoreTime {
  const today = businessDayOf(now, settings.timeZone, settings.cutOff);
  const windows = [1, 0, -1, -2].map((offset) => windowOf(addBusinessDays(today, offset), settings));
  const trading = windows.find((window) => window.opensAtMs - settings.leadMs <= now && now < window.closesAtMs);
  if (trading) return { kind: 'trading', window: trading };
  const last = windows.filter((window) => window.closesAtMs <= now).sort((a, b) => b.closesAtMs - a.closesAtMs)[0];
  if (!last) throw new RangeError('one of the last three business days has a closing instant');
  return { kind: 'closed', last };
}

function windowOf(businessDay: string, { timeZone, open, close, cutOff }: ScheduleSettings): BusinessDayWindow {
  return { businessDay, ...tradingWindow(businessDay, timeZone, open, close, cutOff) };
}

/** A terminal as the schedule sees it. */
export interface SchedulableTerminal {
  id: string;
  facts: Pick<TerminalFacts, 'resting' | 'signedOn' | 'heldUntil'>;
  /** It works on its own: its sign-on is nobody's here. */
  watchedOnly: boolean;
  /** A routine works on it. */
  held: boolean;
  /** A job runs or waits. */
  occupied: boolean;
  /** Not to be opened again before this instant, because the last attempt failed. */
  notBefore: number;
}

/** What to start now. */
export type ScheduleMove =
  | { kind: 'close'; scheduledFor: number; businessDay: string; terminals: string[] }
  | { kind: 'open'; businessDay: string; terminals: string[] }
  | { kind: 'wait' };

/**
 * The next move. While trading, terminals that can't sell are opened, unless somebody closed them for the rest of the day. After a closing instant the
 * closing runs once for that instant (S1), also when the agent was away at the time (S2); terminals closed already keep their proof.
 */
export function nextMove(now: number, time: StoreTime, closingStarted: boolean, terminals: readonly SchedulableTerminal[]): ScheduleMove {
  const free = terminals.filter((terminal) => !terminal.held);
  if (time.kind === 'trading') {
    const waiting = free.filter((terminal) => needsOpening(terminal, now));
    return waiting.length > 0
      ? { kind: 'open', businessDay: time.window.businessDay, terminals: waiting.map(({ id }) => id) }
      : { kind: 'wait' };
  }
  if (closingStarted || free.length < terminals.length) return { kind: 'wait' };
  const { closesAtMs: scheduledFor, businessDay } = time.last;
  return {
    kind: 'close',
    scheduledFor,
    businessDay,
    terminals: free.filter(({ facts }) => facts.resting !== 'closed').map(({ id }) => id),
  };
}

function needsOpening({ facts, watchedOnly, occupied, notBefore }: SchedulableTerminal, now: number): boolean {
  if (facts.resting === 'idle' && (watchedOnly || facts.signedOn)) return false;
  if (occupied || notBefore > now) return false;
  return facts.heldUntil === null || facts.heldUntil <= now;
}

const FIRST_RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** Pause before a terminal whose opening was blocked `failures` times in a row is tried again: 15 s, doubling to ten minutes. */
export function openingRetryMs(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(Math.max(0, failures - 1), 10));
}
