import { describe, expect, it } from 'vitest';
import { parseStatement, StatementRefused } from './index.js';
import { bai2, camt, camtStatement, mt940, mt942, utf8 } from './statements.fixtures.js';

const read = (text: string) => parseStatement(utf8(text));

function refused(text: string | Uint8Array, strict = false): { code: string; line: number } {
  try {
    parseStatement(typeof text === 'string' ? utf8(text) : text, { strict });
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    return { code: error.code, line: error.line };
  }
  throw new Error('the file was read');
}

describe('camt', () => {
  it.each(['02', '03', '04', '05', '06', '07', '08'])('version %s of both messages', (version) => {
    for (const number of ['053', '054']) {
      const { entries, summary } = read(camt(camtStatement(version), { version, number }));
      expect(summary.format).toBe(`camt${number}`);
      expect(entries.map(({ amountMinor, status }) => [amountMinor, status])).toEqual([
        [8_008, 'booked'],
        [-3_000, 'booked'],
        [500, 'pending'],
      ]);
    }
  });

  it('reads entries, batch bookings and balances', () => {
    const { entries, summary } = read(camt());
    expect(entries[0]).toEqual({
      line: 10,
      account: 'DE00500000000000000001',
      bookingDate: '2026-11-20',
      valueDate: '2026-11-21',
      amountMinor: 8_008,
      currency: 'EUR',
      status: 'booked',
      reversal: false,
      reference: 'TX1',
      bankReference: 'B1',
      remittance: 'TX1 batch 17 & fees',
      typeCode: 'PMNT/RCDT/ESCT',
      details: [],
    });
    expect(entries[1]).toMatchObject({
      bookingDate: '2026-11-20',
      typeCode: '166',
      details: [
        { amountMinor: -1_000, currency: 'EUR', remittance: '' },
        { amountMinor: -2_000, currency: 'EUR', reference: 'E2', remittance: 'Rent' },
      ],
    });
    expect(summary.statements).toEqual([
      {
        line: 5,
        id: 'S-1',
        account: 'DE00500000000000000001',
        currency: 'EUR',
        interim: false,
        opening: { amountMinor: 10_000, currency: 'EUR', date: '2026-11-20' },
        closing: { amountMinor: 15_008, currency: 'EUR', date: '2026-11-20' },
        entries: 3,
        creditMinor: 8_008,
        debitMinor: -3_000,
      },
    ]);
    expect(summary.totals).toEqual([{ currency: 'EUR', grossMinor: 5_008, feeMinor: 0, netMinor: 5_008, feeRemainder: 0, payoutMinor: 0 }]);
  });

  it('whose amounts are not exact together is refused with its line, though credits and debits cancel out', () => {
    const line = (mark: string) => `:61:2611201120${mark}9999999999999,99NTRFTX1`;
    const lines = Array.from({ length: 12 }, (_, n) => line(n % 2 === 0 ? 'C' : 'D'));
    const text = mt940()
      .replace(/:61:[\s\S]*(?=:62F:)/, `${lines.join('\r\n')}\r\n`)
      .replace('62F:C261120EUR150,08', '62F:C261120EUR100,00');
    expect(refused(text)).toEqual({ code: 'amount-too-large', line: 15 });
    // Four of them are exact together; the balance they would lead to says another sum.
    const few = mt940().replace(/:61:[\s\S]*(?=:62F:)/, `${lines.slice(0, 1).join('\r\n')}\r\n`);
    expect(read(few).summary.checksFailed).toBe(1);
    const most = Array.from({ length: 9 }, () => line('C'));
    const beyond = mt940()
      .replace(':60F:C261119EUR100,00', ':60F:C261119EUR9999999999999,99')
      .replace(/:61:[\s\S]*(?=:62F:)/, `${most.join('\r\n')}\r\n`);
    expect(refused(beyond)).toMatchObject({ code: 'amount-too-large' });
  });

  it('says which statement of the account it is, and which are only reports within the day', () => {
    const numbered = camt().replace('<Id>S-1</Id>', '<Id>S-1</Id><StmtPgntn><PgNb>2</PgNb></StmtPgntn><ElctrncSeqNb>17</ElctrncSeqNb>');
    expect(read(numbered).summary.statements[0]).toMatchObject({ id: 'S-1', number: '17//2/', currency: 'EUR', interim: false });
    const notification = camt(camtStatement('08'), { version: '08', number: '054' });
    expect(read(notification).summary.statements[0]).toMatchObject({ interim: true });
    expect(read(mt940()).summary.statements[0]).toMatchObject({
      number: expect.stringMatching(/^\d+(?:\/\d+)?$/),
      currency: 'EUR',
      interim: false,
    });
    expect(read(mt942()).summary.statements[0]).toMatchObject({ interim: true });
    expect(read(bai2()).summary.statements[0]).toMatchObject({ number: expect.stringMatching(/^\d{6}\//), interim: false });
  });

  it('a closing balance that does not follow refuses the file, on a page of several it is told', () => {
    expect(refused(camt(camtStatement('08', '150.09')))).toEqual({ code: 'balance', line: 9 });
    const page = camtStatement('08', '150.09').replace(
      '<Id>S-1</Id>',
      '<Id>S-1</Id><StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>',
    );
    expect(read(camt(page)).summary).toMatchObject({ checksFailed: 1 });
  });

  it('the summary of a statement binds', () => {
    const summed = (count: number, sum: string) =>
      camt(
        camtStatement().replace(
          '      <Ntry>',
          `<TxsSummry><TtlNtries><NbOfNtries>${count}</NbOfNtries></TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>${sum}</Sum></TtlCdtNtries></TxsSummry>\n<Ntry>`,
        ),
      );
    expect(read(summed(3, '80.08')).summary.checks.map(({ name }) => name)).toContain('sum of credits');
    expect(refused(summed(2, '80.08'))).toMatchObject({ code: 'trailer-mismatch' });
    expect(refused(summed(3, '80.09'))).toMatchObject({ code: 'trailer-mismatch' });
  });

  it('prefixes and other namespaces are told apart', () => {
    const prefixed = camt()
      .replaceAll(/<(\/?)([A-Z])/g, '<$1c:$2')
      .replace('xmlns=', 'xmlns:c=');
    expect(read(prefixed).entries).toHaveLength(3);
    const foreign = camtStatement().replace('<Id>S-1</Id>', '<Id>S-1</Id><x:Ntry xmlns:x="urn:x"><x:Amt>broken</x:Amt></x:Ntry>');
    expect(read(camt(foreign)).entries).toHaveLength(3);
  });

  it('text comes together from references, sections and comments', () => {
    const text = camtStatement().replace('TX1 batch 17 &amp; fees', 'a &lt;b&gt; &#x41;&#66;<![CDATA[ <c> & ]]>d<!-- x -->e');
    expect(read(camt(text)).entries[0]?.remittance).toBe('a <b> AB <c> & de');
  });

  it('card numbers in remittance are cut to four digits, account numbers are not', () => {
    const number = `400000${'0'.repeat(9)}2`;
    const hidden = `${'*'.repeat(12)}0002`;
    const kept = 'DE89370400440532013000 DK5000400440116243 DK50 0040 0440 1162 43 2026112020 4000 0012';
    const text = camtStatement().replace('TX1 batch 17 &amp; fees', `${number} 4000 00${'0'.repeat(2)} 0000 0002 CARD${number}x ${kept}`);
    expect(read(camt(text)).entries[0]?.remittance).toBe(`${hidden} **** **** **** 0002 CARD${hidden}x ${kept}`);
  });

  it.each([
    ['<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>', 'xml-doctype'],
    ['<!DOCTYPE Document SYSTEM "file:///etc/passwd">', 'xml-doctype'],
    ['<!doctype html>', 'xml-doctype'],
  ])('%s is refused unread, with its line', (declaration, code) => {
    expect(refused(camt().replace('<Document', `${declaration}\n<Document`))).toEqual({ code, line: 2 });
  });

  it('an amount with a sign is quoted as it stands', () => {
    expect(() => read(camt().replace('Ccy="EUR">80.08', 'Ccy="EUR">-80.08'))).toThrow(
      '"-80.08" is no amount: a sign stands in a field of its own',
    );
  });

  it.each([
    ['<Id>S-1</Id>', '<Id>&xxe;</Id>', 'xml-entity'],
    ['<Id>S-1</Id>', '<Id>&#0;</Id>', 'xml-entity'],
    ['<Id>S-1</Id>', '<Id>a & b</Id>', 'xml-entity'],
    ['<Id>S-1</Id>', '<Id>S-1</ID>', 'xml'],
    ['<Id>S-1</Id>', '<Id a="1" a="2">S-1</Id>', 'xml'],
    ['<Id>S-1</Id>', '<Id a=1>S-1</Id>', 'xml'],
    ['<Id>S-1</Id>', '<Id a="<">S-1</Id>', 'xml'],
    ['<Id>S-1</Id>', '<Id>]]></Id>', 'xml'],
    ['<Id>S-1</Id>', '<Id>\u0001</Id>', 'xml'],
    ['<Id>S-1</Id>', '< Id>S-1</Id>', 'xml'],
    ['<Id>S-1</Id>', '', 'camt'],
    ['<IBAN>DE00500000000000000001</IBAN>', '', 'camt'],
    ['Ccy="EUR">80.08', 'Ccy="EURO">80.08', 'currency'],
    ['Ccy="EUR">80.08', '>80.08', 'currency'],
    ['Ccy="EUR">80.08', 'Ccy="EUR">80,08', 'amount'],
    ['Ccy="EUR">80.08', 'Ccy="EUR">-80.08', 'amount'],
    ['Ccy="EUR">80.08', 'Ccy="EUR">80.085', 'amount-precision'],
    ['Ccy="EUR">80.08', 'Ccy="EUR">', 'amount'],
    ['<CdtDbtInd>DBIT', '<CdtDbtInd>DEBIT', 'camt'],
    ['<Cd>BOOK</Cd>', '<Cd>XXXX</Cd>', 'camt'],
    ['<Sts><Cd>BOOK</Cd></Sts>', '', 'camt'],
    ['<Dt>2026-11-21</Dt>', '<Dt>2026-11-31</Dt>', 'date'],
    ['camt.053.001.08', 'camt.053.001.09', 'unsupported-version'],
    ['camt.053.001.08', 'camt.052.001.08', 'unknown-format'],
    ['camt.053.001.08', 'pain.001.001.03', 'unknown-format'],
    ['BkToCstmrStmt', 'BkToCstmrDbtCdtNtfctn', 'camt'],
    ['encoding="UTF-8"', 'encoding="UTF-16"', 'encoding'],
  ])('%s → %s is refused as %s', (from, to, code) => {
    const text = from === 'BkToCstmrStmt' ? camt().replaceAll(from, to) : camt().replace(from, to);
    expect(refused(text)).toMatchObject({ code, line: expect.any(Number) });
  });

  it('a file cut anywhere is refused', () => {
    const bytes = utf8(camt());
    for (let size = 1; size < bytes.length - 2; size += 7) expect(refused(bytes.subarray(0, size)).line).toBeGreaterThan(0);
    expect(refused(bytes.subarray(0, 900)).code).toBe('truncated');
  });

  it('elements nested without end are refused', () => {
    expect(refused(camt('<a>'.repeat(100_000)))).toMatchObject({ code: 'too-large', line: 6 });
  });
});

describe('MT940 and MT942', () => {
  it('reads statements with the envelope of SWIFT', () => {
    const { entries, summary } = read(mt940());
    expect(entries).toEqual([
      {
        line: 6,
        account: '50000000/0000000001',
        bookingDate: '2026-11-20',
        valueDate: '2026-11-20',
        amountMinor: 8_008,
        currency: 'EUR',
        status: 'booked',
        reversal: false,
        reference: 'TX1',
        bankReference: 'B1',
        remittance: 'PAYOUT 166?00GUTSCHRIFT?20TX1 batch 17',
        typeCode: 'NTRF',
        details: [],
      },
      expect.objectContaining({ line: 9, amountMinor: -3_000, typeCode: 'NDDT' }),
    ]);
    expect(summary).toMatchObject({ format: 'mt940', checksMade: 1, checksFailed: 0 });
  });

  it('a value date of 30 February is the last of the month, and said', () => {
    const { entries, summary } = read(mt940().replace(':61:2611201120', ':61:2602300301'));
    expect(entries[0]).toMatchObject({ valueDate: '2026-02-28', bookingDate: '2026-03-01' });
    expect(summary.notes).toEqual([{ line: 6, message: expect.stringContaining('30 February 2026') }]);
    expect(refused(mt940().replace(':61:2611201120', ':61:2604310501'))).toEqual({ code: 'date', line: 6 });
  });

  it('the year of the entry date is the one nearest to the value date', () => {
    const { entries } = read(
      mt940().replace(':61:2611201120', ':61:2601010103').replace('D30', 'D30').replace(':61:261120D', ':61:2601021231D'),
    );
    expect(entries.map(({ bookingDate }) => bookingDate)).toEqual(['2026-01-03', '2025-12-31']);
  });

  it('a closing balance that does not follow is told; strict reading refuses it', () => {
    const wrong = mt940().replace('EUR150,08', 'EUR150,09');
    expect(read(wrong).summary).toMatchObject({ checksFailed: 1, notes: [{ line: 10 }] });
    expect(refused(wrong, true)).toEqual({ code: 'balance', line: 10 });
  });

  it('reads reversals by their effect', () => {
    const { entries, summary } = read(mt942());
    expect(entries.map(({ amountMinor, reversal }) => [amountMinor, reversal])).toEqual([
      [8_008, false],
      [-3_000, false],
      [200, true],
    ]);
    expect(summary).toMatchObject({ format: 'mt942', checksMade: 4 });
  });

  it.each([
    [':90D:1EUR30,00', ':90D:2EUR30,00', 'trailer-mismatch'],
    [':90C:2EUR82,08', ':90C:2EUR82,09', 'trailer-mismatch'],
    [':90C:2EUR82,08', ':90C:EUR82', 'summary'],
  ])('%s → %s refuses an interim report', (from, to, code) => {
    expect(refused(mt942().replace(from, to))).toMatchObject({ code });
  });

  it.each([
    [':61:261120D30,NDDT', ':61:261120D30.00NDDT', 'mt-field', 9],
    [':61:261120D30,NDDT', ':61:261120D30,001NDDT', 'amount-precision', 9],
    [':60F:C261119EUR100,00', ':60F:X261119EUR100,00', 'mt-field', 5],
    [':60F:C261119EUR100,00', '', 'mt-field', 6],
    [':62F:C261120EUR150,08', '', 'truncated', 12],
    [':25:50000000/0000000001', '', 'mt-field', 6],
    [':25:50000000/0000000001', ':25:', 'mt-field', 3],
    [':62F:C261120EUR150,08', ':62F:C261120USD150,08', 'mt-field', 10],
  ])('%s → %s is refused as %s', (from, to, code, line) => {
    expect(refused(mt940().replace(from, to))).toEqual({ code, line });
  });
});

describe('BAI2', () => {
  it('reads transactions, continuations and control totals', () => {
    const { entries, summary } = read(bai2());
    expect(entries).toEqual([
      {
        line: 5,
        account: '0123456789',
        bookingDate: '2026-11-19',
        valueDate: '2026-11-20',
        amountMinor: 8_008,
        currency: 'EUR',
        status: 'booked',
        reversal: false,
        reference: 'TX1',
        bankReference: 'B1',
        remittance: 'TX1 batch 17,second, line',
        typeCode: '195',
        details: [],
      },
      expect.objectContaining({ line: 7, amountMinor: -3_000, reference: 'R2' }),
    ]);
    expect(summary.checks.map(({ name, ok }) => [name, ok])).toContainEqual(['closing ledger balance', true]);
  });

  it.each([
    ['49,47024,6/', '49,47025,6/', 'trailer-mismatch', 8],
    ['49,47024,6/', '49,47024,5/', 'trailer-mismatch', 8],
    ['98,47024,1,8/', '98,47024,2,8/', 'trailer-mismatch', 9],
    ['99,47024,1,10/', '99,47024,1,11/', 'trailer-mismatch', 10],
    ['99,47024,1,10/', '', 'truncated', 9],
    ['49,47024,6/', '', 'bai2-record', 9],
    ['16,455,3000,S', '16,455,30.00,S', 'amount', 7],
    ['16,455,3000,S', '16,455,3000,Q', 'bai2-record', 3],
    ['16,455,3000,S', '17,455,3000,S', 'bai2-record', 7],
    [',2/\n02', ',3/\n02', 'unsupported-version', 1],
    ['02,031001234,122099999,1,261119', '02,031001234,122099999,1,261319', 'date', 2],
  ])('%s → %s is refused as %s', (from, to, code, line) => {
    expect(refused(bai2().replace(from, to))).toEqual({ code, line });
  });
});
