import type { BatchState } from './settlement.rules.js';

/** How far a batch's money has come after its settlement: nothing heard, named by an acquirer's statement, credited by the bank. */
export type BatchMoney = 'unconfirmed' | 'confirmed' | 'funded';

/** What an acquirer's statement says of a batch. Amounts in minor units, signed as the batch's own total. */
export interface Confirmation {
  /** The statement, as its importer names it: the same id again is the same confirmation. */
  readonly statementId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** What the bank credited for a batch. */
export interface Funding {
  /** The bank statement's line, as its importer names it. */
  readonly bankReference: string;
  /** The part of the credit that is this batch's, net of what the acquirer kept. */
  readonly amountMinor: number;
  readonly currency: string;
  /** Value date, `YYYY-MM-DD`. */
  readonly creditedOn: string;
}

/** A batch as statement and bank find it. */
export interface BatchLife {
  readonly state: BatchState;
  readonly missed: boolean;
  readonly currency: string;
  readonly confirmedBy: string | null;
  readonly confirmedMinor: number | null;
  readonly fundedBy: string | null;
}

/**
 * Why a statement or credit changes nothing. `batchNotSettled`: nobody here settled the batch yet, so that the acquirer naming it is a difference to explain;
 * `otherCurrency`; `otherStatement` and `otherAmount`: confirmed before, and a confirmation is replaced only after it was withdrawn; `notConfirmed`: money for a batch no statement
 * named; `otherCredit`: funded before by another credit.
 */
export type BatchLifeRefusal = 'batchNotSettled' | 'otherCurrency' | 'otherStatement' | 'otherAmount' | 'notConfirmed' | 'otherCredit';

/** `changed`: do it; `unchanged`: it was done before, by the same statement or credit; `refused`: nothing may be changed. */
export type LifeDecision<T = object> =
  | ({ readonly kind: 'changed' } & T)
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly code: BatchLifeRefusal };

const UNCHANGED = { kind: 'unchanged' } as const;
const refused = (code: BatchLifeRefusal) => ({ kind: 'refused', code }) as const;

/** How far the money of a batch has come. */
export function batchMoney(batch: Pick<BatchLife, 'confirmedBy' | 'fundedBy'>): BatchMoney {
  if (batch.fundedBy !== null) return 'funded';
  return batch.confirmedBy === null ? 'unconfirmed' : 'confirmed';
}

/**
 * S7: a statement confirms what was settled. An unbalanced batch is confirmed and stays unbalanced: the acquirer has its money, the difference stays to be explained.
 * For a batch in doubt the statement is the answer to the enquiry: it is settled from then on (recovered, when it was missed).
 */
export function confirm(batch: BatchLife, confirmation: Confirmation): LifeDecision<{ readonly state: BatchState }> {
  if (batch.confirmedBy !== null) {
    if (batch.confirmedBy !== confirmation.statementId) return refused('otherStatement');
    return batch.confirmedMinor === confirmation.amountMinor ? UNCHANGED : refused('otherAmount');
  }
  if (batch.currency !== confirmation.currency) return refused('otherCurrency');
  switch (batch.state) {
    case 'open':
    case 'settling':
    case 'missed':
      return refused('batchNotSettled');
    case 'inDoubt':
      return { kind: 'changed', state: batch.missed ? 'recovered' : 'settled' };
    case 'settled':
    case 'recovered':
    case 'unbalanced':
      return { kind: 'changed', state: batch.state };
  }
}

/** S8: a confirmation ends when its statement was corrected or withdrawn, or turns out not to agree. What the bank paid on it goes with it: nothing says any more that the money is this batch's. */
export function withdraw(batch: BatchLife, statementId: string): LifeDecision {
  return batch.confirmedBy === statementId ? { kind: 'changed' } : UNCHANGED;
}

/** S9: funding ends when the credit turns out not to be this batch's: its file was corrected or withdrawn, or it pays something else. */
export function unfund(batch: BatchLife, bankReferences: ReadonlySet<string>): LifeDecision {
  return batch.fundedBy !== null && bankReferences.has(batch.fundedBy) ? { kind: 'changed' } : UNCHANGED;
}

/** S9: the bank funds what a statement confirmed, once. */
export function fund(batch: BatchLife, funding: Funding): LifeDecision {
  if (batch.fundedBy !== null) return batch.fundedBy === funding.bankReference ? UNCHANGED : refused('otherCredit');
  if (batch.confirmedBy === null) return refused('notConfirmed');
  return batch.currency === funding.currency ? { kind: 'changed' } : refused('otherCurrency');
}
