/** Card schemes totals are told by, whatever a terminal prints. `other` is a name nobody knows here, `unnamed` no name at all. */
export type CardScheme =
  | 'visa'
  | 'mastercard'
  | 'maestro'
  | 'vpay'
  | 'girocard'
  | 'amex'
  | 'diners'
  | 'discover'
  | 'jcb'
  | 'unionpay'
  | 'alipay'
  | 'wechat'
  | 'other'
  | 'unnamed';

/** How a card is funded, where its name says so. */
export type CardFundingKind = 'debit' | 'credit' | 'prepaid' | 'unknown';

/** First match counts: co-badged names (girocard/V PAY) are told by the scheme that is asked first at a German terminal. */
const SCHEMES: readonly (readonly [RegExp, CardScheme])[] = [
  [/girocard|electronic.?cash|\bec[- ]?(?:karte|cash)\b/i, 'girocard'],
  [/v[ -]?pay/i, 'vpay'],
  [/maestro/i, 'maestro'],
  [/visa/i, 'visa'],
  [/master ?card|eurocard|^mc$/i, 'mastercard'],
  [/american ?express|amex/i, 'amex'],
  [/diners/i, 'diners'],
  [/discover/i, 'discover'],
  [/\bjcb\b/i, 'jcb'],
  [/union ?pay|银联|\bcup\b/i, 'unionpay'],
  [/alipay|支付宝/i, 'alipay'],
  [/we ?chat|weixin|微信/i, 'wechat'],
];

/** The scheme of a card by the name a terminal prints. */
export function cardScheme(name: string): CardScheme {
  if (name.trim() === '') return 'unnamed';
  return SCHEMES.find(([pattern]) => pattern.test(name))?.[1] ?? 'other';
}

/** How a card is funded: by its own words (借记卡, 贷记卡, Debit…), else by a scheme that has one kind only. Never guessed for schemes that have both. */
export function cardFunding(name: string): CardFundingKind {
  if (/prepaid|预付/i.test(name)) return 'prepaid';
  if (/debit|借记/i.test(name)) return 'debit';
  if (/credit|贷记|信用/i.test(name)) return 'credit';
  switch (cardScheme(name)) {
    case 'girocard':
    case 'vpay':
    case 'maestro':
      return 'debit';
    case 'amex':
    case 'diners':
      return 'credit';
    default:
      return 'unknown';
  }
}
