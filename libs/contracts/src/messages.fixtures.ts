import { CORE_SOURCE, EVENT_TYPE, gatewaySource } from './cloud-event.js';
import type { CommandBody } from './command.js';
import type { DesiredBody } from './desired.js';
import type { JournalAckBody, JournalResendBody } from './journal-batch.js';

const signature = `${'A'.repeat(86)}==`;
const publicKey = `${'A'.repeat(43)}=`;
const store = 'berlin';
const gateway = 'gw-berlin';

const envelope = (type: string, source: string, data: unknown) => ({
  specversion: '1.0',
  id: 'a1',
  source,
  type,
  time: '2026-11-21T20:30:00.000Z',
  datacontenttype: 'application/json',
  data,
});
const up = (type: string, data: unknown) => envelope(type, gatewaySource(store, gateway), data);
const down = (type: string, body: unknown) => envelope(type, CORE_SOURCE, { body: JSON.stringify(body), keyId: 'core-1', signature });

const journalAckBody: JournalAckBody = {
  store,
  gateway,
  epoch: 1,
  ackedThrough: 42,
  hash: '0a'.repeat(32),
  at: 1_795_293_000_000,
  refused: { code: 'diverged', throughSeq: 50, lastHash: '0b'.repeat(32) },
};
const journalResendBody: JournalResendBody = { store, gateway, epoch: 1, fromSeq: 43, throughSeq: null, at: 1_795_293_000_000 };
const commandBody: CommandBody = {
  id: '00000000-0000-4000-8000-000000000001',
  store,
  gateway,
  terminal: 'berlin-1',
  action: 'closeTerminal',
  notBefore: '2026-11-21T20:30:00.000Z',
  expiresAt: '2026-11-21T20:45:00.000Z',
  nonce: 'b3f1c2d4e5a69788',
  requestedBy: 'manager-berlin',
  reason: 'the host is reachable again',
};
const terminalConnection = {
  id: 'berlin-1',
  name: 'Kasse 1',
  driver: 'zvt' as const,
  host: '127.0.0.1',
  port: 20007,
  password: '000000',
  currency: 'EUR',
  power: { kind: 'shelly' as const, baseUrl: 'http://127.0.0.1:8081', switchId: 0 },
};
const desiredBody: DesiredBody = {
  version: 12,
  issuedAt: '2026-11-21T20:30:00.000Z',
  store: { id: store, name: 'Berlin Mitte', timeZone: 'Europe/Berlin', currency: 'EUR' },
  gateway,
  settings: { 'hours.close': { value: '22:00', origin: 'store' } },
  terminals: [terminalConnection],
  operators: [{ id: 'cashier-berlin-1', name: 'A. Weber', certifiedUntil: '2027-11-21T00:00:00.000Z', certificateId: 'cert-17' }],
};

/** A valid value of every signed body, by the name it has in MESSAGES. */
export const BODY_SAMPLES: Readonly<Record<string, object>> = { journalAckBody, journalResendBody, desiredBody, commandBody };

/** A valid message of every channel, by the name it has in MESSAGES. */
export const MESSAGE_SAMPLES: Readonly<Record<string, object>> = {
  presence: up(EVENT_TYPE.presence, { online: true, session: 3, agentVersion: '0.1.0', at: 1_795_293_000_000 }),
  live: up(EVENT_TYPE.live, {
    session: 3,
    at: 1_795_293_000_000,
    journalHead: 50,
    ackedThrough: 42,
    terminals: {
      'berlin-1': {
        power: 'on',
        service: 'ready',
        activity: 'idle',
        signedOn: true,
        operatorId: 'cashier-berlin-1',
        unsettledMinor: 21240,
        unsettledCount: 9,
        currency: 'EUR',
        lastUseAt: null,
      },
    },
  }),
  journalBatch: up(EVENT_TYPE.journalBatch, {
    epoch: 1,
    fromSeq: 43,
    prevHash: '0'.repeat(64),
    at: [1_795_293_000_000, 1_795_293_000_050],
    kind: ['AgentStarted', 'TerminalSignedOn'],
    terminal: [null, 'berlin-1'],
    payload: ['{"agentVersion":"0.1.0","session":3,"recoveredInDoubt":0}', '{"by":"policy"}'],
    lastHash: 'f'.repeat(64),
    signature,
  }),
  journalAck: down(EVENT_TYPE.journalAck, journalAckBody),
  journalResend: down(EVENT_TYPE.journalResend, journalResendBody),
  desired: down(EVENT_TYPE.desired, desiredBody),
  command: down(EVENT_TYPE.command, commandBody),
};

const paymentId = '00000000-0000-4000-8000-000000000001';
const paymentView = {
  paymentId,
  transaction: 'sale',
  terminal: 'berlin-1',
  state: 'completed',
  amountMinor: 1250,
  currency: 'EUR',
  tillId: 'till-1',
  operatorId: 'cashier-berlin-1',
  startedAt: '2026-11-21T12:00:00.000Z',
  givenBackMinor: 250,
  booked: { amountMinor: 1250, currency: 'EUR', traceNo: 118, cardLast4: '4242' },
  detail: 'approved',
};
const refundRequestView = {
  requestId: '00000000-0000-4000-8000-000000000002',
  state: 'approved',
  terminal: 'berlin-1',
  amountMinor: 1250,
  currency: 'EUR',
  tillId: 'till-1',
  originalPaymentId: paymentId,
  reason: '尺码不合适',
  askedBy: 'cashier-berlin-1',
  askedAt: '2026-11-21T20:30:12.000Z',
  expiresAt: '2026-11-21T20:35:12.000Z',
  digest: 'a'.repeat(64),
  decidedBy: 'manager-berlin',
};

/** A valid value of everything the till interface exchanges, and of the file that provisions a chain, by name. */
export const OTHER_SAMPLES: Readonly<Record<string, object | string>> = {
  operatorSignOnRequest: { terminal: 'berlin-1', operatorId: 'cashier-berlin-1', passcode: '481516' },
  operatorSession: {
    terminal: 'berlin-1',
    operatorId: 'cashier-berlin-1',
    certifiedUntil: '2027-11-21T00:00:00.000Z',
    verified: true,
  },
  paymentRequest: { terminal: 'berlin-1', amountMinor: 1250, currency: 'EUR', tillId: 'till-1' },
  reversalRequest: { originalPaymentId: paymentId, amountMinor: 250, tillId: 'till-1', reason: 'one bottle too many' },
  refundRequest: {
    terminal: 'berlin-1',
    amountMinor: 1250,
    currency: 'EUR',
    tillId: 'till-1',
    originalPaymentId: paymentId,
    reason: '尺码不合适',
  },
  paymentView,
  paymentList: { payments: [paymentView] },
  refundRequestView,
  refundDecision: { approverId: 'manager-berlin', passcode: '481516', digest: 'a'.repeat(64), decision: 'approve' },
  receiptView: { paymentId, lines: ['Kundenbeleg', 'EUR 12,50', '************4242'], copies: 1 },
  reprintRequest: { reason: 'the customer lost the slip', on: 'terminal', tillId: 'till-1' },
  reprintView: { paymentId, copyNo: 2, lines: ['*** COPY 2 ***', 'EUR 12,50', '*** COPY 2 ***'] },
  handoverRequest: {
    terminal: 'berlin-1',
    slips: 40,
    incoming: { operatorId: 'cashier-berlin-2', passcode: '481516' },
    differenceReason: 'one slip went with the customer',
    tillId: 'till-1',
  },
  handoverView: {
    handoverId: '00000000-0000-4000-8000-000000000003',
    terminal: 'berlin-1',
    shiftNo: 3,
    outgoingOperatorId: 'cashier-berlin-1',
    incomingOperatorId: 'cashier-berlin-2',
    slips: 40,
    transactions: 41,
    differs: true,
    at: '2026-11-21T14:00:00.000Z',
  },
  idempotencyKey: 'till-1:000042',
  terminalList: { terminals: [] },
  tillEvent: { type: 'refundRequest', terminal: 'berlin-1', request: refundRequestView },
  healthView: { alive: true },
  tillRefusal: { code: 'malformed', message: { en: 'The request is not valid.', zh: '请求格式不正确。' }, field: 'amountMinor' },
  chainFile: {
    chain: { id: 'demo', name: 'Demo' },
    settings: { 'hours.close': '22:00' },
    stores: [
      {
        id: store,
        name: 'Berlin Mitte',
        city: 'Berlin',
        timeZone: 'Europe/Berlin',
        currency: 'EUR',
        gateway: { id: gateway, publicKey },
        terminals: [{ ...terminalConnection, brand: 'CCV', model: 'A920' }],
        settings: {},
      },
    ],
    people: [{ id: 'hq', name: '林薇', role: 'hq', language: 'zh', stores: [], password: 'correct horse', certified: [] }],
  },
};
