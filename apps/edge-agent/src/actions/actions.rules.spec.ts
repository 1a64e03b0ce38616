import { COMMAND_ACTIONS } from '@tillward/contracts';
import { DRIVER_OPERATIONS } from '@tillward/driver';
import { describe, expect, it } from 'vitest';
import { asCopy, isBesideAction, isOrderAction, type OrderAction, type OrderSituation, planOrder } from './actions.rules.js';

const IDLE: OrderSituation = {
  watchedOnly: false,
  capabilities: { operations: new Set(DRIVER_OPERATIONS), reprints: new Set(['last', 'receipt', 'lines']) },
  power: { operations: new Set(['on', 'off', 'state', 'cycle']) },
  heldBy: null,
  paymentInDoubt: false,
  settlementInDoubt: false,
  resumed: false,
};
const ORDERS = COMMAND_ACTIONS.filter(isOrderAction);
const TEXT = { text: 'Back at 14:00' };
const plan = (action: OrderAction, change: Partial<OrderSituation> = {}, parameters: Record<string, string> = TEXT) =>
  planOrder(action, parameters, { ...IDLE, ...change });
const code = (...args: Parameters<typeof plan>) => {
  const planned = plan(...args);
  return planned.kind === 'refused' ? planned.code : planned.kind;
};

describe('the actions', () => {
  it('are each a routine, an order or something done beside', () => {
    const rest = COMMAND_ACTIONS.filter((action) => !isOrderAction(action) && !isBesideAction(action));
    expect(rest).toEqual(['settleTerminal', 'closeTerminal', 'openTerminal', 'acceptUnbalanced', 'adoptOutcome']);
    expect(ORDERS).toHaveLength(9);
  });
});

describe('planOrder', () => {
  it.each(ORDERS)('%s: needs a terminal that can, that nobody works on, and that is more than watched', (action) => {
    expect(plan(action).kind).not.toBe('refused');
    expect(code(action, { watchedOnly: true })).toBe('terminalOnlyWatched');
    expect(code(action, { heldBy: 'closing' })).toBe('terminalBusy');
    const bare = { capabilities: { operations: new Set<never>(), reprints: new Set<never>() }, power: null };
    expect(code(action, bare)).toBe(action === 'powerCycleTerminal' ? 'noPowerSwitch' : 'unsupportedAction');
  });

  it('takes a wake-up packet for no power cycle', () => {
    expect(code('powerCycleTerminal', { power: { operations: new Set(['on']) } })).toBe('noPowerSwitch');
  });

  it.each([
    ['signOffTerminal', true],
    ['sendStored', true],
    ['restartTerminal', true],
    ['powerCycleTerminal', true],
    ['signOnTerminal', false],
    ['diagnoseTerminal', false],
    ['setTerminalTime', false],
    ['displayMessage', false],
    ['reprintReceipt', false],
  ] as const)('%s waits for certainty: %s', (action, waits) => {
    const refusals = [code(action, { paymentInDoubt: true }), code(action, { settlementInDoubt: true })];
    expect(refusals.includes('paymentInDoubt') && refusals.includes('settlementInDoubt')).toBe(waits);
  });

  it.each([
    ['reprintReceipt', 'outcomeUnknown'],
    ['displayMessage', 'outcomeUnknown'],
    ['signOnTerminal', 'signOn'],
    ['sendStored', 'sendStored'],
    ['restartTerminal', 'restart'],
    ['powerCycleTerminal', 'powerCycle'],
    ['setTerminalTime', 'setTime'],
  ] as const)('%s after the gateway stopped in the middle: %s', (action, expected) => {
    expect(code(action, { resumed: true })).toBe(expected);
  });

  it('gives a terminal its power back whatever is in doubt', () => {
    expect(code('powerCycleTerminal', { resumed: true, paymentInDoubt: true })).toBe('powerCycle');
  });

  it.each<[OrderAction, Record<string, string>, string]>([
    ['diagnoseTerminal', {}, 'diagnose'],
    ['diagnoseTerminal', { depth: 'deep' }, 'malformedParameters'],
    ['displayMessage', {}, 'malformedParameters'],
    ['displayMessage', { text: '\n \n' }, 'malformedParameters'],
    ['displayMessage', { text: 'a\n'.repeat(9) }, 'malformedParameters'],
    ['displayMessage', { text: `card ${'0'.repeat(15)}0` }, 'malformedParameters'],
    ['displayMessage', { text: 'a', seconds: '0' }, 'malformedParameters'],
    ['reprintReceipt', {}, 'reprint'],
    ['reprintReceipt', { receiptNo: 'x' }, 'malformedParameters'],
  ])('%s with %o: %s', (action, parameters, expected) => {
    expect(code(action, {}, parameters)).toBe(expected);
  });

  it('reads what is to be shown and printed', () => {
    expect(plan('displayMessage', {}, { text: 'Back at\u0007 14:00\n\nSorry', seconds: '30' })).toEqual({
      kind: 'display',
      display: { lines: ['Back at  14:00', 'Sorry'], seconds: 30 },
    });
    expect(plan('reprintReceipt', {}, { receiptNo: '0042' })).toEqual({ kind: 'reprint', reprint: { which: 'receipt', receiptNo: 42 } });
    const { operations } = IDLE.capabilities;
    expect(code('reprintReceipt', { capabilities: { operations, reprints: new Set(['lines']) } }, { receiptNo: '1' })).toBe('reprint');
    expect(code('reprintReceipt', { capabilities: { operations, reprints: new Set(['last']) } }, { receiptNo: '1' })).toBe(
      'unsupportedAction',
    );
  });
});

describe('asCopy', () => {
  it('says at both ends that it is a copy', () => {
    expect(asCopy(['TOTAL 12.50'])).toEqual(['*** COPY ***', 'TOTAL 12.50', '*** COPY ***']);
  });
});
