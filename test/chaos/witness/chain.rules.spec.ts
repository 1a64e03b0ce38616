import { chainHashes, genesisHash } from '@tillward/journal';
import { expect, test } from 'vitest';
import { faultsOfChain, type StoredEntry } from './chain.rules.js';

/** A chain as the product makes it: the examiner's own code must come to the same hashes. */
function chain(count: number): StoredEntry[] {
  const columns = {
    epoch: 2,
    fromSeq: 1,
    at: Array.from({ length: count }, (_, i) => 1_700_000_000_000 + i),
    kind: Array.from({ length: count }, () => 'AgentStopped'),
    terminal: Array.from({ length: count }, (_, i) => (i % 2 === 0 ? null : 'käßchen-1')),
    payload: Array.from({ length: count }, (_, i) => `{"reason":"钱 ${i}"}`),
  };
  return chainHashes(genesisHash('berlin', 'gw', 2), columns).map((hash, i) => ({
    seq: i + 1,
    atMs: String(columns.at[i]),
    kind: columns.kind[i]!,
    terminal: columns.terminal[i]!,
    payload: columns.payload[i]!,
    hash,
  }));
}

const faults = (entries: StoredEntry[]) => faultsOfChain('berlin', 'gw', 2, entries);

test('a chain of the product is whole', () => {
  expect(faults(chain(5))).toEqual({ gaps: [], breaks: [] });
});

test('a missing, a doubled, an altered and a foreign entry are found', () => {
  const whole = chain(5);
  expect(faults(whole.toSpliced(2, 1))).toMatchObject({
    gaps: [expect.stringContaining('4 stands where 3 should')],
    breaks: [expect.any(String)],
  });
  expect(faults([...whole.slice(0, 2), whole[1]!, ...whole.slice(2)]).gaps).toHaveLength(1);
  expect(faults(whole.with(3, { ...whole[3]!, payload: '{"reason":"x"}' })).breaks).toEqual([expect.stringContaining('of 4')]);
  expect(faultsOfChain('berlin', 'other', 2, whole).breaks).toHaveLength(1);
});
