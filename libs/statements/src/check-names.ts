/** Lines of UnionPay's summary of a clearing day (商户交易汇总表) that are compared. */
export const UNIONPAY_LINES = ['总计', '借记卡', '贷记卡', '准贷记卡', '其他卡'] as const;
/** What is compared of each of {@link UNIONPAY_LINES}. */
const UNIONPAY_COLUMNS = ['交易笔数', '交易金额', '费用', '资金清算差额'] as const;

/** Parts of a BAI2 file that end with a trailer (BAI2 §2), with what those trailers count. */
const BAI2_COUNTS = {
  account: ['records'],
  group: ['accounts', 'records'],
  file: ['groups', 'records'],
} as const;
/** A part of a BAI2 file. */
export type Bai2Part = keyof typeof BAI2_COUNTS;
/** What a trailer of a BAI2 file counts. */
export type Bai2Count = (typeof BAI2_COUNTS)[Bai2Part][number];

/** Comparisons that have one name each: the sender's own word where its format has one, else what the format's field states. */
const NAMES = [
  // A file described by a profile.
  'count',
  'gross',
  'fee',
  'net',
  // Banks: MT940 and MT942 fields 62 and 90, camt.053 and camt.054 Bal, TxsSummry and NtryDtls/Btch, BAI2 status 015.
  'closing balance',
  'closing ledger balance',
  'number of entries',
  'number of credits',
  'number of debits',
  'sum of credits',
  'sum of debits',
  'transactions of a batch booking',
  'amount of a batch booking',
  // Adyen.
  'payments whose commission, markup, scheme fee and interchange are gross less net',
  // WeChat Pay.
  '总交易单数',
  '应结订单总金额',
  '退款总金额',
  '充值券退款总金额',
  '手续费总金额',
  '订单总金额',
  '申请退款总金额',
  // Alipay.
  '交易合计',
  '交易合计笔数',
  '退款合计',
  '退款合计笔数',
  '收入合计',
  '收入合计笔数',
  '支出合计',
  '支出合计笔数',
  '汇总 交易订单总笔数',
  '汇总 退款订单总笔数',
  '汇总 商家实收（元）',
] as const;

/** What a comparison is called. `payout` is followed by what the sender calls the payout. */
export type CheckName =
  | (typeof NAMES)[number]
  | `${(typeof UNIONPAY_LINES)[number]} ${(typeof UNIONPAY_COLUMNS)[number]}`
  | `${Bai2Part}: ${'control total' | Bai2Count}`
  | `payout ${string}`;

/** Every name a comparison can have, with one payout for all of them: who shows them has words for each. */
export const CHECK_NAMES: readonly CheckName[] = [
  ...NAMES,
  ...UNIONPAY_LINES.flatMap((line) => UNIONPAY_COLUMNS.map((column) => `${line} ${column}` as const)),
  ...(Object.keys(BAI2_COUNTS) as Bai2Part[]).flatMap((part) =>
    (['control total', ...BAI2_COUNTS[part]] as const).map((what) => `${part}: ${what}` as const),
  ),
  'payout 1',
];
