import type { CommandAction } from '@tillward/contracts';
import type { Settings } from '@tillward/policy';

/** What an action touches: money on its way to the acquirer, the terminal's power, both, or neither. */
export type ActionReach = 'money' | 'power' | 'moneyAndPower' | 'neither';

/**
 * Every action with what it touches, so that a new one can't be forgotten. `abortTerminal` counts as money because it may end a payment; `openTerminal`
 * as power because it switches on.
 */
const REACH: Readonly<Record<CommandAction, ActionReach>> = {
  settleTerminal: 'money',
  closeTerminal: 'moneyAndPower',
  openTerminal: 'power',
  signOnTerminal: 'neither',
  signOffTerminal: 'neither',
  sendStored: 'money',
  diagnoseTerminal: 'neither',
  restartTerminal: 'power',
  powerCycleTerminal: 'power',
  setTerminalTime: 'neither',
  displayMessage: 'neither',
  reprintReceipt: 'neither',
  abortTerminal: 'money',
  captureDialogue: 'neither',
  acceptUnbalanced: 'money',
  // Moves nothing: it repeats what the gateway said.
  adoptOutcome: 'neither',
};

/** C6: orders of one person within this time count together, so that many small ones are no way around the second person. */
export const COUNTED_TOGETHER_MS = 60 * 60_000;

/** A terminal by its place: ids are unique within their store. */
export interface TerminalPlace {
  readonly storeId: string;
  readonly terminalId: string;
}

/** A place as text, for sets and for sorting. No id holds a slash. */
export function placeKey({ storeId, terminalId }: TerminalPlace): string {
  return `${storeId}/${terminalId}`;
}

/** True for actions on money or power: those of which many at once need a second person. */
export function isGuarded(action: CommandAction): boolean {
  return REACH[action] !== 'neither';
}

/** Actions on money or power. */
export const GUARDED_ACTIONS: readonly CommandAction[] = (Object.keys(REACH) as CommandAction[]).filter(isGuarded);

/**
 * C6: how many terminals one person may order an action for alone under a store's settings. None for a settlement where the policy wants two people for
 * each (`settlement.manualApproval`).
 */
export function aloneLimit(action: CommandAction, settings: Pick<Settings, 'approval.terminals' | 'settlement.manualApproval'>): number {
  return action === 'settleTerminal' && settings['settlement.manualApproval'] ? 0 : settings['approval.terminals'];
}

/**
 * C6: whether an order is fleet-wide and so needs a second person: an action on money or power for terminals of more than one store, or for more terminals
 * than `limit`, where those the same person ordered alone within {@link COUNTED_TOGETHER_MS} (`recent`) count as well.
 */
export function needsSecondPerson(
  action: CommandAction,
  targets: readonly TerminalPlace[],
  recent: readonly TerminalPlace[],
  limit: number,
): boolean {
  if (!isGuarded(action)) return false;
  if (new Set(targets.map(({ storeId }) => storeId)).size > 1) return true;
  return new Set([...targets, ...recent].map(placeKey)).size > limit;
}
