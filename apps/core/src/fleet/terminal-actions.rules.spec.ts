import { COMMAND_ACTIONS, type CommandAction } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { MAX_REASON } from '../graphql/index.js';
import { type ActionRequest, actionOptions, commandParameters, MAX_TEXT, requestRefusal, unsupported } from './terminal-actions.rules.js';

const zvt = { driver: 'zvt', powerKind: 'shelly', gatewayOnline: true };
/** Sixteen digits that pass the check of card numbers; no issuer's begin like this. */
const CARD_LIKE = `${'9'.repeat(15)}5`;

const request = (over: Partial<ActionRequest>): ActionRequest => ({
  action: 'settleTerminal',
  reason: 'why',
  text: null,
  depth: null,
  ...over,
});

describe('unsupported', () => {
  it.each<[string, string, CommandAction, string | undefined]>([
    ['zvt', 'none', 'restartTerminal', undefined],
    ['zvt', 'none', 'powerCycleTerminal', 'noPowerSwitch'],
    ['zvt', 'wakeOnLan', 'powerCycleTerminal', 'noPowerSwitch'],
    ['zvt', 'shelly', 'powerCycleTerminal', undefined],
    ['nexo', 'snmpPdu', 'powerCycleTerminal', undefined],
    ['nexo', 'snmpPoe', 'powerCycleTerminal', undefined],
    ['nexo', 'none', 'restartTerminal', 'unsupportedByProtocol'],
    ['nexo', 'none', 'setTerminalTime', 'unsupportedByProtocol'],
    ['nexo', 'none', 'sendStored', 'unsupportedByProtocol'],
    ['nexo', 'none', 'displayMessage', undefined],
    ['unionpay', 'shelly', 'powerCycleTerminal', 'observedOnly'],
    ['unionpay', 'none', 'settleTerminal', 'observedOnly'],
    ['unionpay', 'none', 'captureDialogue', 'observedOnly'],
    ['unheardOf', 'none', 'settleTerminal', 'unsupportedByProtocol'],
  ])('%s with %s, %s: %s', (driver, powerKind, action, block) => {
    expect(unsupported(action, { driver, powerKind, gatewayOnline: true })).toBe(block);
  });
});

describe('actionOptions', () => {
  const blocks = (...given: Parameters<typeof actionOptions>) => new Set(actionOptions(...given).map(({ block }) => block));

  it('names every action people order on a terminal: a difference is accepted by two of them', () => {
    const ordered = COMMAND_ACTIONS.filter((action) => !['acceptUnbalanced', 'adoptOutcome'].includes(action));
    expect(actionOptions('hq', zvt, new Set()).map(({ action }) => action)).toEqual(ordered);
  });

  it('leaves nothing blocked for who answers for the store, and all for who does not', () => {
    expect(blocks('hq', zvt, new Set())).toEqual(new Set([null]));
    expect(blocks('manager', zvt, new Set())).toEqual(new Set([null]));
    expect(blocks('auditor', zvt, new Set())).toEqual(new Set(['notYourRole']));
    expect(blocks('cashier', zvt, new Set())).toEqual(new Set(['notYourRole']));
  });

  it('blocks only the action that is under way', () => {
    const blocked = actionOptions('hq', zvt, new Set(['settleTerminal'])).filter(({ available }) => !available);
    expect(blocked).toMatchObject([{ action: 'settleTerminal', block: 'alreadyRunning', destructive: true }]);
  });

  it('lets an order wait for a gateway that is offline', () => {
    expect(actionOptions('hq', { ...zvt, gatewayOnline: false }, new Set()).every(({ available, waits }) => available && waits)).toBe(true);
  });

  it('says what is needed and what is destructive', () => {
    const options = actionOptions('hq', zvt, new Set());
    expect(options.filter(({ destructive }) => destructive).map(({ action }) => action)).toEqual([
      'settleTerminal',
      'closeTerminal',
      'restartTerminal',
      'powerCycleTerminal',
    ]);
    expect(options.filter(({ parameters }) => parameters.length > 0).map(({ action, parameters }) => [action, ...parameters])).toEqual([
      ['diagnoseTerminal', 'depth'],
      ['displayMessage', 'text'],
    ]);
  });
});

describe('requestRefusal', () => {
  it.each<[string, Partial<ActionRequest>, string | undefined]>([
    ['a reason is enough', {}, undefined],
    ['no reason', { reason: '  ' }, 'reason'],
    ['a reason too long', { reason: 'x'.repeat(MAX_REASON + 1) }, 'reason'],
    ['the longest reason', { reason: 'x'.repeat(MAX_REASON) }, undefined],
    ['a reason with a control character', { reason: 'a\u0000b' }, 'reason'],
    ['a reason with something like a card number', { reason: `card ${CARD_LIKE}` }, 'reason'],
    ['a reason with the number of a ticket', { reason: 'ticket 202611210001' }, undefined],
    ['a text', { action: 'displayMessage', text: '请稍候' }, undefined],
    ['no text', { action: 'displayMessage' }, 'text'],
    ['an empty text', { action: 'displayMessage', text: ' ' }, 'text'],
    ['a text too long', { action: 'displayMessage', text: 'x'.repeat(MAX_TEXT + 1) }, 'text'],
    ['a text with something like a card number', { action: 'displayMessage', text: CARD_LIKE }, 'text'],
    ['a text nobody shows', { text: 'hello' }, 'text'],
    ['a depth', { action: 'diagnoseTerminal', depth: 'self' }, undefined],
    ['a depth nobody needs', { depth: 'self' }, 'depth'],
  ])('%s', (_case, over, field) => {
    expect(requestRefusal(request(over))?.field).toBe(field);
  });
});

describe('commandParameters', () => {
  it('travel only with the actions that need them', () => {
    expect(commandParameters(request({ action: 'displayMessage', text: ' wait ' }))).toEqual({ text: 'wait' });
    expect(commandParameters(request({ action: 'diagnoseTerminal' }))).toEqual({ depth: 'host' });
    expect(commandParameters(request({ action: 'diagnoseTerminal', depth: 'self' }))).toEqual({ depth: 'self' });
    expect(commandParameters(request({}))).toBeUndefined();
  });
});
