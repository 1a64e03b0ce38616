import {
  addBusinessDays,
  type BusinessDayWindow,
  businessDayAt,
  lastClosedWindow,
  opensOn,
  type TradingHours,
  windowOfBusinessDay,
} from '@tillward/calendar';
import type { TerminalFacts } from '../terminals/index.js';

/** The settings the schedule depends on. */
export interface ScheduleSettings extends TradingHours {
  timeZone: string;
  leadMs: number;
}

/** Where the store stands in its day: preparing or trading, or after a closing instant. Null `closed` before the first one ever. */
export type StoreTime = { kind: 'trading'; window: BusinessDayWindow } | { kind: 'closed'; last: BusinessDayWindow };

/**
 * Where the store stands at `now`. A window counts as trading from its opening minus the lead; the latest opened one wins. Otherwise the window that
 * closed last is named, so that its closing can be made up for.
 */
export function storeTimeAt(now: number, settings: ScheduleSettings): StoreTime {
  const today = businessDayAt(now, settings.timeZone, settings);
  // A day the store stays closed has no window: nothing is opened for it, and no closing is due.
  const days = [1, 0, -1, -2].map((offset) => addBusinessDays(today, offset)).filter((day) => opensOn(day, settings));
  const trading = days
    .map((day) => windowOf(day, settings))
    .find((window) => window.opensAtMs - settings.leadMs <= now && now < window.closesAtMs);
  if (trading) return { kind: 'trading', window: trading };
  const last = lastClosedWindow(now, settings.timeZone, settings);
  // Closed for longer than anybody looks back: the day before stands for a closing long dealt with.
  return { kind: 'closed', last: last ?? windowOf(addBusinessDays(today, -1), settings) };
}

function windowOf(businessDay: string, settings: ScheduleSettings): BusinessDayWindow {
  return windowOfBusinessDay(businessDay, settings.timeZone, settings);
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
  /** When the closing that its settlement blocked is to be made again; left out when it isn't. */
  closeAgainAt?: number;
}

/** What is known of the night after a closing instant. */
export interface Night {
  closingStarted: boolean;
  /** The schedule opened terminals after that closing began: the clock had run ahead of the store's day, and the closing's time came again. */
  openedSince: boolean;
  /** The vendor's window of that night, if terminals stay on for one. */
  maintenance: { opensAtMs: number; closesAtMs: number } | null;
  maintenanceStarted: boolean;
}

/** What to start now. `scheduledFor` null: a closing made a second time. */
export type ScheduleMove =
  | { kind: 'close'; scheduledFor: number | null; businessDay: string; terminals: string[] }
  | { kind: 'open'; businessDay: string; terminals: string[] }
  | { kind: 'maintain'; scheduledFor: number; businessDay: string; terminals: string[] }
  | { kind: 'wait' };

/**
 * The next move. While trading, terminals that can't sell are opened, unless somebody closed them for the rest of the day. After a closing instant the
 * closing runs once for that instant (S1), also when the agent was away at the time (S2); terminals closed already keep their proof. A closing whose time came twice,
 * because the clock was corrected, is made again for what was opened in between (S3). One that a settlement blocked is made again for that terminal, as often as the policy says (S5).
 */
export function nextMove(now: number, time: StoreTime, night: Night, terminals: readonly SchedulableTerminal[]): ScheduleMove {
  const free = terminals.filter((terminal) => !terminal.held);
  if (time.kind === 'trading') {
    const waiting = free.filter((terminal) => needsOpening(terminal, now));
    return waiting.length > 0
      ? { kind: 'open', businessDay: time.window.businessDay, terminals: waiting.map(({ id }) => id) }
      : { kind: 'wait' };
  }
  if (free.length < terminals.length) return { kind: 'wait' };
  const { closesAtMs: scheduledFor, businessDay } = time.last;
  if (!night.closingStarted) {
    const open = free.filter(({ facts }) => facts.resting !== 'closed');
    return { kind: 'close', scheduledFor, businessDay, terminals: open.map(({ id }) => id) };
  }
  const selling = free.filter(({ facts }) => facts.resting === 'idle');
  if (night.openedSince && selling.length > 0) {
    return { kind: 'close', scheduledFor: null, businessDay, terminals: selling.map(({ id }) => id) };
  }
  const again = free.filter(({ facts, closeAgainAt }) => facts.resting === 'blocked' && closeAgainAt !== undefined && closeAgainAt <= now);
  if (again.length > 0) return { kind: 'close', scheduledFor: null, businessDay, terminals: again.map(({ id }) => id) };
  return maintenanceMove(now, night, businessDay, free);
}

function maintenanceMove(now: number, night: Night, businessDay: string, free: readonly SchedulableTerminal[]): ScheduleMove {
  const { maintenance, maintenanceStarted } = night;
  if (!maintenance || maintenanceStarted || free.some(({ occupied }) => occupied)) return { kind: 'wait' };
  if (now < maintenance.opensAtMs || now >= maintenance.closesAtMs) return { kind: 'wait' };
  return { kind: 'maintain', scheduledFor: maintenance.opensAtMs, businessDay, terminals: free.map(({ id }) => id) };
}

/** Missed closings that are told one by one; of a longer absence only the newest are. */
const MOST_MISSED = 14;

/**
 * S4: the closings nobody made: their instant lies after the last one that was dealt with (`handled`, null: none ever, so there was nothing to miss) and before the
 * one that is due now, or the store's next day has begun. Oldest first.
 */
export function missedClosings(time: StoreTime, handled: number | null, settings: ScheduleSettings): BusinessDayWindow[] {
  if (handled === null) return [];
  const newest = time.kind === 'trading' ? addBusinessDays(time.window.businessDay, -1) : addBusinessDays(time.last.businessDay, -1);
  const missed: BusinessDayWindow[] = [];
  for (let back = 0; back < MOST_MISSED; back++) {
    const businessDay = addBusinessDays(newest, -back);
    const window = windowOf(businessDay, settings);
    if (window.closesAtMs <= handled) break;
    if (opensOn(businessDay, settings)) missed.unshift(window);
  }
  return missed;
}

function needsOpening({ facts, watchedOnly, occupied, notBefore }: SchedulableTerminal, now: number): boolean {
  if (facts.resting === 'idle' && (watchedOnly || facts.signedOn)) return false;
  if (occupied || notBefore > now) return false;
  return facts.heldUntil === null || facts.heldUntil <= now;
}

/** What decides whether a blocked closing is made again in the same night. */
export interface BlockedClosing {
  step: string;
  code: string;
  /** Closings of the terminal that were blocked so in this night, this one included. */
  times: number;
}

/** Steps whose failure a later attempt may heal by itself, and the reasons for which it may. */
const SETTLING_STEPS: ReadonlySet<string> = new Set(['sendStored', 'settle']);
const PASSING_CODES: ReadonlySet<string> = new Set(['hostUnreachable', 'settlementRefused', 'terminalUnreachable', 'terminalBusy']);

/**
 * S5: whether a closing that was blocked is made again by itself: only where the settlement was refused or the way to host or terminal was down, and not more often than
 * the policy says. What is in doubt is asked about, and totals that differ stay different: neither is retried.
 */
export function closesAgain({ step, code, times }: BlockedClosing, nightRetries: number): boolean {
  return SETTLING_STEPS.has(step) && PASSING_CODES.has(code) && times <= nightRetries;
}

const FIRST_RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** Pause before a terminal whose opening was blocked `failures` times in a row is tried again: 15 s, doubling to ten minutes. */
export function openingRetryMs(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(Math.max(0, failures - 1), 10));
}
