import type { BatchState, IncidentKind, IncidentState, TransactionState } from '../graphql/generated/graphql.js';
import { dayOf, oneOf, present, type RawSearch, someOf, textOf, wholeOf } from './search-params.js';

/** What the fleet board can be narrowed to. */
export const FLEET_SHOWS = ['problems', 'closing', 'unsettled', 'offline'] as const;
/** States, kinds and tabs as they stand in addresses. */
export const INCIDENT_STATES = ['open', 'acknowledged', 'resolved'] as const satisfies readonly IncidentState[];
/** Kinds of incidents. */
export const INCIDENT_KINDS = [
  'terminalLeftOn',
  'settlementMissed',
  'closeBlocked',
  'journalForked',
  'journalQuarantined',
] as const satisfies readonly IncidentKind[];
/** States of a batch. */
export const BATCH_STATES = [
  'open',
  'settling',
  'settled',
  'unbalanced',
  'inDoubt',
  'missed',
  'recovered',
] as const satisfies readonly BatchState[];
/** States of a transaction. */
export const TRANSACTION_STATES = ['started', 'completed', 'declined', 'failed', 'inDoubt'] as const satisfies readonly TransactionState[];
/** Tabs of the store page. */
export const STORE_TABS = ['terminals', 'proofs', 'batches'] as const;
/** Tabs of the terminal page. */
export const TERMINAL_TABS = ['overview', 'orders', 'history', 'dialogue'] as const;
/** What a terminal's history can be narrowed to. */
export const HISTORY_SHOWS = ['money', 'settlement', 'closing', 'state', 'peripherals', 'orders', 'protocol'] as const;
/** Tabs of the settlement page. */
export const SETTLEMENT_TABS = ['batches', 'transactions'] as const;
/** Tabs of the training page. */
export const TRAINING_TABS = ['mine', 'team'] as const;

/** /sign-in */
export const signInSearch = (raw: RawSearch) => present({ next: textOf(raw['next']) });

/** /fleet */
export const fleetSearch = (raw: RawSearch) => present({ q: textOf(raw['q']), show: oneOf(raw['show'], FLEET_SHOWS) });

/** /stores/$storeId */
export const storeSearch = (raw: RawSearch) =>
  present({ tab: oneOf(raw['tab'], STORE_TABS), terminal: textOf(raw['terminal']), day: dayOf(raw['day']) });

/** /stores/$storeId/terminals/$terminalId */
export const terminalSearch = (raw: RawSearch) =>
  present({ tab: oneOf(raw['tab'], TERMINAL_TABS), show: oneOf(raw['show'], HISTORY_SHOWS) });

/** /policy: no store means the whole chain. */
export const policySearch = (raw: RawSearch) => present({ store: textOf(raw['store']), setting: textOf(raw['setting']) });

/** /incidents: nothing chosen means what somebody still has to deal with. */
export const incidentsSearch = (raw: RawSearch) =>
  present({ state: someOf(raw['state'], INCIDENT_STATES), kind: oneOf(raw['kind'], INCIDENT_KINDS), store: textOf(raw['store']) });

/** /incidents/$incidentId */
export const incidentSearch = (raw: RawSearch) => present({ step: wholeOf(raw['step'], 1) });

/** /training */
export const trainingSearch = (raw: RawSearch) => present({ tab: oneOf(raw['tab'], TRAINING_TABS), store: textOf(raw['store']) });

/** /training/$courseId: lessons count from 1; the quiz follows the last. */
export const courseSearch = (raw: RawSearch) => present({ lesson: wholeOf(raw['lesson'], 1), quiz: oneOf(raw['quiz'], ['1']) });

/** /audit: days are UTC, as the log is. */
export const auditSearch = (raw: RawSearch) =>
  present({
    text: textOf(raw['text']),
    action: textOf(raw['action']),
    actor: textOf(raw['actor']),
    store: textOf(raw['store']),
    from: dayOf(raw['from']),
    to: dayOf(raw['to']),
    entry: wholeOf(raw['entry']),
  });

/** /settlement */
export const settlementSearch = (raw: RawSearch) =>
  present({
    tab: oneOf(raw['tab'], SETTLEMENT_TABS),
    store: textOf(raw['store']),
    day: dayOf(raw['day']),
    batch: oneOf(raw['batch'], BATCH_STATES),
    state: oneOf(raw['state'], TRANSACTION_STATES),
  });
