import { FLEET_ACTIONS, placesOf } from '../approvals/selection.rules.js';
import type { IncidentKind, IncidentState } from '../graphql/generated/graphql.js';
import type {
  BatchState,
  DifferenceType,
  PayoutState,
  StatementFileState,
  StatementRowType,
  TransactionState,
} from '../graphql/generated/money/graphql.js';
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
  'fundingLate',
  'fundingShort',
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
/** What the list of requests can be narrowed to. */
export const REQUEST_SHOWS = ['waiting', 'decided'] as const;
/** Tabs of the store page. */
export const STORE_TABS = ['terminals', 'proofs', 'batches'] as const;
/** Tabs of the terminal page. */
export const TERMINAL_TABS = ['overview', 'orders', 'history', 'dialogue'] as const;
/** What a terminal's history can be narrowed to. */
export const HISTORY_SHOWS = ['money', 'settlement', 'closing', 'state', 'peripherals', 'orders', 'protocol'] as const;
/** Tabs of the settlement page. */
export const SETTLEMENT_TABS = ['board', 'batches', 'transactions'] as const;
/** States of a statement file. */
export const STATEMENT_STATES = [
  'arrived',
  'imported',
  'refused',
  'superseded',
  'withdrawing',
  'withdrawn',
] as const satisfies readonly StatementFileState[];
/** What the work list of differences can be narrowed to; without a choice it shows what is not dealt with. */
export const DIFFERENCE_STATES = ['open', 'assigned', 'resolved', 'accepted', 'all'] as const;
/** Whose differences are shown. */
export const DIFFERENCE_OWNERS = ['me', 'hq', 'manager'] as const;
/** What two sides can differ in. */
export const DIFFERENCE_TYPES = [
  'amountOver',
  'amountUnder',
  'missingAtAcquirer',
  'missingAtTerminal',
  'duplicateAtAcquirer',
  'duplicateAtTerminal',
  'currency',
  'timing',
  'feeWrong',
  'unknownBatch',
] as const satisfies readonly DifferenceType[];
/** Where a payout stands. */
export const PAYOUT_STATES = [
  'awaited',
  'funded',
  'late',
  'short',
  'over',
  'overdue',
  'calendarUnknown',
] as const satisfies readonly PayoutState[];
/** What a line of a statement can be about. */
export const STATEMENT_ROW_TYPES = [
  'sale',
  'refund',
  'reversal',
  'chargeback',
  'chargebackReversed',
  'fee',
  'deduction',
  'credit',
  'payout',
  'balance',
] as const satisfies readonly StatementRowType[];
/** Tabs of the training page. */
export const TRAINING_TABS = ['mine', 'team'] as const;

// A day somebody looks for is kept as it is written, also where there is no such day: the page says so (days.rules.ts).

/** /sign-in */
export const signInSearch = (raw: RawSearch) => present({ next: textOf(raw['next']) });

/** /fleet */
export const fleetSearch = (raw: RawSearch) => present({ q: textOf(raw['q']), show: oneOf(raw['show'], FLEET_SHOWS) });

/** /fleet/ask: the chosen action and terminals. */
export const askSearch = (raw: RawSearch) =>
  present({ action: oneOf(raw['action'], FLEET_ACTIONS), q: textOf(raw['q']), t: placesOf(raw['t']) });

/** /fleet/requests */
export const requestsSearch = (raw: RawSearch) => present({ show: oneOf(raw['show'], REQUEST_SHOWS) });

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
    from: textOf(raw['from']),
    to: textOf(raw['to']),
    entry: wholeOf(raw['entry']),
  });

/** /settlement */
export const settlementSearch = (raw: RawSearch) =>
  present({
    tab: oneOf(raw['tab'], SETTLEMENT_TABS),
    store: textOf(raw['store']),
    day: textOf(raw['day']),
    batch: oneOf(raw['batch'], BATCH_STATES),
    state: oneOf(raw['state'], TRANSACTION_STATES),
    show: oneOf(raw['show'], ['problems'] as const),
  });

/** /settlement/statements: `correct` is the file whose correction is uploaded next. */
export const statementsSearch = (raw: RawSearch) =>
  present({
    kind: oneOf(raw['kind'], ['acquirer', 'bank'] as const),
    acquirer: textOf(raw['acquirer']),
    state: oneOf(raw['state'], STATEMENT_STATES),
    day: textOf(raw['day']),
    correct: textOf(raw['correct']),
  });

/** /settlement/statements/$fileId */
export const statementFileSearch = (raw: RawSearch) =>
  present({ rows: oneOf(raw['rows'], ['unmapped'] as const), type: oneOf(raw['type'], STATEMENT_ROW_TYPES) });

/** /settlement/differences: `d` is the one that is open, `view` shows remedies instead. */
export const differencesSearch = (raw: RawSearch) =>
  present({
    store: textOf(raw['store']),
    acquirer: textOf(raw['acquirer']),
    from: textOf(raw['from']),
    to: textOf(raw['to']),
    type: oneOf(raw['type'], DIFFERENCE_TYPES),
    state: oneOf(raw['state'], DIFFERENCE_STATES),
    owner: oneOf(raw['owner'], DIFFERENCE_OWNERS),
    d: textOf(raw['d']),
    view: oneOf(raw['view'], ['remedies', 'allRemedies'] as const),
  });

/** /settlement/funding */
export const fundingSearch = (raw: RawSearch) =>
  present({
    acquirer: textOf(raw['acquirer']),
    state: oneOf(raw['state'], PAYOUT_STATES),
    from: textOf(raw['from']),
    to: textOf(raw['to']),
  });

/** /settlement/terms/$acquirerId: `edit` writes the next version, `version` reads an older one. */
export const termsSearch = (raw: RawSearch) => present({ version: wholeOf(raw['version'], 1), edit: oneOf(raw['edit'], ['1'] as const) });

/** /settlement/fees */
export const feesSearch = (raw: RawSearch) =>
  present({ acquirer: textOf(raw['acquirer']), store: textOf(raw['store']), from: textOf(raw['from']), to: textOf(raw['to']) });
