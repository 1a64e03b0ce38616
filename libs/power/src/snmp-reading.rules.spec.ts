import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { integersOf, pduReading, poeReading } from './snmp-reading.rules.js';

const OID = '1.3.6.1.2.1.105.1.1.1.3.1.5';

describe('integersOf', () => {
  it.each([
    ['an integer', [{ oid: OID, type: 2, value: 1 }], { ok: true, value: [1] }],
    ['no such instance', [{ oid: OID, type: 129, value: null }], { ok: false, reason: 'refused' }],
    ['no such object', [{ oid: OID, type: 128, value: null }], { ok: false, reason: 'refused' }],
    ['a text', [{ oid: OID, type: 4, value: Buffer.from('1') }], { ok: false, reason: 'notUnderstood' }],
    ['a gauge', [{ oid: OID, type: 66, value: 1 }], { ok: false, reason: 'notUnderstood' }],
    ['an integer that is none', [{ oid: OID, type: 2, value: Number.NaN }], { ok: false, reason: 'notUnderstood' }],
    ['another object', [{ oid: `${OID}.1`, type: 2, value: 1 }], { ok: false, reason: 'notUnderstood' }],
    ['nothing', [], { ok: false, reason: 'notUnderstood' }],
    ['too much', [1, 2].map((value) => ({ oid: OID, type: 2, value })), { ok: false, reason: 'notUnderstood' }],
  ])('%s', (_name, answer, expected) => {
    expect(integersOf([OID], answer)).toMatchObject(expected);
  });

  it('lets nothing through but integers of the objects asked for', () => {
    const variable = fc.record({
      oid: fc.oneof(fc.constant(OID), fc.string()),
      type: fc.oneof(fc.constant(2), fc.integer({ min: 0, max: 255 }), fc.constant(undefined)),
      value: fc.anything(),
    });
    fc.assert(
      fc.property(fc.array(variable, { maxLength: 3 }), (answer) => {
        const read = integersOf([OID], answer);
        if (read.ok) expect(answer).toEqual([{ oid: OID, type: 2, value: read.value[0] }]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what an outlet is', () => {
  it.each([
    [1, 'on'],
    [2, 'off'],
  ] as const)('PDU %i is %s', (state, expected) => {
    expect(pduReading(state)).toMatchObject({ ok: true, value: { state: expected } });
  });

  it.each([
    ['enabled, delivering', 1, 3, 'on'],
    ['disabled', 2, 1, 'off'],
    ['disabled, searching: it feeds nothing', 2, 2, 'off'],
    ['disabled, yet delivering', 2, 3, 'unknown'],
    ['enabled, searching', 1, 2, 'unknown'],
    ['enabled, fault', 1, 4, 'unknown'],
    ['enabled, still disabled', 1, 1, 'unknown'],
  ] as const)('PoE %s', (_name, admin, detection, expected) => {
    expect(poeReading(admin, detection)).toMatchObject({ ok: true, value: { state: expected } });
  });

  it('understands no other number', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        expect(pduReading(a).ok).toBe(a === 1 || a === 2);
        expect(poeReading(a, b).ok).toBe((a === 1 || a === 2) && b >= 1 && b <= 6);
      }),
    );
  });
});
