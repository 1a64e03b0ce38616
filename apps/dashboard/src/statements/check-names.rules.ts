/** Checks that have one name, by the key of the words for it here. */
const NAMES = {
  count: 'count',
  gross: 'gross',
  fee: 'fee',
  net: 'net',
  'closing balance': 'closingBalance',
  'closing ledger balance': 'closingLedgerBalance',
  'number of entries': 'entries',
  'number of credits': 'credits',
  'number of debits': 'debits',
  'sum of credits': 'sumOfCredits',
  'sum of debits': 'sumOfDebits',
  'transactions of a batch booking': 'batchTransactions',
  'amount of a batch booking': 'batchAmount',
  'payments whose commission, markup, scheme fee and interchange are gross less net': 'costsAddUp',
  总交易单数: 'wechatCount',
  // What it was called in bills of older formats that were read before.
  总交易笔数: 'wechatCount',
  应结订单总金额: 'wechatSettled',
  退款总金额: 'wechatRefunds',
  充值券退款总金额: 'wechatCouponRefunds',
  手续费总金额: 'wechatFees',
  订单总金额: 'wechatOrders',
  申请退款总金额: 'wechatRefundsAsked',
  交易合计: 'alipayTrades',
  交易合计笔数: 'alipayTradeCount',
  退款合计: 'alipayRefunds',
  退款合计笔数: 'alipayRefundCount',
  收入合计: 'alipayIncome',
  收入合计笔数: 'alipayIncomeCount',
  支出合计: 'alipayExpenses',
  支出合计笔数: 'alipayExpenseCount',
  '汇总 交易订单总笔数': 'alipaySummaryTrades',
  '汇总 退款订单总笔数': 'alipaySummaryRefunds',
  '汇总 商家实收（元）': 'alipaySummaryReceived',
} as const;

/** Parts of a file that state several sums: cards of UnionPay's summary of a clearing day (商户交易汇总表), parts of a BAI2 file. */
const PARTS = {
  总计: 'total',
  借记卡: 'debitCards',
  贷记卡: 'creditCards',
  准贷记卡: 'semiCreditCards',
  其他卡: 'otherCards',
  account: 'account',
  group: 'group',
  file: 'file',
} as const;

/** What such a part states. */
const STATED = {
  交易笔数: 'transactions',
  交易金额: 'amount',
  费用: 'fees',
  资金清算差额: 'net',
  'control total': 'controlTotal',
  accounts: 'accounts',
  groups: 'groups',
  records: 'records',
} as const;

/** What a check is called, by keys of the catalogue: a name, what a part of the file states, or a payout by the name its sender gave it. */
export type CheckWords =
  | { readonly kind: 'name'; readonly name: (typeof NAMES)[keyof typeof NAMES] }
  | { readonly kind: 'part'; readonly part: (typeof PARTS)[keyof typeof PARTS]; readonly stated: (typeof STATED)[keyof typeof STATED] }
  | { readonly kind: 'payout'; readonly payout: string };

const keyIn = <T extends Readonly<Record<string, string>>>(keys: T, name: string): T[keyof T] | undefined =>
  Object.hasOwn(keys, name) ? (keys[name] as T[keyof T]) : undefined;

/** The words of a check's name (libs/statements, CHECK_NAMES); undefined for one this version does not know, which is then shown as it is. */
export function checkWords(name: string): CheckWords | undefined {
  const known = keyIn(NAMES, name);
  if (known !== undefined) return { kind: 'name', name: known };
  if (name.startsWith('payout ')) return { kind: 'payout', payout: name.slice('payout '.length) };
  const [, before = '', after = ''] = /^([^ :]+):? (.+)$/.exec(name) ?? [];
  const [part, stated] = [keyIn(PARTS, before), keyIn(STATED, after)];
  return part === undefined || stated === undefined ? undefined : { kind: 'part', part, stated };
}
