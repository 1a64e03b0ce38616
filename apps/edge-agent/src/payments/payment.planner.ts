import type { CurrentWindow } from '@tillward/calendar';
import type { RefundRequest, TillRefusalCode } from '@tillward/contracts';
import type { BatchStore } from '../batches/index.js';
import type { Clock } from '../clock.js';
import type { OperatorService } from '../operators/index.js';
import { type EffectivePolicy, type PolicyService, windowAt } from '../policy/index.js';
import type { Terminals } from '../terminals/index.js';
import type { PaymentEnquiries } from './payment.enquiries.js';
import type { Payment, PaymentStore } from './payment.store.js';
import { judgeGivingBack, judgeReversal, judgeSale, type MoneyRequest, type OriginalSale } from './payments.rules.js';

/** What is to be done at a terminal, once nothing speaks against it. */
export interface Plan {
  terminal: string;
  amountMinor: number;
  currency: string;
  original: Payment | null;
}
export type Planned = { ok: true; plan: Plan } | { ok: false; code: TillRefusalCode };

export interface PlannerParts {
  policy: PolicyService;
  terminals: Terminals;
  operators: OperatorService;
  /** Says what is off because core has been away for too long (docs/adr/0023). */
  restricted?: { refuses(operation: 'refund' | 'reversal'): boolean };
}

/** Gathers what decides about a request for money to move, and lets the rules decide. Reads only. */
export class PaymentPlanner {
  readonly #clock: Clock;
  readonly #parts: PlannerParts;
  readonly #payments: PaymentStore;
  readonly #batches: BatchStore;
  readonly #enquiries: PaymentEnquiries;
  #window: { policy: EffectivePolicy; second: number; window: CurrentWindow } | undefined;

  constructor(
    context: { clock: Clock },
    parts: PlannerParts,
    stores: { payments: PaymentStore; batches: BatchStore; enquiries: PaymentEnquiries },
  ) {
    this.#clock = context.clock;
    this.#parts = parts;
    this.#payments = stores.payments;
    this.#batches = stores.batches;
    this.#enquiries = stores.enquiries;
  }

  /** What a request comes to, or why nothing may be done about it. `ignoreOwnJob`: the caller is the job that occupies the terminal. */
  plan(request: MoneyRequest, ignoreOwnJob: boolean): Planned {
    if (request.transaction === 'sale') {
      const { terminal, amountMinor, currency } = request;
      const code = this.#terminalRefusal(terminal, currency, ignoreOwnJob);
      return code ? { ok: false, code } : { ok: true, plan: { terminal, amountMinor, currency, original: null } };
    }
    if (this.#parts.restricted?.refuses(request.transaction)) return { ok: false, code: 'restrictedMode' };
    const original = request.originalPaymentId === undefined ? undefined : this.#payments.byId(request.originalPaymentId);
    return request.transaction === 'reversal'
      ? this.#planReversal(original, request, ignoreOwnJob)
      : this.#planRefund(original, request, ignoreOwnJob);
  }

  #planReversal(
    original: Payment | undefined,
    { amountMinor: wanted = null }: { amountMinor?: number | null | undefined },
    own: boolean,
  ): Planned {
    if (!original) return { ok: false, code: 'unknownPayment' };
    const { terminal, currency } = original;
    const sale = this.#saleOf(original);
    const capabilities = this.#parts.terminals.get(terminal)?.driver.capabilities;
    const code =
      this.#terminalRefusal(terminal, currency, own) ??
      judgeReversal(sale, wanted ?? null, {
        openBatchNo: this.#batches.current(terminal)?.batchNo ?? null,
        canReverse: capabilities?.operations.has('reverse') === true,
        canReverseParts: capabilities?.partialReversal === true,
      });
    if (code) return { ok: false, code };
    return { ok: true, plan: { terminal, amountMinor: wanted ?? sale.bookedMinor - sale.givenBackMinor, currency, original } };
  }

  #planRefund(original: Payment | undefined, request: RefundRequest, own: boolean): Planned {
    const { terminal, amountMinor, currency } = request;
    const code = this.#terminalRefusal(terminal, currency, own) ?? this.#refundRefusal(original, request);
    return code ? { ok: false, code } : { ok: true, plan: { terminal, amountMinor, currency, original: original ?? null } };
  }

  #refundRefusal(original: Payment | undefined, request: RefundRequest): TillRefusalCode | null {
    const { terminals, operators } = this.#parts;
    if (!terminals.get(request.terminal)!.driver.capabilities.operations.has('refund')) return 'operationUnsupported';
    if (!operators.at(request.terminal)!.verified) return 'refundNeedsPasscode';
    if (request.originalPaymentId === undefined) return null;
    if (original && original.currency !== request.currency) return 'currencyMismatch';
    return judgeGivingBack(original && this.#saleOf(original), request.amountMinor);
  }

  #saleOf(payment: Payment): OriginalSale {
    const { transaction, state, batchNo, currency, booked } = payment;
    const givenBackMinor = this.#payments.givenBackMinor(payment.paymentId);
    return { transaction, state, batchNo, currency, bookedMinor: booked?.amountMinor ?? 0, givenBackMinor };
  }

  #terminalRefusal(terminal: string, currency: string, ignoreOwnJob: boolean): TillRefusalCode | null {
    const { policy, terminals, operators } = this.#parts;
    const actor = terminals.get(terminal);
    const current = policy.current;
    if (!actor || !current) return 'unknownTerminal';
    const now = this.#clock.now();
    const session = operators.at(terminal);
    return judgeSale({
      request: { currency },
      terminalCurrency: actor.connection.currency,
      watchedOnly: actor.watchedOnly,
      facts: actor.facts,
      heldBy: actor.heldBy,
      occupied: !ignoreOwnJob && actor.occupied,
      inDoubt: this.#enquiries.openAt(actor.id),
      batchState: this.#batches.current(actor.id)?.state ?? null,
      operator: session ? { certifiedUntilMs: operators.certifiedUntilMs(session.operatorId) } : null,
      storeOpen: this.windowAt(now).isOpen,
      afterHours: current.settings['sales.afterHours'] as 'block' | 'allow',
      now,
    });
  }

  /** The trading window now. Its ends are whole seconds, so that it is the same for all of one. */
  windowAt(now: number): CurrentWindow {
    const policy = this.#parts.policy.current!;
    const second = Math.floor(now / 1_000);
    if (this.#window?.policy !== policy || this.#window.second !== second) this.#window = { policy, second, window: windowAt(policy, now) };
    return this.#window.window;
  }
}
