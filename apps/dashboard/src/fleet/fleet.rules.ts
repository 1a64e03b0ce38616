import type { FLEET_SHOWS } from '../app/searches.js';
import type { StoreBoardFragment, TerminalBoardFragment } from '../graphql/generated/graphql.js';
import { isBroken } from './peripheral.rules.js';

/** Why a store needs somebody. */
export type Concern =
  | 'incidents'
  | 'closeBlocked'
  | 'leftOn'
  | 'gatewayOffline'
  | 'terminalTrouble'
  | 'peripheralBroken'
  | 'policyRefused'
  | 'closingSoon';

/** Worse first. */
const WEIGHT: Record<Concern, number> = {
  incidents: 32,
  closeBlocked: 16,
  leftOn: 16,
  gatewayOffline: 8,
  terminalTrouble: 4,
  peripheralBroken: 2,
  policyRefused: 4,
  closingSoon: 1,
};

const SOON_MS = 30 * 60_000;

/** What a terminal's tile says in one word. `unknown` whenever the gateway cannot tell; never `off` instead. */
export type TileState =
  | 'unknown'
  | 'blocked'
  | 'selling'
  | 'settling'
  | 'opening'
  | 'closing'
  | 'leftOn'
  | 'off'
  | 'closed'
  | 'trouble'
  | 'signedOff'
  | 'ready';

const TROUBLE = new Set<TerminalBoardFragment['service']>([
  'diagnosisNeeded',
  'clockWrong',
  'printerNotReady',
  'outOfOrder',
  'activationNeeded',
]);

/** Whether the gateway of a store can be asked. */
export const isOnline = (store: Pick<StoreBoardFragment, 'gateway'>): boolean => store.gateway?.online === true;

/** The terminal was proven closed for the store's current business day. */
export const isProven = (terminal: TerminalBoardFragment, businessDay: string): boolean => terminal.closeProof?.businessDay === businessDay;

/** One word for a terminal, most important first. */
export function tileState(
  terminal: TerminalBoardFragment,
  store: Pick<StoreBoardFragment, 'gateway' | 'isOpen' | 'businessDay' | 'closing'>,
): TileState {
  if (!isOnline(store)) return 'unknown';
  if (terminal.activity === 'blocked') return 'blocked';
  if (
    terminal.activity === 'selling' ||
    terminal.activity === 'settling' ||
    terminal.activity === 'opening' ||
    terminal.activity === 'closing'
  ) {
    return terminal.activity;
  }
  if (terminal.power === 'off') return 'off';
  if (terminal.activity === 'closed') return 'closed';
  if (terminal.power === 'unknown') return 'unknown';
  if (TROUBLE.has(terminal.service)) return 'trouble';
  const closingRuns = (store.closing?.running ?? 0) > 0;
  if (!store.isOpen && !closingRuns && !isProven(terminal, store.businessDay)) return 'leftOn';
  return terminal.signedOn ? 'ready' : 'signedOff';
}

/** Why this store needs somebody now, worst first. */
export function concernsOf(store: StoreBoardFragment, nowMs: number): Concern[] {
  const states = store.terminals.map((terminal) => tileState(terminal, store));
  const found: Concern[] = [];
  if (store.openIncidents > 0) found.push('incidents');
  if ((store.closing?.blocked ?? 0) > 0 || states.includes('blocked')) found.push('closeBlocked');
  if (states.includes('leftOn')) found.push('leftOn');
  if (!isOnline(store)) found.push('gatewayOffline');
  if (states.includes('trouble')) found.push('terminalTrouble');
  if (store.terminals.some(isBroken)) found.push('peripheralBroken');
  if ((store.gateway?.policyRefused.length ?? 0) > 0) found.push('policyRefused');
  if (store.isOpen && store.closesAt && Date.parse(store.closesAt) - nowMs < SOON_MS && store.fundsAtRisk.amountMinor > 0)
    found.push('closingSoon');
  return found;
}

/** How urgent a store is; 0 needs nobody. */
export const urgency = (concerns: readonly Concern[]): number => concerns.reduce((sum, concern) => sum + WEIGHT[concern], 0);

/** More than a hint: somebody should act. */
export const isProblem = (concerns: readonly Concern[]): boolean => urgency(concerns) > WEIGHT.closingSoon;

/** Ids, the most urgent store first, then the one that closes next, then by name. */
export function orderOf(stores: readonly StoreBoardFragment[], nowMs: number): string[] {
  const ranked = stores.map((store) => ({ store, urgency: urgency(concernsOf(store, nowMs)) }));
  ranked.sort(
    (a, b) =>
      b.urgency - a.urgency ||
      (a.store.closesAt ?? '9').localeCompare(b.store.closesAt ?? '9') ||
      a.store.name.localeCompare(b.store.name) ||
      a.store.id.localeCompare(b.store.id),
  );
  return ranked.map(({ store }) => store.id);
}

/** Keeps the order a person is looking at: stores that are new come last, stores that left are dropped. */
export function keepOrder(shown: readonly string[], wanted: readonly string[]): string[] {
  const exists = new Set(wanted);
  const kept = shown.filter((id) => exists.has(id));
  const known = new Set(kept);
  return [...kept, ...wanted.filter((id) => !known.has(id))];
}

/** What the person narrowed the board to. */
export interface FleetFilter {
  readonly q?: string;
  readonly show?: (typeof FLEET_SHOWS)[number];
}

/** Whether a store belongs to the narrowed board. */
export function matches(store: StoreBoardFragment, { q, show }: FleetFilter, nowMs: number): boolean {
  const needle = q?.trim().toLowerCase();
  if (needle) {
    const words = [store.id, store.name, store.city, ...store.terminals.flatMap(({ name, id, brand, model }) => [name, id, brand, model])];
    if (!words.some((word) => word.toLowerCase().includes(needle))) return false;
  }
  if (show === undefined) return true;
  switch (show) {
    case 'problems':
      return isProblem(concernsOf(store, nowMs));
    case 'closing':
      return (store.closing?.running ?? 0) > 0 || store.terminals.some(({ activity }) => activity === 'closing');
    case 'unsettled':
      return store.fundsAtRisk.amountMinor > 0;
    case 'offline':
      return !isOnline(store);
  }
}
