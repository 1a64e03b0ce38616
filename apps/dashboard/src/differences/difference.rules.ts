import { checkedDays } from '../days/days.rules.js';
import { type Amount, sumByCurrency } from '../format/money.js';
import type {
  DifferenceFieldsFragment,
  DifferenceFilter,
  DifferenceState,
  DifferenceType,
  MoneyFieldsFragment,
  RemedyDecision,
  RemedyState,
  Role,
} from '../graphql/generated/money/graphql.js';

/** What the rules look at. */
type Difference = DifferenceFieldsFragment;

/** States in which somebody still has something to do. */
export const OPEN_STATES: readonly DifferenceState[] = ['open', 'assigned'];

/** What the list can be narrowed to, as it stands in the address. */
export interface DifferenceSearch {
  readonly store?: string;
  readonly acquirer?: string;
  readonly from?: string;
  readonly to?: string;
  readonly type?: DifferenceType;
  readonly state?: DifferenceState | 'all';
  readonly owner?: 'me' | 'hq' | 'manager';
}

/** The server's filter for an address. Without a state: what is not dealt with; days that can't be asked for are left out. */
export function filterOf(search: DifferenceSearch, me: { readonly id: string }): DifferenceFilter {
  const { store, acquirer, type, state, owner } = search;
  const { from, to } = checkedDays(search).days;
  return {
    ...(store === undefined ? {} : { storeId: store }),
    ...(acquirer === undefined ? {} : { acquirerId: acquirer }),
    ...(from === undefined ? {} : { fromDay: from }),
    ...(to === undefined ? {} : { toDay: to }),
    ...(type === undefined ? {} : { type: [type] }),
    ...(state === 'all' ? {} : { state: state === undefined ? [...OPEN_STATES] : [state] }),
    ...(owner === undefined ? {} : owner === 'me' ? { ownerId: me.id } : { ownerRole: owner }),
  };
}

/** What the acquirer has more than the terminal, in the one currency of both; undefined where a side is missing or the currencies differ. */
export function between({
  terminalAmount,
  acquirerAmount,
}: Pick<Difference, 'terminalAmount' | 'acquirerAmount'>): MoneyFieldsFragment | undefined {
  if (terminalAmount === null || acquirerAmount === null || terminalAmount.currency !== acquirerAmount.currency) return undefined;
  return { currency: terminalAmount.currency, amountMinor: acquirerAmount.amountMinor - terminalAmount.amountMinor };
}

/** The money nobody can account for if these differences stand, per currency: what differs, or the whole amount where one side has nothing. Without signs, as sums at stake don't cancel out. */
export function atStake(differences: readonly Pick<Difference, 'terminalAmount' | 'acquirerAmount'>[]): Amount[] {
  const amounts = differences.flatMap((difference) => {
    const both = between(difference);
    return both ? [both] : [difference.terminalAmount, difference.acquirerAmount].filter((side) => side !== null);
  });
  return sumByCurrency(amounts.map(({ currency, amountMinor }) => ({ currency, amountMinor: Math.abs(amountMinor) })));
}

/** The money a difference is about, without a sign: what differs, or the whole amount where only one side has it; undefined across currencies. */
export function concerned(difference: Pick<Difference, 'terminalAmount' | 'acquirerAmount'>): MoneyFieldsFragment | undefined {
  const both = between(difference);
  // Where both sides have the same amount the row itself is in question: it is of another day, or there once too often.
  const amount =
    both !== undefined && both.amountMinor !== 0 ? both : both === undefined ? loneAmount(difference) : difference.terminalAmount;
  if (amount === null || amount === undefined) return undefined;
  return { currency: amount.currency, amountMinor: Math.abs(amount.amountMinor) };
}

const loneAmount = ({ terminalAmount, acquirerAmount }: Pick<Difference, 'terminalAmount' | 'acquirerAmount'>) =>
  terminalAmount === null ? acquirerAmount : acquirerAmount === null ? terminalAmount : undefined;

/** The server's filter for what the viewer has to deal with: a manager's stores', anybody else's by name. */
export const filterOfWork = (me: { readonly id: string; readonly role: Role }): DifferenceFilter => ({
  state: [...OPEN_STATES],
  ...(me.role === 'manager' ? { ownerRole: 'manager' } : { ownerId: me.id }),
});

/** Of these differences the viewer's work: theirs by name first, then their role's, in the order they came; not another person's. */
export function workOf<T extends Pick<Difference, 'ownerId'>>(differences: readonly T[], me: { readonly id: string }): T[] {
  return [...differences.filter(({ ownerId }) => ownerId === me.id), ...differences.filter(({ ownerId }) => ownerId === null)];
}

/** The only side that has a row, where it is one: such a difference can be matched by hand with one of the other side. */
export function loneSide({
  paymentId,
  statementRowId,
}: Pick<Difference, 'paymentId' | 'statementRowId'>): 'terminal' | 'acquirer' | undefined {
  if (paymentId !== null && statementRowId === null) return 'terminal';
  if (paymentId === null && statementRowId !== null) return 'acquirer';
  return undefined;
}

/** What is left to make up for: what the acquirer has more than the terminal, a side without a row having nothing; undefined across currencies. */
export function leftOf({
  terminalAmount,
  acquirerAmount,
}: Pick<Difference, 'terminalAmount' | 'acquirerAmount'>): MoneyFieldsFragment | undefined {
  const { currency } = terminalAmount ?? acquirerAmount ?? { currency: undefined };
  if (currency === undefined || [terminalAmount, acquirerAmount].some((side) => side !== null && side.currency !== currency))
    return undefined;
  return { currency, amountMinor: (acquirerAmount?.amountMinor ?? 0) - (terminalAmount?.amountMinor ?? 0) };
}

/** Acts on differences in the order they are offered. */
const ACTS = ['assign', 'resolve', 'accept', 'reopen'] as const;

/** What the viewer may do with all of these differences, as the server says of each (D5); nothing with none. */
export const actsFor = (differences: readonly Pick<Difference, 'viewerMay'>[]): readonly (typeof ACTS)[number][] =>
  differences.length === 0 ? [] : ACTS.filter((act) => differences.every(({ viewerMay }) => viewerMay.includes(act)));

/** Whether the viewer may do anything with a difference together with others. */
export const isSelectable = (difference: Pick<Difference, 'viewerMay'>): boolean => actsFor([difference]).length > 0;

/** What a remedy's content says, as far as it can be read. */
export type RemedyTargets =
  | { readonly kind: 'forceMatch'; readonly terminalDifferenceId: string; readonly acquirerDifferenceId: string }
  | { readonly kind: 'correctingEntry'; readonly differenceId: string; readonly amount: MoneyFieldsFragment };

/** Reads a remedy's content; undefined where it is none of the known kinds. */
export function remedyTargets(content: unknown): RemedyTargets | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  const said = content as Record<string, unknown>;
  const { kind, terminalDifferenceId, acquirerDifferenceId, differenceId, amountMinor, currency } = said;
  if (kind === 'forceMatch' && typeof terminalDifferenceId === 'string' && typeof acquirerDifferenceId === 'string') {
    return { kind, terminalDifferenceId, acquirerDifferenceId };
  }
  if (kind === 'correctingEntry' && typeof differenceId === 'string' && typeof amountMinor === 'number' && typeof currency === 'string') {
    return { kind, differenceId, amount: { amountMinor, currency } };
  }
  return undefined;
}

/** What the viewer may decide about a remedy now: whoever asked can only take it back (P6). */
export function decisionsOf({
  state,
  mine,
  mayDecide,
}: {
  readonly state: RemedyState;
  readonly mine: boolean;
  readonly mayDecide: boolean;
}): readonly RemedyDecision[] {
  if (state !== 'requested') return [];
  if (mayDecide) return ['approve', 'refuse'];
  return mine ? ['withdraw'] : [];
}

/** The file of a statement row's id, `<file>/<row>`. */
export const fileOfRow = (statementRowId: string): string => statementRowId.split('/')[0] ?? '';

/** Roles a difference can belong to as a whole. */
export const ROLES = ['manager', 'hq'] as const;

const PERSON = 'person:';

/** A person as the value of a choice beside the roles. */
export const personValue = (id: string): string => `${PERSON}${id}`;

/** Who a choice stands for: `me`, a role, or a person. */
export function ownerOf(chosen: string, myId: string): { role: (typeof ROLES)[number] } | { personId: string } {
  const role = ROLES.find((each) => each === chosen);
  if (role !== undefined) return { role };
  return { personId: chosen === 'me' ? myId : chosen.slice(PERSON.length) };
}

/** The stores of differences, each once. */
export const storesOf = (differences: readonly Pick<Difference, 'storeId'>[]): string[] =>
  [...new Set(differences.map(({ storeId }) => storeId))].sort();
