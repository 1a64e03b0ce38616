import type { Compared, MatchingScope } from './matching.sql.js';

/** The two numbers of a row as SQL texts, '' where it has none. */
interface Numbers {
  readonly trace: string;
  readonly reference: string;
}

/**
 * Behind the last dot of what a provider calls a transaction. A terminal says more than its acquirer's files: POITransactionID is the terminal's own part and the PSP reference, with a dot between them
 * (docs.adyen.com, Terminal API reference, POITransactionID); the files have the latter alone.
 */
const ownPart = (name: string) => `split_part(${name}, '.', -1)`;

/** What the acquirer names a row `r` by: its reference, where there is none the merchant's. */
export const NAMED_AT_ACQUIRER = `CASE WHEN r.reference <> '' THEN ${ownPart('r.reference')} ELSE r.merchant_reference END`;

/** The numbers of a transaction `x`; `n` is its row of rc_named where orders are compared. */
export function numbersAtTerminal({ trace, reference, orders }: Compared): Numbers {
  const named = orders
    ? `coalesce(n.reference, ${ownPart('x.provider_reference')}, '')`
    : `coalesce(${ownPart('x.provider_reference')}, '')`;
  return { trace: trace ? "coalesce(x.trace_no::text, '')" : "''", reference: reference ? named : "''" };
}

/** The numbers of a statement's row `r`. */
export function numbersAtAcquirer({ trace, reference }: Compared): Numbers {
  return { trace: trace ? 'r.trace_no' : "''", reference: reference ? NAMED_AT_ACQUIRER : "''" };
}

/** Joins rc_named to transactions `x` where it is needed. */
export function withOrders({ orders }: Compared): string {
  return orders ? 'LEFT JOIN rc_named n ON n.store_id = x.store_id AND n.payment_id = x.payment_id' : '';
}

/** Whether both numbers are compared, so that a row can be looked up twice. */
export function comparesBoth({ trace, reference }: Compared): boolean {
  return trace && reference;
}

/** What identifies a row first (libs/reconciliation, RowIdentity.of): the preferred number, the other one where that is empty; a word of the number's kind goes before it where there are two kinds. */
export function identity({ identity: preferred }: MatchingScope, compared: Compared, { trace, reference }: Numbers): string {
  if (!comparesBoth(compared)) return compared.trace ? trace : compared.reference ? reference : "''";
  const [first, second] = preferred === 'trace' ? [tagged(1, trace), tagged(2, reference)] : [tagged(2, reference), tagged(1, trace)];
  return `CASE ${first} ${second} ELSE '' END`;
}

/** What a row is looked up by when that found nothing (RowIdentity.second): the other number; '' where there is none. */
export function otherIdentity({ identity: preferred }: MatchingScope, compared: Compared, { trace, reference }: Numbers): string {
  return comparesBoth(compared) ? `CASE ${preferred === 'trace' ? tagged(2, reference) : tagged(1, trace)} ELSE '' END` : "''";
}

function tagged(kind: 1 | 2, number: string): string {
  return `WHEN ${number} <> '' THEN '${kind}' || ${number}`;
}
