import { describe, expect, it } from 'vitest';
import { HEADER, LINE, readFile } from './csv.fixtures.js';
import { comparedColumns, readCsvHeader } from './csv-header.js';
import { MAX_LINE_BYTES } from './csv-line.js';
import { CsvRefusal, type CsvRefusalCode } from './csv-refusal.js';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const file = (...lines: string[]) => bytes(`${[HEADER, ...lines].join('\n')}\n`);
const changed = (column: string, value: string) =>
  LINE.split(',')
    .map((field, n) => (HEADER.split(',')[n] === column ? value : field))
    .join(',');

function refusal(read: () => unknown): CsvRefusal {
  try {
    read();
  } catch (error) {
    if (error instanceof CsvRefusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a CSV file', () => {
  const [first] = readFile(file(LINE)).rows;

  it('is read by column', () => {
    expect(first).toEqual({
      line: 2,
      key: 'UP|898000000000001|60000001|12|2026-03-02',
      type: 'sale',
      trace: '77',
      reference: '260000000077',
      amountMinor: 1_250,
      currency: 'EUR',
      feeMinor: -8,
    });
  });

  it.each<[string, Uint8Array]>([
    ['a byte order mark', bytes(`\ufeff${HEADER}\n${LINE}\n`)],
    ['CRLF', bytes(`${HEADER}\r\n${LINE}\r\n`)],
    ['no end of the last line', bytes(`${HEADER}\n${LINE}`)],
    ['CRLF and no end of the last line', bytes(`${HEADER}\r\n${LINE}`)],
    [
      'quotes around every field',
      bytes(
        `${HEADER}\n${LINE.split(',')
          .map((field) => `"${field}"`)
          .join(',')}\n`,
      ),
    ],
    ['quotes around the last field, CRLF', bytes(`${HEADER}\r\n${LINE.replace('debit', '"debit"')}\r\n`)],
    ['an upper-case header with quotes and spaces', bytes(`${HEADER.toUpperCase().replace('TRACE', ' "Trace" ')}\n${LINE}\n`)],
    ['columns in another order', bytes(`${HEADER.split(',').toReversed().join(',')}\n${LINE.split(',').toReversed().join(',')}\n`)],
    ['columns nobody knows', bytes(`store,${HEADER},note\nB 1,${LINE},"a, b"\n`)],
    ['rrn for reference', bytes(`${HEADER.replace('reference', 'rrn')}\n${LINE}\n`)],
  ])('reads the same with %s', (_, content) => {
    expect(readFile(content).rows).toEqual([first]);
  });

  it('unescapes quotes, keeps commas and other scripts', () => {
    const { rows } = readFile(file(changed('terminal', '"a,""b"""'), changed('merchant', '北京一店 Ö')));
    expect(rows.map(({ key }) => key)).toEqual(['UP|898000000000001|a,"b"|12|2026-03-02', 'UP|北京一店 Ö|60000001|12|2026-03-02']);
  });

  it('takes batches apart whose fields only look alike when put together', () => {
    const { reader } = readFile(
      file(changed('merchant', '1"2').replace('1"2', '"1""2"'), changed('merchant', '"1"'), changed('merchant', '1')),
    );
    expect(reader.batches.keys.count).toBe(2);
  });

  it('has no rows when there is only a header', () => {
    expect(readFile(bytes(`${HEADER}\n`)).rows).toEqual([]);
    expect(readFile(bytes(HEADER)).rows).toEqual([]);
  });

  it('leaves an unknown fee unknown, and no minus zero', () => {
    const { rows } = readFile(file(changed('fee_minor', ''), changed('amount_minor', '-0')));
    expect(rows[0]?.feeMinor).toBeNull();
    expect(Object.is(rows[1]?.amountMinor, 0)).toBe(true);
  });

  it('sets aside what no terminal books', () => {
    const { reader, rows } = readFile(file(LINE, changed('type', 'payout'), LINE));
    expect([reader.rows, reader.setAside, rows.map(({ line }) => line)]).toEqual([2, 1, [2, 4]]);
  });

  it.each<[CsvRefusalCode, string, Uint8Array]>([
    ['empty', 'nothing', bytes('')],
    ['encoding', 'UTF-16', Uint8Array.from([0xff, 0xfe, 0x61, 0])],
    ['header', 'semicolons', bytes(`${HEADER.replaceAll(',', ';')}\n`)],
    ['header', 'only a byte order mark', bytes('\ufeff')],
    ['columnMissing', 'no amount', bytes(`${HEADER.replace('amount_minor', 'amount')}\n`)],
    ['columnMissing', 'neither trace nor reference', bytes('terminal,business_day,type,amount_minor,currency\n')],
    ['columnTwice', 'a column twice', bytes(`${HEADER},trace\n`)],
    ['columnTwice', 'a column and its other name', bytes(`${HEADER},rrn\n`)],
    ['controlCharacter', 'a NUL in the header', bytes(`${HEADER}\u0000\n`)],
    ['encoding', 'a broken character in the header', Uint8Array.from([...bytes(`${HEADER},`), 0xc3, 0x0a])],
  ])('refuses as %s: %s, in line 1', (code, _, content) => {
    const refused = refusal(() => readFile(content));
    expect([refused.code, refused.line]).toEqual([code, 1]);
  });

  it.each<[CsvRefusalCode, string, string]>([
    ['fieldCount', 'too few fields', 'a,b'],
    ['fieldCount', 'too many fields', `${LINE},x`],
    ['fieldCount', 'an empty line', ''],
    ['amount', 'a decimal point', changed('amount_minor', '12.50')],
    ['amount', 'nothing', changed('amount_minor', '')],
    ['amount', 'a minus alone', changed('amount_minor', '-')],
    ['amount', 'a plus', changed('amount_minor', '+1')],
    ['amount', 'a space', changed('amount_minor', ' 1')],
    ['amount', 'an exponent', changed('amount_minor', '1e3')],
    ['amount', 'too many digits', changed('amount_minor', '1000000000000000')],
    ['amount', 'a fee with a point', changed('fee_minor', '0.1')],
    ['currency', 'small letters', changed('currency', 'eur')],
    ['currency', 'a number', changed('currency', '978')],
    ['businessDay', 'a day that never was', changed('business_day', '2026-02-29')],
    ['businessDay', 'another form', changed('business_day', '02.03.2026')],
    ['businessDay', 'year zero', changed('business_day', '0000-01-01')],
    ['type', 'no type', changed('type', '')],
    ['type', 'a text for a type', changed('type', 'x'.repeat(33))],
    ['controlCharacter', 'a NUL', changed('reference', 'a\u0000b')],
    ['controlCharacter', 'a tab', changed('reference', 'a\tb')],
    ['controlCharacter', 'a return in the middle', changed('reference', 'a\rb')],
    ['controlCharacter', 'a NUL in quotes', changed('reference', '"a\u0000b"')],
    ['quote', 'a quote in the middle', changed('reference', 'a"b')],
    ['quote', 'text behind a closing quote', changed('reference', '"a"b')],
    ['quote', 'a quote that is not closed', changed('card_kind', '"debit')],
    ['fieldTooLong', 'a terminal of 300 bytes', changed('terminal', 'x'.repeat(300))],
    ['fieldTooLong', 'a trace of 300 bytes', changed('trace', '1'.repeat(300))],
    ['lineTooLong', 'a line of 70,000 bytes', changed('card_kind', 'x'.repeat(MAX_LINE_BYTES + 1))],
  ])('refuses as %s: %s, with the line', (code, _, line) => {
    for (const blockBytes of [1, 1_000_000]) {
      const refused = refusal(() => readFile(file(LINE, LINE, line, LINE), blockBytes));
      expect([refused.code, refused.line]).toEqual([code, 4]);
      // A reason says what is wrong, not what stood there.
      expect(refused.message).not.toContain('x'.repeat(30));
    }
  });

  it('refuses broken UTF-8', () => {
    const content = file(changed('merchant', 'Ö'));
    content[content.indexOf(0xc3) + 1] = 0x41;
    expect(refusal(() => readFile(content)).code).toBe('encoding');
  });

  it('refuses sums beyond what is exact (R6)', () => {
    const many = Array.from({ length: 12 }, () => changed('amount_minor', '999999999999999'));
    const refused = refusal(() => readFile(file(...many)));
    expect([refused.code, refused.line]).toEqual(['sumTooLarge', 11]);
  });
});

describe('two headers', () => {
  const header = (text: string) => readCsvHeader(bytes(`${text}\n`));
  const bare = 'terminal,business_day,type,amount_minor,currency';

  it('compare what both have', () => {
    expect(comparedColumns(header(HEADER), header(`${bare},trace`))).toEqual({
      acquirer: false,
      merchant: false,
      batch: false,
      trace: true,
      reference: false,
      fees: false,
    });
  });

  it('need a number in common', () => {
    expect(() => comparedColumns(header(`${bare},trace`), header(`${bare},reference`))).toThrow(CsvRefusal);
  });
});
