import type { TFunction } from 'i18next';
import type { FleetRequestFieldsFragment } from '../graphql/generated/graphql.js';
import { textOrCode } from '../i18n/use-texts.js';

/** How many terminals in how many stores, in words. */
export const whereWords = (t: TFunction, terminals: number, stores: number): string =>
  t('approval.inStores', { terminals: t('approval.terminals', { count: terminals }), stores: t('approval.stores', { count: stores }) });

/** A request in one line: what, on how much. */
export const requestWords = (t: TFunction, { action, terminalCount, storeCount }: FleetRequestFieldsFragment): string =>
  `${textOrCode(t, 'commandAction', action)} · ${whereWords(t, terminalCount, storeCount)}`;
