import { createHash } from 'node:crypto';
import { canonicalJson } from '../audit/index.js';
import { invalidInput, type PersonActor, type RefusalOf, type Role, refuse } from '../graphql/index.js';
import type { DifferenceRow } from './differences.store.js';

/** What a remedy does. */
export type RemedyKind = 'forceMatch' | 'correctingEntry';
/** Where a request stands. */
export type RemedyState = 'requested' | 'approved' | 'refused' | 'withdrawn';
/** What somebody wants to happen to a request. */
export type RemedyDecision = 'approve' | 'refuse' | 'withdraw';

/** What somebody asks for. */
export type RemedyWish =
  | { readonly kind: 'forceMatch'; readonly terminalDifferenceId: string; readonly acquirerDifferenceId: string }
  | { readonly kind: 'correctingEntry'; readonly differenceId: string; readonly amountMinor: number; readonly currency: string };

/** What a difference says about money: minor units of its currency, signed as the merchant sees them; null where a side has no row. */
export type DifferenceFacts = Pick<DifferenceRow, 'id' | 'type' | 'currency' | 'terminalMinor' | 'acquirerMinor'>;

/** Everything a decision is about: the wish, and the differences as they stood when it was asked for. */
export type RemedyContent = RemedyWish & { readonly differences: readonly DifferenceFacts[] };

/** Ids of the differences a remedy is about; of a force-match the transaction's first. */
export function differencesOf(wish: RemedyWish): string[] {
  return wish.kind === 'forceMatch' ? [wish.terminalDifferenceId, wish.acquirerDifferenceId] : [wish.differenceId];
}

/** M1: a wish together with what it is about, in the order of {@link differencesOf}. */
export function remedyContent(wish: RemedyWish, rows: readonly DifferenceFacts[]): RemedyContent {
  const differences = rows.map(({ id, type, currency, terminalMinor, acquirerMinor }) => ({
    id,
    type,
    currency,
    terminalMinor,
    acquirerMinor,
  }));
  return { ...wish, differences };
}

/** M1: true when the differences still say what they said when the request was made. */
export function isAsRead(content: RemedyContent, rows: readonly DifferenceFacts[]): boolean {
  return canonicalJson(remedyContent(content, rows)) === canonicalJson(content);
}

/**
 * M7: true when a request that waits stands in the way of another one of its kind: they share a difference that still says what the waiting one read. One that was read otherwise can't be approved any more, and blocks nobody.
 */
export function standsInTheWay(waiting: RemedyContent, asked: RemedyContent): boolean {
  if (waiting.kind !== asked.kind) return false;
  const read = new Map(waiting.differences.map((one) => [one.id, canonicalJson(one)]));
  return asked.differences.some((one) => read.get(one.id) === canonicalJson(one));
}

/** M7: true when somebody asks for the same once more, word for word: an answer that got lost, and no second request. */
export function isSameRequest(
  waiting: { readonly content: RemedyContent; readonly reason: string; readonly requestedBy: string },
  asked: { readonly content: RemedyContent; readonly reason: string; readonly requestedBy: string },
): boolean {
  const told = ({ content, reason, requestedBy }: typeof asked) => canonicalJson({ content, reason, requestedBy });
  return told(waiting) === told(asked);
}

/** The only side that has a row, where it is one. */
export function loneSide({
  terminalMinor,
  acquirerMinor,
}: Pick<DifferenceFacts, 'terminalMinor' | 'acquirerMinor'>): 'terminal' | 'acquirer' | undefined {
  if (terminalMinor !== null && acquirerMinor === null) return 'terminal';
  return terminalMinor === null && acquirerMinor !== null ? 'acquirer' : undefined;
}

/** Remedies somebody of a role may ask for: as far as the difference itself decides it, and not what was asked for or entered before. */
export function remediesOpenTo(difference: DifferenceFacts & Pick<DifferenceRow, 'state'>, role: Role): RemedyKind[] {
  if ((role !== 'hq' && role !== 'manager') || difference.state === 'resolved' || difference.state === 'accepted') return [];
  const left = leftMinor(difference, 0);
  const entry = { amountMinor: left, currency: difference.currency };
  return [
    ...(loneSide(difference) === undefined ? [] : (['forceMatch'] as const)),
    ...(entryRefusal(difference, entry, left) === undefined ? (['correctingEntry'] as const) : []),
  ];
}

/** M5: why a transaction and a row can't count as the same; undefined when they can. The tolerance is the acquirer's for the currency, in minor units. */
export function pairRefusal(
  terminal: DifferenceFacts,
  acquirer: DifferenceFacts,
  toleranceMinor: number,
): RefusalOf<'invalidInput'> | undefined {
  if (loneSide(terminal) !== 'terminal' || terminal.terminalMinor === null)
    return invalidInput('terminalDifferenceId', 'Expected a transaction that no row of a statement goes with.');
  if (loneSide(acquirer) !== 'acquirer' || acquirer.acquirerMinor === null)
    return invalidInput('acquirerDifferenceId', 'Expected a row of a statement that no transaction goes with.');
  if (terminal.currency !== acquirer.currency)
    return invalidInput('acquirerDifferenceId', `The transaction is in ${terminal.currency}, the row in ${acquirer.currency}.`);
  if (Math.sign(terminal.terminalMinor) !== Math.sign(acquirer.acquirerMinor))
    return invalidInput('acquirerDifferenceId', 'One side is money in, the other money out.');
  return Math.abs(terminal.terminalMinor - acquirer.acquirerMinor) <= toleranceMinor
    ? undefined
    : invalidInput('acquirerDifferenceId', 'The amounts differ by more than the acquirer’s tolerance: ask for correcting entries instead.');
}

/** M6: what is left to make up for when entries of this sum are in the books, in minor units: what the acquirer has, less what the terminal has, less the entries. A side without a row has 0. */
export function leftMinor({ terminalMinor, acquirerMinor }: DifferenceFacts, enteredMinor: number): number {
  return (acquirerMinor ?? 0) - (terminalMinor ?? 0) - enteredMinor;
}

/** M6: why an entry can't be made while so much is left ({@link leftMinor}); undefined when it can. It lessens what is left, and never turns it round. */
export function entryRefusal(
  difference: DifferenceFacts,
  entry: { readonly amountMinor: number; readonly currency: string },
  left: number,
): RefusalOf<'invalidInput'> | undefined {
  if (difference.type === 'currency') return invalidInput('differenceId', 'Its sides are in two currencies: no one entry makes up for it.');
  if (entry.currency !== difference.currency) return invalidInput('currency', `The difference is in ${difference.currency}.`);
  if (!Number.isSafeInteger(entry.amountMinor) || entry.amountMinor === 0)
    return invalidInput('amountMinor', 'An entry has an amount of minor units other than 0.');
  if (left === 0) return invalidInput('amountMinor', 'Nothing is left to make up for.');
  return Math.sign(entry.amountMinor) === Math.sign(left) && Math.abs(entry.amountMinor) <= Math.abs(left)
    ? undefined
    : invalidInput('amountMinor', `${left} minor units are left to make up for: expected that, or a part of it with the same sign.`);
}

/** M1: SHA-256 over the whole of a request in canonical JSON (RFC 8785), hexadecimal: whoever decides names it, so that nothing else is decided than what was read. */
export function remedyDigest(request: {
  readonly id: string;
  readonly storeId: string;
  readonly content: RemedyContent;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
}): string {
  const { id, storeId, content, reason, requestedBy, requestedAt } = request;
  const text = canonicalJson({ id, storeId, content, reason, requestedBy, requestedAt });
  return createHash('sha256').update(`tillward-remedy-v1\n${text}`).digest('hex');
}

const RESULT: Readonly<Record<RemedyDecision, RemedyState>> = { approve: 'approved', refuse: 'refused', withdraw: 'withdrawn' };

/** D5: true when a remedy of these differences is for headquarters to decide: one of them is headquarters' work, and an approved remedy ends it. */
export function isHeadquartersWork(rows: readonly Pick<DifferenceRow, 'ownerRole'>[]): boolean {
  return rows.some(({ ownerRole }) => ownerRole === 'hq');
}

/**
 * M2: the state after a decision, or why it isn't taken: maker and checker are two people, and a request is decided once. D5: whoever works at the store may ask, also for headquarters' work
 * ({@link isHeadquartersWork}), which headquarters decides about.
 */
export function afterDecision(
  request: { readonly state: RemedyState; readonly requestedBy: string; readonly digest: string; readonly headquartersWork: boolean },
  decision: RemedyDecision,
  digest: string,
  person: Pick<PersonActor, 'id' | 'role'>,
): RemedyState | RefusalOf<'notAllowed' | 'alreadyDone' | 'ownRequest' | 'contentChanged'> {
  const own = request.requestedBy === person.id;
  if (person.role !== 'hq' && person.role !== 'manager') return refuse('notAllowed', 'Remedies are decided by managers and headquarters.');
  if (request.state !== 'requested') return refuse('alreadyDone', 'It was decided before.');
  if (decision === 'withdraw') return own ? RESULT.withdraw : refuse('notAllowed', 'Only who asked can take a request back.');
  if (own) return refuse('ownRequest', 'Somebody else has to decide about your own request.');
  if (request.headquartersWork && person.role !== 'hq') return refuse('notAllowed', 'This is headquarters’ work: headquarters decides.');
  if (digest !== request.digest) return refuse('contentChanged', 'This is not the request that was read: its content has another digest.');
  return RESULT[decision];
}
