import { type FeeSchedule, feeScheduleMistakes } from '@tillward/reconciliation';
import { z } from 'zod';

/** A hundred million of a currency with two decimals: more is a slip of the hand, and sums of many such fees would not be exact. */
const MOST_MINOR = 10_000_000_000;
/** Minor units the bank's entry may differ from what is owed. */
const MOST_TOLERANCE_MINOR = 1_000;
const minor = z.int().nonnegative().max(MOST_MINOR);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const fees = z.strictObject({
  basis: z.enum(['row', 'batch']),
  rates: z
    .array(
      z.strictObject({
        currency: z.string().regex(/^[A-Z]{3}$/),
        cardKind: z.string().min(1).max(64).exactOptional(),
        types: z.array(z.enum(['sale', 'refund', 'reversal'])).exactOptional(),
        ratePpm: z.int().min(0).max(1_000_000),
        fixedMinor: minor.exactOptional(),
        floorMinor: minor.exactOptional(),
        capMinor: minor.exactOptional(),
        rounding: z.enum(['halfUp', 'halfEven', 'down']),
        onRefund: z.enum(['returned', 'kept', 'charged']),
        from: day,
        through: day.exactOptional(),
      }),
    )
    .min(1)
    .max(500),
});

const funding = z.strictObject({
  /** The account it pays into, as the bank's files name it. */
  account: z.string().min(1).max(64),
  /** Whose bank days count (ISO 3166-1 alpha-2). */
  country: z.string().regex(/^[A-Z]{2}$/),
  delayBankDays: z.int().min(0).max(60),
  /** Millionths of sales it holds back. */
  reservePpm: z.int().min(0).max(1_000_000).default(0),
  /** Calendar days after which it pays what it held back; absent: never by itself, its statements say when (rows of their own). */
  reserveReleaseDays: z.int().min(1).max(730).exactOptional(),
  /** What a transfer may cost. More is money that is missing, and nobody's setting. */
  toleranceMinor: z.int().nonnegative().max(MOST_TOLERANCE_MINOR).default(0),
});
/** When and where a provider pays. */
export type FundingTerms = z.output<typeof funding>;

/** A provider's terms as people write them: JSON of what it charges, of when it pays, or both. */
export interface ProviderTerms {
  readonly fees: FeeSchedule | null;
  readonly funding: FundingTerms | null;
}

/** Reads terms. What is wrong is said with the field it is about. */
export function readTerms(given: {
  fees: unknown;
  funding: unknown;
}): ProviderTerms | { readonly field: string; readonly message: string } {
  const feesRead = given.fees === null ? null : fees.safeParse(given.fees);
  if (feesRead?.success === false) return mistake('fees', feesRead.error);
  const schedule: FeeSchedule | null = feesRead?.data ?? null;
  const [contradiction] = schedule === null ? [] : feeScheduleMistakes(schedule);
  if (contradiction !== undefined) return { field: 'fees', message: contradiction };
  const fundingRead = given.funding === null ? null : funding.safeParse(given.funding);
  if (fundingRead?.success === false) return mistake('funding', fundingRead.error);
  if (schedule === null && fundingRead === null) return { field: 'fees', message: 'Terms say what is charged, when it is paid, or both.' };
  return { fees: schedule, funding: fundingRead?.data ?? null };
}

/** Terms as they are in force: a tolerance above the ceiling, saved before there was one, is the ceiling. */
export function withCeiling<T extends Pick<ProviderTerms, 'funding'>>(terms: T): T {
  if (terms.funding === null || !(terms.funding.toleranceMinor > MOST_TOLERANCE_MINOR)) return terms;
  return { ...terms, funding: { ...terms.funding, toleranceMinor: MOST_TOLERANCE_MINOR } };
}

function mistake(root: string, error: z.ZodError): { field: string; message: string } {
  const [issue] = error.issues;
  return { field: [root, ...(issue?.path ?? [])].join('.'), message: issue?.message ?? 'not valid' };
}
