import type { MoneyFieldsFragment } from '../graphql/generated/money/graphql.js';

/** What the server noted beside an event of a difference, as far as it is known how it writes it; `said` is what a person wrote. */
export type EventDetail =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'asked'; readonly remedy: 'forceMatch' | 'correctingEntry'; readonly reason: string }
  | { readonly kind: 'agreed'; readonly remedy: 'forceMatch' | 'correctingEntry'; readonly askedBy: string; readonly agreedBy: string }
  | { readonly kind: 'entered'; readonly amount: MoneyFieldsFragment; readonly left: MoneyFieldsFragment }
  | { readonly kind: 'rowsAgree' }
  | { readonly kind: 'rowGone' }
  | { readonly kind: 'feeAgreed' }
  | { readonly kind: 'needless'; readonly amount: MoneyFieldsFragment }
  /** A file that counts no more: another one corrects it, or it was withdrawn. `row` is what became of the row a pair was made with. */
  | { readonly kind: 'corrected' | 'withdrawn'; readonly file: string; readonly by: string; readonly row: 'none' | 'same' | 'gone' };

/** Their details are types of differences and codes of roles: what they say stands elsewhere. */
const WITHOUT_DETAIL: ReadonlySet<string> = new Set(['found', 'foundAgain', 'changed', 'assigned']);
/** Events whose detail the program writes, not a person. */
const AGREED = /^(forceMatch|correctingEntry) asked for by (.+), approved by (.+)$/;
const ASKED = /^(forceMatch|correctingEntry): (.*)$/s;
const ENTERED = /^(-?\d{1,16}) minor units of ([A-Z]{3}); (-?\d{1,16}) are left$/;
const NEEDLESS = /^nothing differs any more, and correcting entries of (-?\d{1,16}) minor units of ([A-Z]{3}) are no longer needed$/;
const SAME_ROW = /^the same row of (.+); (.+)$/;
const GONE_ROW = /^(.+); nothing has the row it was matched with$/;
const REPLACED = /^(.+) (?:corrects|took the place of) (.+)$/;
const WITHDRAWN = /^(.+) was withdrawn$/;

/** What became of a file, as the server says it in a sentence. */
function fileEnded(sentence: string | undefined, row: 'none' | 'same' | 'gone'): EventDetail | undefined {
  const [, by, file] = REPLACED.exec(sentence ?? '') ?? [];
  if (by !== undefined && file !== undefined) return { kind: 'corrected', file, by, row };
  const [, withdrawn] = WITHDRAWN.exec(sentence ?? '') ?? [];
  return withdrawn === undefined ? undefined : { kind: 'withdrawn', file: withdrawn, by: '', row };
}

/** What the program did without anybody deciding. */
function programDetail(what: string, detail: string): EventDetail | undefined {
  switch (what) {
    case 'resolved':
      if (detail === 'the fee is what was agreed') return { kind: 'feeAgreed' };
      return fileEnded(detail, 'none');
    case 'carriedOver':
      return fileEnded(SAME_ROW.exec(detail)?.[2], 'same');
    case 'reopened': {
      const [, amountMinor, currency] = NEEDLESS.exec(detail) ?? [];
      if (currency !== undefined) return { kind: 'needless', amount: { amountMinor: Number(amountMinor), currency } };
      return fileEnded(GONE_ROW.exec(detail)?.[1], 'gone');
    }
    default:
      return undefined;
  }
}

/** Reads an event's detail, so that it can be told in any language; what is not known is shown as it stands. */
export function eventDetail({
  what,
  detail,
  actorName,
}: {
  readonly what: string;
  readonly detail: string;
  /** Null for what no person wrote. */
  readonly actorName: string | null;
}): EventDetail {
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
  return (actorName === null ? programDetail(what, detail) : undefined) ?? { kind: 'said', text: detail };
}
