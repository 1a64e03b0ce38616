import { describe, expect, it } from 'vitest';
import { isSameWish, type ProposedTerms, proposalDigest } from './proposal.rules.js';

const proposal: ProposedTerms = {
  id: '00000000-0000-4000-8000-000000000001',
  acquirerId: 'acq',
  replaces: 1,
  terms: { fees: null, funding: { account: 'A', country: 'DE', delayBankDays: 1, reservePpm: 0, toleranceMinor: 0 } },
  reason: 'The new contract.',
  requestedBy: 'hq',
  requestedAt: new Date('2026-11-21T19:00:00.000Z'),
};
const funding = proposal.terms.funding!;
const changes: [string, Partial<ProposedTerms>][] = [
  ['its terms', { terms: { fees: null, funding: { ...funding, delayBankDays: 60 } } }],
  ['the version it replaces', { replaces: 2 }],
  ['its acquirer', { acquirerId: 'bcq' }],
  ['its reason', { reason: 'Another one.' }],
  ['who asked', { requestedBy: 'hq-2' }],
];

describe('P9: the digest of a proposal', () => {
  it.each([...changes, ['when', { requestedAt: new Date(0) }] as const])('is another one with %s', (_, change) => {
    expect(proposalDigest({ ...proposal, ...change })).not.toBe(proposalDigest(proposal));
  });

  it('is the same in whatever order its terms are stored', () => {
    const stored = Object.fromEntries(Object.entries(funding).toReversed()) as unknown as typeof funding;
    expect(proposalDigest({ ...proposal, terms: { fees: null, funding: stored } })).toBe(proposalDigest(proposal));
  });
});

describe('P9: the same proposal once more', () => {
  it.each(changes)('differs by %s', (_, change) => expect(isSameWish(proposal, { ...proposal, ...change })).toBe(false));

  it('is the same at another time', () =>
    expect(isSameWish(proposal, { ...proposal, id: 'x', requestedAt: new Date(0) } as ProposedTerms)).toBe(true));
});
