import type { ClosingStep, TillRefusalCode } from '@tillward/contracts';
import type { Clock } from '../clock.js';
import type { Journal } from '../journal/index.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import type { RoutineRunner } from '../routines/index.js';
import type { Terminals } from '../terminals/index.js';
import type { Person } from './console.view.js';

export interface OrdersParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  closing: RoutineRunner<ClosingStep>;
}

/** "Close now": the proven close of terminals, because somebody in the store wants it. */
export class ConsoleOrders {
  readonly #clock: Clock;
  readonly #parts: OrdersParts;

  constructor(context: { clock: Clock }, parts: OrdersParts) {
    this.#clock = context.clock;
    this.#parts = parts;
  }

  /**
   * Begins closing those of the terminals that are not closed and that no routine works on, and records who wanted it and why. A certified operator or a manager may;
   * the terminals then stay closed until the store's day is over.
   */
  closeNow(
    person: Person,
    wanted: readonly string[],
    reason: string,
  ): { ok: true; terminals: string[] } | { ok: false; code: TillRefusalCode } {
    const { journal, policy, terminals, closing } = this.#parts;
    if (!person.manager && person.certifiedUntil === null) return { ok: false, code: 'operatorNotCertified' };
    const actors = wanted.map((id) => terminals.get(id));
    if (!policy.current || actors.includes(undefined)) return { ok: false, code: 'unknownTerminal' };
    const chosen = [...new Set(actors)]
      .filter((actor) => actor!.heldBy === null && actor!.facts.resting !== 'closed')
      .map((actor) => actor!.id);
    if (chosen.length === 0) return { ok: false, code: 'nothingToClose' };
    journal.commit((tx) => tx.append('CloseOrdered', null, { operatorId: person.operatorId, terminals: chosen, reason }));
    const { businessDay } = windowAt(policy.current, this.#clock.now());
    closing.start({ businessDay, by: 'till', scheduledFor: null, commandId: null }, chosen);
    return { ok: true, terminals: chosen };
  }
}
