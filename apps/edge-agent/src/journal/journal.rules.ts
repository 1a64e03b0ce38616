import type { JournalKind, JournalPayload } from '@tillward/contracts';

/** Why an epoch began; what JournalEpochStarted says. */
export type EpochReason = JournalPayload<'JournalEpochStarted'>['reason'];

/** What is known at start about the epoch: from the database (null: it has no entries and never had) and from the file beside it. */
export interface EpochEvidence {
  inDatabase: number | null;
  beside: number | null;
  tailIntact: boolean;
}

/** Which epoch to write in, and whether it is a new one. */
export type EpochDecision = { epoch: number; kind: 'first' | 'continued' } | { epoch: number; kind: 'new'; reason: EpochReason };

/**
 * A new epoch is started only after data loss (DESIGN.md, Journal): the database is gone, is older than the file beside it, or its tail is
 * damaged. Otherwise numbering goes on where it stopped.
 */
export function decideEpoch(evidence: EpochEvidence): EpochDecision {
  const { inDatabase, beside, tailIntact } = evidence;
  const newest = Math.max(inDatabase ?? 0, beside ?? 0);
  if (newest === 0) return { epoch: 1, kind: 'first' };
  if (inDatabase === null) return { epoch: newest + 1, kind: 'new', reason: 'databaseLost' };
  if (inDatabase < newest) return { epoch: newest + 1, kind: 'new', reason: 'databaseOlder' };
  if (!tailIntact) return { epoch: newest + 1, kind: 'new', reason: 'tailDamaged' };
  return { epoch: newest, kind: 'continued' };
}

/**
 * Kinds with which work begins that a person, a till or core asked for. They are refused while the disk is short of room, before anybody is told anything; what
 * ends running work is not, nor are closings: they bring money home.
 */
const BEGINS_WORK: ReadonlySet<JournalKind> = new Set<JournalKind>([
  'PaymentStarted',
  'RepaymentStarted',
  'RefundRequested',
  'OperatorSignedOn',
  'CommandReceived',
  'MaintenanceStarted',
]);

/** Whether an entry of this kind begins work that can still be refused. */
export function beginsWork(kind: string): boolean {
  return BEGINS_WORK.has(kind as JournalKind);
}
