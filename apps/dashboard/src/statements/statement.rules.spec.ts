import { describe, expect, it } from 'vitest';
import {
  checkCounts,
  checkFigures,
  decisionsAbout,
  isPerhapsAnothers,
  isWrongContent,
  likelyKind,
  namesakes,
  netOf,
  placeKey,
  placeOf,
  readPercent,
  sizeOf,
  unknownNumbers,
} from './statement.rules.js';

describe('a file’s net', () => {
  it('is summed per currency, without payouts and carried balances', () => {
    const total = (type: string, currency: string, netMinor: number) => ({ type, currency, netMinor });
    expect(
      netOf([
        total('sale', 'EUR', 1_000),
        total('fee', 'EUR', -10),
        total('payout', 'EUR', -990),
        total('sale', 'CNY', 5),
        total('balance', 'CNY', 7),
      ]),
    ).toEqual([
      { currency: 'CNY', amountMinor: 5 },
      { currency: 'EUR', amountMinor: 990 },
    ]);
  });
});

describe('checks', () => {
  it('are counted', () => {
    expect(checkCounts([{ passed: true }, { passed: false }, { passed: true }])).toEqual({ passed: 2, failed: 1 });
  });

  it('give their figures, with a currency as amounts', () => {
    expect(checkFigures('-1314764 expected, 5 found CNY, line 14')).toEqual({ expected: -1_314_764, actual: 5, currency: 'CNY', line: 14 });
    expect(checkFigures('8 expected, 8 found, line 3')).toEqual({ expected: 8, actual: 8, currency: null, line: 3 });
  });

  it('that say something else have none', () => {
    for (const detail of ['', '8 expected', '8.5 expected, 8 found, line 3', '8 expected, 8 found, line 3 and more']) {
      expect(checkFigures(detail)).toBeUndefined();
    }
  });
});

describe('a file that is chosen', () => {
  it.each([
    ['camt.053-2026-11-21.xml', 'bank'],
    ['MT940.txt', 'bank'],
    ['umsatz.STA', 'bank'],
    ['prior-day.bai', 'bank'],
    ['settlement_detail_report_batch_1.csv', 'acquirer'],
    ['20261121.zip', 'acquirer'],
  ] as const)('%s is most likely of a %s', (name, kind) => {
    expect(likelyKind(name)).toBe(kind);
  });

  it('has a size people can read', () => {
    expect([0, 999, 1_000, 1_234_567, 2_000_000_000].map(sizeOf)).toEqual([
      { value: 0, unit: 'byte' },
      { value: 999, unit: 'byte' },
      { value: 1, unit: 'kilobyte' },
      { value: 1.2, unit: 'megabyte' },
      { value: 2, unit: 'gigabyte' },
    ]);
  });

  it('is read from 0 to 100 %, and is not said to be done early', () => {
    expect([
      readPercent({ bytes: 0, bytesRead: 0 }),
      readPercent({ bytes: 1_000, bytesRead: 999 }),
      readPercent({ bytes: 10, bytesRead: 12 }),
    ]).toEqual([0, 99, 100]);
  });
});

describe('unknown numbers', () => {
  it('are each listed once, most rows first, and only where there is a number', () => {
    const row = (merchantNo: string, terminalNo: string) => ({ merchantNo, terminalNo });
    expect(unknownNumbers([row('M1', 'T9'), row('', ''), row('M1', 'T8'), row('M1', 'T8'), row('M1', '')])).toEqual([
      { merchantNo: 'M1', terminalNo: 'T8', rows: 2 },
      { merchantNo: 'M1', terminalNo: '', rows: 1 },
      { merchantNo: 'M1', terminalNo: 'T9', rows: 1 },
    ]);
  });

  it('go to a terminal or to a whole store', () => {
    expect(placeOf(placeKey('berlin', 'b-1'))).toEqual({ storeId: 'berlin', terminalId: 'b-1' });
    expect(placeOf(placeKey('berlin', null))).toEqual({ storeId: 'berlin', terminalId: null });
  });
});

describe('a wish to withdraw a file', () => {
  it('is decided by somebody else, and taken back by whoever asked', () => {
    const asked = { state: 'requested', mine: false, mayDecide: true } as const;
    expect(decisionsAbout(asked)).toEqual(['approve', 'refuse']);
    expect(decisionsAbout({ ...asked, mine: true, mayDecide: false })).toEqual(['withdraw']);
    expect(decisionsAbout({ ...asked, mayDecide: false })).toEqual([]);
    expect(decisionsAbout({ ...asked, state: 'approved' })).toEqual([]);
  });
});

describe('a refused file', () => {
  const refused = (refusalCode: string | null) => ({ kind: 'acquirer' as const, acquirerId: 'a', refusalCode });

  it('is its sender’s to correct only where the content is wrong', () => {
    expect(isWrongContent(refused('columns'))).toBe(true);
    for (const code of ['alreadyImported', 'supersedesOther', 'futureDay', 'failed', null])
      expect(isWrongContent(refused(code))).toBe(false);
  });

  it('may be another acquirer’s where the one it was given to sends one format only', () => {
    expect(isPerhapsAnothers(refused('header'), [{ id: 'a', format: 'csv' }])).toBe(true);
    expect(isPerhapsAnothers(refused('header'), [{ id: 'a', format: null }])).toBe(false);
    expect(isPerhapsAnothers(refused('trailer-mismatch'), [{ id: 'a', format: 'csv' }])).toBe(false);
    expect(isPerhapsAnothers(refused('header'), [{ id: 'b', format: 'csv' }])).toBe(false);
    expect(isPerhapsAnothers(refused('alreadyImported'), [{ id: 'a', format: 'csv' }])).toBe(false);
    expect(isPerhapsAnothers({ ...refused('camt'), kind: 'bank', acquirerId: null }, [{ id: 'a', format: 'csv' }])).toBe(false);
  });
});

describe('names of checks', () => {
  it('that are alike are known', () => {
    expect([...namesakes([{ name: 'net' }, { name: 'fee' }, { name: 'net' }])]).toEqual(['net']);
  });
});
