import type { TerminalAction, TerminalFullFragment } from '../graphql/generated/graphql.js';

/** An action with whether this person may order it here now. */
export type ActionOption = TerminalFullFragment['actions'][number];

/** Actions by what they are for, in the order they are shown: what only asks comes first, what interrupts the till last. */
export const ACTION_GROUPS = {
  look: ['diagnoseTerminal', 'captureDialogue'],
  help: ['displayMessage', 'reprintReceipt', 'setTerminalTime', 'sendStored', 'abortTerminal'],
  session: ['openTerminal', 'signOnTerminal', 'signOffTerminal'],
  interrupt: ['settleTerminal', 'acceptUnbalanced', 'adoptOutcome', 'closeTerminal', 'restartTerminal', 'powerCycleTerminal'],
} as const satisfies Record<string, readonly TerminalAction[]>;

/** Names of the groups, in their order. */
export const GROUP_NAMES = Object.keys(ACTION_GROUPS) as (keyof typeof ACTION_GROUPS)[];

/** The one reason for which nothing at all can be ordered; undefined when something can, or when reasons differ. */
export function commonBlock(options: readonly ActionOption[]): NonNullable<ActionOption['block']> | undefined {
  const blocks = new Set(options.map(({ block }) => block));
  const [only] = blocks;
  return blocks.size === 1 && only ? only : undefined;
}

/** What a person has filled in. */
export interface ActionForm {
  readonly reason: string;
  readonly text: string;
}

/** What is missing or too much in the form, by field; empty when the order can be given. The server checks the same again. */
export function formFaults(
  option: Pick<ActionOption, 'parameters'>,
  { reason, text }: ActionForm,
): Partial<Record<keyof ActionForm, FormFault>> {
  const faults: Partial<Record<keyof ActionForm, FormFault>> = {};
  if (reason.trim() === '') faults.reason = 'missing';
  else if (cardLike(reason)) faults.reason = 'cardLike';
  if (option.parameters.includes('text')) {
    if (text.trim() === '') faults.text = 'missing';
    else if (cardLike(text)) faults.text = 'cardLike';
  }
  return faults;
}

/** Why a field can't be sent as it is. */
export type FormFault = 'missing' | 'cardLike';

/** Most characters of each field, as the server has them. */
export const MOST_CHARACTERS = { reason: 400, text: 120 } as const;

/** A reason and a text are one line to the server: whatever breaks lines becomes a space. */
export const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();

/** Whether a text holds what could be a card number: 12 to 19 digits in a row that pass the Luhn check (ISO/IEC 7812-1 annex B), as the server decides. */
function cardLike(text: string): boolean {
  const runs = oneLine(text).match(/\d(?:[ .-]?\d){11,}/g) ?? [];
  return runs.some((run) => {
    const digits = run.replaceAll(/\D/g, '');
    for (let start = 0; start + 12 <= digits.length; start += 1) {
      for (let end = start + 12; end <= Math.min(start + 19, digits.length); end += 1) {
        if (digits[start] !== '0' && passesLuhn(digits.slice(start, end))) return true;
      }
    }
    return false;
  });
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
