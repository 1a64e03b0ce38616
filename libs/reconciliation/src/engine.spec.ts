import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayNumber, dayText } from './calendar-day.js';
import { KeyTable } from './key-table.js';
import { RowDigest } from './row-digest.js';
import { isUtf8, readUtf8, utf8Room, writeUtf8 } from './utf8.js';

describe('KeyTable (R3)', () => {
  const numberOf = (table: KeyTable, key: Uint8Array) => {
    table.begin();
    table.append(key, 0, key.length);
    return table.commit();
  };

  it('numbers keys by their bytes, whatever their hashes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 400 }), (keys) => {
        const table = new KeyTable();
        const known = new Map<string, number>();
        for (const key of keys) {
          const text = Buffer.from(key).toString('hex');
          if (!known.has(text)) known.set(text, known.size);
          expect(numberOf(table, key)).toBe(known.get(text));
        }
        expect(table.count).toBe(known.size);
      }),
    );
  });

  it('keeps apart what only differs in trailing zero bytes', () => {
    const table = new KeyTable();
    expect([[], [0], [0, 0], [0]].map((key) => numberOf(table, Uint8Array.from(key)))).toEqual([0, 1, 2, 1]);
  });

  it('grows, and finds everything again', () => {
    const table = new KeyTable();
    const word = new Uint8Array(4);
    const numbers = (n: number) => {
      new DataView(word.buffer).setUint32(0, n);
      return numberOf(table, word);
    };
    for (const round of [1, 2]) for (let n = 0; n < 50_000; n++) expect(numbers(n), `round ${round}`).toBe(n);
  });

  it('appends by words what it appends by bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat({ max: 40 }), (bytes, from) => {
        const start = Math.min(from, bytes.length);
        const padded = new Uint8Array([...bytes, 1, 2, 3, 4]);
        const table = new KeyTable();
        table.begin();
        table.appendSpan(new DataView(padded.buffer), start, bytes.length);
        table.appendByte(7);
        const bySpan = table.commit();
        table.begin();
        table.append(bytes, start, bytes.length);
        table.appendByte(7);
        expect(table.commit()).toBe(bySpan);
      }),
    );
  });

  it('forgets what was begun and not committed', () => {
    const table = new KeyTable();
    table.begin();
    table.appendText('abc');
    table.begin();
    table.appendText('d');
    expect([table.commit(), table.lengths[0]]).toEqual([0, 1]);
  });
});

describe('RowDigest (R5)', () => {
  const digestOf = (trace: string, amount: number, fee: number, currency = 1, tag = 1) => {
    const digest = new RowDigest({ first: 1, second: 2 });
    const bytes = new Uint8Array(Buffer.from(trace));
    digest.row(5, tag, bytes, 0, bytes.length, currency, amount, fee);
    return `${digest.first} ${digest.second}`;
  };

  it('changes with everything it is made of', () => {
    const base = digestOf('77', 1_250, -8);
    const others = [
      digestOf('78', 1_250, -8),
      digestOf('077', 1_250, -8),
      digestOf('77', 1_251, -8),
      digestOf('77', -1_250, -8),
      digestOf('77', 1_250 + 2 ** 32, -8),
      digestOf('77', 1_250, -9),
      digestOf('77', 1_250, Number.NaN),
      digestOf('77', 1_250, 0),
      digestOf('77', 1_250, -8 + 2 ** 33),
      digestOf('77', 1_250, -8, 2),
      digestOf('77', 1_250, -8, 1, 2),
    ];
    expect(new Set([base, ...others]).size).toBe(others.length + 1);
  });

  it('has no two alike among 200,000 rows', () => {
    const seen = new Set<string>();
    for (let n = 0; n < 200_000; n++) seen.add(digestOf(String(n % 1_000), n, -Math.round(n * 0.006)));
    expect(seen.size).toBe(200_000);
  });
});

describe('calendar days', () => {
  it('are those of the Gregorian calendar', () => {
    for (let day = -719_162; day < 2_932_896; day += 251) {
      const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
      expect([dayText(day), dayNumber(text)]).toEqual([text, day]);
    }
  });

  it.each(['2026-02-29', '1900-02-29', '2026-13-01', '2026-00-01', '2026-01-00', '2026-04-31', '0000-01-01', '26-01-01', '2026-1-1', ''])(
    '%j is none',
    (text) => {
      expect(dayNumber(text)).toBeNull();
    },
  );
});

describe('UTF-8', () => {
  it('is written and read as Node does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = new Uint8Array(utf8Room(text));
        const end = writeUtf8(text, bytes, 0);
        expect(Buffer.from(bytes.subarray(0, end)).equals(Buffer.from(text))).toBe(true);
        expect(readUtf8(bytes, 0, end)).toBe(text);
      }),
    );
  });

  it('is recognised as Node recognises it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc1, 0xc3, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xf5, 0xff), {
          maxLength: 8,
        }),
        (list) => {
          const bytes = Uint8Array.from(list);
          const decodes = Buffer.from(Buffer.from(bytes).toString('utf8')).equals(Buffer.from(bytes));
          expect(isUtf8(bytes, 0, bytes.length)).toBe(decodes);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('keeps lone surrogates apart', () => {
    const bytes = (text: string) => {
      const target = new Uint8Array(8);
      return target.slice(0, writeUtf8(text, target, 0)).join();
    };
    expect(bytes('\ud800')).not.toBe(bytes('\ud801'));
  });
});
