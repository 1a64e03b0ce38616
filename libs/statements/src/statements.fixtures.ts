import { Buffer } from 'node:buffer';
import { crc32, deflateRawSync } from 'node:zlib';

/** GBK bytes of a text: the platform only decodes, so its decoder is turned round. */
export function gbk(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else {
      const pair = gbkPairs().get(character);
      if (pair === undefined) throw new RangeError(`${character} is not in GBK`);
      bytes.push(pair >> 8, pair & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

let pairs: Map<string, number> | undefined;

function gbkPairs(): Map<string, number> {
  if (pairs === undefined) {
    pairs = new Map();
    const decoder = new TextDecoder('gb18030');
    for (let lead = 0x81; lead <= 0xfe; lead++)
      for (let trail = 0x40; trail <= 0xfe; trail++) {
        const character = decoder.decode(Uint8Array.of(lead, trail));
        if ([...character].length === 1 && character !== '\ufffd') pairs.set(character, (lead << 8) | trail);
      }
  }
  return pairs;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A zip archive. */
export function zip(members: readonly { name: Uint8Array; content: Uint8Array; stored?: boolean; flags?: number }[]): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, stored = false, flags = 0 } of members) {
    const data = stored ? Buffer.from(content) : deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    locals.push(Buffer.from([0x50, 0x4b, 3, 4]), common, Buffer.from(name), data);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.from([0x50, 0x4b, 1, 2, 20, 0]), common, tail, Buffer.from(name));
    at += 30 + name.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...locals, central, end]));
}

export const ADYEN_HEADER =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,Batch Number,Booking Date';

/** A settlement details report: two sales, a refund, a chargeback, fees and the payout that empties it. */
export function adyenReport(): string {
  return [
    ADYEN_HEADER,
    'Chain,ChainDE,883600000000001A,order-1,mc,2026-11-20 10:11:12,CET,Settled,M1,EUR,,12.50,1,EUR,,12.38,,0.05,0.02,0.05,mccredit,17,2026-11-21 01:00:00',
    'Chain,ChainDE,883600000000002A,order-2,visa,2026-11-20 10:15:00,CET,Settled,M2,EUR,,100,1,EUR,,98.8,1.2,,,,visadebit,17,2026-11-21 01:00:00',
    'Chain,ChainDE,883600000000001A,order-1,mc,2026-11-20 11:00:00,CET,Refunded,M3,EUR,2.50,,1,EUR,2.5,,,,,,mccredit,17,2026-11-21 01:00:00',
    '"Chain","ChainDE","883600000000000A","order, 0",visa,2026-11-20 12:00:00,CET,Chargeback,M4,EUR,8,,1,EUR,23.00,,15,,,,visadebit,17,2026-11-21 01:00:00',
    'Chain,ChainDE,,,,2026-11-21 02:00:00,CET,Fee,Transaction fees,,,,,EUR,0.6,,,,,,,17,2026-11-21 02:00:00',
    'Chain,ChainDE,,,,2026-11-21 02:00:00,CET,DepositCorrection,Reserve,,,,,EUR,5,,,,,,,17,2026-11-21 02:00:00',
    'Chain,ChainDE,,,,2026-11-21 02:00:00,CET,MerchantPayout,TX1 batch 17,,,,,EUR,80.08,,,,,,,17,2026-11-21 02:00:00',
    '',
  ].join('\n');
}

/** Stripe's payout reconciliation. */
export function stripeReport(): string {
  return [
    'balance_transaction_id,created,available_on,currency,gross,fee,net,reporting_category,card_brand,card_funding,automatic_payout_id,description',
    'txn_1,2026-11-20 10:11:12,2026-11-22 00:00:00,eur,125.00,0.95,124.05,charge,visa,credit,po_1,"Order ""1"", till 2"',
    'txn_2,2026-11-20 11:11:12,2026-11-22 00:00:00,eur,-10,0,-10,refund,visa,credit,po_1,',
    'txn_3,2026-11-20 12:00:00,2026-11-22 00:00:00,eur,-0.5,0,-0.5,fee,,,po_1,Network costs',
    'txn_4,2026-11-20 12:00:00,2026-11-22 00:00:00,eur,-5,15,-20,dispute,visa,debit,po_1,',
    'txn_5,2026-11-23 00:00:00,2026-11-23 00:00:00,eur,93.55,0,93.55,payout,,,po_1,Payout',
    '',
  ].join('\r\n');
}

/** WeChat's bill: a sale with a comma in its product, a refund, fees of five decimals. */
export function wechatBill(): string {
  return [
    '\ufeff交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注',
    '`2026-11-20 17:07:11,`wx1,`1600000001,`0,`T-01,`4200000001202611200000000001,`S1,`o1,`MICROPAY,`SUCCESS,`ICBC_DEBIT,`CNY,`88.80,`0.00,`0,`0,`0.00,`0.00,`,`,`茶, 大杯,`,`0.53280,`0.60%,`88.80,`0.00,`',
    '`2026-11-20 18:00:00,`wx1,`1600000001,`0,`T-01,`4200000001202611200000000002,`S2,`o1,`MICROPAY,`REFUND,`ICBC_DEBIT,`CNY,`0.00,`0.00,`R1,`r1,`8.80,`0.00,`ORIGINAL,`SUCCESS,`茶,`,`-0.05280,`0.60%,`0.00,`8.80,`',
    '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额',
    '`2,`88.80,`8.80,`0.00,`0.48000,`88.80,`8.80',
    '',
  ].join('\r\n');
}

/** Alipay's trade bill. */
export function alipayBill(): string {
  return [
    '#支付宝业务明细查询',
    '#账号：[20880000000000010156]',
    '#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]',
    '#-----------------------------------------业务明细列表----------------------------------------',
    '支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注',
    '2026112022001400000000000001\t,S1\t,交易\t,茶,2026-11-20 10:00:00,2026-11-20 10:00:05,\t,\t,\t,T-01\t,*顾客(138****0000)\t,50.00,48.00,0.00,0.00,0.00,2.00,0.00,,0.00\t,0.00,\t,-0.29,0.00,',
    '2026112022001400000000000001\t,S1\t,退款\t,茶,2026-11-20 10:00:00,2026-11-20 11:00:05,\t,\t,\t,T-01\t,*顾客(138****0000)\t,-10.00,-10.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,R1\t,0.06,0.00,',
    '#-----------------------------------------业务明细列表结束------------------------------------',
    '#交易合计：1笔，商家实收共48.00元，商家优惠共2.00元',
    '#退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元',
    '#导出时间：[2026年11月21日 06:27:10]',
    '',
  ].join('\n');
}

/** A ZM line of UnionPay's detail. */
export function zmLine(fields: {
  trace: string;
  amount: number;
  fee: number;
  kind?: string;
  card?: string;
  account?: string;
  credit?: boolean;
}): string {
  const { trace, amount, fee, kind = '01', card = '01', account = '622609******0048', credit = true } = fields;
  const values = [
    'S56',
    '88022900',
    '00049993',
    trace,
    '1120112203',
    account,
    String(amount).padStart(12, '0'),
    '4899',
    '07',
    `202611201122${trace.slice(0, 6)}018`,
    '01',
    'ORDER1',
    card,
    '',
    '',
    `${credit ? 'D' : 'C'}${String(fee).padStart(12, '0')}`,
    `${credit ? 'C' : 'D'}${String(amount - fee).padStart(12, '0')}`,
    '0001',
    '',
    kind,
    '',
    '000201',
    ...Array.from({ length: 5 }, () => ''),
    '802310000000001',
    ...Array.from({ length: 5 }, () => ''),
    '01080209',
    ...Array.from({ length: 7 }, () => ''),
  ];
  const widths = [
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13, 8, 32, 13, 13, 12,
    2, 1, 131,
  ];
  return widths.map((width, index) => (values[index] ?? '').padEnd(width).slice(0, width)).join(' ');
}

/** A ZME line of UnionPay's disputes. `taken`: money that leaves the merchant. */
export function zmeLine(fields: {
  code: string;
  disputedTrace: string;
  amount: number;
  fee?: number;
  taken?: boolean;
  account?: string;
}): string {
  const { code, disputedTrace, amount, fee = 0, taken = true, account = '622609******0048' } = fields;
  const values = [
    code,
    '88022900',
    '00049993',
    '900001',
    '1120093000',
    account,
    String(amount).padStart(12, '0'),
    '4899',
    '07',
    '01',
    disputedTrace,
    '1101112203',
    '1101',
    String(amount).padStart(12, '0'),
    `${taken ? 'C' : 'D'}${String(fee).padStart(12, '0')}`,
    `${taken ? 'D' : 'C'}${String(amount - fee).padStart(12, '0')}`,
    '',
    '802310000000001',
  ];
  const widths = [3, 11, 11, 6, 10, 19, 12, 4, 2, 2, 6, 10, 4, 12, 13, 13, 15, 15, 1, 12, 2, 135];
  return widths.map((width, index) => (values[index] ?? '').padEnd(width).slice(0, width)).join(' ');
}

/** UnionPay's summary for people. */
export function rdSummary(count: number, gross: string, fee: string, net: string): string {
  return [
    '                    中国银联全渠道商户交易汇总表',
    '',
    '商户代码:802310000000001                                        清算币种:人民币',
    '收单机构:88022900                                               清算日期:20261120',
    '',
    '交易类型            交易笔数               交易金额                         费用                              资金清算差额',
    '                                         借              贷              借              贷               借                  贷',
    `自助消费                   ${count}            0.00        ${gross}           ${fee}            0.00            0.00        ${net}`,
    '________________________________________________________________________________________________________________________',
    `总计                       ${count}            0.00        ${gross}           ${fee}            0.00            0.00        ${net}`,
    '',
    '卡性质              交易笔数               交易金额                         费用                              资金清算差额',
    `借记卡                     ${count}            0.00        ${gross}           ${fee}            0.00            0.00        ${net}`,
    '贷记卡                     0            0.00            0.00            0.00            0.00            0.00            0.00',
    `总计                       ${count}            0.00        ${gross}           ${fee}            0.00            0.00        ${net}`,
    '',
  ].join('\r\n');
}

/** UnionPay's day as it comes. */
export function unionpayZip(summary = rdSummary(2, '150.00', '0.90', '149.10'), disputes = ''): Uint8Array {
  const detail = `${zmLine({ trace: '000123', amount: 10_000, fee: 60 })}\r\n${zmLine({ trace: '000124', amount: 5_000, fee: 30 })}\r\n`;
  return zip([
    { name: gbk('INN26112088ZM_802310000000001'), content: gbk(detail) },
    ...(disputes === '' ? [] : [{ name: gbk('INN26112088ZME_802310000000001'), content: gbk(disputes) }]),
    { name: gbk('RD201026112001_汇总'), content: gbk(summary) },
  ]);
}

/** A camt.053 statement with a batch booking, or any message made of the given statement. */
export function camt(inner?: string, { version = '08', number = '053' } = {}): string {
  const [message, statement] = number === '053' ? ['BkToCstmrStmt', 'Stmt'] : ['BkToCstmrDbtCdtNtfctn', 'Ntfctn'];
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.${number}.001.${version}">
  <${message}>
    <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-21T06:00:00+01:00</CreDtTm></GrpHdr>
    <${statement}>
${inner ?? camtStatement(version)}
    </${statement}>
  </${message}>
</Document>
`;
}

/** The inside of a statement: 100.00 + 80.08 − 30.00 = 150.08. */
export function camtStatement(version = '08', closing = '150.08'): string {
  const status = (code: string) => (version >= '08' ? `<Sts><Cd>${code}</Cd></Sts>` : `<Sts>${code}</Sts>`);
  const balance = (code: string, amount: string, day: string) =>
    `      <Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;
  return [
    '      <Id>S-1</Id>',
    '      <Acct><Id><IBAN>DE00500000000000000001</IBAN></Id><Ccy>EUR</Ccy></Acct>',
    balance('OPBD', '100.00', '2026-11-20'),
    balance('CLBD', closing, '2026-11-20'),
    '      <Ntry>',
    `        <Amt Ccy="EUR">80.08</Amt><CdtDbtInd>CRDT</CdtDbtInd>${status('BOOK')}`,
    '        <BookgDt><Dt>2026-11-20</Dt></BookgDt><ValDt><Dt>2026-11-21</Dt></ValDt><AcctSvcrRef>B1</AcctSvcrRef>',
    '        <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>',
    '        <NtryDtls><TxDtls><Refs><EndToEndId>TX1</EndToEndId></Refs><RmtInf><Ustrd>TX1 batch 17 &amp; fees</Ustrd></RmtInf></TxDtls></NtryDtls>',
    '      </Ntry>',
    '      <Ntry>',
    `        <Amt Ccy="EUR">30</Amt><CdtDbtInd>DBIT</CdtDbtInd>${status('BOOK')}<BookgDt><DtTm>2026-11-20T13:15:00+01:00</DtTm></BookgDt>`,
    '        <BkTxCd><Prtry><Cd>166</Cd></Prtry></BkTxCd>',
    '        <NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>',
    '          <TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">10</Amt></TxAmt></AmtDtls></TxDtls>',
    '          <TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">20.00</Amt></TxAmt></AmtDtls><RmtInf><Ustrd>Rent</Ustrd></RmtInf></TxDtls>',
    '        </NtryDtls>',
    '      </Ntry>',
    `      <Ntry><Amt Ccy="EUR">5</Amt><CdtDbtInd>CRDT</CdtDbtInd>${status('PDNG')}<BkTxCd><Prtry><Cd>1</Cd></Prtry></BkTxCd></Ntry>`,
  ].join('\n');
}

/** An MT940 statement. */
export function mt940(): string {
  return [
    '{1:F01BANKDEFFAXXX0000000000}{2:I940BANKDEFFXXXXN}{4:',
    ':20:STARTUMSE',
    ':25:50000000/0000000001',
    ':28C:00001/001',
    ':60F:C261119EUR100,00',
    ':61:2611201120CR80,08NTRFTX1//B1',
    'PAYOUT',
    ':86:166?00GUTSCHRIFT?20TX1 batch 17',
    ':61:261120D30,NDDTNONREF',
    ':62F:C261120EUR150,08',
    ':86:the whole',
    '-}',
    '',
  ].join('\r\n');
}

/** An MT942 interim report. */
export function mt942(): string {
  return [
    ':20:INTERIM1',
    ':25:DE00500000000000000001',
    ':28C:1/1',
    ':34F:EUR0,',
    ':13D:2611201815+0100',
    ':61:2611201120C80,08NTRFTX1',
    ':86:TX1 batch 17',
    ':61:2611201120D30,NDDTR2',
    ':61:2611201120RD2,NRTIR3',
    ':90D:1EUR30,00',
    ':90C:2EUR82,08',
    '-',
    '',
  ].join('\n');
}

/** A BAI2 report. */
export function bai2(): string {
  return [
    '01,122099999,123456789,261120,0200,1,,,2/',
    '02,031001234,122099999,1,261119,2359,EUR,2/',
    '03,0123456789,,010,+10000,,,015,15008,,,100,8008,1,/',
    '88,400,3000,1,D,2,0,1000,1,2000/',
    '16,195,8008,V,261120,,B1,TX1,TX1 batch 17/',
    '88,second, line/',
    '16,455,3000,S,1000,1000,1000,,R2/',
    '49,47024,6/',
    '98,47024,1,8/',
    '99,47024,1,10/',
    '',
  ].join('\n');
}
