import type { PolicyChange, PolicyDocumentFieldsFragment, StoreBoardFragment } from '../graphql/generated/graphql.js';
import type { GatewayStatus, Setting } from './policy-queries.js';

/** What a person changed and has not applied: a new value, or null to take this level's value away. */
export type Draft = Readonly<Record<string, unknown>>;

/** Settings that belong together on the page, in catalogue order. */
export const SETTING_GROUPS = ['hours', 'closing', 'settlement', 'other'] as const;

const GROUP_OF: Record<string, (typeof SETTING_GROUPS)[number]> = {
  hours: 'hours',
  businessDay: 'hours',
  opening: 'hours',
  sales: 'hours',
  closing: 'closing',
  power: 'closing',
  settlement: 'settlement',
};

/** The group a key is shown in. */
export const groupOf = (key: string): (typeof SETTING_GROUPS)[number] => GROUP_OF[key.split('.')[0] ?? ''] ?? 'other';

const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;

/** What an editor holds as the catalogue's type; undefined when it is not a value of that type. */
export function parseValue(setting: Pick<Setting, 'type' | 'choices'>, raw: string | boolean): unknown {
  switch (setting.type) {
    case 'boolean':
      return typeof raw === 'boolean' ? raw : undefined;
    case 'time':
      return typeof raw === 'string' && TIME.test(raw) ? raw : undefined;
    case 'choice':
      return setting.choices?.some(({ value }) => value === raw) ? raw : undefined;
    case 'text':
      return typeof raw === 'string' ? raw : undefined;
    case 'duration':
    case 'integer':
      return typeof raw === 'string' && /^\d{1,9}$/.test(raw) ? Number(raw) : undefined;
  }
}

/** The draft after an edit. Going back to what is in force takes the change out of the draft. */
export function edited(draft: Draft, key: string, value: unknown, document: PolicyDocumentFieldsFragment): Draft {
  const inForce = document.values.find((each) => each.key === key);
  const { [key]: _before, ...others } = draft;
  const isUnchanged = value === null ? inForce?.setHere !== true : inForce?.value === value;
  return isUnchanged ? others : { ...others, [key]: value };
}

/** The draft as the server takes it. */
export const changesOf = (draft: Draft): PolicyChange[] => Object.entries(draft).map(([key, value]) => ({ key, value }));

const minutesOf = (clock: string): number =>
  Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5)) + (Number(clock.slice(6, 8)) || 0) / 60;

/**
 * When a store would close with another closing time: today's closing moved by the difference, the short way round midnight. The server decides
 * with its calendar; this is what the person is told before. Null for a store that does not open.
 */
export function closingMovedTo(store: Pick<StoreBoardFragment, 'closesAt' | 'timeZone'>, closingTime: string): number | null {
  if (!store.closesAt) return null;
  const local = new Intl.DateTimeFormat('en', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: store.timeZone,
  });
  const day = 24 * 60;
  const difference = minutesOf(closingTime) - minutesOf(local.format(new Date(store.closesAt)));
  const shortest = ((((difference + day / 2) % day) + day) % day) - day / 2;
  return Date.parse(store.closesAt) + Math.round(shortest * 60_000);
}

/** What applying a draft means for one store. */
export interface StoreEffect {
  readonly store: StoreBoardFragment;
  readonly online: boolean;
  /** Keys for which the store has a value of its own, so that the chain's change does not reach it. */
  readonly keepsOwn: readonly string[];
  /** Nothing of the draft reaches this store. */
  readonly untouched: boolean;
  /** New closing instant, when the draft moves it. */
  readonly closesAtMs: number | null;
}

/** What a draft will do to which store. `own` holds, per store, the keys the store itself has set. */
export function effectsOf(
  draft: Draft,
  target: { storeId: string | null; closingTimeOf: (storeId: string) => string | undefined },
  stores: readonly StoreBoardFragment[],
  own: ReadonlyMap<string, ReadonlySet<string>>,
): StoreEffect[] {
  const keys = Object.keys(draft);
  return stores
    .filter((store) => target.storeId === null || store.id === target.storeId)
    .map((store) => {
      const keepsOwn = target.storeId === null ? keys.filter((key) => own.get(store.id)?.has(key)) : [];
      const moves = keys.includes('hours.close') && !keepsOwn.includes('hours.close');
      const closing = moves ? (draft['hours.close'] ?? target.closingTimeOf(store.id)) : undefined;
      return {
        store,
        online: store.gateway?.online === true,
        keepsOwn,
        untouched: keepsOwn.length === keys.length,
        closesAtMs: typeof closing === 'string' ? closingMovedTo(store, closing) : null,
      };
    });
}

/** How far the newest version has come. */
export function rolloutOf(status: readonly GatewayStatus[]): { version: number; applied: number; total: number; refused: number } {
  return {
    version: Math.max(0, ...status.map(({ desiredVersion }) => desiredVersion)),
    applied: status.filter(({ desiredVersion, appliedVersion }) => appliedVersion === desiredVersion).length,
    total: status.length,
    refused: status.filter(({ refused }) => refused.length > 0).length,
  };
}
