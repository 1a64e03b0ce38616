import type { JournalPayload } from '@tillward/contracts';
import type { ObserverEvent } from '@tillward/observer-unionpay';
import { plainWithin } from './plain-text.rules.js';
import type { SwitchReading, TerminalFacts } from './terminal.rules.js';

/**
 * What a watched terminal's traffic with its acquirer has shown. Times are the gateway's (epoch ms), null: not seen. `moneyAt`: the last time money moved or
 * may have. `settlement` is about the newest settlement seen, at `settledAt`.
 */
export interface WatchedFacts {
  readonly seenAt: number;
  readonly signedOnAt: number | null;
  readonly signedOffAt: number | null;
  readonly moneyAt: number | null;
  readonly settlement: 'none' | 'running' | 'balanced' | 'unbalanced';
  readonly settledAt: number | null;
  readonly acquirerBatchNo: number | null;
}

const NOTHING_SEEN: WatchedFacts = {
  seenAt: 0,
  signedOnAt: null,
  signedOffAt: null,
  moneyAt: null,
  settlement: 'none',
  settledAt: null,
  acquirerBatchNo: null,
};

/** The entry an event leads to; null for those that change only what is known right now. */
export function trafficEntry(event: ObserverEvent): JournalPayload<'AcquirerTrafficObserved'> | null {
  const name = ENTRY_EVENTS[event.kind];
  if (name === null) return null;
  const traceNo = 'traceNo' in event ? event.traceNo : null;
  const responseCode = 'responseCode' in event ? event.responseCode : null;
  return {
    event: name,
    ...(traceNo === null ? {} : { traceNo }),
    ...(event.batchNo === null ? {} : { acquirerBatchNo: event.batchNo }),
    ...(responseCode === null ? {} : { responseCode: plainWithin(responseCode, 2) }),
    ...(event.merchantId === null ? {} : { merchantNumber: plainWithin(event.merchantId, 15) }),
  };
}

type EntryEvent = JournalPayload<'AcquirerTrafficObserved'>['event'];

const ENTRY_EVENTS: Readonly<Record<ObserverEvent['kind'], EntryEvent | null>> = {
  SignedOn: 'signedOn',
  SignedOff: 'signedOff',
  SaleObserved: 'saleSeen',
  SaleWithoutSignOn: 'saleWithoutSignOn',
  VoidObserved: 'voidSeen',
  RefundObserved: 'refundSeen',
  ReversalSeen: 'reversalSeen',
  ReversalConfirmed: 'reversalConfirmed',
  ReversalRefused: 'reversalRefused',
  SettlementStarted: 'settlementStarted',
  SettlementBalanced: 'settlementBalanced',
  SettlementUnbalanced: 'settlementUnbalanced',
  BatchUploadEnded: 'batchUploaded',
  SignOnRefused: 'signOnRefused',
  ClockSeen: null,
  EchoAnswered: null,
  StatusReported: null,
  AnswerMissing: 'answerMissing',
  SettlementUnclear: 'settlementUnclear',
  SettlementRefused: 'settlementRefused',
};

/** The facts of a watched terminal after an event. Whatever passes proves that it has power. */
export function afterTraffic(facts: TerminalFacts, event: ObserverEvent): TerminalFacts {
  const before = facts.watched ?? NOTHING_SEEN;
  const { at } = event;
  const seen: WatchedFacts = { ...before, seenAt: at, acquirerBatchNo: event.batchNo ?? before.acquirerBatchNo };
  const awake: TerminalFacts = { ...facts, power: 'on', watched: seen };
  switch (event.kind) {
    case 'SignedOn':
      return { ...awake, signedOn: true, service: 'ready', watched: { ...seen, signedOnAt: at } };
    case 'SignedOff':
      return { ...awake, signedOn: false, service: 'signOnNeeded', watched: { ...seen, signedOffAt: at } };
    case 'SignOnRefused':
      return { ...awake, signedOn: false, service: 'signOnNeeded' };
    case 'SaleObserved':
    case 'VoidObserved':
    case 'RefundObserved':
      return { ...awake, lastUseAt: at, watched: event.approved ? { ...seen, moneyAt: at } : seen };
    case 'AnswerMissing':
      // A settlement without an answer has proven nothing; of anything else, money may have moved.
      return {
        ...awake,
        lastUseAt: at,
        watched: event.request === 'settlement' ? { ...seen, settlement: 'none' } : { ...seen, moneyAt: at },
      };
    case 'ReversalSeen':
    case 'ReversalRefused':
      return { ...awake, lastUseAt: at, watched: { ...seen, moneyAt: at } };
    case 'SettlementStarted':
      return { ...awake, watched: { ...seen, settlement: 'running' } };
    case 'SettlementBalanced':
      return { ...awake, watched: { ...seen, settlement: 'balanced', settledAt: at } };
    case 'SettlementUnbalanced':
      return { ...awake, watched: { ...seen, settlement: 'unbalanced', settledAt: at } };
    case 'SettlementRefused':
    case 'SettlementUnclear':
      return { ...awake, watched: { ...seen, settlement: 'none' } };
    case 'SaleWithoutSignOn':
    case 'ReversalConfirmed':
    case 'BatchUploadEnded':
    case 'ClockSeen':
    case 'EchoAnswered':
    case 'StatusReported':
      return awake;
  }
}

/** What a relay that begins must know of the terminal's sign-on: after a restart, a sale of one that had signed off is still one without sign-on. */
export function knownSignOn({ watched }: TerminalFacts): 'unknown' | 'signedOn' | 'signedOff' {
  const [on, off] = [watched?.signedOnAt ?? null, watched?.signedOffAt ?? null];
  if (on === null && off === null) return 'unknown';
  return (off ?? Number.NEGATIVE_INFINITY) >= (on ?? Number.NEGATIVE_INFINITY) ? 'signedOff' : 'signedOn';
}

/** How old the last kept sign of life may be before a new one is worth writing. */
const SEEN_EVERY_MS = 60_000;

/** Whether an event without an entry of its own changed more than the time something was last seen; a chatty terminal must not wear the disk out. */
export function worthKeeping(before: TerminalFacts, after: TerminalFacts): boolean {
  const [was, is] = [before.watched, after.watched];
  if (!was || !is || before.power !== after.power || before.signedOn !== after.signedOn) return true;
  return was.settlement !== is.settlement || was.moneyAt !== is.moneyAt || Math.abs(is.seenAt - was.seenAt) >= SEEN_EVERY_MS;
}

/** A watched terminal that said nothing for this long may as well be off. */
const SILENT_AFTER_MS = 15 * 60_000;

/** The facts after a look at the switch. Without one, only traffic shows that the terminal has power, and only for a while. */
export function afterLook(facts: TerminalFacts, reading: SwitchReading, now: number): TerminalFacts {
  switch (reading) {
    case 'off':
      return { ...facts, power: 'off', service: 'unknown', signedOn: false };
    case 'on':
      return { ...facts, power: 'on' };
    case 'unknown':
    case null:
      return now - (facts.watched?.seenAt ?? 0) > SILENT_AFTER_MS ? { ...facts, power: 'unknown' } : facts;
  }
}

/** What the traffic of a business day proves for its close. */
export interface WatchedClose {
  /** `missing`: no settlement of that day was seen, or money moved after it. */
  readonly settlement: 'balanced' | 'unbalanced' | 'missing';
  readonly signedOff: boolean;
}

/**
 * Judges what was seen since `opensAt`, the beginning of the business day's trading window: the newest settlement balanced and no money after it, and the
 * terminal signed off by its own hand. What was not seen is not proven, also when the terminal was never used.
 */
export function judgeWatchedClose(watched: WatchedFacts | null, opensAt: number): WatchedClose {
  if (!watched) return { settlement: 'missing', signedOff: false };
  const { settlement, settledAt, moneyAt, signedOnAt, signedOffAt } = watched;
  const ofToday = settledAt !== null && settledAt >= opensAt && (moneyAt === null || moneyAt <= settledAt);
  const signedOff = signedOffAt !== null && signedOffAt >= opensAt && signedOffAt >= (signedOnAt ?? 0);
  return { settlement: ofToday && settlement !== 'none' && settlement !== 'running' ? settlement : 'missing', signedOff };
}
