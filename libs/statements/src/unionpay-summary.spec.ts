import { describe, expect, it } from 'vitest';
import { parseStatement, StatementRefused } from './index.js';
import { rdSummary, unionpayZip } from './statements.fixtures.js';

function refusal(bytes: Uint8Array): Pick<StatementRefused, 'code' | 'line' | 'message'> {
  try {
    parseStatement(bytes);
  } catch (error) {
    if (error instanceof StatementRefused) return { code: error.code, line: error.line, message: error.message };
    throw error;
  }
  throw new Error('the file was read');
}

// T4
describe('UnionPay’s summary (RD) agrees with itself', () => {
  it.each([
    [
      'a type says another amount',
      '自助消费                   2            0.00        150.00',
      '自助消费                   2            0.00        150.01',
      'trailer-mismatch',
      10,
    ],
    ['a type says another count', '自助消费                   2', '自助消费                   3', 'trailer-mismatch', 10],
    ['a type says another fee', '150.00           0.90', '150.00           0.91', 'trailer-mismatch', 10],
    ['a type says another net', '0.00        149.10', '0.00        149.11', 'trailer-mismatch', 10],
    [
      'a kind of card no row has',
      '贷记卡                     0            0.00            0.00',
      '外卡                       0            0.00            0.01',
      'trailer-mismatch',
      15,
    ],
    ['the total of the types is missing', '总计   ', '小计   ', 'trailer-missing', 8],
  ])('a summary that contradicts itself is refused: %s', (_, from, to, code, line) => {
    const summary = rdSummary(2, '150.00', '0.90', '149.10');
    expect(summary).toContain(from);
    expect(refusal(unionpayZip(summary.replace(from, to)))).toMatchObject({ code, line, message: expect.stringContaining('RD') });
  });

  it('a total may be of several lines, on several pages, with lines in between that are sums of others', () => {
    const type = (name: string, count: number, gross: string, fee: string, net: string) =>
      `${name}     ${count}   0.00   ${gross}   ${fee}   0.00   0.00   ${net}`;
    const one = type('自助消费', 2, '150.00', '0.90', '149.10');
    const [before, behind] = rdSummary(2, '150.00', '0.90', '149.10').split(/自助消费.*/);
    const page =
      '交易类型            交易笔数               交易金额                         费用                              资金清算差额';
    const lines = [type('消费 网上', 1, '100.00', '0.60', '99.40'), page, type('代收', 1, '50.00', '0.30', '49.70')];
    expect(parseStatement(unionpayZip([before, lines.join('\r\n'), behind].join(''))).rows).toHaveLength(2);
    expect(
      parseStatement(unionpayZip([before, `${lines.join('\r\n')}\r\n${one.replace('自助消费', '小计')}`, behind].join(''))).rows,
    ).toHaveLength(2);
    expect(refusal(unionpayZip([before, lines.slice(0, 2).join('\r\n'), behind].join('')))).toMatchObject({ code: 'trailer-mismatch' });
  });
});
