import type { FleetRequestFieldsFragment, MoneyFieldsFragment, TerminalAction } from '../graphql/generated/graphql.js';

/** Actions that can be asked for on many terminals, what is asked for most first: those on money or power, as the server has them. */
export const FLEET_ACTIONS = [
  'settleTerminal',
  'closeTerminal',
  'openTerminal',
  'restartTerminal',
  'powerCycleTerminal',
  'sendStored',
  'abortTerminal',
] as const satisfies readonly TerminalAction[];

/** Most terminals of one request, as the server has it. */
export const MOST_TARGETS = 500;

const PLACE = /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/;

/** Chosen terminals as they stand in the address: `store/terminal`, commas between. What is no place is left out. */
export function placesOf(raw: unknown): string[] | undefined {
  const parts = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : [];
  const places = [...new Set(parts.filter((part): part is string => typeof part === 'string' && PLACE.test(part)))];
  return places.length === 0 ? undefined : places.slice(0, MOST_TARGETS);
}

/** A terminal as the address names it. */
export const placeOf = (storeId: string, terminalId: string): string => `${storeId}/${terminalId}`;

/** The two ids of a place. */
export function targetOf(place: string): { storeId: string; terminalId: string } {
  const [storeId = '', terminalId = ''] = place.split('/');
  return { storeId, terminalId };
}

/** Adds these places to the chosen ones, or takes them away. */
export function choose(chosen: readonly string[], places: readonly string[], add: boolean): string[] {
  const own = new Set(places);
  const others = chosen.filter((place) => !own.has(place));
  return add ? [...others, ...places].slice(0, MOST_TARGETS) : others;
}

/** Whether all, some or none of these places are chosen. */
export function chosenOf(chosen: ReadonlySet<string>, places: readonly string[]): 'all' | 'some' | 'none' {
  const count = places.filter((place) => chosen.has(place)).length;
  return count === 0 ? 'none' : count === places.length ? 'all' : 'some';
}

/** What is unsettled on a request's terminals now, by currency. */
export function unsettledOf(request: Pick<FleetRequestFieldsFragment, 'targets'>): MoneyFieldsFragment[] {
  const sums = new Map<string, number>();
  for (const { unsettled } of request.targets) {
    if (unsettled && unsettled.amountMinor > 0) sums.set(unsettled.currency, (sums.get(unsettled.currency) ?? 0) + unsettled.amountMinor);
  }
  return [...sums].sort(([a], [b]) => a.localeCompare(b)).map(([currency, amountMinor]) => ({ currency, amountMinor }));
}

/** How far an approved request has come: terminals by what became of their command. */
export function progressOf(request: Pick<FleetRequestFieldsFragment, 'targets'>): { done: number; failed: number; open: number } {
  const progress = { done: 0, failed: 0, open: 0 };
  for (const { commandState } of request.targets) {
    if (commandState === 'succeeded') progress.done += 1;
    else if (commandState === 'created' || commandState === 'sent' || commandState === 'received' || commandState === 'running')
      progress.open += 1;
    else if (commandState !== null) progress.failed += 1;
  }
  return progress;
}
