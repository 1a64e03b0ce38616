import { describe, expect, it } from 'vitest';
import { columnName, csvLine, neutralised, sheetRow, xmlText } from './table.rules.js';

describe('neutralised', () => {
  it.each(['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1', ' =1', '\r=1', '|calc', '＝1+1', '＠x', '=HYPERLINK("http://x")'])(
    '%j is no formula any more',
    (text) => {
      expect(neutralised(text)).toBe(`'${text}`);
    },
  );
  it.each(['-12.50', '12', '-7', 'abc', '', 'a=b', '2026-11-21', '0.00'])('%j stays', (text) => {
    expect(neutralised(text)).toBe(text);
  });
});

describe('csvLine', () => {
  it('quotes every text', () => {
    expect(csvLine(['a', 'say "hi", then\ngo', 5, null, '=1'])).toBe('"a","say ""hi"", then\ngo",5,,"\'=1"\r\n');
  });
});

describe('sheetRow', () => {
  it('names its cells, escapes text and leaves out what is empty', () => {
    expect(sheetRow(['a<b&"c"', null, -5, '=1'], 3)).toBe(
      '<row r="3"><c r="A3" t="inlineStr"><is><t xml:space="preserve">a&lt;b&amp;"c"</t></is></c><c r="C3"><v>-5</v></c><c r="D3" t="inlineStr"><is><t xml:space="preserve">\'=1</t></is></c></row>',
    );
    expect(xmlText('\u0000\u001b\ud800x')).toBe('\ufffd\ufffd\ufffdx');
    expect([0, 25, 26, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
  });
});
