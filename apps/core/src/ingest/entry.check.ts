import { JOURNAL_KINDS, type JournalKind, LAST_EPOCH_MS } from '@tillward/contracts';
import { fitsExactly } from './entry.fast-check.js';
import type { ProjectedEntry } from './ingest.projection.js';

/** Why an entry is stored but not projected. `detail` names fields, never values. */
export interface EntryFault {
  readonly reason: 'notJson' | 'wrongShape' | 'terminalMissing' | 'unstorableCharacter' | 'outOfRange';
  readonly detail: string;
}

/** Kinds about a store or gateway as a whole; every other kind is about one terminal and must name it. */
const WITHOUT_TERMINAL: ReadonlySet<string> = new Set<JournalKind>([
  'AgentStarted',
  'AgentStopped',
  'PolicyApplied',
  'PolicyRefused',
  'ClosingStarted',
  'ClosingStepCompleted',
  'ClosingFinished',
  'OpeningStarted',
  'OpeningStepCompleted',
  'OpeningFinished',
  'OperatorSignOnRefused',
  'CommandReceived',
  'CommandStarted',
  'CommandSucceeded',
  'CommandFailed',
  'CommandRejected',
  'CommandExpired',
  'MaintenanceStarted',
  'MaintenanceFinished',
  'RoutineMissed',
  'JournalEpochStarted',
  'JournalSpaceExhausted',
  'JournalSpaceRecovered',
  'JournalWritesFailed',
  'CoreKeyRotated',
  'RestrictedModeEntered',
  'RestrictedModeLeft',
  'ClockSkewMeasured',
  'ClockStepped',
  'ConsoleOpened',
  'ConsoleSignInRefused',
  'ConsoleClosed',
  'ReminderAcknowledged',
  'ReminderRaised',
  'CloseOrdered',
  'TillPaired',
  'TillUnpaired',
  'OperatorCodeIssued',
  'OperatorPasscodeChanged',
  'UpdateInstalled',
  'UpdateConfirmed',
  'UpdateRolledBack',
  'UpdateRefused',
]);

/** Numbers beyond these are a fault of the gateway; sums of what is within fit 53 bits and integer columns. */
const MAX_AMOUNT_MINOR = 1_000_000_000_000;
const MAX_NUMBER = 2_147_483_647;
const FIRST_DAY = '2000-01-01';
const LAST_DAY = '2199-12-31';

/** Reads the payload of an entry of a known kind: the entry for projections, or why it can't be one. Unknown kinds are not for this. */
export function readEntry(
  store: string,
  gateway: string,
  epoch: number,
  seq: number,
  atMs: number,
  kind: JournalKind,
  terminal: string | null,
  text: string,
): ProjectedEntry | EntryFault {
  // An escaped U+0000 is JSON, but no text PostgreSQL could keep in a column.
  if (text.includes('\\') && text.includes('\\u0000'))
    return { reason: 'unstorableCharacter', detail: 'the payload holds an escaped U+0000' };
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return { reason: 'notJson', detail: 'the payload is not JSON' };
  }
  if (!fitsExactly(kind, payload)) {
    const parsed = JOURNAL_KINDS[kind].safeParse(payload);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return { reason: 'wrongShape', detail: `${issue?.path.join('.') ?? ''}: ${issue?.code ?? 'invalid'}`.slice(0, 200) };
    }
    payload = parsed.data;
  }
  if (terminal === null && !WITHOUT_TERMINAL.has(kind)) return { reason: 'terminalMissing', detail: 'this kind is about a terminal' };
  const beyond = atMs > LAST_EPOCH_MS ? 'at' : fieldOutOfRange(payload as Limited);
  if (beyond !== undefined) return { reason: 'outOfRange', detail: beyond };
  return { store, gateway, epoch, seq, atMs, kind, terminal, payload } as ProjectedEntry;
}

/** The fields of any kind that have a range beyond their shape. */
interface Limited {
  readonly batchNo?: number;
  readonly businessDay?: string;
  readonly amountMinor?: number;
  readonly booked?: { readonly amountMinor: number; readonly traceNo: number; readonly receiptNo?: number } | null;
  readonly totals?: Totals | null;
  readonly journalTotals?: Totals | null;
  readonly terminalTotals?: Totals | null;
  readonly hostTotals?: Totals | null;
}

interface Totals {
  readonly amountMinor: number;
  readonly count: number | null;
}

function fieldOutOfRange(payload: Limited): string | undefined {
  const { batchNo, businessDay, amountMinor, booked } = payload;
  if (batchNo !== undefined && batchNo > MAX_NUMBER) return 'batchNo';
  if (businessDay !== undefined && (businessDay < FIRST_DAY || businessDay > LAST_DAY)) return 'businessDay';
  if (amountMinor !== undefined && Math.abs(amountMinor) > MAX_AMOUNT_MINOR) return 'amountMinor';
  if (booked !== undefined && booked !== null) {
    if (Math.abs(booked.amountMinor) > MAX_AMOUNT_MINOR) return 'booked.amountMinor';
    if (booked.traceNo > MAX_NUMBER) return 'booked.traceNo';
    if (booked.receiptNo !== undefined && booked.receiptNo > MAX_NUMBER) return 'booked.receiptNo';
  }
  for (const name of ['totals', 'journalTotals', 'terminalTotals', 'hostTotals'] as const) {
    const totals = payload[name];
    if (totals === undefined || totals === null) continue;
    if (Math.abs(totals.amountMinor) > MAX_AMOUNT_MINOR || (totals.count ?? 0) > MAX_NUMBER) return name;
  }
  return undefined;
}
