import { randomBytes } from 'node:crypto';
import {
  type CancelSignal,
  type DiagnosisOutcome,
  type DialogueFrame,
  type DisplayOrder,
  type DriverCapabilities,
  type EnquiryOutcome,
  type ExchangeOutcome,
  type LostOutcome,
  type PaymentObserver,
  type PaymentOrder,
  type PaymentOutcome,
  type RefundOrder,
  type ReprintOrder,
  type ReprintOutcome,
  type RestartOutcome,
  type ReversalOrder,
  type SendStoredOutcome,
  type SettlementOutcome,
  type StatusOutcome,
  type StreamBreak,
  type TerminalDriver,
  type TotalsOutcome,
  UndeclaredOperationError,
} from '@tillward/driver';
import { NEXO_CURRENCIES } from './amount.js';
import { NexoClient } from './client.js';
import type { ExchangeEnd } from './exchange.js';
import type { MessageCategory } from './header.js';
import { NEXO_PORT, NEXO_TIMES, type NexoDriverOptions, type NexoTimes, nexoSettingsProblem } from './options.js';
import { diagnosisOutcome, exchangeFailure, exchangeOutcome, moneyOutcome, settlementOutcome, totalsOutcome } from './outcome.rules.js';
import * as ask from './request.js';
import { isServiceId, type SentOrder } from './service-id.rules.js';
import { abortTarget, begin, end, NEW_SESSION, ownServiceId, rememberOrder, type Session, sentAs } from './session.rules.js';
import { enquiryOutcome, statusOutcome, type TerminalIdentity } from './state.rules.js';

/** Declared abilities of nexo as the vendor's terminals speak it: no restart, no clock to set, nothing stored offline to send. */
export const NEXO_CAPABILITIES: DriverCapabilities = {
  protocol: 'nexo',
  operations: new Set([
    'register',
    'status',
    'signOn',
    'signOff',
    'pay',
    'reverse',
    'refund',
    'settle',
    'totals',
    'reprint',
    'diagnose',
    'display',
    'abort',
    'enquireLostOutcome',
  ]),
  currencies: NEXO_CURRENCIES,
  countModulus: null,
  enquiry: 'reference',
  reprints: new Set(['lines']),
  partialReversal: true,
};

/** What a money order and its observers need on the way. */
interface MoneyExchange {
  readonly amountMinor: number;
  readonly currency: string;
  readonly reference: string;
  readonly signal?: CancelSignal;
  readonly observer?: PaymentObserver;
}

/** Bytes of randomness in a ServiceID of our own. */
const SERVICE_ID_BYTES = 2;

/**
 * A terminal that speaks nexo over the vendor's local Terminal API. Every message has a connection of its own, whose certificate is checked
 * before a byte leaves. Wrong settings throw at construction ({@link nexoSettingsProblem}).
 */
export class NexoDriver implements TerminalDriver {
  readonly capabilities = NEXO_CAPABILITIES;
  private readonly client: NexoClient;
  private readonly times: NexoTimes;
  private readonly now: () => number;
  private readonly random: (bytes: number) => Uint8Array;
  /** Orders sent in the last 48 h: none is ever sent again, and an enquiry may need its amount. */
  private readonly orders = new Map<string, SentOrder>();
  private session: Session = NEW_SESSION;
  private software: string | null = null;

  constructor(private readonly options: NexoDriverOptions) {
    const problem = nexoSettingsProblem(options);
    if (problem !== null) throw new RangeError(problem);
    const { host, port = NEXO_PORT, poiId, trust, saleId, key } = options;
    this.times = { ...NEXO_TIMES, ...options.times };
    this.now = options.now ?? Date.now;
    this.random = options.random ?? randomBytes;
    const target = { host, port, poiId, trust, connectMs: this.times.connectMs };
    this.client = new NexoClient({ target, saleId, key, random: this.random });
  }

  /** Opens a connection, checks the certificate, closes it. There is no link that stays. */
  connect(): Promise<ExchangeOutcome> {
    return this.alone(async () => exchangeOutcome(await this.client.probe()), exchangeOutcome);
  }

  /** nexo has no registration; a Diagnosis shows that terminal and we hold the same key. */
  register(): Promise<ExchangeOutcome> {
    return this.alone(async () => exchangeOutcome(await this.service(ask.diagnosisRequest(false))), exchangeOutcome);
  }

  /** Diagnosis, without the host. */
  status(): Promise<StatusOutcome> {
    const read = (ended: ExchangeEnd) => statusOutcome(ended, this.identity(), this.session);
    return this.alone(async () => read(await this.service(ask.diagnosisRequest(false))), read);
  }

  /** Login. It authenticates nobody: the key does that. */
  signOn(): Promise<ExchangeOutcome> {
    return this.alone(async () => {
      const ended = await this.service(ask.loginRequest(this.instant()));
      if (ended.kind === 'answered' && ended.answer.category === 'Login') this.software = ended.answer.software;
      return exchangeOutcome(ended);
    }, exchangeOutcome);
  }

  /** Logout. */
  signOff(): Promise<ExchangeOutcome> {
    return this.alone(async () => exchangeOutcome(await this.service(ask.logoutRequest())), exchangeOutcome);
  }

  /** Payment. */
  pay(order: PaymentOrder): Promise<PaymentOutcome> {
    return this.money(order, () => ask.paymentRequest(order, this.instant()));
  }

  /** Reversal, by the terminal's own name for the sale; without that name the sale can't be reversed. */
  async reverse(order: ReversalOrder): Promise<PaymentOutcome> {
    const { providerReference: id, bookedAt: at } = order.original;
    if (order.amountMinor > order.originalMinor) throw new RangeError('a reversal takes back at most what was sold');
    if (id === undefined || at === undefined) {
      return { kind: 'failed', code: 'notReversible', detail: 'the terminal did not name this sale when it booked it' };
    }
    return this.money(order, () => ask.reversalRequest(order, { id, at }, this.instant()));
  }

  /** Payment of type Refund. */
  refund(order: RefundOrder): Promise<PaymentOutcome> {
    return this.money(order, () => ask.refundRequest(order, this.instant()));
  }

  /** Reconciliation of sale system and terminal. */
  settle(): Promise<SettlementOutcome> {
    const read = (ended: ExchangeEnd) => settlementOutcome(ended, this.options.currency);
    return this.alone(async () => read(await this.service(ask.reconciliationRequest(), this.times.reconciliationMs)), read);
  }

  /** GetTotals. */
  totals(): Promise<TotalsOutcome> {
    const read = (ended: ExchangeEnd) => totalsOutcome(ended, this.options.currency);
    return this.alone(async () => read(await this.service(ask.totalsRequest())), read);
  }

  /** Not a nexo operation: throws. */
  sendStored(): Promise<SendStoredOutcome> {
    throw new UndeclaredOperationError('nexo', 'sendStored');
  }

  /** Print, of lines the caller kept; another kind of reprint throws, since it isn't declared. */
  reprint(order: ReprintOrder): Promise<ReprintOutcome> {
    if (order.which !== 'lines') throw new UndeclaredOperationError('nexo', 'reprint');
    const { lines } = order;
    return this.alone(
      async () => {
        const outcome = exchangeOutcome(await this.service(ask.printRequest(lines)));
        return outcome.kind === 'done' ? { kind: 'printed' } : outcome;
      },
      (ended): ReprintOutcome => exchangeFailure(ended),
    );
  }

  /** Diagnosis, with HostDiagnosisFlag for the host. */
  diagnose(depth: 'host' | 'self'): Promise<DiagnosisOutcome> {
    const read = (ended: ExchangeEnd) => diagnosisOutcome(ended, depth);
    return this.alone(async () => read(await this.service(ask.diagnosisRequest(depth === 'host'))), read);
  }

  /** Not a nexo operation: throws. */
  restart(): Promise<RestartOutcome> {
    throw new UndeclaredOperationError('nexo', 'restart');
  }

  /** Not a nexo operation: throws. */
  setTime(): Promise<ExchangeOutcome> {
    throw new UndeclaredOperationError('nexo', 'setTime');
  }

  /** Display. */
  display(order: DisplayOrder): Promise<ExchangeOutcome> {
    return this.alone(async () => exchangeOutcome(await this.service(ask.displayRequest(order))), exchangeOutcome);
  }

  /** Abort, beside the running order on a connection of its own; without a running one, of the last lost one. Its answer is empty. */
  async abort(): Promise<ExchangeOutcome> {
    const target = abortTarget(this.session);
    if (!target) return { kind: 'failed', code: 'terminalRefused', resultCode: null, detail: 'nothing is running that could be aborted' };
    return exchangeOutcome(await this.exchange(ask.abortRequest(target), this.times.serviceMs));
  }

  /** TransactionStatus of the lost order; without one, of the terminal's last transaction. */
  enquireLostOutcome(lost?: LostOutcome): Promise<EnquiryOutcome> {
    const { saleId, poiId } = this.options;
    const sent = lost && this.orders.get(lost.reference);
    const { amountMinor, currency } = sent ?? { amountMinor: null, currency: this.options.currency };
    const arrivedOrNever = sent === undefined || this.now() - sent.atMs >= this.times.notFoundMs;
    const enquiry = { lost: lost ?? null, saleId, poiId, currency, amountMinor, arrivedOrNever };
    const read = (ended: ExchangeEnd) => enquiryOutcome(ended, enquiry);
    const of = lost ? this.reference(lost.transaction === 'reversal' ? 'Reversal' : 'Payment', lost.reference) : null;
    return this.alone(async () => {
      const outcome = read(await this.service(ask.statusRequest(of), this.times.serviceMs, currency));
      if (outcome.kind !== 'unknown' && this.session.lost?.serviceId === lost?.reference) this.session = { ...this.session, lost: null };
      return outcome;
    }, read);
  }

  /** Told of every answer that could not be read or believed; `offset` is its size. One listener: the last one set. */
  onStreamBroken(listener: (broken: StreamBreak) => void): void {
    this.client.streamBroken = listener;
  }

  /** One listener: the last one set. */
  onDialogue(listener: (frame: DialogueFrame) => void): void {
    this.client.dialogue = listener;
  }

  /** Drops every connection. */
  async close(): Promise<void> {
    this.client.close();
  }

  /** A money command: at most once, under the caller's reference. */
  private async money(order: MoneyExchange, request: () => ask.NexoRequest): Promise<PaymentOutcome> {
    const { amountMinor, currency, reference } = order;
    if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) throw new RangeError('an amount is a positive integer');
    if (!isServiceId(reference)) throw new RangeError('an order reference has 1 to 10 letters and digits');
    const read = (ended: ExchangeEnd) => moneyOutcome(ended, { reference, amountMinor, currency, poiId: this.options.poiId });
    return this.alone(async () => {
      if (!NEXO_CURRENCIES.has(currency)) {
        return { kind: 'failed', code: 'unsupportedCurrency', detail: `nexo can not name the currency ${currency}` };
      }
      const message = request();
      const ended = await this.client.exchange({
        request: message,
        serviceId: reference,
        currency,
        timeoutMs: this.times.paymentMs,
        cancelled: () => order.signal?.aborted === true,
        sent: () => {
          rememberOrder(this.orders, reference, { amountMinor, currency, atMs: this.now() });
          this.session = sentAs(this.session, this.reference(message.category, reference));
          order.observer?.sent?.();
        },
      });
      return read(ended);
    }, read);
  }

  /** One operation at a time: the second one is told so and sends nothing. */
  private async alone<T extends { readonly kind: string }>(work: () => Promise<T>, busy: (ended: ExchangeEnd) => T): Promise<T> {
    const begun = begin(this.session);
    if (!begun) return busy({ kind: 'busy' });
    this.session = begun;
    let lost = true;
    try {
      const outcome = await work();
      lost = outcome.kind === 'inDoubt';
      return outcome;
    } finally {
      this.session = end(this.session, lost);
    }
  }

  private async service(
    request: ask.NexoRequest,
    timeoutMs = this.times.serviceMs,
    currency = this.options.currency,
  ): Promise<ExchangeEnd> {
    return this.exchange(request, timeoutMs, currency, () => {
      this.session = sentAs(this.session, null);
    });
  }

  private exchange(
    request: ask.NexoRequest,
    timeoutMs: number,
    currency = this.options.currency,
    sent: () => void = () => undefined,
  ): Promise<ExchangeEnd> {
    const { session, id } = ownServiceId(this.session, this.now(), this.random(SERVICE_ID_BYTES));
    this.session = session;
    return this.client.exchange({ request, serviceId: id, currency, timeoutMs, sent });
  }

  private reference(category: MessageCategory, serviceId: string): ask.MessageReference {
    return { category, serviceId, saleId: this.options.saleId, poiId: this.options.poiId };
  }

  private identity(): TerminalIdentity {
    return { saleId: this.options.saleId, poiId: this.options.poiId, software: this.software };
  }

  private instant(): string {
    return new Date(this.now()).toISOString();
  }
}
