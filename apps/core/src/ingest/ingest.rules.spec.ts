import { describe, expect, it } from 'vitest';
import { type CheckedBatch, checkBatch } from './batch.check.js';
import { SimulatedGateway, sale } from './ingest.fixtures.js';
import { agreedThrough, type Cursor, decideBatch, judgeContradiction, laneOf, NOTHING_COMMITTED } from './ingest.rules.js';

const first = new SimulatedGateway('s', 'g').append(...sale(), ...sale(), ...sale());
const other = new SimulatedGateway('s', 'g').append(...sale(7), ...sale(8), ...sale(9));
const second = new SimulatedGateway('s', 'g', 2).append(...sale(), ...sale());
const third = new SimulatedGateway('s', 'g', 3).append(...sale());

function batch(of: SimulatedGateway, from: number, through: number): CheckedBatch {
  const check = checkBatch({ store: 's', gateway: 'g' }, of.arrival(from, through).payload);
  if (!check.ok) throw new Error(check.fault);
  return check.batch;
}

const at = (of: SimulatedGateway, seq: number): Cursor => ({ epoch: of.epoch, seq, hash: of.data(1, seq).lastHash });

describe('decideBatch', () => {
  it.each([
    [
      'the first batch of a new gateway',
      NOTHING_COMMITTED,
      batch(first, 1, 2),
      { kind: 'store', skip: 0, opensEpoch: true, cursor: at(first, 2) },
    ],
    ['the next batch (I1)', at(first, 2), batch(first, 3, 6), { kind: 'store', skip: 0, opensEpoch: false, cursor: at(first, 6) }],
    [
      'a batch whose beginning is committed (I2)',
      at(first, 2),
      batch(first, 1, 6),
      { kind: 'store', skip: 2, opensEpoch: false, cursor: at(first, 6) },
    ],
    [
      'a batch that is committed whole (I2)',
      at(first, 6),
      batch(first, 3, 4),
      { kind: 'duplicate', epoch: 1, seq: 4, hash: at(first, 4).hash },
    ],
    [
      'the last committed batch again (I2)',
      at(first, 4),
      batch(first, 3, 4),
      { kind: 'duplicate', epoch: 1, seq: 4, hash: at(first, 4).hash },
    ],
    ['a batch after a hole (I3)', at(first, 2), batch(first, 4, 6), { kind: 'gap', epoch: 1, fromSeq: 3, throughSeq: 3 }],
    [
      'a later batch of an unknown gateway (I3)',
      NOTHING_COMMITTED,
      batch(first, 3, 4),
      { kind: 'gap', epoch: 1, fromSeq: 1, throughSeq: 2 },
    ],
    [
      'the next epoch from its first entry (I4)',
      at(first, 4),
      batch(second, 1, 2),
      { kind: 'store', skip: 0, opensEpoch: true, cursor: at(second, 2) },
    ],
    ['the next epoch from its middle (I4)', at(first, 4), batch(second, 3, 4), { kind: 'gap', epoch: 2, fromSeq: 1, throughSeq: 2 }],
    [
      'an epoch after one that was lost before core heard of it (I4)',
      at(first, 4),
      batch(third, 1, 2),
      { kind: 'store', skip: 0, opensEpoch: true, cursor: at(third, 2) },
    ],
    ['an epoch too far (I4)', at(first, 4), { ...batch(third, 1, 2), epoch: 1_002 }, { kind: 'strangeEpoch', epoch: 1_002 }],
    [
      'a new epoch while two machines write as the gateway (I7)',
      { ...at(first, 4), cloned: true },
      batch(second, 1, 2),
      { kind: 'notNow', epoch: 2 },
    ],
    ['a batch of an earlier epoch', at(second, 2), batch(first, 3, 4), { kind: 'duplicate', epoch: 1, seq: 4, hash: at(first, 4).hash }],
    [
      'the next batch of another journal (I5)',
      at(first, 2),
      batch(other, 3, 4),
      { kind: 'fork', epoch: 1, seq: 2, knownHash: at(first, 2).hash, otherHash: at(other, 2).hash },
    ],
    [
      'an overlapping batch of another journal (I5)',
      at(first, 4),
      batch(other, 3, 6),
      { kind: 'fork', epoch: 1, seq: 4, knownHash: at(first, 4).hash, otherHash: at(other, 4).hash },
    ],
  ] as const)('%s', (_name, cursor, arrived, decision) => {
    expect(decideBatch(cursor, arrived)).toEqual(decision);
  });

  it('an epoch that does not start from its own genesis is a fork (I4)', () => {
    const borrowed = { ...batch(second, 1, 2), prevHash: at(first, 4).hash };
    expect(decideBatch(at(first, 4), borrowed)).toMatchObject({ kind: 'fork', epoch: 2, seq: 0 });
  });
});

describe('I6: what does not fit what core holds', () => {
  const known = (of: SimulatedGateway, through: number) => (seq: number) => (seq >= 1 && seq <= through ? at(of, seq).hash : undefined);

  it('is the same up to where the two journals part', () => {
    expect(agreedThrough(batch(first, 1, 6), known(first, 4))).toBe(4);
    expect(agreedThrough(batch(first, 5, 6), known(first, 4))).toBe(4);
    expect(agreedThrough(batch(other, 1, 4), known(first, 6))).toBe(0);
    expect(agreedThrough(batch(other, 3, 4), known(first, 6))).toBeNull();
  });

  it.each<[string, object, number | null, number, object, 'diverged' | 'cloned']>([
    ['an old copy that wrote on', {}, 2, 6, {}, 'diverged'],
    ['an epoch that was over goes on where it ended', {}, 4, 4, { epoch: 2 }, 'cloned'],
    ['the same from a machine that has begun a later epoch itself', { closed: true }, 4, 4, { epoch: 2 }, 'diverged'],
    ['an epoch core never heard of', {}, 0, 0, { epoch: 2 }, 'diverged'],
    ['an old copy of an earlier epoch', {}, 2, 4, { epoch: 2 }, 'diverged'],
    ['anything while two machines write', {}, 2, 6, { cloned: true }, 'cloned'],
  ])('%s', (_name, change, agreed, epochEnd, cursor, expected) => {
    const contradiction = { batch: { ...batch(first, 3, 6), ...change }, agreed, epochEnd };
    expect(judgeContradiction(contradiction, { ...at(first, 4), ...cursor })).toBe(expected);
  });
});

describe('laneOf', () => {
  it('is always the same lane for a gateway', () => {
    expect(laneOf('berlin', 'gw-berlin', 3)).toBe(laneOf('berlin', 'gw-berlin', 3));
  });

  it.each([2, 3, 4])('spreads gateways that are numbered alike over %i lanes', (lanes) => {
    for (const name of [(i: number) => `${i}`, (i: number) => `store-${i}`, (i: number) => `berlin-${String(i).padStart(4, '0')}`]) {
      const counts = new Array<number>(lanes).fill(0);
      for (let i = 1; i <= 200; i++) counts[laneOf(name(i), `gw-${name(i)}`, lanes)]! += 1;
      for (const count of counts) expect(count).toBeGreaterThan((200 / lanes) * 0.6);
    }
  });
});
