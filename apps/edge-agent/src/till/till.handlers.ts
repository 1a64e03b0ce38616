import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  IDEMPOTENCY_HEADER,
  idempotencyKey,
  type PaymentView,
  slug,
  TILL_ROUTES,
  type TillRefusalCode,
  type TillRoute,
  type TillRouteName,
} from '@tillward/contracts';
import type { z } from 'zod';
import type { EventHub } from '../events/index.js';
import type { HandoverService } from '../handover/index.js';
import type { OperatorService } from '../operators/index.js';
import type { PaymentService, Reprints } from '../payments/index.js';
import type { SampleSource, Terminals } from '../terminals/index.js';
import { sampleOf } from '../terminals/index.js';
import type { EventStreams } from './event.streams.js';
import { machineOf, malformed, type Read, type Reply, readJson, refuse } from './till.http.js';
import { refusalOf } from './till.rules.js';
import type { Caller } from './till.tokens.js';

/** Payments shown of a terminal. */
const NEWEST = 50;

export interface HandlerParts {
  payments: PaymentService;
  reprints: Reprints;
  operators: OperatorService;
  handovers: HandoverService;
  terminals: Terminals;
  samples: SampleSource;
  events: EventHub;
  streams: EventStreams;
}

/** One request to a known route of a known caller. */
export interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  caller: Caller;
  parameters: Readonly<Record<string, string>>;
  query: URLSearchParams;
}

/** The body of a route, of the shape the contract gives it. */
type BodyOf<N extends TillRouteName> = (typeof TILL_ROUTES)[N] extends { body: infer S extends z.ZodType } ? z.infer<S> : never;
type Answered<T> = { ok: true; view: T } | { ok: false; code: TillRefusalCode };

/** Null: the answer is a stream that has begun. */
type Handler = (call: Call) => Reply | null | Promise<Reply | null>;

/** What each route of the till interface does: reads, asks the service that knows, and writes its answer. */
export class TillHandlers {
  readonly #parts: HandlerParts;
  readonly #handlers: Readonly<Record<Exclude<TillRouteName, 'health'>, Handler>>;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
    this.#handlers = {
      listTerminals: () => ({ status: 200, body: { terminals: this.terminals() } }),
      signOnOperator: (call) => this.#signOn(call),
      signOffOperator: ({ parameters }) => this.#signOff(parameters['terminal']!),
      pay: (call) => this.#pay(call),
      findPayments: ({ query }) => this.#findPayments(query),
      getPayment: ({ parameters }) => found(parts.payments.find(parameters['paymentId']!), 'unknownPayment'),
      getReceipt: ({ parameters }) => this.#receipt(parameters['paymentId']!),
      reprintReceipt: (call) => this.#reprint(call),
      reverse: (call) => this.#reverse(call),
      refund: (call) => this.#refund(call),
      getRefundRequest: (call) => this.#refundRequest(call),
      decideRefund: (call) => this.#decideRefund(call),
      handOver: (call) => this.#handOver(call),
      streamEvents: (call) => this.#stream(call),
    };
  }

  /** Answers a request. Null: it has been answered with a stream. */
  async handle(name: Exclude<TillRouteName, 'health'>, call: Call): Promise<Reply | null> {
    return this.#handlers[name](call);
  }

  /** The store's terminals as tills and console see them. */
  terminals(): unknown[] {
    const { terminals, samples } = this.#parts;
    return terminals.all().map((actor) => ({ id: actor.id, name: actor.connection.name, sample: sampleOf(actor, samples) }));
  }

  async #signOn(call: Call): Promise<Reply> {
    const read = await body(call, 'signOnOperator');
    if (!read.ok) return read.reply;
    const { terminal, operatorId, passcode } = read.value;
    const answer = await this.#parts.operators.identifyAndSignOn(terminal, operatorId, passcode, placeOf(call));
    if (!answer.ok) return refuse(answer.code);
    const { certifiedUntil, verified } = answer.session;
    return { status: 200, body: { terminal, operatorId, certifiedUntil, verified } };
  }

  #signOff(terminal: string): Reply {
    if (!this.#parts.terminals.get(terminal)) return refuse('unknownTerminal');
    this.#parts.operators.signOff(terminal, 'till');
    return { status: 204 };
  }

  async #pay(call: Call): Promise<Reply> {
    const read = await ordered(call, 'pay');
    if (!read.ok) return read.reply;
    const { value, key } = read;
    return this.#money(value, value.terminal, await this.#parts.payments.start(value, key));
  }

  async #reverse(call: Call): Promise<Reply> {
    const read = await ordered(call, 'reverse');
    if (!read.ok) return read.reply;
    const { value, key } = read;
    const terminal = this.#parts.payments.find(value.originalPaymentId)?.terminal ?? null;
    return this.#money(value, terminal, await this.#parts.payments.reverse(value, key));
  }

  async #refund(call: Call): Promise<Reply> {
    const read = await ordered(call, 'refund');
    if (!read.ok) return read.reply;
    const { value, key } = read;
    const answer = await this.#parts.payments.refund(value, key);
    if (answer.ok && 'waits' in answer) return { status: 202, body: answer.waits };
    return this.#money(value, value.terminal, answer);
  }

  /** Answers a request for money to move; who watches learns of refusals too. */
  #money({ tillId }: { tillId: string }, terminal: string | null, answer: Answered<PaymentView>): Reply {
    if (answer.ok) return { status: 200, body: answer.view };
    if (terminal !== null && this.#parts.terminals.get(terminal)) {
      this.#parts.events.emit({ type: 'refusal', terminal, tillId, refusal: refusalOf(answer.code) });
    }
    return refuse(answer.code);
  }

  #findPayments(query: URLSearchParams): Reply {
    const { payments, terminals } = this.#parts;
    const key = query.get('idempotencyKey');
    const terminal = query.get('terminal');
    if (key !== null) {
      const read = idempotencyKey.safeParse(key);
      if (!read.success) return malformed('idempotencyKey').reply;
      const payment = payments.findByKey(read.data);
      return { status: 200, body: { payments: payment ? [payment] : [] } };
    }
    if (terminal === null || !slug.safeParse(terminal).success) return malformed('terminal').reply;
    if (!terminals.get(terminal)) return refuse('unknownTerminal');
    return { status: 200, body: { payments: payments.newest(terminal, NEWEST) } };
  }

  #receipt(paymentId: string): Reply {
    const { payments } = this.#parts;
    if (!payments.find(paymentId)) return refuse('unknownPayment');
    const receipt = payments.receipts.find(paymentId);
    return receipt && receipt.lines.length > 0 ? { status: 200, body: receipt } : refuse('noReceipt');
  }

  async #reprint(call: Call): Promise<Reply> {
    const read = await body(call, 'reprintReceipt');
    if (!read.ok) return read.reply;
    const paymentId = call.parameters['paymentId']!;
    const payment = this.#parts.payments.find(paymentId);
    if (!payment) return refuse('unknownPayment');
    const operator = this.#parts.operators.at(payment.terminal);
    if (!operator) return refuse('operatorNotSignedOn');
    return answered(await this.#parts.reprints.reprint(paymentId, read.value, operator.operatorId));
  }

  #refundRequest({ parameters, caller }: Call): Reply {
    const request = this.#parts.payments.refunds.find(parameters['requestId']!);
    if (request && isForeign(caller, request.tillId)) return refuse('wrongTill');
    return found(request, 'unknownRequest');
  }

  async #decideRefund(call: Call): Promise<Reply> {
    const read = await body(call, 'decideRefund');
    if (!read.ok) return read.reply;
    const { approverId, passcode, digest, decision } = read.value;
    const { operators, payments } = this.#parts;
    const requestId = call.parameters['requestId']!;
    const request = payments.refunds.find(requestId);
    if (!request) return refuse('unknownRequest');
    if (isForeign(call.caller, request.tillId)) return refuse('wrongTill');
    const identity = await operators.passcodes.identify(approverId, passcode, placeOf(call));
    if (!identity.ok) return refuse(identity.code);
    const answer = payments.refunds.decide(requestId, decision, { operatorId: approverId, digest, where: 'till' });
    return answer.ok ? { status: 200, body: answer.request } : refuse(answer.code);
  }

  async #handOver(call: Call): Promise<Reply> {
    const read = await ordered(call, 'handOver');
    if (!read.ok) return read.reply;
    return answered(await this.#parts.handovers.handOver(read.value, read.key, placeOf(call)));
  }

  #stream({ request, response, caller, query }: Call): Reply | null {
    const terminal = query.get('terminal');
    if (terminal !== null && !slug.safeParse(terminal).success) return malformed('terminal').reply;
    const who = caller.kind === 'till' ? `till ${caller.tillId}` : caller.kind;
    const tillId = caller.kind === 'till' ? caller.tillId : null;
    return this.#parts.streams.open(request, response, who, { terminal, tillId }) ? null : refuse('tooManyStreams');
  }
}

function found(view: unknown, otherwise: TillRefusalCode): Reply {
  return view === undefined ? refuse(otherwise) : { status: 200, body: view };
}

function answered(answer: Answered<unknown>): Reply {
  return answer.ok ? { status: 200, body: answer.view } : refuse(answer.code);
}

/** Whether what belongs to a till is not the caller's: the installer speaks for every till. */
function isForeign(caller: Caller, tillId: string): boolean {
  return caller.kind === 'till' && caller.tillId !== tillId;
}

/** Where somebody gives a passcode: a till that has a token of its own, else the machine the request comes from. */
function placeOf({ caller, request }: Pick<Call, 'caller' | 'request'>): string {
  return caller.kind === 'till' ? `till ${caller.tillId}` : machineOf(request);
}

/** The body of a request; refused when a paired till speaks for another one. */
async function body<N extends TillRouteName>({ request, caller }: Call, name: N): Promise<Read<BodyOf<N>> | { ok: false; reply: Reply }> {
  const schema = (TILL_ROUTES[name] as TillRoute).body as z.ZodType<BodyOf<N>>;
  const read = await readJson(request, schema);
  if (!read.ok) return read;
  const { tillId } = read.value as { tillId?: string };
  return tillId !== undefined && isForeign(caller, tillId) ? { ok: false, reply: refuse('wrongTill') } : read;
}

/** As {@link body}, with the key that names the order. */
async function ordered<N extends TillRouteName>(
  call: Call,
  name: N,
): Promise<{ ok: true; value: BodyOf<N>; key: string } | { ok: false; reply: Reply }> {
  const key = idempotencyKey.safeParse(call.request.headers[IDEMPOTENCY_HEADER]);
  if (!key.success) return malformed(IDEMPOTENCY_HEADER);
  const read = await body(call, name);
  return read.ok ? { ...read, key: key.data } : read;
}
