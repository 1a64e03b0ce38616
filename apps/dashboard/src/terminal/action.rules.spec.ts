import { describe, expect, it } from 'vitest';
import type { TerminalAction } from '../graphql/generated/graphql.js';
import en from '../i18n/en.json' with { type: 'json' };
import zh from '../i18n/zh-CN.json' with { type: 'json' };
import { ACTION_GROUPS, type ActionOption, commonBlock, formFaults, GROUP_NAMES, oneLine } from './action.rules.js';

const option = (over: Partial<ActionOption> = {}): ActionOption => ({
  action: 'settleTerminal',
  available: true,
  block: null,
  destructive: true,
  waits: false,
  parameters: [],
  ...over,
});
const blocked = (block: ActionOption['block']) => option({ available: false, block });

/** Sixteen digits that pass the check of card numbers; no issuer's begin like this. */
const CARD_LIKE = `${'9'.repeat(15)}5`;

describe('the actions', () => {
  it('all have a place, a name and an effect in both languages', () => {
    const placed: TerminalAction[] = GROUP_NAMES.flatMap((group) => ACTION_GROUPS[group]);
    for (const { commandAction, action } of [en, zh]) {
      expect(Object.keys(commandAction).sort()).toEqual([...placed].sort());
      expect(Object.keys(action.effect).sort()).toEqual([...placed].sort());
    }
  });
});

describe('commonBlock', () => {
  it.each<[string, ActionOption[], ActionOption['block'] | undefined]>([
    ['all for one reason', [blocked('notYourRole'), blocked('notYourRole')], 'notYourRole'],
    ['several reasons', [blocked('observedOnly'), blocked('alreadyRunning')], undefined],
    ['something can be ordered', [option(), blocked('noPowerSwitch')], undefined],
    ['nothing is known', [], undefined],
  ])('%s', (_case, options, block) => {
    expect(commonBlock(options)).toBe(block);
  });
});

describe('formFaults', () => {
  it.each([
    [option(), { reason: 'stuck', text: '' }, {}],
    [option(), { reason: ' \n', text: '' }, { reason: 'missing' }],
    [option(), { reason: `card ${CARD_LIKE}`, text: '' }, { reason: 'cardLike' }],
    [option({ parameters: ['text'] }), { reason: 'queue', text: '' }, { text: 'missing' }],
    [option({ parameters: ['text'] }), { reason: 'queue', text: '请稍候' }, {}],
    [option({ parameters: ['text'] }), { reason: 'ticket 123456789012', text: CARD_LIKE }, { text: 'cardLike' }],
  ])('%#', (given, form, faults) => {
    expect(formFaults(given, form)).toEqual(faults);
  });
});

it('what a person typed in lines reaches the server as one', () => {
  expect(oneLine(' a\nb\r\n c ')).toBe('a b  c');
});
