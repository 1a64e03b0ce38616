import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainHashes, entryHash, genesisHash, type JournalColumns, type JournalEntry } from './entry.js';
import { ENTRIES } from './journal.fixtures.js';

const GENESIS = genesisHash('berlin', 'gw-berlin', 1);

function columnsOf(entries: readonly JournalEntry[]): JournalColumns {
  return {
    epoch: entries[0]?.epoch ?? 1,
    fromSeq: entries[0]?.seq ?? 1,
    at: entries.map((entry) => entry.at),
    kind: entries.map((entry) => entry.kind),
    terminal: entries.map((entry) => entry.terminal),
    payload: entries.map((entry) => entry.payload),
  };
}

/** The format of DESIGN.md written down a second time, byte by byte: an independent witness of the preimage. */
function independentHash(prevHash: string, entry: JournalEntry): string {
  const sha = createHash('sha256');
  const field = (text: string) => {
    const bytes = Buffer.from(text, 'utf8');
    sha.update(`${bytes.length}:`, 'latin1');
    sha.update(bytes);
  };
  field(prevHash);
  field(String(entry.epoch));
  field(String(entry.seq));
  field(String(entry.at));
  field(entry.kind);
  if (entry.terminal === null) sha.update('-', 'latin1');
  else field(entry.terminal);
  field(entry.payload);
  return sha.digest('hex');
}

describe('pinned vectors: a change here breaks every journal ever written', () => {
  it('genesis', () => {
    expect(GENESIS).toBe('bff44243fe067d6e2922d1659e13f9ea367df5f341d6a7928296f1b3280225d0');
  });

  it('entries', () => {
    expect(chainHashes(GENESIS, columnsOf(ENTRIES))).toEqual([
      'da9efe49c4f6c6aa5ecd899da20b4bb9ca18fd0da104b598e52b32abb579e1f7',
      '6bd91861f87376c744832ed5877803cc0b4cbbcd761e313d1bf6b8e7199c2982',
      'b0b1a7fd4fb2b8e246ea808d44be628396f9178b5a977992339ad81aeaf16aee',
    ]);
  });
});

describe('genesisHash', () => {
  it('binds a chain to store, gateway and epoch', () => {
    const others = [genesisHash('paris', 'gw-berlin', 1), genesisHash('berlin', 'gw-paris', 1), genesisHash('berlin', 'gw-berlin', 2)];
    expect(new Set([GENESIS, ...others]).size).toBe(4);
  });

  it('gives another gateway’s entries other hashes', () => {
    const foreign = chainHashes(genesisHash('berlin', 'gw-other', 1), columnsOf(ENTRIES));
    const own = chainHashes(GENESIS, columnsOf(ENTRIES));
    expect(own.filter((hash, i) => hash === foreign[i])).toEqual([]);
  });
});

describe('entryHash', () => {
  const entry = ENTRIES[1] as JournalEntry;
  const hash = entryHash(GENESIS, entry);

  it.each([
    ['epoch', { epoch: 2 }],
    ['seq', { seq: 3 }],
    ['at', { at: entry.at + 1 }],
    ['kind', { kind: 'OperatorSignedOff' }],
    ['terminal', { terminal: 'berlin-2' }],
    ['terminal removed', { terminal: null }],
    ['terminal emptied', { terminal: '' }],
    ['payload', { payload: entry.payload.replace('é', 'e') }],
    ['whitespace in the payload', { payload: entry.payload.replace(':', ': ') }],
    ['Unicode normalisation of the payload', { payload: entry.payload.normalize('NFD') }],
  ] as [string, Partial<JournalEntry>][])('changes with %s', (_, change) => {
    expect(entryHash(GENESIS, { ...entry, ...change })).not.toBe(hash);
  });

  it('changes with the previous hash', () => {
    expect(entryHash(hash, entry)).not.toBe(hash);
  });

  it('does not let bytes wander between fields', () => {
    const base = { epoch: 1, seq: 1, at: 1, kind: 'AB', terminal: null, payload: '{}' };
    expect(entryHash(GENESIS, base)).not.toBe(entryHash(GENESIS, { ...base, kind: 'A', payload: 'B{}' }));
    expect(entryHash(GENESIS, { ...base, epoch: 11, seq: 1 })).not.toBe(entryHash(GENESIS, { ...base, epoch: 1, seq: 11 }));
    // A terminal whose name looks like the mark of an absent one.
    expect(entryHash(GENESIS, { ...base, terminal: '-' })).not.toBe(entryHash(GENESIS, base));
  });

  it('is the length-prefixed SHA-256 of DESIGN.md for every entry', () => {
    fc.assert(
      fc.property(arbitraryEntry, (arbitrary) => {
        expect(entryHash(GENESIS, arbitrary)).toBe(independentHash(GENESIS, arbitrary));
      }),
    );
  });

  it('differs for entries that differ', () => {
    fc.assert(
      fc.property(arbitraryEntry, arbitraryEntry, (left, right) => {
        const same = (Object.keys(left) as (keyof JournalEntry)[]).every((key) => left[key] === right[key]);
        expect(entryHash(GENESIS, left) === entryHash(GENESIS, right)).toBe(same);
      }),
    );
  });
});

describe('chainHashes', () => {
  it('is the same chain whether hashed one by one, at once or in two batches', () => {
    const entries = fc.array(fc.record({ kind: fc.string({ minLength: 1 }), terminal: fc.option(fc.string()), payload: fc.json() }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(entries, fc.nat(30), (fields, cut) => {
        const chain = fields.map((field, i) => ({ ...field, epoch: 3, seq: i + 1, at: i * 10 }));
        const single: string[] = [];
        for (const entry of chain) single.push(entryHash(single.at(-1) ?? GENESIS, entry));
        expect(chainHashes(GENESIS, columnsOf(chain))).toEqual(single);
        const split = Math.min(cut, chain.length - 1);
        const head = split === 0 ? [] : chainHashes(GENESIS, columnsOf(chain.slice(0, split)));
        expect([...head, ...chainHashes(head.at(-1) ?? GENESIS, columnsOf(chain.slice(split)))]).toEqual(single);
      }),
    );
  });

  it('changes from the tampered entry on, and nowhere before', () => {
    const honest = chainHashes(GENESIS, columnsOf(ENTRIES));
    ENTRIES.forEach((entry, i) => {
      const tampered = chainHashes(GENESIS, columnsOf(ENTRIES.with(i, { ...entry, payload: `${entry.payload} ` })));
      expect(tampered.map((hash, j) => hash === honest[j])).toEqual(ENTRIES.map((_, j) => j < i));
    });
  });

  it.each([
    ['a missing entry', ENTRIES.toSpliced(1, 1)],
    ['two entries in the other order', [ENTRIES[0], ENTRIES[2], ENTRIES[1]]],
    ['an entry sent twice', [ENTRIES[0], ENTRIES[1], ENTRIES[1], ENTRIES[2]]],
  ])('ends elsewhere with %s', (_, entries) => {
    expect(chainHashes(GENESIS, columnsOf(entries as JournalEntry[])).at(-1)).not.toBe(chainHashes(GENESIS, columnsOf(ENTRIES)).at(-1));
  });
});

const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const arbitraryEntry: fc.Arbitrary<JournalEntry> = fc.record({
  epoch: positive,
  seq: positive,
  at: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  kind: fc.string({ minLength: 1, maxLength: 64 }),
  terminal: fc.option(fc.string({ maxLength: 48 })),
  payload: fc.string({ unit: 'grapheme' }),
});
