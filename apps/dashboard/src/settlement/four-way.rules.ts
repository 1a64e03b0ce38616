import type { BatchQuery, ComparedBatchesQuery, MoneyFieldsFragment } from '../graphql/generated/money/graphql.js';

/** A batch with everything its page shows. */
export type BatchDetail = NonNullable<BatchQuery['batch']>;
/** A batch as statements and journal were compared. */
export type ComparedBatch = ComparedBatchesQuery['comparedBatches']['edges'][number]['node'];

/** Who says what a batch holds. */
export type Side = 'till' | 'terminal' | 'acquirer' | 'bank';

/** What one side says, and whether it is what it should be by the sides before it. */
export interface SideView {
  readonly side: Side;
  readonly amount: MoneyFieldsFragment | null;
  readonly count: number | null;
  /** What is charged between this side and the bank; of the acquirer. */
  readonly fees: MoneyFieldsFragment | null;
  /** Rows in another currency than the batch's, which are in none of its sums; of the acquirer. */
  readonly others: ComparedBatch['acquirerOtherCurrencies'];
  /** `unknown`: this side said nothing yet, or nothing it could be compared with. */
  readonly verdict: 'same' | 'differs' | 'unknown' | 'reference';
  /** What this side has more than it should, where it differs in the same currency. */
  readonly delta: MoneyFieldsFragment | null;
}

/** The four sides of a batch, each against the till's journal; the bank against what the acquirer should pay out. */
export function fourWay(batch: BatchDetail, compared: ComparedBatch | undefined): SideView[] {
  const { journal } = batch;
  // Of a batch that is in no statement the acquirer said nothing: that is not a sum of nothing, and its fees are not known.
  const told = compared !== undefined && (compared.acquirerCount > 0 || compared.acquirerOtherCurrencies.length > 0) ? compared : null;
  const acquirer = batch.confirmed ?? told?.acquirerTotal ?? null;
  const fees = told?.acquirerFees ?? null;
  // Fees the statement doesn't tell are not nothing: what the bank should get is not known then.
  const payable =
    acquirer === null || (told !== null && fees === null)
      ? null
      : fees !== null && fees.currency === acquirer.currency
        ? plus(acquirer, fees.amountMinor)
        : acquirer;
  return [
    { side: 'till', amount: journal, count: batch.count, fees: null, others: [], verdict: 'reference', delta: null },
    judged('terminal', batch.terminalTotal, batch.terminalCount, journal, batch.count),
    withOthers(
      { ...judged('acquirer', acquirer, told?.acquirerCount ?? null, journal, batch.count), fees },
      told?.acquirerOtherCurrencies ?? [],
    ),
    judged('bank', batch.funded, null, payable, null),
  ];
}

const plus = ({ currency, amountMinor }: MoneyFieldsFragment, more: number): MoneyFieldsFragment => ({
  currency,
  amountMinor: amountMinor + more,
});

/** A side with rows in other currencies is never the same as one without, whatever the rest of it comes to. */
function withOthers(view: SideView, others: SideView['others']): SideView {
  return others.length > 0 && view.verdict === 'same' ? { ...view, others, verdict: 'differs' } : { ...view, others };
}

function judged(
  side: Side,
  amount: MoneyFieldsFragment | null,
  count: number | null,
  should: MoneyFieldsFragment | null,
  shouldCount: number | null,
): SideView {
  const view = { side, amount, count, fees: null, others: [] };
  if (amount === null || should === null) return { ...view, verdict: 'unknown', delta: null };
  if (amount.currency !== should.currency) return { ...view, verdict: 'differs', delta: null };
  const delta = plus(amount, -should.amountMinor);
  const sameCount = count === null || shouldCount === null || count === shouldCount;
  if (delta.amountMinor === 0 && sameCount) return { ...view, verdict: 'same', delta: null };
  return { ...view, verdict: 'differs', delta };
}

/** What two people can be asked to do with a batch; null when there is nothing to ask. */
export function askable({ state, handling }: Pick<BatchDetail, 'state' | 'handling'>): 'settle' | 'acceptUnbalanced' | null {
  if (state === 'open' || state === 'missed') return 'settle';
  return state === 'unbalanced' && handling !== 'accepted' ? 'acceptUnbalanced' : null;
}
