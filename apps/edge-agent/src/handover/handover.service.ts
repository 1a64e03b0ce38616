import { randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import { formsOfKey, type HandoverRequest, type HandoverView, type TillRefusalCode } from '@tillward/contracts';
import { BatchStore } from '../batches/index.js';
import type { Clock } from '../clock.js';
import type { EventHub } from '../events/index.js';
import type { Journal } from '../journal/index.js';
import type { OperatorService } from '../operators/index.js';
import { type PolicyService, windowAt } from '../policy/index.js';
import type { TerminalActor, Terminals } from '../terminals/index.js';
import { handoverContent, judgeHandover } from './handover.rules.js';
import { type ShiftCount, ShiftStore } from './shift.store.js';

/** A handover as it was recorded, or why there was none. */
export type HandoverAnswer = { ok: true; view: HandoverView } | { ok: false; code: TillRefusalCode };

export interface HandoverParts {
  journal: Journal;
  policy: PolicyService;
  terminals: Terminals;
  operators: OperatorService;
  events: EventHub;
}

/**
 * Shift handovers (DOMAIN.md section 3): slips are counted against transactions, both persons are named, and the operator changes in the same transaction as the
 * entry that says so.
 */
export class HandoverService {
  readonly #clock: Clock;
  readonly #parts: HandoverParts;
  readonly #shifts: ShiftStore;
  readonly #batches: BatchStore;
  readonly #insert: StatementSync;
  readonly #byKey: StatementSync;
  readonly #last: StatementSync;

  constructor(context: { clock: Clock }, parts: HandoverParts) {
    this.#clock = context.clock;
    this.#parts = parts;
    const { store } = parts.journal;
    this.#shifts = new ShiftStore(store);
    this.#batches = new BatchStore(store);
    this.#insert = store.prepare(
      'INSERT INTO handovers (handover_id, idempotency_key, request, view, terminal, at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#byKey = store.prepare('SELECT request, view FROM handovers WHERE idempotency_key IN (?, ?) ORDER BY idempotency_key DESC');
    this.#last = store.prepare('SELECT view FROM handovers WHERE terminal = ? ORDER BY at DESC LIMIT 1');
  }

  /** What the running shift of a terminal has booked. */
  count(terminal: string): ShiftCount {
    return this.#shifts.count(terminal, this.#businessDay());
  }

  /** The last handover of a terminal. */
  last(terminal: string): HandoverView | undefined {
    const row = this.#last.get(terminal);
    return row && (JSON.parse(String(row['view'])) as HandoverView);
  }

  /** Hands a terminal over; `place` is where the incoming person gives the passcode. The same key with the same content gets the same answer for ever. */
  async handOver(request: HandoverRequest, key: string, place: string): Promise<HandoverAnswer> {
    const known = this.#known(request, key);
    if (known) return known;
    const actor = this.#parts.terminals.get(request.terminal);
    if (!actor) return { ok: false, code: 'unknownTerminal' };
    const { incoming } = request;
    const identity = await this.#identify(request, place);
    if (!identity.ok) return identity;
    // The passcode took its time: what holds now counts, also whether the same request was faster.
    const refusal = this.#refusal(actor, request);
    if (refusal) return this.#known(request, key) ?? { ok: false, code: refusal };
    return { ok: true, view: this.#commit(request, key, incoming && { operatorId: incoming.operatorId, verified: identity.verified }) };
  }

  #known(request: HandoverRequest, key: string): HandoverAnswer | undefined {
    const row = this.#byKey.get(...formsOfKey(key));
    if (!row) return undefined;
    if (row['request'] !== handoverContent(request)) return { ok: false, code: 'idempotencyKeyReused' };
    return { ok: true, view: JSON.parse(String(row['view'])) as HandoverView };
  }

  async #identify(
    { terminal, incoming }: HandoverRequest,
    place: string,
  ): Promise<{ ok: true; verified: boolean } | { ok: false; code: TillRefusalCode }> {
    const { operators } = this.#parts;
    if (!incoming) return { ok: true, verified: false };
    const refusal = operators.refusalFor(incoming.operatorId);
    if (refusal) return operators.refuse(terminal, incoming.operatorId, refusal);
    const identity = await operators.passcodes.identify(incoming.operatorId, incoming.passcode, place);
    return identity.ok ? identity : operators.refuse(terminal, incoming.operatorId, identity.code);
  }

  #refusal(actor: TerminalActor, request: HandoverRequest): TillRefusalCode | null {
    const { operators } = this.#parts;
    return judgeHandover({
      outgoing: operators.at(actor.id)?.operatorId ?? null,
      incoming: request.incoming?.operatorId ?? null,
      inDoubt: this.#batches.unresolvedPayments(actor.id) > 0 && actor.running !== 'selling',
      occupied: actor.running === 'selling',
      slips: request.slips,
      transactions: this.count(actor.id).transactions,
      differenceReason: request.differenceReason ?? null,
    });
  }

  #commit(request: HandoverRequest, key: string, incoming: { operatorId: string; verified: boolean } | null): HandoverView {
    const { terminal, slips } = request;
    const { operators, events } = this.#parts;
    const { shiftNo, transactions } = this.count(terminal);
    const now = this.#clock.now();
    const told = {
      handoverId: randomUUID(),
      shiftNo,
      outgoingOperatorId: operators.at(terminal)!.operatorId,
      incomingOperatorId: incoming?.operatorId ?? null,
      slips,
      transactions,
    };
    const view: HandoverView = { ...told, terminal, differs: slips !== transactions, at: new Date(now).toISOString() };
    operators.handOver(terminal, incoming, (tx) => {
      if (view.differs) tx.append('HandoverDiffered', terminal, { ...told, reason: request.differenceReason! });
      else tx.append('HandoverCompleted', terminal, told);
      this.#insert.run(told.handoverId, key, handoverContent(request), JSON.stringify(view), terminal, now);
      this.#shifts.currentOrNew(tx, terminal, this.#businessDay());
      this.#shifts.begin(tx, terminal, this.#businessDay());
    });
    events.emit({ type: 'handover', terminal, handover: view });
    return view;
  }

  #businessDay(): string {
    return windowAt(this.#parts.policy.current!, this.#clock.now()).businessDay;
  }
}
