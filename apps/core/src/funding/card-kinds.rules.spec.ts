import type { CardFunding } from '@tillward/statements';
import { describe, expect, it } from 'vitest';
import { cardKindName, cardKinds } from './card-kinds.rules.js';

describe('the card kinds of a row', () => {
  it.each<[string | null, CardFunding | null, string[], string]>([
    ['VISA', 'debit', ['VISA debit', 'visa debit', 'VISA', 'visa', 'debit'], 'visa debit'],
    ['visa', null, ['visa'], 'visa'],
    ['Visa Debit', null, ['Visa Debit debit', 'visa debit', 'Visa Debit', 'visa', 'debit'], 'visa debit'],
    ['girocard', null, ['girocard debit', 'girocard', 'debit'], 'girocard'],
    ['mc', 'credit', ['mc credit', 'mastercard credit', 'mc', 'mastercard', 'credit'], 'mastercard credit'],
    [null, 'debit', ['debit'], 'debit'],
    ['ICBC_CREDIT', 'credit', ['ICBC_CREDIT credit', 'ICBC_CREDIT', 'credit'], 'credit'],
    ['House card', null, ['House card'], 'other'],
    [' ', null, [], ''],
    [null, null, [], ''],
  ])('%j, %j', (scheme, funding, kinds, name) => {
    expect(cardKinds(scheme, funding)).toEqual(kinds);
    expect(cardKindName(scheme, funding)).toBe(name);
  });
});
