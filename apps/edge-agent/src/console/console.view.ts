import type { HandoverView, PowerState, RefundRequestView, ReminderView, TerminalSample } from '@tillward/contracts';
import { BatchStore } from '../batches/index.js';
import type { Clock } from '../clock.js';
import type { HandoverService } from '../handover/index.js';
import type { Journal } from '../journal/index.js';
import type { OperatorService } from '../operators/index.js';
import type { PaymentService } from '../payments/index.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import { type SampleSource, sampleOf, type TerminalActor, type Terminals } from '../terminals/index.js';
import type { Reminders } from './reminders.service.js';

/** A person at the console. */
export interface Person {
  operatorId: string;
  name: string;
  manager: boolean;
  /** Until when the person may work a terminal; null: training is due. */
  certifiedUntil: string | null;
}

/** A terminal as the console shows it. */
export interface ConsoleTerminal {
  id: string;
  name: string;
  power: PowerState;
  sample: TerminalSample;
  operatorName: string | null;
  /** Something has no known outcome. */
  inDoubt: boolean;
  watchedOnly: boolean;
  /** The step and code that stopped its last closing or opening, while it waits for a person. */
  problem: { step: string; code: string } | null;
  lastHandover: (HandoverView & { outgoingName: string; incomingName: string | null }) | null;
  /** The terminal can print a receipt again. */
  prints: boolean;
}

/** Everything the first page shows. */
export interface Today {
  now: string;
  store: { name: string; timeZone: string };
  hours: { isOpen: boolean; opensAt: string; closesAt: string; businessDay: string };
  person: Person;
  terminals: ConsoleTerminal[];
  reminders: ReminderView[];
  refunds: (RefundRequestView & { askedByName: string })[];
  /** Entries core has not acknowledged, and whether there is a line to it. */
  upload: { behind: number; connected: boolean };
  /** Stable codes of what is wrong with the gateway itself while it goes on working. */
  notices: readonly string[];
}

export interface ViewParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  samples: SampleSource;
  operators: OperatorService;
  payments: PaymentService;
  handovers: HandoverService;
  reminders: Reminders;
  connected: () => boolean;
  notices?: () => readonly { code: string }[];
}

/** Puts together what the console shows. Reads only. */
export class ConsoleView {
  readonly #clock: Clock;
  readonly #parts: ViewParts;
  readonly #batches: BatchStore;

  constructor(context: { clock: Clock }, parts: ViewParts) {
    this.#clock = context.clock;
    this.#parts = parts;
    this.#batches = new BatchStore(parts.journal.store);
  }

  /** What may be shown before anybody has signed in. */
  store(): { storeName: string | null; timeZone: string } {
    const { current } = this.#parts.policy;
    return { storeName: current?.storeName ?? null, timeZone: current?.timeZone ?? 'UTC' };
  }

  /** A person of the store; null for one the policy does not name. */
  person(operatorId: string): Person | null {
    const { policy, operators } = this.#parts;
    const grant = policy.current?.operators.get(operatorId);
    if (!grant) return null;
    const until = operators.certifiedUntilMs(operatorId);
    const certifiedUntil = until !== null && until > this.#clock.now() ? new Date(until).toISOString() : null;
    return { operatorId, name: grant.name, manager: operators.isManager(operatorId), certifiedUntil };
  }

  /** The people of the store, for a manager. */
  team(): (Person & { hasPasscode: boolean })[] {
    const { policy, operators } = this.#parts;
    return [...(policy.current?.operators.keys() ?? [])].map((id) => ({
      ...this.person(id)!,
      hasPasscode: operators.passcodes.has(id),
    }));
  }

  /** The first page; null before the gateway has a policy. */
  today(person: Person): Today | null {
    const { policy, terminals, reminders, payments, operators, journal, connected, notices } = this.#parts;
    if (!policy.current) return null;
    const now = this.#clock.now();
    const { isOpen, opensAtMs, closesAtMs, businessDay } = windowAt(policy.current, now);
    return {
      now: new Date(now).toISOString(),
      store: { name: policy.current.storeName, timeZone: policy.current.timeZone },
      hours: { isOpen, opensAt: new Date(opensAtMs).toISOString(), closesAt: new Date(closesAtMs).toISOString(), businessDay },
      person,
      terminals: terminals.all().map((actor) => this.#terminal(actor)),
      reminders: reminders.open(),
      refunds: payments.refunds
        .newest()
        .filter(({ state }) => state === 'waiting')
        .map((request) => ({ ...request, askedByName: operators.nameOf(request.askedBy) })),
      upload: { behind: Math.max(0, journal.headSeq - journal.ackedThrough), connected: connected() },
      notices: (notices?.() ?? []).map(({ code }) => code),
    };
  }

  #terminal(actor: TerminalActor): ConsoleTerminal {
    const { samples, operators, handovers } = this.#parts;
    const operator = operators.at(actor.id);
    const { reprints } = actor.driver.capabilities;
    return {
      id: actor.id,
      name: actor.connection.name,
      power: actor.facts.power,
      sample: sampleOf(actor, samples),
      operatorName: operator ? operators.nameOf(operator.operatorId) : null,
      inDoubt: this.#batches.unresolvedPayments(actor.id) > 0 && actor.running !== 'selling',
      watchedOnly: actor.watchedOnly,
      problem: actor.facts.resting === 'blocked' && !actor.heldBy ? this.#problem(actor.id) : null,
      lastHandover: this.#named(handovers.last(actor.id)),
      prints: reprints.has('receipt') || reprints.has('lines'),
    };
  }

  #named(handover: HandoverView | undefined): ConsoleTerminal['lastHandover'] {
    if (!handover) return null;
    const { operators } = this.#parts;
    const { outgoingOperatorId, incomingOperatorId } = handover;
    const incomingName = incomingOperatorId === null ? null : operators.nameOf(incomingOperatorId);
    return { ...handover, outgoingName: operators.nameOf(outgoingOperatorId), incomingName };
  }

  #problem(terminal: string): { step: string; code: string } | null {
    const row = this.#parts.journal.store.get(
      `SELECT t.detail FROM routine_terminals t JOIN routines r USING (routine_id)
        WHERE t.terminal = ? AND t.state = 'blocked' ORDER BY coalesce(r.ordinal, r.seq) DESC LIMIT 1`,
      terminal,
    );
    const [step, code] = String(row?.['detail'] ?? '').split(': ');
    return step && code ? { step, code } : null;
  }
}
