const FUNDINGS = ['debit', 'credit', 'prepaid'] as const;

/** A kind of card as the statement or a fee schedule says it (visa debit, girocard, Debit), taken apart; both null where it says nothing. */
export function cardKindParts(cardKind: string): { scheme: string | null; funding: (typeof FUNDINGS)[number] | null } {
  const words = cardKind.split(' ').filter((word) => word !== '');
  const funding = FUNDINGS.find((each) => each === words.at(-1)?.toLowerCase()) ?? null;
  const scheme = (funding === null ? words : words.slice(0, -1)).join(' ');
  return { scheme: scheme === '' ? null : scheme, funding };
}
