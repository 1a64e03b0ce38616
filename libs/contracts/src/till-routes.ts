import { z } from 'zod';
import { slug } from './identifiers.js';
import {
  handoverRequest,
  handoverView,
  healthView,
  idempotencyKey,
  operatorSession,
  operatorSignOnRequest,
  paymentList,
  paymentRequest,
  paymentView,
  receiptView,
  refundDecision,
  refundRequest,
  refundRequestView,
  reprintRequest,
  reprintView,
  reversalRequest,
  terminalList,
} from './till.js';
import type { TillRefusalCode } from './till-refusals.js';

/** One operation of the till interface. */
export interface TillRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path with `{name}` for parameters, which are {@link PATH_PARAMETERS}. */
  readonly path: string;
  readonly summary: string;
  /** What a program must know to use it rightly. */
  readonly description: string;
  /** False: answered without a token. */
  readonly token: boolean;
  /** The header `Idempotency-Key` is required. */
  readonly idempotent: boolean;
  readonly query?: Readonly<Record<string, { readonly schema: z.ZodType; readonly description: string }>>;
  readonly body?: z.ZodType;
  /** Answers by status; null: no content; `events`: a stream of tillEvent. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema: z.ZodType | null | 'events' }>>;
  /** Refusals beside those of every route ({@link COMMON_REFUSALS}). */
  readonly refusals: readonly TillRefusalCode[];
}

/** The parameters of paths. */
export const PATH_PARAMETERS = {
  terminal: { schema: slug, description: 'A terminal of the store.' },
  paymentId: { schema: z.uuid(), description: 'A sale, reversal or refund.' },
  requestId: { schema: z.uuid(), description: 'A refund that was asked for.' },
} as const;

/** What every route with a token may be refused with. */
export const COMMON_REFUSALS = ['unauthorised', 'journalUnavailable'] as const satisfies readonly TillRefusalCode[];
const BODY_REFUSALS = ['malformed', 'tooLarge', 'unsupportedMediaType', 'wrongTill'] as const satisfies readonly TillRefusalCode[];
/** Why a terminal may not move money now. */
const MONEY_REFUSALS = [
  'unknownTerminal',
  'terminalOnlyWatched',
  'currencyMismatch',
  'paymentInDoubt',
  'terminalClosing',
  'terminalClosed',
  'terminalBlocked',
  'outOfHours',
  'terminalNotSignedOn',
  'operatorNotSignedOn',
  'operatorNotCertified',
  'terminalBusy',
  'gatewayStopping',
  'idempotencyKeyReused',
] as const satisfies readonly TillRefusalCode[];
const GIVE_BACK_REFUSALS = [
  'restrictedMode',
  'operationUnsupported',
  'unknownPayment',
  'originalNotCompleted',
  'alreadyGivenBack',
  'amountTooLarge',
] as const satisfies readonly TillRefusalCode[];

const KEPT =
  'The key is remembered as long as the payment itself, which is never deleted: the same key and content get the same answer after any outage, the same key with other content is refused.';

/** Every operation, by the name generated clients give it. */
export const TILL_ROUTES = {
  listTerminals: {
    method: 'GET',
    path: '/v1/terminals',
    summary: 'The terminals of the store and their state',
    description: 'As the gateway last saw them. `unknown` never means off.',
    token: true,
    idempotent: false,
    answers: { 200: { description: 'All terminals.', schema: terminalList } },
    refusals: [],
  },
  signOnOperator: {
    method: 'POST',
    path: '/v1/operator-sessions',
    summary: 'An operator starts work at a terminal',
    description: 'Whoever was there is signed off. Not the terminal’s own sign-on with its acquirer.',
    token: true,
    idempotent: false,
    body: operatorSignOnRequest,
    answers: { 200: { description: 'The operator works at the terminal.', schema: operatorSession } },
    refusals: [
      ...BODY_REFUSALS,
      'unknownTerminal',
      'unknownOperator',
      'operatorNotCertified',
      'passcodeRequired',
      'passcodeWrong',
      'tooManyAttempts',
    ],
  },
  signOffOperator: {
    method: 'DELETE',
    path: '/v1/operator-sessions/{terminal}',
    summary: 'The operator stops work at a terminal',
    description: 'Nothing happens when nobody is there.',
    token: true,
    idempotent: false,
    answers: { 204: { description: 'Nobody works at the terminal.', schema: null } },
    refusals: ['unknownTerminal'],
  },
  pay: {
    method: 'POST',
    path: '/v1/payments',
    summary: 'Sell',
    description: `Answers when the outcome is known or in doubt, which may take minutes. A lost answer is asked for again with the same key. \`inDoubt\` means that money may have moved: ask with GET until it is known, never sell again instead. ${KEPT}`,
    token: true,
    idempotent: true,
    body: paymentRequest,
    answers: { 200: { description: 'The sale as far as it is known.', schema: paymentView } },
    refusals: [...BODY_REFUSALS, ...MONEY_REFUSALS],
  },
  findPayments: {
    method: 'GET',
    path: '/v1/payments',
    summary: 'Payments by idempotency key, or the newest of a terminal',
    description: 'With a key that was never used the list is empty: nothing was started and nothing will be.',
    token: true,
    idempotent: false,
    query: {
      idempotencyKey: { schema: idempotencyKey, description: 'The one payment of this key.' },
      terminal: { schema: slug, description: 'The last 50 of this terminal, newest first. One of the two parameters is needed.' },
    },
    answers: { 200: { description: 'Sales, reversals and refunds.', schema: paymentList } },
    refusals: ['malformed', 'unknownTerminal'],
  },
  getPayment: {
    method: 'GET',
    path: '/v1/payments/{paymentId}',
    summary: 'How a sale, reversal or refund stands',
    description: 'What is in doubt is being asked about all the time; ask again until it is known.',
    token: true,
    idempotent: false,
    answers: { 200: { description: 'As far as it is known.', schema: paymentView } },
    refusals: ['unknownPayment'],
  },
  getReceipt: {
    method: 'GET',
    path: '/v1/payments/{paymentId}/receipt',
    summary: 'The receipt’s lines',
    description:
      'For showing and for the first print, where the terminal leaves the printing to the till. Copies are made with `reprintReceipt`.',
    token: true,
    idempotent: false,
    answers: { 200: { description: 'Masked to the last four digits.', schema: receiptView } },
    refusals: ['unknownPayment', 'noReceipt'],
  },
  reprintReceipt: {
    method: 'POST',
    path: '/v1/payments/{paymentId}/reprints',
    summary: 'Print a receipt again',
    description: 'Recorded with reason and person, counted, and marked as a copy.',
    token: true,
    idempotent: false,
    body: reprintRequest,
    answers: { 200: { description: 'A copy was made.', schema: reprintView } },
    refusals: [
      ...BODY_REFUSALS,
      'unknownPayment',
      'noReceipt',
      'notPrinted',
      'operationUnsupported',
      'unknownTerminal',
      'terminalBusy',
      'terminalClosing',
      'operatorNotSignedOn',
    ],
  },
  reverse: {
    method: 'POST',
    path: '/v1/reversals',
    summary: 'Take a sale back',
    description: `Only a completed sale of the open batch, on its own terminal; a part of it where the terminal can. ${KEPT}`,
    token: true,
    idempotent: true,
    body: reversalRequest,
    answers: { 200: { description: 'The reversal as far as it is known.', schema: paymentView } },
    refusals: [...BODY_REFUSALS, ...MONEY_REFUSALS, ...GIVE_BACK_REFUSALS, 'originalSettled', 'partialReversalUnsupported'],
  },
  refund: {
    method: 'POST',
    path: '/v1/refunds',
    summary: 'Give money back',
    description: `Needs a second person: the first call asks for approval (202). Call again with the same key when a manager has approved, at this till (\`decideRefund\`) or at the store console: then the terminal starts. Five minutes for the decision, five more to start. ${KEPT}`,
    token: true,
    idempotent: true,
    body: refundRequest,
    answers: {
      200: { description: 'The refund as far as it is known.', schema: paymentView },
      202: { description: 'Nothing was started: it waits for a manager.', schema: refundRequestView },
    },
    refusals: [...BODY_REFUSALS, ...MONEY_REFUSALS, ...GIVE_BACK_REFUSALS, 'refundNeedsPasscode', 'refundDenied', 'approvalExpired'],
  },
  getRefundRequest: {
    method: 'GET',
    path: '/v1/refund-requests/{requestId}',
    summary: 'How a refund’s approval stands',
    description: 'For the till that asked (`wrongTill` for any other). The event `refundRequest` tells it of changes.',
    token: true,
    idempotent: false,
    answers: { 200: { description: 'As it stands now.', schema: refundRequestView } },
    refusals: ['unknownRequest', 'wrongTill'],
  },
  decideRefund: {
    method: 'POST',
    path: '/v1/refund-requests/{requestId}/decision',
    summary: 'A manager approves or refuses a refund at the till',
    description:
      'At the till that asked, with the manager’s own passcode; the store console decides for every till. The digest is that of the request which the manager saw. Who asked for a refund can’t decide it, nor can who approves be a person the asker’s passcode came from, or the other way round, or both have theirs from one person (`personsNotIndependent`). Who may not approve may still refuse it.',
    token: true,
    idempotent: false,
    body: refundDecision,
    answers: { 200: { description: 'Decided.', schema: refundRequestView } },
    refusals: [
      ...BODY_REFUSALS,
      'unknownRequest',
      'passcodeWrong',
      'tooManyAttempts',
      'managerNeeded',
      'approverIsAsker',
      'personsNotIndependent',
      'requestChanged',
      'alreadyDecided',
      'approvalExpired',
    ],
  },
  handOver: {
    method: 'POST',
    path: '/v1/handovers',
    summary: 'Hand a terminal over to the next shift',
    description:
      'Compares the counted slips with the transactions booked since the last handover of the business day and changes the operator. The same key gets the same answer.',
    token: true,
    idempotent: true,
    body: handoverRequest,
    answers: { 200: { description: 'Recorded; the incoming operator is signed on.', schema: handoverView } },
    refusals: [
      ...BODY_REFUSALS,
      'unknownTerminal',
      'operatorNotSignedOn',
      'sameOperator',
      'unknownOperator',
      'operatorNotCertified',
      'passcodeRequired',
      'passcodeWrong',
      'tooManyAttempts',
      'paymentInDoubt',
      'terminalBusy',
      'slipCountDiffers',
      'idempotencyKeyReused',
    ],
  },
  streamEvents: {
    method: 'GET',
    path: '/v1/events',
    summary: 'What happens, as it happens',
    description:
      'Server-Sent Events. `Last-Event-ID` resumes; what can’t be resumed begins with a `reset` event. A comment every 15 seconds shows that the stream lives. Refunds that wait for approval are told to the till that asked, and to no other. A reader that is too slow is cut off and resumes.',
    token: true,
    idempotent: false,
    query: { terminal: { schema: slug, description: 'Only what concerns this terminal, and the store.' } },
    answers: { 200: { description: 'A stream that does not end.', schema: 'events' } },
    refusals: ['malformed', 'tooManyStreams'],
  },
  health: {
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the agent lives',
    description: 'Says nothing about the store.',
    token: false,
    idempotent: false,
    answers: { 200: { description: 'It lives.', schema: healthView } },
    refusals: [],
  },
} as const satisfies Record<string, TillRoute>;

export type TillRouteName = keyof typeof TILL_ROUTES;

/** The route of a method and a path without query; `allow` lists the methods of a known path; undefined: there is no such path. */
export function tillRouteOf(
  method: string,
  path: string,
): { name: TillRouteName; parameters: Readonly<Record<string, string>> } | { allow: string } | undefined {
  const allow: string[] = [];
  for (const { name, route, pattern } of PATTERNS) {
    const match = pattern.exec(path);
    if (!match) continue;
    const parameters = match.groups ?? {};
    if (
      !Object.entries(parameters).every(
        ([key, value]) => PATH_PARAMETERS[key as keyof typeof PATH_PARAMETERS].schema.safeParse(value).success,
      )
    )
      continue;
    if (route.method === method) return { name, parameters };
    allow.push(route.method);
  }
  return allow.length > 0 ? { allow: allow.join(', ') } : undefined;
}

const PATTERNS = Object.entries(TILL_ROUTES).map(([name, route]) => ({
  name: name as TillRouteName,
  route: route as TillRoute,
  pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));
