import type { MoneyFieldsFragment } from '../graphql/generated/money/graphql.js';

/** What the server noted beside an event of a difference, as far as it is known how it writes it; `said` is what a person wrote. */
export type EventDetail =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'asked'; readonly remedy: 'forceMatch' | 'correctingEntry'; readonly reason: string }
  | { readonly kind: 'agreed'; readonly remedy: 'forceMatch' | 'correctingEntry'; readonly askedBy: string; readonly agreedBy: string }
  | { readonly kind: 'entered'; readonly amount: MoneyFieldsFragment; readonly left: MoneyFieldsFragment }
  | { readonly kind: 'rowsAgree' }
  | { readonly kind: 'rowGone' };

/** Their details are types of differences and codes of roles: what they say stands elsewhere. */
const WITHOUT_DETAIL: ReadonlySet<string> = new Set(['found', 'foundAgain', 'changed', 'assigned']);
/** Events whose detail the program writes, not a person. */
const AGREED = /^(forceMatch|correctingEntry) asked for by (.+), approved by (.+)$/;
const ASKED = /^(forceMatch|correctingEntry): (.*)$/s;
const ENTERED = /^(-?\d{1,16}) minor units of ([A-Z]{3}); (-?\d{1,16}) are left$/;

/** Reads an event's detail, so that it can be told in any language; what is not known is shown as it stands. */
export function eventDetail({ what, detail }: { readonly what: string; readonly detail: string }): EventDetail {
  if (detail === '' || WITHOUT_DETAIL.has(what)) return { kind: 'nothing' };
  const [, agreedTo, askedBy, agreedBy] = AGREED.exec(detail) ?? [];
  if (what === 'resolved' && agreedTo !== undefined && askedBy !== undefined && agreedBy !== undefined)
    return { kind: 'agreed', remedy: agreedTo as 'forceMatch', askedBy, agreedBy };
  const [, remedy, reason] = ASKED.exec(detail) ?? [];
  if (what === 'remedyRequested' && remedy !== undefined && reason !== undefined)
    return { kind: 'asked', remedy: remedy as 'forceMatch', reason };
  const [, amountMinor, currency, left] = ENTERED.exec(detail) ?? [];
  if (what === 'corrected' && currency !== undefined)
    return { kind: 'entered', amount: { amountMinor: Number(amountMinor), currency }, left: { amountMinor: Number(left), currency } };
  if (what === 'resolved' && detail.startsWith('the rows agree now')) return { kind: 'rowsAgree' };
  if (what === 'resolved' && detail.startsWith('the row is gone')) return { kind: 'rowGone' };
  return { kind: 'said', text: detail };
}
