import { type DifferenceType, RESULT_TYPES } from '@tillward/reconciliation';
import { invalidInput, type RefusalOf, type Role, refuse, requiredNoteRefusal } from '../graphql/index.js';

/** Where a difference stands. `resolved`: the rows came to agree, or a remedy made up for it; `accepted`: two sides stay different, and somebody answers for it. */
export type DifferenceState = 'open' | 'assigned' | 'resolved' | 'accepted';

/** Every type of difference, in the engine's order. */
export const DIFFERENCE_TYPES: readonly DifferenceType[] = RESULT_TYPES.filter((type) => type !== 'matched');

/**
 * D1: whose work a new difference is. What only the store can know (what happened at its terminal) is its manager's; what has to be asked of the acquirer is headquarters'.
 */
export const OWNER_ROLE: Readonly<Record<DifferenceType, Role>> = {
  amountOver: 'manager',
  amountUnder: 'manager',
  missingAtTerminal: 'manager',
  duplicateAtTerminal: 'manager',
  missingAtAcquirer: 'hq',
  duplicateAtAcquirer: 'hq',
  currency: 'hq',
  timing: 'hq',
  feeWrong: 'hq',
  unknownBatch: 'hq',
};

/** What a person does with a difference. */
export type DifferenceAct =
  | { readonly kind: 'assign'; readonly role: Role; readonly person: { readonly id: string; readonly name: string } | null }
  | { readonly kind: 'resolve'; readonly note: string }
  | { readonly kind: 'accept'; readonly note: string }
  | { readonly kind: 'reopen'; readonly note: string };

/**
 * The state after an act, or why it can't be done. D2: what ended is only reopened, with a reason; accepting money that differs needs one as well. D5: headquarters' work is ended, and given to others, by
 * headquarters only, and what stays different is accepted by headquarters only.
 */
export function afterAct(
  { state, ownerRole }: { readonly state: DifferenceState; readonly ownerRole: Role },
  act: DifferenceAct,
  role: Role,
): DifferenceState | RefusalOf<'invalidInput' | 'alreadyDone' | 'notAllowed'> {
  const ended = state === 'resolved' || state === 'accepted';
  if (act.kind !== 'assign') {
    const wrong = requiredNoteRefusal(act.note);
    if (wrong !== undefined) return wrong;
  }
  if (role !== 'hq' && role !== 'manager') return refuse('notAllowed', 'Differences are worked on by managers and headquarters.');
  if (!ended && role !== 'hq' && role !== ownerRole) return refuse('notAllowed', 'This is work of another role.');
  if (act.kind === 'accept' && role !== 'hq') return refuse('notAllowed', 'What stays different is accepted by headquarters.');
  switch (act.kind) {
    case 'reopen':
      return ended ? 'open' : refuse('alreadyDone', 'The difference is open.');
    case 'assign':
      if (act.role === 'cashier' || act.role === 'auditor')
        return invalidInput('role', 'Differences are worked on by managers and headquarters.');
      return ended ? refuse('alreadyDone', 'The difference was dealt with.') : 'assigned';
    case 'resolve':
      return ended ? refuse('alreadyDone', 'The difference was dealt with.') : 'resolved';
    case 'accept':
      return ended ? refuse('alreadyDone', 'The difference was dealt with.') : 'accepted';
  }
}

const ANY: Readonly<Record<DifferenceAct['kind'], DifferenceAct>> = {
  assign: { kind: 'assign', role: 'hq', person: null },
  resolve: { kind: 'resolve', note: 'any' },
  accept: { kind: 'accept', note: 'any' },
  reopen: { kind: 'reopen', note: 'any' },
};

/** What somebody of a role may do with a difference now, as {@link afterAct} has it. */
export function actsOpenTo(difference: { readonly state: DifferenceState; readonly ownerRole: Role }, role: Role): DifferenceAct['kind'][] {
  return Object.values(ANY).flatMap((act) => (typeof afterAct(difference, act, role) === 'string' ? act.kind : []));
}
