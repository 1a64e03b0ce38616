import type { PaymentView, RefundRequestView, TillRefusalCode } from '@tillward/contracts';
import type { SeededRandom } from '../seeded-random.js';
import { type AgentAddress, type AgentAnswer, AgentClient } from './agent-client.js';
import { basketAmount } from './amounts.js';
import { afterRefusal, silenceMs } from './till.rules.js';

/** A till and its cashier. */
export interface TillOptions {
  readonly store: string;
  readonly id: string;
  readonly terminal: string;
  readonly currency: string;
  readonly agent: AgentAddress;
  readonly operatorId: string;
  /** Tried first, so that the refusal can be seen; then the certified operator takes over. */
  readonly uncertifiedOperatorId?: string;
  /** The operator's, where one was chosen; refunds need it. */
  readonly passcode?: string;
  /** Share of completed sales that are taken back at once, whole or in part. */
  readonly reversalRate?: number;
  /** Share of completed sales of which a part is refunded, approved by this manager. */
  readonly refunds?: { readonly rate: number; readonly approver: { readonly id: string; readonly passcode: string } };
  /** Mean time between two customers. */
  readonly saleEverySeconds: number;
  readonly random: SeededRandom;
  /** Names this run of the simulator, so that a restarted till never reuses an old idempotency key. */
  readonly run: string;
  /** Limit on one request; a sale may take as long as the terminal's T4. */
  readonly requestTimeoutMs?: number;
}

/** How a till stands, for the control API. Amounts in minor units. */
export interface TillView {
  readonly store: string;
  readonly id: string;
  readonly terminal: string;
  readonly doing: 'stopped' | 'paused' | 'signingOn' | 'serving' | 'selling' | 'givingBack' | 'asking' | 'waiting';
  readonly operatorId: string | null;
  readonly saleEverySeconds: number;
  readonly sold: number;
  readonly soldMinor: number;
  readonly declined: number;
  readonly failed: number;
  readonly inDoubt: number;
  readonly lostAnswers: number;
  /** Reversals and refunds that were booked. */
  readonly givenBack: number;
  readonly givenBackMinor: number;
  readonly refusals: Partial<Record<TillRefusalCode, number>>;
}

/** Longer than T4 of a terminal and its enquiries. */
const REQUEST_TIMEOUT_MS = 240_000;
const ASK_AGAIN_MS = 1_000;

class Stopped extends Error {
  override readonly name = 'Stopped';
}

/**
 * A till that serves customers one after another at a human pace. It does what the agent says: a refused sale isn't tried again, a lost
 * answer is asked for again under the same key, a payment in doubt is asked about and never repeated.
 */
export class SimulatedTill {
  private readonly stop_ = new AbortController();
  private readonly client: AgentClient;
  private finished: Promise<void> | null = null;
  private paused = false;
  private saleEverySeconds: number;
  private uncertified: string | undefined;
  private saleNo = 0;
  private doing: TillView['doing'] = 'stopped';
  private operatorId: string | null = null;
  private counts = { sold: 0, soldMinor: 0, declined: 0, failed: 0, inDoubt: 0, lostAnswers: 0, givenBack: 0, givenBackMinor: 0 };
  /** What is given back has dice of its own: customers come as they would without it. */
  private readonly regrets: SeededRandom;
  private readonly refusals: Partial<Record<TillRefusalCode, number>> = {};

  constructor(private readonly options: TillOptions) {
    this.saleEverySeconds = options.saleEverySeconds;
    this.uncertified = options.uncertifiedOperatorId;
    this.regrets = options.random.fork('regrets');
    this.client = new AgentClient(options.agent, options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS, this.stop_.signal);
  }

  /** How it stands. */
  view(): TillView {
    const { store, id, terminal } = this.options;
    const { operatorId, saleEverySeconds, refusals, counts } = this;
    return { store, id, terminal, doing: this.doing, operatorId, saleEverySeconds, ...counts, refusals: { ...refusals } };
  }

  /** Opens the till. */
  start(): void {
    this.finished ??= this.work().catch((error: unknown) => {
      if (!(error instanceof Stopped)) throw error;
    });
  }

  /** Closes it; resolves when the cashier has gone. A sale that was running stays as it is. */
  async stop(): Promise<void> {
    this.stop_.abort();
    await this.finished;
    this.doing = 'stopped';
  }

  /** No new customers until `resume`. */
  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** Changes the mean time between customers. */
  setPace(saleEverySeconds: number): void {
    this.saleEverySeconds = saleEverySeconds;
  }

  private async work(): Promise<void> {
    // Cashiers don't all start in the same second.
    await this.wait(this.options.random.integer(0, Math.min(1_500, this.saleEverySeconds * 1000)), 'waiting');
    for (;;) {
      while (this.paused) await this.wait(200, 'paused');
      if (this.operatorId === null) {
        await this.signOn();
        continue;
      }
      await this.wait(this.options.random.waiting(this.saleEverySeconds * 1000), 'serving');
      if (!this.paused) await this.sell();
    }
  }

  private async signOn(): Promise<void> {
    this.doing = 'signingOn';
    const operatorId = this.uncertified ?? this.options.operatorId;
    const passcode = operatorId === this.options.operatorId ? this.options.passcode : undefined;
    const answer = await this.client.signOn(this.options.terminal, operatorId, passcode);
    switch (answer.kind) {
      case 'answered':
        this.operatorId = operatorId;
        return;
      case 'lost':
        this.counts.lostAnswers += 1;
        return this.wait(2_000, 'waiting');
      case 'refused': {
        const { code } = answer.refusal;
        if (code === 'operatorNotCertified' || code === 'unknownOperator') this.uncertified = undefined;
        return this.refused(code);
      }
    }
  }

  private async sell(): Promise<void> {
    this.doing = 'selling';
    this.saleNo += 1;
    const { terminal, currency, id, run, random } = this.options;
    const key = `${id}-${run}-${this.saleNo}`;
    const request = { terminal, currency, tillId: id, amountMinor: basketAmount(random, currency) };
    const sale = await this.known(() => this.client.pay(request, key));
    if (sale) await this.conclude(sale, key);
  }

  /** Repeats an order until the agent has answered, and asks until its outcome is known; undefined when it was refused. */
  private async known(order: () => Promise<AgentAnswer<PaymentView>>): Promise<PaymentView | undefined> {
    for (let attempt = 0; ; attempt++) {
      const answer = await order();
      if (answer.kind === 'answered') return this.outcome(answer.body);
      if (answer.kind === 'refused') {
        await this.refused(answer.refusal.code);
        return undefined;
      }
      this.counts.lostAnswers += 1;
      await this.wait(silenceMs(attempt), 'waiting');
    }
  }

  private async outcome(first: PaymentView): Promise<PaymentView | undefined> {
    let payment = first;
    if (payment.state === 'inDoubt') this.counts.inDoubt += 1;
    while (payment.state === 'inDoubt' || payment.state === 'started') {
      await this.wait(ASK_AGAIN_MS, 'asking');
      const answer = await this.client.payment(payment.paymentId);
      if (answer.kind === 'answered') payment = answer.body;
      else if (answer.kind === 'refused') {
        await this.refused(answer.refusal.code);
        return undefined;
      } else this.counts.lostAnswers += 1;
    }
    return payment;
  }

  private async conclude(sale: PaymentView, key: string): Promise<void> {
    if (sale.state === 'declined') this.counts.declined += 1;
    if (sale.state === 'failed') this.counts.failed += 1;
    if (sale.state !== 'completed') return;
    const bookedMinor = sale.booked?.amountMinor ?? sale.amountMinor;
    this.counts.sold += 1;
    this.counts.soldMinor += bookedMinor;
    const { reversalRate = 0, refunds } = this.options;
    if (this.regrets.chance(reversalRate)) await this.reverse(sale, bookedMinor, `${key}-back`);
    else if (refunds && this.regrets.chance(refunds.rate)) await this.refund(sale, bookedMinor, `${key}-refund`, refunds.approver);
  }

  private async reverse(sale: PaymentView, bookedMinor: number, key: string): Promise<void> {
    this.doing = 'givingBack';
    const part = this.regrets.chance(0.5) ? { amountMinor: this.regrets.integer(1, bookedMinor) } : {};
    const request = { originalPaymentId: sale.paymentId, tillId: this.options.id, reason: 'the customer changed their mind', ...part };
    this.countGivenBack(await this.known(() => this.client.reverse(request, key)));
  }

  private async refund(sale: PaymentView, bookedMinor: number, key: string, approver: { id: string; passcode: string }): Promise<void> {
    this.doing = 'givingBack';
    const { terminal, currency, id } = this.options;
    const amountMinor = this.regrets.integer(1, bookedMinor);
    const request = { terminal, currency, tillId: id, amountMinor, originalPaymentId: sale.paymentId, reason: 'came back broken' };
    const order = async (): Promise<AgentAnswer<PaymentView>> => {
      const answer = await this.client.refund(request, key);
      if (answer.kind !== 'answered' || !isWaiting(answer.body)) return answer as AgentAnswer<PaymentView>;
      const approved = await this.client.approve(answer.body, approver);
      // Asked again with the same key, now or after a lost answer, it starts what was approved.
      return approved.kind === 'answered' || approved.kind === 'lost' ? { kind: 'lost', detail: 'not started yet' } : approved;
    };
    this.countGivenBack(await this.known(order));
  }

  private countGivenBack(payment: PaymentView | undefined): void {
    if (payment?.state !== 'completed') return;
    this.counts.givenBack += 1;
    this.counts.givenBackMinor += payment.booked?.amountMinor ?? payment.amountMinor;
  }

  private async refused(code: TillRefusalCode): Promise<void> {
    this.refusals[code] = (this.refusals[code] ?? 0) + 1;
    const { next, waitMs } = afterRefusal(code);
    if (next === 'signOn') this.operatorId = null;
    await this.wait(waitMs, 'waiting');
  }

  private async wait(ms: number, doing: TillView['doing']): Promise<void> {
    this.doing = doing;
    const { signal } = this.stop_;
    await new Promise<void>((resolve, reject) => {
      if (signal.aborted) {
        reject(new Stopped());
        return;
      }
      const stop = () => {
        clearTimeout(timer);
        reject(new Stopped());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}

function isWaiting(answer: PaymentView | RefundRequestView): answer is RefundRequestView {
  return 'requestId' in answer;
}
