import type { HISTORY_SHOWS } from '../app/searches.js';
import type { TerminalEventFieldsFragment, TerminalEventKind } from '../graphql/generated/graphql.js';

/** A part of the history somebody may want to see alone. */
export type HistoryShow = (typeof HISTORY_SHOWS)[number];

/** What a kind of entry is about; `store` kinds are about a store as a whole and never in a terminal's history. */
const ABOUT: Record<TerminalEventKind, HistoryShow | 'store'> = {
  AgentStarted: 'store',
  AgentStopped: 'store',
  PolicyApplied: 'store',
  PolicyRefused: 'store',
  TerminalStateChanged: 'state',
  TerminalSignedOn: 'state',
  TerminalSignOnFailed: 'state',
  TerminalSignedOff: 'state',
  TerminalPoweredOn: 'state',
  TerminalPoweredOff: 'state',
  TerminalDescribed: 'state',
  TerminalRestarted: 'state',
  TerminalTimeCorrected: 'state',
  OperatorSignedOn: 'state',
  OperatorSignOnRefused: 'state',
  OperatorSignedOff: 'state',
  PeripheralStateChanged: 'peripherals',
  ReceiptReprinted: 'peripherals',
  MessageDisplayed: 'peripherals',
  TerminalDiagnosed: 'protocol',
  TerminalStreamAbandoned: 'protocol',
  DialogueCaptured: 'protocol',
  AcquirerTrafficObserved: 'protocol',
  PaymentStarted: 'money',
  PaymentCompleted: 'money',
  PaymentDeclined: 'money',
  PaymentFailed: 'money',
  PaymentInDoubt: 'money',
  PaymentResolved: 'money',
  StoredTransactionsSent: 'settlement',
  SettlementStarted: 'settlement',
  SettlementCompleted: 'settlement',
  SettlementFailed: 'settlement',
  SettlementInDoubt: 'settlement',
  SettlementResolved: 'settlement',
  SettlementUnbalanced: 'settlement',
  UnbalancedAccepted: 'settlement',
  ClosingStarted: 'closing',
  ClosingStepCompleted: 'closing',
  CloseBlocked: 'closing',
  CloseProven: 'closing',
  ClosingFinished: 'closing',
  OpeningStarted: 'closing',
  OpeningStepCompleted: 'closing',
  OpeningBlocked: 'closing',
  OpeningFinished: 'closing',
  CommandReceived: 'orders',
  CommandStarted: 'orders',
  CommandSucceeded: 'orders',
  CommandFailed: 'orders',
  CommandRejected: 'orders',
  CommandExpired: 'orders',
  RepaymentStarted: 'money',
  RepaymentCompleted: 'money',
  RepaymentDeclined: 'money',
  RepaymentFailed: 'money',
  RepaymentInDoubt: 'money',
  RepaymentResolved: 'money',
  RefundRequested: 'money',
  RefundDecided: 'money',
  RefundDecisionRefused: 'money',
  HandoverCompleted: 'state',
  HandoverDiffered: 'state',
  ClockSkewMeasured: 'state',
  MaintenanceStarted: 'closing',
  MaintenanceStepCompleted: 'closing',
  MaintenanceBlocked: 'closing',
  MaintenanceFinished: 'closing',
  RoutineMissed: 'store',
  ReminderRaised: 'store',
  ReminderAcknowledged: 'store',
  CloseOrdered: 'store',
  ConsoleOpened: 'store',
  ConsoleClosed: 'store',
  ConsoleSignInRefused: 'store',
  OperatorCodeIssued: 'store',
  OperatorPasscodeChanged: 'store',
  TillPaired: 'store',
  TillUnpaired: 'store',
  JournalEpochStarted: 'store',
  JournalSpaceExhausted: 'store',
  JournalSpaceRecovered: 'store',
  JournalWritesFailed: 'store',
  CoreKeyRotated: 'store',
  RestrictedModeEntered: 'store',
  RestrictedModeLeft: 'store',
  ClockStepped: 'store',
  UpdateInstalled: 'store',
  UpdateConfirmed: 'store',
  UpdateRolledBack: 'store',
  UpdateRefused: 'store',
};

/** Every kind there is. */
export const EVENT_KINDS = Object.keys(ABOUT) as TerminalEventKind[];

/** What an entry is about. */
export const aboutOf = (kind: TerminalEventKind): HistoryShow | 'store' => ABOUT[kind];

/** The kinds of a part of the history; null is all of it. */
export const kindsOf = (show: HistoryShow | undefined): TerminalEventKind[] | null =>
  show === undefined ? null : EVENT_KINDS.filter((kind) => ABOUT[kind] === show);

/** How an entry is shown: what went wrong stands out, what is in doubt warns, what was proven is good. */
export type EventTone = 'ok' | 'warn' | 'bad' | 'quiet';

const TONES: Partial<Record<TerminalEventKind, EventTone>> = {
  TerminalSignOnFailed: 'bad',
  OperatorSignOnRefused: 'warn',
  TerminalStreamAbandoned: 'bad',
  PaymentCompleted: 'ok',
  PaymentDeclined: 'warn',
  PaymentFailed: 'warn',
  PaymentInDoubt: 'bad',
  SettlementCompleted: 'ok',
  SettlementFailed: 'bad',
  SettlementInDoubt: 'bad',
  SettlementUnbalanced: 'bad',
  UnbalancedAccepted: 'warn',
  CloseBlocked: 'bad',
  CloseProven: 'ok',
  OpeningBlocked: 'bad',
  MaintenanceBlocked: 'bad',
  ClockSkewMeasured: 'warn',
  RepaymentCompleted: 'ok',
  RepaymentDeclined: 'warn',
  RepaymentFailed: 'warn',
  RepaymentInDoubt: 'bad',
  RefundDecisionRefused: 'warn',
  HandoverDiffered: 'warn',
  CommandSucceeded: 'ok',
  CommandFailed: 'bad',
  CommandRejected: 'bad',
  CommandExpired: 'warn',
};

type Told = Pick<TerminalEventFieldsFragment, 'kind' | 'peripheralState' | 'healthy' | 'found' | 'subject' | 'service'>;

/** The tone of an entry; some kinds have it in what they say. */
export function toneOf(event: Told): EventTone {
  switch (event.kind) {
    case 'PeripheralStateChanged':
      return event.peripheralState === 'ready' ? 'ok' : event.peripheralState === 'unknown' ? 'quiet' : 'warn';
    case 'TerminalDiagnosed':
    case 'TerminalRestarted':
      return event.healthy === false ? 'bad' : 'ok';
    case 'AcquirerTrafficObserved':
      return event.subject === 'saleWithoutSignOn' || event.subject === 'settlementUnbalanced' ? 'bad' : 'quiet';
    case 'TerminalStateChanged':
      return event.service === 'ready' || event.service === 'busy' || event.service === 'unknown' ? 'quiet' : 'warn';
    default:
      return TONES[event.kind] ?? 'quiet';
  }
}

/** Entries of one calendar day. */
export interface EventDay<T> {
  readonly day: string;
  readonly events: readonly T[];
}

/** Entries in their order, grouped by the calendar day of the store's zone they were written on. A clock that was set back begins a day anew. */
export function byDay<T extends { readonly at: string }>(events: readonly T[], timeZone: string): EventDay<T>[] {
  const dayIn = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const days: { day: string; events: T[] }[] = [];
  for (const event of events) {
    const day = dayIn.format(new Date(event.at));
    const last = days.at(-1);
    if (last?.day === day) last.events.push(event);
    else days.push({ day, events: [event] });
  }
  return days;
}

/** The entries of all pages, each once: a page loaded anew may overlap its neighbour. */
export function eventsOf<T extends { readonly id: string }>(pages: readonly { readonly edges: readonly { readonly node: T }[] }[]): T[] {
  const seen = new Map<string, T>();
  for (const { edges } of pages) for (const { node } of edges) if (!seen.has(node.id)) seen.set(node.id, node);
  return [...seen.values()];
}
