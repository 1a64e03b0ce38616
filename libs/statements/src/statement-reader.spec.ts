import { describe, expect, it } from 'vitest';
import { parseStatement, type ReadOptions, StatementReader, StatementRefused, statementRows } from './index.js';
import {
  adyenReport,
  alipayBill,
  bai2,
  camt,
  camtStatement,
  gbk,
  mt940,
  mt942,
  rdSummary,
  stripeReport,
  unionpayZip,
  utf8,
  wechatBill,
  zip,
  zmLine,
} from './statements.fixtures.js';

/** The refusal of a file; fails when it is read. */
export function refused(bytes: Uint8Array | string, options: ReadOptions = {}): { code: string; line: number; message: string } {
  try {
    parseStatement(typeof bytes === 'string' ? utf8(bytes) : bytes, options);
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    return { code: error.code, line: error.line, message: error.message };
  }
  throw new Error('the file was read');
}

const read = (text: string | Uint8Array, options: ReadOptions = {}) =>
  parseStatement(typeof text === 'string' ? utf8(text) : text, options);

/** A file of every format, found by its content alone. */
const ALL: readonly (readonly [string, Uint8Array])[] = [
  ['unionpay', unionpayZip()],
  ['wechat', utf8(wechatBill())],
  ['alipay', gbk(alipayBill())],
  ['adyen', utf8(adyenReport())],
  ['stripe', utf8(stripeReport())],
  ['camt053', utf8(camt())],
  ['camt054', utf8(camt(camtStatement(), { number: '054' }))],
  ['mt940', utf8(mt940())],
  ['mt942', utf8(mt942())],
  ['bai2', utf8(bai2())],
];

describe('every format', () => {
  it.each(ALL)('%s is told by its content', (format, bytes) => {
    const { summary } = parseStatement(bytes);
    expect(summary.format).toBe(format);
    expect(summary.checksFailed).toBe(0);
    expect(summary.rowCount).toBeGreaterThan(0);
  });

  it.each(ALL)('%s gives the same rows whatever the chunks', (_, bytes) => {
    const whole = parseStatement(bytes);
    for (const size of [1, 7, 97, 4096]) {
      const rows: unknown[] = [];
      const reader = new StatementReader({}, { rows: (batch) => rows.push(...batch.rows()), entries: (some) => rows.push(...some) });
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      expect(reader.end()).toEqual(whole.summary);
      expect(rows).toEqual([...whole.rows, ...whole.entries]);
    }
  });

  it.each(ALL)('%s: the caller may reuse the memory of a chunk', (_, bytes) => {
    const chunk = Buffer.alloc(100);
    const rows: unknown[] = [];
    const reader = new StatementReader({}, { rows: (batch) => rows.push(...batch.rows()), entries: (some) => rows.push(...some) });
    for (let at = 0; at < bytes.length; at += chunk.length) {
      const size = Buffer.from(bytes.subarray(at, at + chunk.length)).copy(chunk);
      reader.push(chunk.subarray(0, size));
      chunk.fill(0xff);
    }
    reader.end();
    expect(rows).toHaveLength(parseStatement(bytes).summary.rowCount);
  });

  it.each(ALL)('%s read as another format is refused', (format, bytes) => {
    for (const other of ['adyen', 'camt053', 'camt054', 'mt940', 'mt942', 'bai2', 'unionpay', 'wechat'] as const)
      if (other !== format) expect(refused(bytes, { format: other }).line).toBeGreaterThan(0);
  });

  it('net is gross and fee on every row', () => {
    for (const [, bytes] of ALL)
      for (const row of parseStatement(bytes).rows) expect([row.line, row.netMinor]).toEqual([row.line, row.grossMinor + row.feeMinor]);
  });

  it('for await gives the rows and returns the summary', async () => {
    const rows = statementRows([utf8(adyenReport())]);
    let count = 0;
    for (;;) {
      const next = await rows.next();
      if (next.done === true) {
        expect(next.value.rowCount).toBe(count);
        break;
      }
      count++;
    }
    expect(count).toBe(7);
  });

  it('nothing of a file counts before its end: the refusal comes after the rows', async () => {
    const bytes = utf8(wechatBill().replace('`2,`88.80', '`3,`88.80'));
    await expect(async () => {
      for await (const row of statementRows([bytes])) expect(row.line).toBeGreaterThan(1);
    }).rejects.toThrow(StatementRefused);
  });

  it('a reader reads one file', () => {
    const reader = new StatementReader();
    reader.push(utf8(stripeReport()));
    reader.end();
    expect(() => reader.push(utf8('x'))).toThrow(RangeError);
  });
});

describe('what is no statement', () => {
  it.each([
    ['', 'empty'],
    [' \r\n\n', 'empty'],
    ['hello', 'unknown-format'],
    ['a,b,c\n1,2,3\n', 'unknown-format'],
    ['<html><body/></html>', 'unknown-format'],
    ['\u0000\u0001\u0002', 'unknown-format'],
  ])('%j is refused as %s', (text, code) => {
    expect(refused(text)).toMatchObject({ code, line: 1 });
  });

  it('UTF-16 is named as such', () => {
    expect(refused(Uint8Array.of(0xff, 0xfe, 0x3c, 0x00))).toMatchObject({ code: 'encoding', line: 1 });
  });

  it('a message never repeats a card number', () => {
    const number = `400000${'0'.repeat(9)}2`;
    for (const text of [
      adyenReport().replace('12.50', number.repeat(2)),
      adyenReport().replace('2026-11-20 10:11:12', number),
      adyenReport().replace(',EUR,', `,${number},`),
      stripeReport().replace(',charge,', `,${number},`),
      mt940().replace(':61:2611201120', `:61:${number}`),
      `${number},a\n`,
    ]) {
      const said = (() => {
        try {
          return JSON.stringify(read(text).summary.notes);
        } catch (error) {
          return (error as Error).message;
        }
      })();
      expect(said).not.toContain(number);
      expect(said).not.toMatch(/\d{7,}/);
    }
  });
});

describe('UnionPay', () => {
  it('reads details, masks cards, and compares them with the summary', () => {
    const { rows, summary } = read(unionpayZip());
    expect(rows[0]).toEqual({
      line: 1,
      type: 'sale',
      sourceType: 'S56',
      businessDay: '2026-11-20',
      at: '2026-11-20T11:22:03',
      timeZone: 'Asia/Shanghai',
      merchant: '802310000000001',
      terminal: '01080209',
      trace: '123',
      reference: '202611201122000123018',
      merchantReference: 'ORDER1',
      cardFunding: 'debit',
      cardLast4: '0048',
      currency: 'CNY',
      grossMinor: 10_000,
      feeMinor: -60,
      netMinor: 9_940,
      feeRemainder: 0,
    });
    expect(summary.totals).toEqual([
      { currency: 'CNY', grossMinor: 15_000, feeMinor: -90, netMinor: 14_910, feeRemainder: 0, payoutMinor: 0 },
    ]);
    expect(summary.checksMade).toBe(16);
  });

  it.each([
    ['count', rdSummary(3, '150.00', '0.90', '149.10')],
    ['gross', rdSummary(2, '150.01', '0.90', '149.10')],
    ['fees', rdSummary(2, '150.00', '0.91', '149.10')],
    ['net', rdSummary(2, '150.00', '0.90', '149.11')],
    ['card kind', rdSummary(2, '150.00', '0.90', '149.10').replace('贷记卡                     0', '贷记卡                     1')],
  ])('a wrong %s in the summary refuses it', (_, summary) => {
    expect(refused(unionpayZip(summary))).toMatchObject({ code: 'trailer-mismatch' });
  });

  it('refuses a summary without a total, and an archive without summary', () => {
    expect(refused(unionpayZip('商户代码:802310000000001 清算日期:20261120\n'))).toMatchObject({ code: 'trailer-missing', line: 1 });
    const detail = gbk(zmLine({ trace: '000123', amount: 10_000, fee: 60 }));
    expect(refused(zip([{ name: gbk('ZM'), content: detail }]))).toMatchObject({ code: 'zip-member' });
    expect(refused(zip([{ name: gbk('a.txt'), content: utf8('hello') }]))).toMatchObject({ code: 'zip-member' });
  });

  it('reads refunds as negative and a detail without its archive with a note', () => {
    const lines = [
      zmLine({ trace: '000123', amount: 10_000, fee: 60 }),
      zmLine({ trace: '000124', amount: 500, fee: 3, kind: '04', credit: false, card: '02' }),
    ];
    const { rows, summary } = read(lines.join('\r\n'));
    expect(rows[1]).toMatchObject({ type: 'refund', grossMinor: -500, feeMinor: 3, netMinor: -497, cardFunding: 'credit' });
    expect(summary.notes).toHaveLength(1);
  });

  it('refuses a line that does not add up or stands wrong, with its line', () => {
    const good = zmLine({ trace: '000123', amount: 10_000, fee: 60 });
    expect(refused(`${good}\n${good.replace('000000010000', '000000010001')}\n`)).toMatchObject({ code: 'arithmetic', line: 2 });
    expect(refused(`${good}\n${good.slice(1)}\n`)).toMatchObject({ code: 'fixed-width', line: 2 });
    expect(refused(`${good}\n${good.replace('1120112203', '1320112203')}\n`)).toMatchObject({ code: 'date', line: 2 });
  });

  it('stored members, GBK names and damaged archives', () => {
    const archive = unionpayZip();
    expect(refused(archive.subarray(0, archive.length - 1))).toMatchObject({ code: 'truncated' });
    const damaged = archive.slice();
    damaged[60] = damaged[60]! ^ 0xff;
    expect(refused(damaged).code).toMatch(/^zip/);
    const encrypted = zip([{ name: gbk('x'), content: utf8('x'), stored: true, flags: 1 }]);
    expect(refused(encrypted)).toMatchObject({ code: 'zip' });
    const [detail, summary] = [gbk(zmLine({ trace: '000123', amount: 15_000, fee: 90 })), gbk(rdSummary(1, '150.00', '0.90', '149.10'))];
    const stored = zip([
      { name: gbk('文件夹/'), content: new Uint8Array(0), stored: true },
      { name: gbk('文件夹/明细'), content: detail, stored: true },
      { name: gbk('空'), content: new Uint8Array(0), stored: true },
      { name: gbk('汇总'), content: summary, stored: true },
    ]);
    expect(read(stored).rows).toHaveLength(1);
  });
});

describe('WeChat', () => {
  it('reads back-ticks, commas within values, refunds and fees of five decimals exactly', () => {
    const { rows, summary } = read(wechatBill());
    expect(rows[0]).toMatchObject({
      type: 'sale',
      grossMinor: 8_880,
      feeMinor: -53,
      feeRemainder: -28_000,
      netMinor: 8_827,
      terminal: 'T-01',
    });
    expect(rows[1]).toMatchObject({ type: 'refund', grossMinor: -880, feeMinor: 5, feeRemainder: 28_000, cardFunding: 'debit' });
    expect(summary.totals).toEqual([
      { currency: 'CNY', grossMinor: 8_000, feeMinor: -48, netMinor: 7_952, feeRemainder: 0, payoutMinor: 0 },
    ]);
    expect(summary.checks.map(({ name }) => name)).toContain('手续费总金额');
  });

  it.each([
    ['`0.48000', '`0.48001'],
    ['`0.48000', '`0.49000'],
    ['`2,`88.80', '`3,`88.80'],
    ['`88.80,`8.80,`0.00,`0.48', '`88.80,`8.81,`0.00,`0.48'],
  ])('a wrong sum refuses it: %s → %s', (from, to) => {
    expect(refused(wechatBill().replace(from, to))).toMatchObject({ code: 'trailer-mismatch', line: 5 });
  });

  it('a bill without its sums is cut short', () => {
    expect(refused(wechatBill().split('\r\n').slice(0, 3).join('\r\n'))).toMatchObject({ code: 'trailer-missing', line: 3 });
    expect(refused(wechatBill().split('\r\n').slice(0, 4).join('\r\n'))).toMatchObject({ code: 'trailer-missing' });
    expect(refused(`${wechatBill()}\`x,\`y`)).toMatchObject({ code: 'summary', line: 6 });
  });
});

describe('Alipay', () => {
  it.each([
    ['GBK', gbk(alipayBill())],
    ['UTF-8', utf8(alipayBill())],
    ['UTF-8 with a byte order mark', utf8(`\ufeff${alipayBill()}`)],
    ['zip', zip([{ name: gbk('业务明细.csv'), content: gbk(alipayBill()) }])],
  ])('reads the trade bill in %s', (_, bytes) => {
    const { rows, summary } = read(bytes);
    expect(rows.map(({ type, grossMinor, feeMinor, at }) => ({ type, grossMinor, feeMinor, at }))).toEqual([
      { type: 'sale', grossMinor: 4_800, feeMinor: -29, at: '2026-11-20T10:00:05' },
      { type: 'refund', grossMinor: -1_000, feeMinor: 6, at: '2026-11-20T11:00:05' },
    ]);
    expect(rows[0]).toMatchObject({
      merchant: '20880000000000010156',
      reference: '2026112022001400000000000001',
      terminal: 'T-01',
      line: 6,
    });
    expect(summary.checksMade).toBe(4);
  });

  it('compares the bill with the summary beside it', () => {
    const summary = (received: string) =>
      gbk(
        [
          '#支付宝业务汇总查询',
          '#账号：[20880000000000010156]',
          '#-----------------------------------------业务汇总列表----------------------------------------',
          '门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）',
          `合计\t,\t,1,1,40.00,${received},0.00,2.00,0.00,-0.23,0.00,37.77`,
          '#----------------------------------------业务汇总列表结束-------------------------------------',
          '',
        ].join('\n'),
      );
    const archive = (received: string) =>
      zip([
        { name: gbk('业务明细.csv'), content: gbk(alipayBill()) },
        { name: gbk('业务明细(汇总).csv'), content: summary(received) },
      ]);
    expect(read(archive('38.00')).summary).toMatchObject({ checksMade: 7, checksFailed: 0 });
    expect(read(archive('38.01')).summary).toMatchObject({ checksMade: 7, checksFailed: 1 });
    expect(refused(archive('38.01'), { strict: true })).toMatchObject({ code: 'trailer-mismatch', line: 5 });
  });

  it('reads the account bill', () => {
    const bill = [
      '#支付宝账务明细查询',
      '#账号：[20880000000000010156]',
      '#-----------------------------------------账务明细列表----------------------------------------',
      '账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注',
      '1\t,B1\t,S1\t,茶,2026-11-20 10:00:05,x\t,48.00,,148.00,支付宝,在线支付,',
      '2\t,B2\t,S1\t,,2026-11-20 10:00:06,x\t,,-0.29,147.71,支付宝,收费,',
      '3\t,B3\t,,,2026-11-20 23:00:00,x\t,,-100.00,47.71,银行,提现,',
      '#-----------------------------------------账务明细列表结束------------------------------------',
      '#支出合计：2笔，共-100.29元',
      '#收入合计：1笔，共48.00元',
      '',
    ].join('\n');
    const { rows, summary } = read(gbk(bill));
    expect(rows.map(({ type, grossMinor, feeMinor }) => [type, grossMinor, feeMinor])).toEqual([
      ['sale', 4_800, 0],
      ['fee', 0, -29],
      ['payout', -10_000, 0],
    ]);
    // The sale's fee is a line of its own, which doesn't say whose it is.
    expect(rows.map(({ feeTold }) => feeTold ?? true)).toEqual([false, true, false]);
    expect(summary.totals[0]).toMatchObject({ netMinor: 4_771, payoutMinor: -10_000 });
    expect(refused(gbk(bill.replace('100.29', '100.28')))).toMatchObject({ code: 'trailer-mismatch', line: 9 });
  });

  it.each([
    ['商家实收共48.00', '商家实收共48.01', 'trailer-mismatch', 9],
    ['#交易合计：1笔', '#交易合计：2笔', 'trailer-mismatch', 9],
    ['退款共-10.00元', '退款共x元', 'summary', 10],
    ['业务明细列表结束', '业务', 'trailer-missing', 11],
    ['#退款合计', '#', 'trailer-missing', 11],
  ])('%s → %s is refused', (from, to, code, line) => {
    expect(refused(gbk(alipayBill().replace(from, to)))).toMatchObject({ code, line });
  });
});

describe('Adyen', () => {
  it('types every row and compares the payout with the rows', () => {
    const { rows, summary } = read(adyenReport());
    expect(rows.map(({ type, grossMinor, feeMinor, netMinor }) => [type, grossMinor, feeMinor, netMinor])).toEqual([
      ['sale', 1_250, -12, 1_238],
      ['sale', 10_000, -120, 9_880],
      ['refund', -250, 0, -250],
      ['chargeback', -800, -1_500, -2_300],
      ['fee', 0, -60, -60],
      ['deduction', -500, 0, -500],
      ['payout', -8_008, 0, -8_008],
    ]);
    expect(rows[3]).toMatchObject({ merchantReference: 'order, 0', businessDay: '2026-11-21', payout: '17', timeZone: 'CET' });
    expect(summary.checks).toEqual([
      expect.objectContaining({ name: 'payout of batch 17, ChainDE', ok: true, expected: 8_008 }),
      expect.objectContaining({ ok: true, expected: 4 }),
    ]);
  });

  it('columns may stand in any order', () => {
    const turned = adyenReport()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (line.startsWith('"') ? line.replaceAll('"', '').replace('order, 0', 'order 0') : line))
      .map((line) => line.split(',').toReversed().join(','))
      .join('\n');
    const amounts = (text: string) => read(text).rows.map(({ type, netMinor }) => [type, netMinor]);
    expect(amounts(turned)).toEqual(amounts(adyenReport()));
  });

  it('a payout that differs is told, and refuses in strict reading', () => {
    const wrong = adyenReport().replace('80.08', '80.07');
    expect(read(wrong).summary).toMatchObject({ checksFailed: 1, notes: [{ line: 8 }] });
    expect(refused(wrong, { strict: true })).toMatchObject({ code: 'trailer-mismatch', line: 8 });
  });

  it('a gross currency that is none is refused, beside a good net currency too', () => {
    for (const nonsense of ['EURO', 'XQX', '€'])
      expect(refused(adyenReport().replace('M1,EUR,', `M1,${nonsense},`))).toMatchObject({ code: 'currency', line: 2 });
    expect(read(adyenReport().replace('M1,EUR,', 'M1,SEK,')).summary.totals.map(({ currency }) => currency)).not.toContain('SEK');
  });

  it('an unknown type is never a sale', () => {
    const { rows, summary } = read(adyenReport().replace('Settled', 'SomethingNew'));
    expect(rows[0]).toMatchObject({ type: 'credit', sourceType: 'SomethingNew', netMinor: 1_238 });
    expect(summary.notes[0]?.message).toContain('SomethingNew');
  });

  it.each([
    ['12.50', '12,50', 'columns'],
    ['12.50', '12.5O', 'amount'],
    ['12.50', '1e3', 'amount'],
    ['12.50', '0x10', 'amount'],
    ['12.50', '=1+1', 'amount'],
    ['12.50', '12.505', 'amount-precision'],
    ['12.50', '99999999999999999', 'amount-too-large'],
    ['2026-11-20 10:11:12', '2026-02-30 10:11:12', 'date'],
    ['2026-11-20 10:11:12', '20.11.2026', 'date'],
    ['12.50,1,EUR', '12.50,1,EURO', 'currency'],
    ['Settled', '', 'row-type'],
    ['order-1', 'or"der', 'quote'],
    ['order-1', '"order-1', 'quote'],
    ['order-1', '"order"-1', 'quote'],
    ['order-1', 'order\u0001', 'bad-character'],
    ['order-1', 'or\rder', 'bad-character'],
  ])('%s → %s is refused as %s', (from, to, code) => {
    expect(refused(adyenReport().replace(from, to))).toMatchObject({ code, line: expect.any(Number) });
    if (code !== 'quote') expect(refused(adyenReport().replace(from, to)).line).toBe(2);
  });

  it('bytes that are no UTF-8 are refused with their line', () => {
    const bytes = utf8(adyenReport().replace('order-2', 'order\u0080'));
    bytes[bytes.indexOf(0xc2)] = 0xff;
    expect(refused(bytes)).toMatchObject({ code: 'encoding', line: 3 });
  });

  it('a header with a column missing or twice is refused', () => {
    expect(refused(adyenReport().replace('Net Credit (NC)', 'Other'))).toMatchObject({ code: 'header', line: 1 });
    expect(refused(adyenReport().replace('Commission (NC)', 'Type'))).toMatchObject({ code: 'header', line: 1 });
  });

  it('quoted fields hold line ends, and later lines keep their numbers', () => {
    const { rows } = read(adyenReport().replace('"order, 0"', '"order\n""0"""'));
    expect(rows[3]).toMatchObject({ line: 5, merchantReference: 'order\n"0"' });
    expect(rows[4]).toMatchObject({ line: 7 });
  });

  it('a field that never ends is refused, not held', () => {
    const reader = new StatementReader();
    const piece = utf8('x'.repeat(65_536));
    reader.push(utf8(`${adyenReport()}Chain,"`));
    expect(() => {
      for (let i = 0; i < 64; i++) reader.push(piece);
    }).toThrow(expect.objectContaining({ code: 'too-large', line: 9 }));
  });
});

describe('Stripe', () => {
  it('types rows, turns fees to what they cost and compares the payout', () => {
    const { rows, summary } = read(stripeReport());
    expect(rows.map(({ type, grossMinor, feeMinor, netMinor }) => [type, grossMinor, feeMinor, netMinor])).toEqual([
      ['sale', 12_500, -95, 12_405],
      ['refund', -1_000, 0, -1_000],
      ['fee', 0, -50, -50],
      ['chargeback', -500, -1_500, -2_000],
      ['payout', -9_355, 0, -9_355],
    ]);
    expect(summary.checks).toEqual([expect.objectContaining({ name: 'payout po_1', ok: true, expected: 9_355 })]);
  });

  it('a row that does not add up is refused', () => {
    expect(refused(stripeReport().replace('124.05', '124.06'))).toMatchObject({ code: 'arithmetic', line: 2 });
  });
});
