import type { PaymentState, TransactionKind } from '@tillward/contracts';

/** States of a batch (DOMAIN.md, section 2). Table in README.md. */
export type BatchState = 'open' | 'settling' | 'settled' | 'unbalanced' | 'inDoubt' | 'missed' | 'recovered';

/** What happens to a batch: the journal's settlement entries, and `missed` by the detector. `accepted`: the gateway took note that people accept a difference. */
export type BatchEvent =
  | 'started'
  | 'completed'
  | 'failed'
  | 'inDoubt'
  | 'resolvedSettled'
  | 'resolvedNotSettled'
  | 'unbalanced'
  | 'accepted'
  | 'missed';

/**
 * What is done about an unbalanced batch: its evidence is frozen; its transactions were handed to the acquirer (batch upload); two people accepted
 * the difference.
 */
export type Handling = 'frozen' | 'uploaded' | 'accepted';

/** A batch's state; `missed` stays true once the settlement was missed, so that settling later reads `recovered`. */
export interface BatchStanding {
  readonly state: BatchState;
  readonly missed: boolean;
}

/**
 * The state after an event. S1: a settled or recovered batch changes only to `unbalanced` (totals are compared after the settlement). S2: what was
 * missed and settles later is `recovered`, never `settled`. S3: a failed or disproved settlement leaves the batch open (or missed) and its funds at risk.
 */
export function nextBatch(batch: BatchStanding, event: BatchEvent): BatchStanding {
  const { missed } = batch;
  const settled = batch.state === 'settled' || batch.state === 'recovered';
  if (settled && event !== 'unbalanced') return batch;
  switch (event) {
    case 'started':
      return { state: 'settling', missed };
    case 'completed':
    case 'resolvedSettled':
      return { state: missed ? 'recovered' : 'settled', missed };
    case 'failed':
    case 'resolvedNotSettled':
      return { state: missed ? 'missed' : 'open', missed };
    case 'inDoubt':
      return { state: 'inDoubt', missed };
    case 'unbalanced':
      return { state: 'unbalanced', missed };
    case 'accepted':
      // The difference stays what it was; only that people answer for it is new.
      return batch;
    case 'missed':
      return { state: batch.state === 'open' ? 'missed' : batch.state, missed: true };
  }
}

/**
 * S11: the next handling of an unbalanced batch; undefined when a step does not follow. Evidence is frozen before anything else is done, an upload may be told again (with another
 * reference), and what was accepted is over.
 */
export function nextHandling(current: Handling | null, step: Handling): Handling | undefined {
  switch (step) {
    case 'frozen':
      return current === null ? 'frozen' : undefined;
    case 'uploaded':
      return current === 'frozen' || current === 'uploaded' ? 'uploaded' : undefined;
    case 'accepted':
      return current === 'accepted' ? undefined : 'accepted';
  }
}

/**
 * The state of a payment after the journal said `next` (S4): completed, declined and failed are final; only `started` and `inDoubt` move. A resolved
 * payment is completed when the terminal booked it and failed when it knows nothing of it.
 */
export function nextPayment(current: PaymentState, next: PaymentState): PaymentState {
  return current === 'started' || current === 'inDoubt' ? next : current;
}

/** An amount as its batch sees it: a reversal and a refund take away what they book (S6). */
export function signedMinor(kind: TransactionKind, amountMinor: number): number {
  return kind === 'sale' ? amountMinor : -amountMinor;
}

/** How a payment's change moves its batch's journal totals: only completed payments count (S5), each once, with its sign (S6). */
export function totalsChange(
  kind: TransactionKind,
  before: { state: PaymentState; amountMinor: number } | undefined,
  after: { state: PaymentState; amountMinor: number },
): { minor: number; count: number } {
  const was = before?.state === 'completed';
  const is = after.state === 'completed';
  return {
    minor: signedMinor(kind, (is ? after.amountMinor : 0) - (was ? before.amountMinor : 0)) || 0,
    count: Number(is) - Number(was),
  };
}
