import { describe, expect, it } from 'vitest';
import { cardFunding, cardScheme } from './card.rules.js';

describe('a card by its name', () => {
  it.each([
    ['girocard', 'girocard', 'debit'],
    ['girocard V PAY', 'girocard', 'debit'],
    ['V PAY', 'vpay', 'debit'],
    ['Maestro', 'maestro', 'debit'],
    ['VISA', 'visa', 'unknown'],
    ['Visa Debit', 'visa', 'debit'],
    ['MasterCard', 'mastercard', 'unknown'],
    ['mc', 'mastercard', 'unknown'],
    ['mcx', 'other', 'unknown'],
    ['Mastercard Credit', 'mastercard', 'credit'],
    ['Mastercard Prepaid', 'mastercard', 'prepaid'],
    ['AMERICAN EXPRESS', 'amex', 'credit'],
    ['Diners Club', 'diners', 'credit'],
    ['JCB', 'jcb', 'unknown'],
    ['UnionPay', 'unionpay', 'unknown'],
    ['银联借记卡', 'unionpay', 'debit'],
    ['银联贷记卡', 'unionpay', 'credit'],
    ['支付宝', 'alipay', 'unknown'],
    ['微信支付', 'wechat', 'unknown'],
    ['House card', 'other', 'unknown'],
    ['', 'unnamed', 'unknown'],
    ['  ', 'unnamed', 'unknown'],
  ])('%j is %s, %s', (name, scheme, funding) => {
    expect([cardScheme(name), cardFunding(name)]).toEqual([scheme, funding]);
  });
});
