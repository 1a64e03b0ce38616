import type { ReminderKind } from '@tillward/contracts';

/** Something that holds now and that somebody in the store should know. `subject` names this one case: while it holds there is one reminder of it. */
export interface Due {
  readonly kind: ReminderKind;
  readonly subject: string;
  readonly terminals: readonly string[];
  readonly at: number;
}

/** A terminal as reminders see it. */
export interface RemindedTerminal {
  readonly id: string;
  readonly power: 'on' | 'off' | 'unknown';
  readonly resting: 'idle' | 'closed' | 'blocked';
  readonly held: boolean;
  /** Since when a payment has no known outcome; null: all are known. */
  readonly inDoubtSince: number | null;
  /** Somebody closed it for the rest of the day. */
  readonly closedEarly: boolean;
}

/** What decides which reminders are due. Times in epoch milliseconds. */
export interface ReminderSituation {
  readonly now: number;
  readonly isOpen: boolean;
  readonly closesAt: number;
  readonly businessDay: string;
  readonly beforeClosingMs: number;
  readonly leftOnAfterMs: number;
  readonly overnight: 'off' | 'standby' | 'on';
  readonly terminals: readonly RemindedTerminal[];
}

/** A payment is asked about at once; only one that stays unknown is worth a person's time. */
const DOUBT_MS = 60_000;

/** What somebody should be reminded of now, in the order it matters. */
export function dueReminders(situation: ReminderSituation): Due[] {
  const { now, isOpen, closesAt, businessDay, terminals } = situation;
  const due: Due[] = [];
  for (const { id, inDoubtSince } of terminals) {
    if (inDoubtSince !== null && now - inDoubtSince >= DOUBT_MS) {
      due.push({ kind: 'inDoubt', subject: `inDoubt ${id} ${inDoubtSince}`, terminals: [id], at: inDoubtSince });
    }
  }
  const blocked = terminals.filter(({ resting, held }) => resting === 'blocked' && !held).map(({ id }) => id);
  for (const id of blocked) due.push({ kind: 'closeBlocked', subject: `closeBlocked ${id} ${businessDay}`, terminals: [id], at: closesAt });
  if (isOpen) {
    const open = terminals.filter(({ resting, closedEarly }) => resting === 'idle' && !closedEarly).map(({ id }) => id);
    const soon = situation.beforeClosingMs > 0 && closesAt - now <= situation.beforeClosingMs;
    if (soon && open.length > 0) due.push({ kind: 'closingSoon', subject: `closingSoon ${closesAt}`, terminals: open, at: closesAt });
    return due;
  }
  const late = now - closesAt >= situation.leftOnAfterMs && situation.overnight === 'off';
  const leftOn = terminals.filter(({ power, resting, held }) => late && power === 'on' && resting === 'idle' && !held).map(({ id }) => id);
  if (leftOn.length > 0) due.push({ kind: 'leftOn', subject: `leftOn ${closesAt}`, terminals: leftOn, at: closesAt });
  return due;
}

/** Whether a reminder that holds still is told again. */
export function toldAgain(reminder: { acknowledged: boolean; toldAt: number }, now: number, everyMs: number): boolean {
  return !reminder.acknowledged && now - reminder.toldAt >= everyMs;
}
