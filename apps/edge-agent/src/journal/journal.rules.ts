/** What is known at start about the epoch: from the database (null: it has no entries and never had) and from the file beside it. */
export interface EpochEvidence {
  inDatabase: number | null;
  beside: number | null;
  tailIntact: boolean;
}

/** Which epoch to write in, and whether it is a new one. */
export type EpochDecision = { epoch: number; kind: 'first' | 'continued' } | { epoch: number; kind: 'new'; reason: string };

/**
 * A new epoch is started only after data loss (DESIGN.md, Journal): the database is gone, is older than the file beside it, or its tail is
 * damaged. Otherwise numbering goes on where it stopped.
 */
export function decideEpoch(evidence: EpochEvidence): EpochDecision {
  const { inDatabase, beside, tailIntact } = evidence;
  const newest = Math.max(inDatabase ?? 0, beside ?? 0);
  if (newest === 0) return { epoch: 1, kind: 'first' };
  if (inDatabase === null) return { epoch: newest + 1, kind: 'new', reason: 'the database was lost' };
  if (inDatabase < newest) return { epoch: newest + 1, kind: 'new', reason: 'the database is older than its own epoch file' };
  if (!tailIntact) return { epoch: newest + 1, kind: 'new', reason: 'the end of the journal is damaged' };
  return { epoch: newest, kind: 'continued' };
}
