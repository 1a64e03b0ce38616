import type { PaymentView, TillRefusalCode } from '@tillward/contracts';
import type { SeededRandom } from '../seeded-random.js';
import { type AgentAddress, AgentClient } from './agent-client.js';
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
  readonly doing: 'stopped' | 'paused' | 'signingOn' | 'serving' | 'selling' | 'asking' | 'waiting';
  readonly operatorId: string | null;
  readonly saleEverySeconds: number;
  readonly sold: number;
  readonly soldMinor: number;
  readonly declined: number;
  readonly failed: number;
  readonly inDoubt: number;
  readonly lostAnswers: number;
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
  private counts = { sold: 0, soldMinor: 0, declined: 0, failed: 0, inDoubt: 0, lostAnswers: 0 };
  private readonly refusals: Partial<Record<TillRefusalCode, number>> = {};

  constructor(private readonly options: TillOptions) {
    this.saleEverySeconds = options.saleEverySeconds;
    this.uncertified = options.uncertifiedOperatorId;
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
    const answer = await this.client.signOn(this.options.terminal, operatorId);
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
    for (let attempt = 0; ; attempt++) {
      const answer = await this.client.pay(request, key);
      if (answer.kind === 'answered') return this.conclude(answer.body);
      if (answer.kind === 'refused') return this.refused(answer.refusal.code);
      this.counts.lostAnswers += 1;
      await this.wait(silenceMs(attempt), 'waiting');
    }
  }

  private async conclude(first: PaymentView): Promise<void> {
    let payment = first;
    if (payment.state === 'inDoubt') this.counts.inDoubt += 1;
    while (payment.state === 'inDoubt' || payment.state === 'started') {
      await this.wait(ASK_AGAIN_MS, 'asking');
      const answer = await this.client.payment(payment.paymentId);
      if (answer.kind === 'answered') payment = answer.body;
      else if (answer.kind === 'refused') return this.refused(answer.refusal.code);
      else this.counts.lostAnswers += 1;
    }
    switch (payment.state) {
      case 'completed':
        this.counts.sold += 1;
        this.counts.soldMinor += payment.booked?.amountMinor ?? payment.amountMinor;
        return;
      case 'declined':
        this.counts.declined += 1;
        return;
      case 'failed':
        this.counts.failed += 1;
        return;
    }
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
