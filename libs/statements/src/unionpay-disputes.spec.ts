import { describe, expect, it } from 'vitest';
import { PAN } from './fuzz.fixtures.js';
import { parseStatement, StatementRefused } from './index.js';
import { gbk, rdSummary, unionpayZip, zmeLine } from './statements.fixtures.js';

const CHARGEBACK = zmeLine({ code: 'E22', disputedTrace: '000123', amount: 10_000, fee: 60 });
const WON = zmeLine({ code: 'E32', disputedTrace: '000099', amount: 5_000, taken: false });
const refusal = (bytes: Uint8Array) => {
  try {
    parseStatement(bytes);
  } catch (error) {
    if (error instanceof StatementRefused) return `${error.code} ${error.line} ${error.message}`;
    throw error;
  }
  throw new Error('the file was read');
};

describe('disputes of UnionPay (ZME)', () => {
  it('are chargebacks and chargebacks won, with the disputed sale’s trace number and UnionPay’s code', () => {
    const { rows, summary } = parseStatement(unionpayZip(undefined, `${CHARGEBACK}\r\n\r\n${WON}\r\n`));
    expect(rows.slice(0, 2).map(({ type, terminal }) => [type, terminal])).toEqual([
      ['sale', '01080209'],
      ['sale', '01080209'],
    ]);
    expect(rows.slice(2)).toEqual([
      {
        line: 1,
        type: 'chargeback',
        sourceType: 'E22',
        businessDay: '2026-11-20',
        at: '2026-11-20T09:30:00',
        timeZone: 'Asia/Shanghai',
        merchant: '802310000000001',
        trace: '123',
        cardFunding: 'debit',
        cardLast4: '0048',
        currency: 'CNY',
        grossMinor: -10_000,
        feeMinor: 60,
        netMinor: -9_940,
        feeRemainder: 0,
      },
      expect.objectContaining({
        line: 3,
        type: 'chargebackReversed',
        sourceType: 'E32',
        trace: '99',
        grossMinor: 5_000,
        feeMinor: 0,
        netMinor: 5_000,
      }),
    ]);
    expect(summary.checksFailed).toBe(0);
    expect(summary.notes.map(({ message }) => message)).toEqual(["the summary's total is of the transactions without the disputes"]);
  });

  it('may be in the summary’s total: then its every sum has to be that of both', () => {
    const disputes = `${zmeLine({ code: 'E22', disputedTrace: '000123', amount: 5_000 })}\r\n`;
    const read = parseStatement(unionpayZip(rdSummary(3, '100.00', '0.90', '99.10'), disputes));
    expect(read.summary.notes.map(({ message }) => message)).toEqual(["the summary's total is of the transactions with the disputes"]);
    expect(read.summary.totals).toMatchObject([{ currency: 'CNY', grossMinor: 10_000, feeMinor: -90, netMinor: 9_910 }]);
    expect(refusal(unionpayZip(rdSummary(3, '100.00', '0.90', '99.11'), disputes))).toMatch(/^trailer-mismatch/);
    expect(refusal(unionpayZip(rdSummary(2, '100.00', '0.90', '99.10'), disputes))).toMatch(/^trailer-mismatch/);
  });

  it('whose amount isn’t what was settled less the fee count as settled, and say so once', () => {
    const costs = CHARGEBACK.replace('000000010000 4899', '000000000500 4899');
    const { rows, summary } = parseStatement(unionpayZip(undefined, `${costs}\n${costs}\n`));
    expect(rows.slice(2).map(({ grossMinor }) => grossMinor)).toEqual([-10_000, -10_000]);
    expect(summary.notes.filter(({ message }) => message.includes('the amount of a dispute'))).toHaveLength(1);
  });

  it.each([
    ['a sign that is none', CHARGEBACK.replace('D000000009940', 'X000000009940'), /^(fixed-width|zip-member) 1 /],
    ['a line that is cut short', CHARGEBACK.slice(0, 180), /^zip-member 1 /],
    ['a cut line behind a good one', `${CHARGEBACK}\r\n${CHARGEBACK.slice(0, 180)}`, /^fixed-width 2 .*ZME/],
    ['a moment that does not exist', CHARGEBACK.replace('1120093000', '1320093000'), /^date 1 /],
  ])('with %s refuse the archive', (_, disputes, said) => {
    expect(refusal(unionpayZip(undefined, disputes))).toMatch(said);
  });

  it('never show a card number', () => {
    const { rows } = parseStatement(unionpayZip(undefined, zmeLine({ code: 'E22', disputedTrace: '000123', amount: 100, account: PAN })));
    expect(JSON.stringify(rows)).not.toContain(PAN);
    expect(rows.at(-1)?.cardLast4).toBe(PAN.slice(-4));
  });

  it('alone are refused with a sentence that says what is missing', () => {
    expect(refusal(gbk(`${CHARGEBACK}\r\n`))).toMatch(/^unknown-format 1 a dispute file \(ZME\) alone has no clearing date/);
  });
});
