import type { ObservedMessage } from './message.rules.js';
import { kindOf, type MessageKind, requestTypeOf } from './message-kind.rules.js';
import type { AnswerMissing, ObserverEvent } from './observer-event.js';
import { judgeTotals } from './settlement-totals.rules.js';

/** A request whose answer has not passed yet. */
export interface PendingRequest {
  /** The connection it came on, where its answer is due. */
  readonly link: number;
  readonly messageType: string;
  readonly kind: MessageKind;
  readonly traceNo: number | null;
}

/** Where a terminal's settlement stands. `closed`: balanced, or the upload of a batch that was not is confirmed. */
export type SettlementState = 'open' | 'running' | 'closed' | 'unbalanced' | 'unclear' | 'uploading';

/**
 * What is known of one terminal from its traffic. It starts unknown: a terminal that signed on before the relay ran is not thereby signed off.
 */
export interface TerminalSession {
  readonly terminalId: string;
  readonly merchantId: string | null;
  readonly signOn: 'unknown' | 'signedOn' | 'signedOff';
  readonly batchNo: number | null;
  readonly settlement: SettlementState;
  /** Messages of the running batch upload. */
  readonly uploaded: number;
  readonly pending: readonly PendingRequest[];
  /** Trace numbers of reversals the host has not answered. */
  readonly reversalsPending: readonly (number | null)[];
}

/** A session after a message, and what the message meant. */
export interface Observation {
  readonly session: TerminalSession;
  readonly events: readonly ObserverEvent[];
  /** False for an answer to nothing that was asked: late, or repeated. It changes nothing. */
  readonly paired: boolean;
}

const APPROVED = '00';
/** Response codes with which money moves: 00, part of it (10), VIP (11), with a new track 3 (16), and the host's approvals on suspicion of a fault (A2 to A6). */
const MONEY_MOVED = new Set([APPROVED, '10', '11', '16', 'A2', 'A4', 'A5', 'A6']);
/** 12 "invalid transaction" and 25 "not found" end a reversal as 00 does: the host holds nothing to take back. */
const REVERSAL_DONE = new Set([APPROVED, '12', '25']);
/** Response codes with which 0510 still reports totals: accepted, and 95 "totals differ". */
const SETTLED_CODES = new Set([APPROVED, '95']);
/** A terminal asks one thing at a time; more than this of either list comes only from one that plays games. */
const MAX_PENDING = 8;
const MAX_REVERSALS = 32;

type MoneyRequest = AnswerMissing['request'];

/** A terminal nothing is known of. */
export function newSession(terminalId: string): TerminalSession {
  return {
    terminalId,
    merchantId: null,
    signOn: 'unknown',
    batchNo: null,
    settlement: 'open',
    uploaded: 0,
    pending: [],
    reversalsPending: [],
  };
}

/**
 * A request of the terminal passed. What it asked before on the same connection and got no answer to is over: a terminal asks one thing at a time.
 */
export function observeRequest(before: TerminalSession, message: ObservedMessage, link: number, at: number): Observation {
  const kind = kindOf(message);
  const asked: PendingRequest = { link, messageType: message.messageType, kind, traceNo: message.traceNo };
  if (before.pending.some((request) => isSame(request, asked))) return { session: before, events: [], paired: true };
  const missing = before.pending.filter((request) => request.link === link);
  const others = before.pending.filter((request) => request.link !== link);
  const session = { ...withNames(before, message, kind), pending: [...others, asked].slice(-MAX_PENDING) };
  const said = missing.flatMap((request) => answerMissing(session, request, at));
  const { session: after, events } = requested(session, message, kind, at);
  return { session: after, events: [...said, ...events], paired: true };
}

/** The host's answer passed. It counts only when it answers what is pending (same connection, type and trace number) and has a response code. */
export function observeResponse(before: TerminalSession, message: ObservedMessage, link: number, at: number): Observation {
  const asked = requestTypeOf(message.messageType);
  const found = before.pending.find(
    (request) => request.link === link && request.messageType === asked && request.traceNo === message.traceNo,
  );
  if (found === undefined || message.responseCode === null) return { session: before, events: [], paired: false };
  const session = { ...before, pending: before.pending.filter((request) => request !== found) };
  return { ...answered(session, message, message.responseCode, found, at), paired: true };
}

/** A connection of the terminal ended: what it asked there stays without an answer. */
export function observeHangUp(before: TerminalSession, link: number, at: number): Observation {
  const missing = before.pending.filter((request) => request.link === link);
  const events = missing.flatMap((request) => answerMissing(before, request, at));
  return { session: { ...before, pending: before.pending.filter((request) => request.link !== link) }, events, paired: true };
}

type Step = Omit<Observation, 'paired'>;

function requested(session: TerminalSession, message: ObservedMessage, kind: MessageKind, at: number): Step {
  const { traceNo } = message;
  const common = commonOf(session, message, at);
  switch (kind) {
    case 'sale':
      return { session, events: session.signOn === 'signedOff' ? [{ kind: 'SaleWithoutSignOn', ...common, traceNo }] : [] };
    case 'reversal': {
      if (session.reversalsPending.includes(traceNo)) return { session, events: [] };
      const reversalsPending = [...session.reversalsPending, traceNo].slice(-MAX_REVERSALS);
      return {
        session: { ...session, reversalsPending },
        events: [{ kind: 'ReversalSeen', ...common, traceNo, reason: message.responseCode }],
      };
    }
    case 'settlement':
      return {
        session: { ...session, settlement: 'running', uploaded: 0 },
        events: [{ kind: 'SettlementStarted', ...common, totals: message.totals, reversalsPending: session.reversalsPending.length }],
      };
    case 'batchUpload':
    case 'batchUploadEnd':
      return { session: { ...session, settlement: 'uploading', uploaded: session.uploaded + 1 }, events: [] };
    default:
      return { session, events: [] };
  }
}

function answered(session: TerminalSession, message: ObservedMessage, responseCode: string, request: PendingRequest, at: number): Step {
  const { traceNo } = request;
  const approved = responseCode === APPROVED;
  const common = commonOf(session, message, at);
  switch (request.kind) {
    case 'signOn':
      return approved ? signedOn(session, message, at) : refusedSignOn(session, common, responseCode);
    case 'signOff':
      return approved
        ? { session: { ...session, signOn: 'signedOff' }, events: [{ kind: 'SignedOff', ...common }] }
        : { session, events: [] };
    case 'echo':
      return { session, events: approved ? [{ kind: 'EchoAnswered', ...common }] : [] };
    case 'status':
      return { session, events: approved ? [{ kind: 'StatusReported', ...common }] : [] };
    case 'sale':
    case 'void':
    case 'refund':
      return transacted(session, common, TRANSACTION_EVENTS[request.kind], traceNo, responseCode);
    case 'reversal':
      return reversed(session, common, traceNo, responseCode);
    case 'settlement':
      return settled(session, message, common, responseCode);
    case 'batchUploadEnd':
      return approved
        ? { session: { ...session, settlement: 'closed' }, events: [{ kind: 'BatchUploadEnded', ...common, messages: session.uploaded }] }
        : { session, events: [] };
    default:
      return { session, events: [] };
  }
}

const TRANSACTION_EVENTS = { sale: 'SaleObserved', void: 'VoidObserved', refund: 'RefundObserved' } as const;

/** Money that moves after a settlement belongs to a batch that is not settled. */
function transacted(
  before: TerminalSession,
  common: Common,
  kind: (typeof TRANSACTION_EVENTS)[keyof typeof TRANSACTION_EVENTS],
  traceNo: number | null,
  responseCode: string,
): Step {
  const approved = MONEY_MOVED.has(responseCode);
  const session: TerminalSession = approved && before.settlement === 'closed' ? { ...before, settlement: 'open' } : before;
  return { session, events: [{ kind, ...common, traceNo, approved, responseCode }] };
}

/** With a session comes a batch: the host says its number, and the one before is over. */
function signedOn(before: TerminalSession, message: ObservedMessage, at: number): Step {
  const batchNo = message.batchNo ?? before.batchNo;
  const settlement = batchNo === before.batchNo ? before.settlement : 'open';
  const session: TerminalSession = { ...before, signOn: 'signedOn', batchNo, settlement };
  const common = commonOf(session, message, at);
  const events: ObserverEvent[] = [{ kind: 'SignedOn', ...common }];
  if (message.date !== null && message.time !== null) {
    events.push({ kind: 'ClockSeen', ...common, hostDate: message.date, hostTime: message.time });
  }
  return { session, events };
}

function refusedSignOn(session: TerminalSession, common: Common, responseCode: string): Step {
  return { session: { ...session, signOn: 'signedOff' }, events: [{ kind: 'SignOnRefused', ...common, responseCode }] };
}

function reversed(before: TerminalSession, common: Common, traceNo: number | null, responseCode: string): Step {
  if (!REVERSAL_DONE.has(responseCode)) return { session: before, events: [{ kind: 'ReversalRefused', ...common, traceNo, responseCode }] };
  const session = { ...before, reversalsPending: before.reversalsPending.filter((pending) => pending !== traceNo) };
  return { session, events: [{ kind: 'ReversalConfirmed', ...common, traceNo, responseCode }] };
}

function settled(before: TerminalSession, message: ObservedMessage, common: Common, responseCode: string): Step {
  const { totals } = message;
  if (!SETTLED_CODES.has(responseCode)) {
    return { session: { ...before, settlement: 'open' }, events: [{ kind: 'SettlementRefused', ...common, responseCode }] };
  }
  switch (judgeTotals(totals, responseCode)) {
    case 'balanced':
      return { session: { ...before, settlement: 'closed' }, events: [{ kind: 'SettlementBalanced', ...common, totals }] };
    case 'unbalanced':
      return { session: { ...before, settlement: 'unbalanced' }, events: [{ kind: 'SettlementUnbalanced', ...common, totals }] };
    case 'unclear':
      return { session: { ...before, settlement: 'unclear' }, events: [{ kind: 'SettlementUnclear', ...common, totals }] };
  }
}

type Common = Pick<AnswerMissing, 'terminalId' | 'merchantId' | 'batchNo' | 'at'>;

function commonOf(session: TerminalSession, message: ObservedMessage, at: number): Common {
  return { terminalId: session.terminalId, merchantId: session.merchantId, batchNo: message.batchNo ?? session.batchNo, at };
}

/** Messages that are about a batch say which; a management message may carry any number there. */
function withNames(session: TerminalSession, message: ObservedMessage, kind: MessageKind): TerminalSession {
  const ofBatch = movesMoney(kind) || kind === 'batchUpload' || kind === 'batchUploadEnd';
  return {
    ...session,
    merchantId: message.merchantId ?? session.merchantId,
    batchNo: ofBatch ? (message.batchNo ?? session.batchNo) : session.batchNo,
  };
}

function answerMissing(session: TerminalSession, request: PendingRequest, at: number): ObserverEvent[] {
  if (!movesMoney(request.kind)) return [];
  const { terminalId, merchantId, batchNo } = session;
  return [{ kind: 'AnswerMissing', terminalId, merchantId, batchNo, at, request: request.kind, traceNo: request.traceNo }];
}

function movesMoney(kind: MessageKind): kind is MoneyRequest {
  return kind === 'sale' || kind === 'void' || kind === 'refund' || kind === 'reversal' || kind === 'settlement';
}

function isSame(a: PendingRequest, b: PendingRequest): boolean {
  return a.link === b.link && a.messageType === b.messageType && a.kind === b.kind && a.traceNo === b.traceNo;
}
