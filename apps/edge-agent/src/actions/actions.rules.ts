import { type CommandAction, carriesCardNumber } from '@tillward/contracts';
import type { DisplayOrder, DriverCapabilities, DriverOperation, ReprintOrder } from '@tillward/driver';
import type { PowerCapabilities } from '@tillward/power';

/** Actions that wait for their turn on the terminal, one at a time. */
export type OrderAction = Exclude<
  CommandAction,
  'settleTerminal' | 'closeTerminal' | 'openTerminal' | 'acceptUnbalanced' | 'adoptOutcome' | BesideAction
>;
/** Actions that may be carried out beside whatever runs on the terminal. */
export type BesideAction = 'abortTerminal' | 'captureDialogue';

/** What a person ordered, with its parameters read. */
export type Order =
  | { readonly kind: 'signOn' | 'signOff' | 'sendStored' | 'restart' | 'powerCycle' | 'setTime' }
  | { readonly kind: 'diagnose'; readonly depth: 'host' | 'self' }
  | { readonly kind: 'display'; readonly display: DisplayOrder }
  | { readonly kind: 'reprint'; readonly reprint: Exclude<ReprintOrder, { which: 'lines' }> };

/** Stable codes of orders that are not carried out. */
export type ActionRefusal =
  | 'terminalOnlyWatched'
  | 'unsupportedAction'
  | 'noPowerSwitch'
  | 'malformedParameters'
  | 'terminalBusy'
  | 'paymentInDoubt'
  | 'settlementInDoubt'
  | 'outcomeUnknown'
  | 'nothingRunning'
  | 'noDialogue'
  | 'noReceipt'
  | 'notPrinted';

/** Why an order is not carried out. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: ActionRefusal;
  readonly detail: string;
}

const refused = (code: ActionRefusal, detail: string): Refused => ({ kind: 'refused', code, detail });

/** The state of a terminal when an order's turn comes. */
export interface OrderSituation {
  readonly watchedOnly: boolean;
  readonly capabilities: Pick<DriverCapabilities, 'operations' | 'reprints'>;
  /** Null: nothing can switch the terminal. */
  readonly power: Pick<PowerCapabilities, 'operations'> | null;
  /** The routine that holds the terminal. */
  readonly heldBy: 'opening' | 'closing' | 'maintenance' | null;
  readonly paymentInDoubt: boolean;
  readonly settlementInDoubt: boolean;
  /** The gateway stopped while this order was being carried out. */
  readonly resumed: boolean;
}

/** Whether an action waits for its turn on the terminal. */
export function isOrderAction(action: CommandAction): action is OrderAction {
  return Object.hasOwn(NEEDS, action);
}

/** Whether an action may be carried out beside what runs. */
export function isBesideAction(action: CommandAction): action is BesideAction {
  return action === 'abortTerminal' || action === 'captureDialogue';
}

/** What each action needs the driver to have declared. */
const NEEDS: Readonly<Record<OrderAction, DriverOperation | 'power'>> = {
  signOnTerminal: 'signOn',
  signOffTerminal: 'signOff',
  sendStored: 'sendStored',
  diagnoseTerminal: 'diagnose',
  restartTerminal: 'restart',
  powerCycleTerminal: 'power',
  setTerminalTime: 'setTime',
  displayMessage: 'display',
  reprintReceipt: 'reprint',
};

/** Orders that could lose what an enquiry is to find out, or end the session it needs: not while something is in doubt. */
const NEED_CERTAINTY: ReadonlySet<OrderAction> = new Set(['signOffTerminal', 'sendStored', 'restartTerminal', 'powerCycleTerminal']);

/** Orders that would be seen twice, or by the wrong customer, if they were carried out again after the gateway stopped in the middle. */
const NOT_REPEATED: ReadonlySet<OrderAction> = new Set(['reprintReceipt', 'displayMessage']);

/**
 * The order to carry out, or why there is none. The driver is only ever asked for what it declared. An order cut off by the gateway's own end is carried out again
 * where that does no harm; of the others nobody can say whether they had their effect.
 */
export function planOrder(action: OrderAction, parameters: Readonly<Record<string, string>>, situation: OrderSituation): Order | Refused {
  if (situation.watchedOnly) return refused('terminalOnlyWatched', 'the terminal works on its own and is only watched');
  const missing = missingFor(action, situation);
  if (missing) return missing;
  if (situation.heldBy) return refused('terminalBusy', `the ${situation.heldBy} is running`);
  if (NEED_CERTAINTY.has(action) && !(action === 'powerCycleTerminal' && situation.resumed)) {
    if (situation.paymentInDoubt) return refused('paymentInDoubt', 'a payment is in doubt and the terminal is being asked about it');
    if (situation.settlementInDoubt)
      return refused('settlementInDoubt', 'a settlement is in doubt and the terminal is being asked about it');
  }
  if (situation.resumed && NOT_REPEATED.has(action)) {
    return refused('outcomeUnknown', 'the gateway stopped while it was carried out; order it again if it had no effect');
  }
  return orderOf(action, parameters, situation.capabilities.reprints);
}

function missingFor(action: OrderAction, { capabilities, power }: OrderSituation): Refused | null {
  const needed = NEEDS[action];
  if (needed !== 'power')
    return capabilities.operations.has(needed) ? null : refused('unsupportedAction', `this terminal can not ${needed}`);
  return power?.operations.has('cycle') ? null : refused('noPowerSwitch', 'nothing can take this terminal’s power away and give it back');
}

function orderOf(
  action: OrderAction,
  parameters: Readonly<Record<string, string>>,
  reprints: ReadonlySet<ReprintOrder['which']>,
): Order | Refused {
  switch (action) {
    case 'signOnTerminal':
      return { kind: 'signOn' };
    case 'signOffTerminal':
      return { kind: 'signOff' };
    case 'sendStored':
      return { kind: 'sendStored' };
    case 'restartTerminal':
      return { kind: 'restart' };
    case 'powerCycleTerminal':
      return { kind: 'powerCycle' };
    case 'setTerminalTime':
      return { kind: 'setTime' };
    case 'diagnoseTerminal':
      return diagnosisOf(parameters);
    case 'displayMessage':
      return displayOf(parameters);
    case 'reprintReceipt':
      return reprintOf(parameters, reprints);
  }
}

function diagnosisOf({ depth = 'host' }: Readonly<Record<string, string>>): Order | Refused {
  if (depth === 'host' || depth === 'self') return { kind: 'diagnose', depth };
  return refused('malformedParameters', 'depth is host or self');
}

const MAX_LINES = 8;
const MAX_SECONDS = 300;
const USUAL_SECONDS = '20';

function displayOf({ text = '', seconds = USUAL_SECONDS }: Readonly<Record<string, string>>): Order | Refused {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/\p{Cc}/gu, ' ').trim())
    .filter((line) => line !== '');
  if (lines.length === 0 || lines.length > MAX_LINES) return refused('malformedParameters', `text has 1 to ${MAX_LINES} lines`);
  if (carriesCardNumber(text)) return refused('malformedParameters', 'text holds digits that could be a card number');
  const shownFor = Number(seconds);
  if (!Number.isInteger(shownFor) || shownFor < 1 || shownFor > MAX_SECONDS) {
    return refused('malformedParameters', `seconds is a number from 1 to ${MAX_SECONDS}`);
  }
  return { kind: 'display', display: { lines, seconds: shownFor } };
}

function reprintOf({ receiptNo }: Readonly<Record<string, string>>, reprints: ReadonlySet<ReprintOrder['which']>): Order | Refused {
  if (receiptNo !== undefined && !/^\d{1,10}$/.test(receiptNo)) return refused('malformedParameters', 'receiptNo is a number');
  const reprint = receiptNo === undefined ? ({ which: 'last' } as const) : ({ which: 'receipt', receiptNo: Number(receiptNo) } as const);
  // A terminal that can't find a receipt may still print the lines that were kept of it.
  if (!reprints.has(reprint.which) && !reprints.has('lines'))
    return refused('unsupportedAction', `this terminal can not print its ${reprint.which} receipt again`);
  return { kind: 'reprint', reprint };
}

/** The lines of a kept receipt as they are printed again: nobody must take the copy for the receipt. */
export function asCopy(lines: readonly string[]): string[] {
  return ['*** COPY ***', ...lines, '*** COPY ***'];
}
