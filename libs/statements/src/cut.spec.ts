import { describe, expect, it } from 'vitest';
import { type CsvProfile, parseProfile, parseStatement, StatementRefused } from './index.js';
import {
  adyenReport,
  alipayBill,
  bai2,
  camt,
  camtStatement,
  gbk,
  mt940,
  mt942,
  stripeReport,
  unionpayZip,
  utf8,
  wechatBill,
  zmLine,
} from './statements.fixtures.js';

/** What became of a file: its refusal, else its notes. */
function outcome(bytes: Uint8Array, profile?: CsvProfile): { code?: string; line?: number; notes: string[] } {
  try {
    const { summary } = parseStatement(bytes, profile === undefined ? {} : { profile });
    return { notes: summary.notes.map(({ message }) => message) };
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    return { code: error.code, line: error.line, notes: [] };
  }
}

/** Where each line ends but the last one with something in it. */
function lineEnds(bytes: Uint8Array): number[] {
  const ends = [...bytes.keys()].filter((at) => bytes[at] === 0x0a).map((at) => at + 1);
  return ends.slice(0, -1);
}

const OWN = 'type,gross,currency\nsale,10.00,EUR\nsale,12.50,EUR\nTOTAL,2,22.50\n';
const own = (trailer?: { required: boolean }) =>
  parseProfile(
    JSON.stringify({
      name: 'x',
      columns: { type: 'type', gross: 'gross', currency: 'currency' },
      types: { sale: 'sale' },
      ...(trailer === undefined ? {} : { trailer: { firstCell: 'TOTAL', count: 2, gross: 3, ...trailer } }),
    }),
  );
const withoutMarks = (file: string) => file.replace(/^\{.*\r?\n/, '').replace(/-\}?\r?\n$/, '');
/** Alipay's bill up to its last sum: the line behind says only when it was made. */
const bill = alipayBill().replace(/#导出时间.*\n/, '');

// T7
describe('a file cut behind any of its lines is refused or says so', () => {
  it.each<[string, Uint8Array, CsvProfile?]>([
    ['wechat', utf8(wechatBill())],
    ['alipay', gbk(bill)],
    ['alipay, without its comment lines', utf8(bill.replaceAll(/^#.*\n/gm, ''))],
    ['adyen', utf8(adyenReport())],
    ['stripe', utf8(stripeReport())],
    ['csv with a trailer', utf8(OWN), own({ required: true })],
    ['csv whose trailer may be missing', utf8(OWN), own({ required: false })],
    ['camt053', utf8(camt())],
    ['camt054', utf8(camt(camtStatement(), { number: '054' }))],
    ['mt940', utf8(mt940())],
    // Behind its second sum (90C) an interim report without a mark is whole.
    ['mt942', utf8(withoutMarks(mt942()))],
    ['bai2', utf8(bai2())],
    ['a detail of UnionPay alone', utf8([1, 2, 3].map((n) => `${zmLine({ trace: `00000${n}`, amount: 100, fee: 1 })}\n`).join(''))],
  ])('%s', (_, bytes, profile) => {
    const ends = lineEnds(bytes);
    expect(ends.length).toBeGreaterThan(1);
    for (const end of ends) {
      const { code, notes } = outcome(bytes.subarray(0, end), profile);
      expect([end, code ?? notes[0]]).toEqual([end, expect.any(String)]);
    }
  });

  it('an archive cut anywhere', () => {
    const bytes = unionpayZip();
    for (let size = 1; size < bytes.length; size += 13)
      expect([size, outcome(bytes.subarray(0, size)).code]).toEqual([size, expect.any(String)]);
  });

  it('but not where the format has no end, behind a whole row: a profile without a trailer', () => {
    const rows = OWN.replace(/TOTAL.*\n/, '');
    const cut = (size: number) => outcome(utf8(rows.slice(0, size)), own());
    expect(cut(rows.lastIndexOf('sale'))).toEqual({ notes: [] });
    expect(cut(rows.indexOf('sale')).notes).toEqual(['the file has no row behind its header']);
    expect(cut(rows.length - 1).notes).toEqual(['the last line has no line end: the file may be cut inside it']);
    // Where a trailer says that all is there, its line end doesn't matter.
    expect(outcome(utf8(OWN.trimEnd()), own({ required: true }))).toEqual({ notes: [] });
  });

  it('reports with payouts say whose rows lack theirs', () => {
    const cut = (report: string, from: string) => outcome(utf8(report.slice(0, report.lastIndexOf(from)))).notes;
    expect(cut(adyenReport(), 'Chain,ChainDE,,,,2026-11-21 02:00:00,CET,MerchantPayout')).toEqual([
      'payout "of batch 17, ChainDE": rows without their payout, which nothing compares. The report is by period, or it is cut',
    ]);
    expect(cut(stripeReport(), 'txn_5')[0]).toContain('payout "po_1": rows without their payout');
    expect(outcome(utf8(adyenReport())).notes).toEqual([]);
    // Carried over to the next batch, nothing is left to pay out.
    const carried = adyenReport().replace('MerchantPayout,TX1 batch 17', 'Balancetransfer,to batch 18');
    expect(outcome(utf8(carried)).notes).toEqual([]);
    const others = adyenReport().replaceAll(',17,', ',18,').split('\n').slice(1, 3);
    expect(outcome(utf8(`${adyenReport().replace(/.*MerchantPayout.*\n/, '')}${others.join('\n')}\n`)).notes[0]).toMatch(
      /^payout "of batch 17, ChainDE" and 1 more: /,
    );
  });
});

describe('the end of a SWIFT message', () => {
  it.each([
    ['block 4 is open', mt940().replace('-}\r\n', ''), 11],
    ['block 4 is open on a line of its own', mt940().replace('{4:', '{4:\r\n').replace('-}\r\n', ''), 12],
    ['SOH is open, an interim report of old', `\u0001\n${mt942().replace('-\n', '')}`, 12],
    ['an earlier message has its mark', `${mt942()}${mt942().replace('-\n', '')}`, 23],
    ['an earlier statement has its mark', `${withoutMarks(mt940())}-\r\n${withoutMarks(mt940())}`, 21],
    ['inside the envelope of the next message', `${mt940()}{1:F01BANKDEFFAXXX0000000000}\r\n`, 13],
    ['inside the number of its first block', `${mt940()}{`, 13],
  ])('%s: refused as cut', (_, file, line) => {
    expect(outcome(utf8(file))).toEqual({ code: 'truncated', line, notes: [] });
  });

  it('what closes or follows the envelope is no beginning of another', () => {
    for (const end of ['-}\r\n{5:{CHK:000000000000}}\r\n', '-}{5:{CHK:000000000000}}', '-', '-\u0003\r\n'])
      expect(outcome(utf8(mt940().replace('-}\r\n', end)))).toEqual({ notes: [] });
    expect(outcome(utf8(`\u0001\n${mt942().replace('-\n', '-\u0003\n')}\u0001\n${mt942()}`))).toEqual({ notes: [] });
  });

  it('where no message has a mark, a balance or both sums say that it is whole', () => {
    const [statement, report] = [withoutMarks(mt940()), withoutMarks(mt942())];
    expect(outcome(utf8(statement))).toEqual({ notes: [] });
    expect(outcome(utf8(`${statement}${statement}`))).toEqual({ notes: [] });
    expect(outcome(utf8(report))).toEqual({ notes: [] });
    expect(outcome(utf8(statement.trimEnd())).notes).toEqual(['the file ends without a mark (-) and without a line end: it may be cut']);
    expect(outcome(utf8(statement.slice(0, statement.indexOf(':62F:')))).code).toBe('truncated');
    const open = [expect.stringContaining('an interim report without a mark')];
    expect(outcome(utf8(report.slice(0, report.indexOf(':90C:')))).notes).toEqual(open);
    expect(outcome(utf8(report.slice(0, report.indexOf(':61:2611201120D')))).notes).toEqual(open);
    expect(outcome(utf8(report.slice(0, report.indexOf(' batch 17')))).notes).toEqual([
      ...open,
      expect.stringContaining('without a line end'),
    ]);
    // Not at the end of the file: a cut file with a whole one behind it.
    expect(outcome(utf8(`${report.slice(0, report.indexOf(':90D:'))}${mt942()}`)).notes).toEqual(open);
  });

  it('the lines of a portal before the next message say that one follows', () => {
    const portal = `BANKNL2A\r\n940\r\n${withoutMarks(mt940())}-\r\n`;
    expect(outcome(utf8(`${portal}${portal}`))).toEqual({ notes: [] });
    for (const more of ['BANKNL2A\r\n', 'BANKNL2A\r\n940\r\n', 'BANK'])
      expect(outcome(utf8(`${portal}${more}`)).notes).toEqual([expect.stringContaining('another may be missing')]);
    expect(outcome(utf8(`${portal}END OF FILE\r\n`))).toEqual({ notes: [] });
  });
});
