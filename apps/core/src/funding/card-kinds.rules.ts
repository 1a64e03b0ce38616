import type { CardFunding } from '@tillward/statements';
import { cardFunding, cardScheme } from '../settlement/index.js';

/**
 * Everything a statement's row says its card is, as lines of a fee schedule may name it, the most particular first: scheme and funding, scheme as the file writes it, the scheme it is known as, funding.
 * Empty when the file says nothing of the card.
 */
export function cardKinds(scheme: string | null, funding: CardFunding | null): string[] {
  const written = scheme?.trim() ?? '';
  const known = knownScheme(written);
  const paidBy = fundingOf(written, funding);
  const schemes = [written, ...(known === undefined ? [] : [known])].filter((name) => name !== '');
  const kinds = paidBy === undefined ? schemes : [...schemes.map((name) => `${name} ${paidBy}`), ...schemes, paidBy];
  return [...new Set(kinds)];
}

/** One name for a row's card kind, of few there are: `visa debit`, `girocard`, `debit`; `other` for a scheme nobody knows here, empty when the file says nothing of the card. */
export function cardKindName(scheme: string | null, funding: CardFunding | null): string {
  const written = scheme?.trim() ?? '';
  const known = knownScheme(written);
  const paidBy = fundingOf(written, funding);
  if (known === undefined) return paidBy ?? (written === '' ? '' : 'other');
  // A scheme that has one kind of funding only needs no second word.
  return paidBy === undefined || cardFunding(known) === paidBy ? known : `${known} ${paidBy}`;
}

function knownScheme(written: string): string | undefined {
  const scheme = cardScheme(written);
  return scheme === 'other' || scheme === 'unnamed' ? undefined : scheme;
}

function fundingOf(written: string, funding: CardFunding | null): string | undefined {
  if (funding !== null) return funding;
  const told = cardFunding(written);
  return told === 'unknown' ? undefined : told;
}
