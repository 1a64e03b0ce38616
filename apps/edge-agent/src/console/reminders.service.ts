import { randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { ReminderKind, ReminderView, TillRefusalCode } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { EventHub } from '../events/index.js';
import { type Journal, JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import type { Terminals } from '../terminals/index.js';
import { type Due, dueReminders, toldAgain } from './reminders.rules.js';

const LOOK_MS = 15_000;
const MINUTE_MS = 60_000;

interface Reminder extends Due {
  reminderId: string;
  raisedAt: number;
  acknowledgedBy: string | null;
  /** Since this start; how often nobody answered before it is not counted. */
  toldAt: number;
  times: number;
}

export interface RemindersParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  events: EventHub;
}

/** Reminders of the store (DOMAIN.md section 1): raised when something needs a person, told again until somebody acknowledges, gone when it no longer holds. */
export class Reminders {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #parts: RemindersParts;
  readonly #insert: StatementSync;
  readonly #acknowledge: StatementSync;
  readonly #delete: StatementSync;
  readonly #doubts: StatementSync;
  readonly #current = new Map<string, Reminder>();
  #cancel: () => void = () => {};

  constructor(context: { clock: Clock; log: Log }, parts: RemindersParts) {
    this.#clock = context.clock;
    this.#log = context.log;
    this.#parts = parts;
    const { store } = parts.journal;
    this.#insert = store.prepare('INSERT INTO reminders (reminder_id, kind, subject, terminals, at, raised_at) VALUES (?, ?, ?, ?, ?, ?)');
    this.#acknowledge = store.prepare('UPDATE reminders SET acknowledged_by = ? WHERE reminder_id = ?');
    this.#delete = store.prepare('DELETE FROM reminders WHERE reminder_id = ?');
    this.#doubts = store.prepare(
      `SELECT terminal, min(started_at) AS since FROM payments WHERE state IN ('started', 'inDoubt') GROUP BY terminal`,
    );
    for (const row of store.prepare('SELECT * FROM reminders').all()) {
      this.#current.set(String(row['subject']), {
        reminderId: String(row['reminder_id']),
        kind: row['kind'] as ReminderKind,
        subject: String(row['subject']),
        terminals: JSON.parse(String(row['terminals'])) as string[],
        at: Number(row['at']),
        raisedAt: Number(row['raised_at']),
        acknowledgedBy: row['acknowledged_by'] as string | null,
        toldAt: 0,
        times: 1,
      });
    }
  }

  /** Looks now and then every quarter of a minute. */
  start(): void {
    try {
      this.look();
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#log.error(errorFields(error), 'a reminder could not be recorded, will try again');
    }
    this.#cancel = this.#clock.after(LOOK_MS, () => this.start());
  }

  stop(): void {
    this.#cancel();
  }

  /** Those nobody has acknowledged. */
  open(): ReminderView[] {
    return [...this.#current.values()].filter(({ acknowledgedBy }) => acknowledgedBy === null).map(viewOf);
  }

  /** Somebody has seen to it. */
  acknowledge(reminderId: string, operatorId: string): { ok: true } | { ok: false; code: TillRefusalCode } {
    const reminder = [...this.#current.values()].find((other) => other.reminderId === reminderId);
    if (!reminder) return { ok: false, code: 'unknownReminder' };
    if (reminder.acknowledgedBy !== null) return { ok: true };
    this.#parts.journal.commit((tx) => {
      this.#acknowledge.run(operatorId, reminderId);
      tx.append('ReminderAcknowledged', null, { reminderId, kind: reminder.kind, operatorId });
    });
    reminder.acknowledgedBy = operatorId;
    this.#tell('over', reminder);
    return { ok: true };
  }

  /** One look at the store. */
  look(): void {
    const { policy } = this.#parts;
    if (!policy.current) return;
    const due = this.#due();
    const now = this.#clock.now();
    for (const reminder of this.#current.values()) {
      if (due.some(({ subject }) => subject === reminder.subject)) continue;
      this.#parts.journal.store.transaction(() => this.#delete.run(reminder.reminderId));
      this.#current.delete(reminder.subject);
      if (reminder.acknowledgedBy === null) this.#tell('over', reminder);
    }
    const everyMs = policy.current.settings['reminders.repeatMinutes'] * MINUTE_MS;
    for (const one of due) {
      const known = this.#current.get(one.subject);
      if (!known) this.#raise(one, now);
      else if (toldAgain({ acknowledged: known.acknowledgedBy !== null, toldAt: known.toldAt }, now, everyMs)) {
        this.#current.set(one.subject, { ...known, terminals: one.terminals, toldAt: now, times: known.times + 1 });
        this.#tell('due', this.#current.get(one.subject)!);
      }
    }
  }

  #due(): Due[] {
    const { policy, terminals } = this.#parts;
    const { settings } = policy.current!;
    const now = this.#clock.now();
    const window = windowAt(policy.current!, now);
    const since = new Map(this.#doubts.all().map((row) => [String(row['terminal']), Number(row['since'])]));
    return dueReminders({
      now,
      isOpen: window.isOpen,
      closesAt: window.closesAtMs,
      businessDay: window.businessDay,
      beforeClosingMs: settings['reminders.beforeClosingMinutes'] * MINUTE_MS,
      leftOnAfterMs: settings['closing.leftOnAfterMinutes'] * MINUTE_MS,
      overnight: settings['power.overnight'] as 'off' | 'standby' | 'on',
      terminals: terminals.all().map(({ id, facts, heldBy }) => ({
        id,
        power: facts.power,
        resting: facts.resting,
        held: heldBy !== null,
        inDoubtSince: since.get(id) ?? null,
        closedEarly: facts.heldUntil !== null && facts.heldUntil > now,
      })),
    });
  }

  #raise(due: Due, now: number): void {
    const reminder: Reminder = { ...due, reminderId: randomUUID(), raisedAt: now, acknowledgedBy: null, toldAt: now, times: 1 };
    const { reminderId, kind, subject, terminals, at } = reminder;
    this.#parts.journal.commit((tx) => {
      this.#insert.run(reminderId, kind, subject, JSON.stringify(terminals), at, now);
      tx.append('ReminderRaised', null, { reminderId, kind, terminals: [...terminals] });
    });
    this.#current.set(subject, reminder);
    this.#tell('due', reminder);
  }

  #tell(state: 'due' | 'over', reminder: Reminder): void {
    this.#parts.events.emit({ type: 'reminder', terminal: null, state, reminder: viewOf(reminder) });
  }
}

function viewOf({ reminderId, kind, terminals, at, times }: Reminder): ReminderView {
  return { reminderId, kind, terminals: [...terminals], at: new Date(at).toISOString(), times };
}
