import { describe, expect, it } from 'vitest';
import { type HandoverSituation, handoverContent, judgeHandover } from './handover.rules.js';

const FINE: HandoverSituation = {
  outgoing: 'ana',
  incoming: 'mia',
  inDoubt: false,
  occupied: false,
  slips: 4,
  transactions: 4,
  differenceReason: null,
};

describe('judgeHandover', () => {
  it.each<[string, Partial<HandoverSituation>, ReturnType<typeof judgeHandover>]>([
    ['as many slips as transactions', {}, null],
    ['to nobody yet', { incoming: null }, null],
    ['a slip too few', { slips: 3 }, 'slipCountDiffers'],
    ['a slip too many', { slips: 5 }, 'slipCountDiffers'],
    ['a difference that is explained', { slips: 3, differenceReason: 'torn' }, null],
    ['nobody is there', { outgoing: null }, 'operatorNotSignedOn'],
    ['to oneself', { incoming: 'ana' }, 'sameOperator'],
    ['something in doubt', { inDoubt: true }, 'paymentInDoubt'],
    ['a sale running', { occupied: true }, 'terminalBusy'],
    ['in doubt comes before the count', { inDoubt: true, slips: 3 }, 'paymentInDoubt'],
  ])('%s', (_name, change, refusal) => {
    expect(judgeHandover({ ...FINE, ...change })).toBe(refusal);
  });
});

describe('handoverContent', () => {
  it('holds everything but the passcode', () => {
    const request = { terminal: 't1', slips: 4, incoming: { operatorId: 'mia', passcode: '481516' }, tillId: 'till-1' };
    expect(handoverContent(request)).not.toContain('481516');
    expect(handoverContent({ ...request, incoming: { operatorId: 'mia' } })).toBe(handoverContent(request));
    expect(handoverContent({ ...request, slips: 5 })).not.toBe(handoverContent(request));
    expect(handoverContent({ ...request, incoming: null })).not.toBe(handoverContent(request));
    expect(handoverContent({ ...request, differenceReason: 'torn' })).not.toBe(handoverContent(request));
  });
});
