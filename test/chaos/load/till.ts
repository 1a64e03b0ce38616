import { setTimeout as sleep } from 'node:timers/promises';
import type { Records, TillRecord } from './records.js';

/** A till and its cashier. */
export interface TillOptions {
  readonly store: string;
  readonly terminal: string;
  readonly operatorId: string;
  readonly managerId: string;
  /** Of a person of the store. */
  readonly passcodeOf: (personId: string) => string;
  readonly currency: string;
  readonly url: string;
  readonly token: string;
  /** Mean pause between two customers, milliseconds. */
  readonly pauseMs: number;
  readonly roll: (below: number) => number;
  readonly records: Records<TillRecord>;
  /** What it does for a customer; a kind that the till interface doesn't have is left out by the caller. */
  readonly orders: readonly OrderKind[];
}

/** One kind of order of money; `weight` is its share of all. */
export interface OrderKind {
  readonly kind: TillRecord['kind'];
  readonly weight: number;
  /** Path and body for this till now; undefined when there is nothing of the kind to do (nothing to take back). */
  request(till: TillFacts): { path: string; body: Record<string, unknown>; amountMinor: number } | undefined;
}

/** What an order may be made of. */
export interface TillFacts {
  readonly terminal: string;
  readonly operatorId: string;
  readonly tillId: string;
  readonly currency: string;
  readonly roll: (below: number) => number;
  /** The newest sale that was acknowledged and not taken back yet. */
  readonly lastSale: TillRecord | undefined;
}

interface View {
  paymentId?: string;
  state: string;
  booked?: { amountMinor: number; traceNo: number; receiptNo?: number };
}

type Answer =
  | { kind: 'answered'; view: View }
  /** Nothing was started: a second person must approve first. */
  | { kind: 'waiting'; requestId: string; digest: string; state: string }
  | { kind: 'refused'; code: string }
  | { kind: 'lost' };

const REQUEST_TIMEOUT_MS = 45_000;
const ASK_AGAIN_MS = 400;
const LONGEST_SILENCE_MS = 2_000;

/**
 * A till that does what a till must: one order after the other, the same key until there is an answer, a payment in doubt asked about and never repeated.
 * What it is told goes into the records, which are the exam's witness of what was acknowledged.
 */
export class ExamTill {
  readonly #options: TillOptions;
  readonly #stop = new AbortController();
  #number = 0;
  #signedOn = false;
  #serving = true;
  #paused = false;
  #busy = false;
  #lastSale: TillRecord | undefined;
  #work: Promise<void> | undefined;

  constructor(options: TillOptions) {
    this.#options = options;
  }

  get store(): string {
    return this.#options.store;
  }

  start(): void {
    this.#work = this.#run();
  }

  /** No order runs when it resolves, and none begins before {@link resume}. */
  async pause(): Promise<void> {
    this.#paused = true;
    while (this.#busy) await sleep(50);
  }

  resume(): void {
    this.#paused = false;
  }

  /** No new customers; resolves when the last order has its answer, or after the limit: then the order is on record as unanswered. */
  async finish(limitMs: number): Promise<void> {
    this.#serving = false;
    const timer = setTimeout(() => this.#stop.abort(), limitMs);
    await this.#work;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { roll, pauseMs } = this.#options;
    while (this.#serving) {
      await sleep(Math.round((pauseMs * (50 + roll(101))) / 100));
      if (!this.#serving) return;
      if (this.#paused) continue;
      this.#busy = true;
      if (this.#signedOn) await this.#serve();
      else await this.#signOn();
      this.#busy = false;
    }
  }

  async #signOn(): Promise<void> {
    const { terminal, operatorId, passcodeOf } = this.#options;
    const passcode = passcodeOf(operatorId);
    const answer = await this.#send('POST', '/v1/operator-sessions', { terminal, operatorId, passcode });
    this.#signedOn = answer.kind === 'answered';
  }

  async #serve(): Promise<void> {
    const { terminal, store, currency, operatorId, roll } = this.#options;
    const facts: TillFacts = { terminal, operatorId, tillId: `till-${terminal}`, currency, roll, lastSale: this.#lastSale };
    const order = this.#choose();
    const request = order.request(facts);
    if (request === undefined) return;
    this.#number += 1;
    const key = `till-${terminal}-${Date.now().toString(36)}-${this.#number}`;
    const common = { store, terminal, key, kind: order.kind, amountMinor: request.amountMinor, currency };
    const answer = await this.#untilKnown(request.path, request.body, key);
    const record: TillRecord = { at: Date.now(), ...common, ...outcomeOf(answer) };
    this.#options.records.add(record);
    if (record.outcome === 'refused' && /NotSignedOn|Clos(?:ing|ed)|outOfHours|NotCertified|NeedsPasscode/.test(record.code ?? ''))
      this.#signedOn = false;
    if (record.outcome !== 'completed') return;
    this.#lastSale = order.kind === 'sale' ? record : undefined;
  }

  #choose(): OrderKind {
    const { orders, roll } = this.#options;
    const lots = orders.flatMap((order) => Array.from({ length: order.weight }, () => order));
    return lots[roll(lots.length)]!;
  }

  async #untilKnown(path: string, body: Record<string, unknown>, key: string): Promise<Answer> {
    for (let silence = 0; ; silence++) {
      const answer = await this.#send('POST', path, body, key);
      if (answer.kind === 'refused') return answer;
      if (answer.kind === 'answered' && answer.view.state !== 'inDoubt' && answer.view.state !== 'started') return answer;
      if (this.#stop.signal.aborted) return { kind: 'lost' };
      if (answer.kind === 'waiting') {
        const decided = await this.#decide(answer);
        if (decided?.kind === 'refused') return decided;
        continue;
      }
      // The same key again is the same order: the answer is how it stands now.
      await sleep(answer.kind === 'answered' ? ASK_AGAIN_MS : Math.min(LONGEST_SILENCE_MS, 200 * 2 ** Math.min(silence, 6)));
    }
  }

  /** The manager comes to the till and approves, unless that has happened already. */
  async #decide({ requestId, digest, state }: Extract<Answer, { kind: 'waiting' }>): Promise<Answer | undefined> {
    if (state !== 'waiting') {
      await sleep(ASK_AGAIN_MS);
      return undefined;
    }
    const { managerId, passcodeOf } = this.#options;
    const body = { approverId: managerId, passcode: passcodeOf(managerId), digest, decision: 'approve' };
    const answer = await this.#send('POST', `/v1/refund-requests/${requestId}/decision`, body);
    if (answer.kind === 'lost') await sleep(ASK_AGAIN_MS);
    // Its answer may have been lost the first time.
    return answer.kind === 'refused' && answer.code === 'alreadyDecided' ? undefined : answer;
  }

  async #send(method: string, path: string, body: Record<string, unknown>, key?: string): Promise<Answer> {
    const { url, token } = this.#options;
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      const answer = (await response.json()) as View & { code?: string };
      if (response.status === 202) return { kind: 'waiting', ...(answer as View & { requestId: string; digest: string }) };
      if (response.ok) return { kind: 'answered', view: answer };
      // 500 is nobody's answer: what became of the order is asked for again.
      return response.status === 500 || answer.code === undefined ? { kind: 'lost' } : { kind: 'refused', code: answer.code };
    } catch (error) {
      if (isSilence(error)) return { kind: 'lost' };
      throw error;
    }
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof TypeError || error instanceof SyntaxError || ['TimeoutError', 'AbortError'].includes((error as Error).name);
}

function outcomeOf(answer: Answer): Pick<TillRecord, 'outcome'> & Partial<TillRecord> {
  if (answer.kind === 'lost') return { outcome: 'unanswered' };
  if (answer.kind === 'refused') return { outcome: 'refused', code: answer.code };
  if (answer.kind === 'waiting') return { outcome: 'unanswered' };
  const { paymentId, state, booked } = answer.view;
  return {
    outcome: state === 'completed' || state === 'declined' ? state : 'failed',
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(booked === undefined ? {} : { bookedMinor: booked.amountMinor, traceNo: booked.traceNo }),
    ...(booked?.receiptNo === undefined ? {} : { receiptNo: booked.receiptNo }),
  };
}
