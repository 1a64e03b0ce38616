import { describe, expect, it } from 'vitest';
import { AUDIT_GENESIS, auditHash, type ChainedRecord, canonicalJson, followChain } from './audit.rules.js';

function chain(count: number): ChainedRecord[] {
  const records: ChainedRecord[] = [];
  let prevHash = AUDIT_GENESIS;
  for (let index = 0; index < count; index++) {
    const record = {
      index,
      id: `id-${index}`,
      at: '2026-11-21T20:00:00.000Z',
      actor: 'Lin Wei',
      actorId: 'hq',
      actorRole: 'hq',
      action: 'policy.updated',
      storeId: null,
      subject: 'policy:chain',
      summary: 'closing time',
      detail: '{}',
    };
    const hash = auditHash(prevHash, record);
    records.push({ ...record, prevHash, hash });
    prevHash = hash;
  }
  return records;
}

describe('A2 the audit chain', () => {
  it('follows an unaltered log to its head', () => {
    const log = chain(5);
    expect(followChain(AUDIT_GENESIS, 0, log)).toEqual({ ok: true, hash: log[4]!.hash });
  });

  it.each<[string, (log: ChainedRecord[]) => void, number]>([
    ['an altered summary', (log) => Object.assign(log[2]!, { summary: 'nothing happened' }), 2],
    ['an altered actor', (log) => Object.assign(log[0]!, { actorId: 'auditor' }), 0],
    ['a store put where none was', (log) => Object.assign(log[3]!, { storeId: '' }), 3],
    ['a removed entry', (log) => void log.splice(1, 1), 1],
    ['two entries swapped', (log) => void log.splice(1, 2, log[2]!, log[1]!), 1],
    [
      'an entry rewritten with its own hash made to fit',
      (log) => {
        Object.assign(log[1]!, { summary: 'x' });
        log[1]!.hash = auditHash(log[1]!.prevHash, log[1]!);
      },
      2,
    ],
  ])('finds %s', (_name, tamper, brokenIndex) => {
    const log = chain(5);
    tamper(log);
    expect(followChain(AUDIT_GENESIS, 0, log)).toEqual({ ok: false, brokenIndex });
  });

  it('does not confuse text moved from one field to the next', () => {
    const [record] = chain(1);
    const moved = { ...record!, actor: 'Lin', actorId: ' Weihq' };
    expect(auditHash(AUDIT_GENESIS, moved)).not.toBe(record!.hash);
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves out what is undefined', () => {
    expect(canonicalJson({ b: [1, { d: null, c: '终端' }], a: undefined, A: true })).toBe('{"A":true,"b":[1,{"c":"终端","d":null}]}');
  });

  it.each([[Number.NaN], [() => 1], [10n]])('refuses %s', (value) => {
    expect(() => canonicalJson({ value })).toThrow(TypeError);
  });
});
