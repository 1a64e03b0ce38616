import {
  IDEMPOTENCY_HEADER,
  type PaymentRequest,
  type PaymentView,
  paymentView,
  type RefundRequest,
  type RefundRequestView,
  type ReversalRequest,
  refundRequestView,
  type TillRefusal,
  tillRefusal,
} from '@tillward/contracts';

/** What the agent answered, or that it didn't. `lost`: nobody knows whether it received the request; ask again with the same key. */
export type AgentAnswer<T> =
  | { readonly kind: 'answered'; readonly body: T }
  | { readonly kind: 'refused'; readonly refusal: TillRefusal }
  | { readonly kind: 'lost'; readonly detail: string };

/** Where the agent's till interface is, and this store's token. */
export interface AgentAddress {
  readonly url: string;
  readonly token: string;
}

/** A client of the till interface (contracts/till.ts). Never retries by itself. */
export class AgentClient {
  constructor(
    private readonly address: AgentAddress,
    private readonly timeoutMs: number,
    private readonly stopped: AbortSignal,
  ) {}

  /** Signs an operator on at a terminal, with a passcode where there is one. */
  async signOn(terminal: string, operatorId: string, passcode?: string): Promise<AgentAnswer<null>> {
    const answer = await this.request('POST', '/v1/operator-sessions', { terminal, operatorId, ...(passcode ? { passcode } : {}) });
    return answer.kind === 'answered' ? { kind: 'answered', body: null } : answer;
  }

  /** Sells, under a key that names the sale for ever. */
  async pay(request: PaymentRequest, key: string): Promise<AgentAnswer<PaymentView>> {
    return asPayment(await this.request('POST', '/v1/payments', request, { [IDEMPOTENCY_HEADER]: key }));
  }

  /** Takes a sale of the open batch back. */
  async reverse(request: ReversalRequest, key: string): Promise<AgentAnswer<PaymentView>> {
    return asPayment(await this.request('POST', '/v1/reversals', request, { [IDEMPOTENCY_HEADER]: key }));
  }

  /** Gives money back; before a second person has approved, the answer is the request that waits. */
  async refund(request: RefundRequest, key: string): Promise<AgentAnswer<PaymentView | RefundRequestView>> {
    const answer = await this.request('POST', '/v1/refunds', request, { [IDEMPOTENCY_HEADER]: key });
    const waits = answer.kind === 'answered' ? refundRequestView.safeParse(answer.body) : undefined;
    return waits?.success ? { kind: 'answered', body: waits.data } : asPayment(answer);
  }

  /** A manager approves a refund at this till. */
  async approve(request: RefundRequestView, approver: { id: string; passcode: string }): Promise<AgentAnswer<unknown>> {
    const decision = { approverId: approver.id, passcode: approver.passcode, digest: request.digest, decision: 'approve' };
    return this.request('POST', `/v1/refund-requests/${request.requestId}/decision`, decision);
  }

  /** Asks how a payment stands. */
  async payment(paymentId: string): Promise<AgentAnswer<PaymentView>> {
    return asPayment(await this.request('GET', `/v1/payments/${paymentId}`));
  }

  private async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<AgentAnswer<unknown>> {
    try {
      const response = await fetch(`${this.address.url.replace(/\/+$/, '')}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.address.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([this.stopped, AbortSignal.timeout(this.timeoutMs)]),
      });
      const text = await response.text();
      if (response.ok) return { kind: 'answered', body: text === '' ? null : JSON.parse(text) };
      const refusal = tillRefusal.safeParse(JSON.parse(text));
      return refusal.success ? { kind: 'refused', refusal: refusal.data } : { kind: 'lost', detail: `HTTP ${response.status}` };
    } catch (error) {
      return { kind: 'lost', detail: error instanceof Error ? error.name : 'failed' };
    }
  }
}

function asPayment(answer: AgentAnswer<unknown>): AgentAnswer<PaymentView> {
  if (answer.kind !== 'answered') return answer;
  const view = paymentView.safeParse(answer.body);
  return view.success ? { kind: 'answered', body: view.data } : { kind: 'lost', detail: 'the answer is no payment' };
}
