import type { DifferenceEventType, DifferenceObjectType } from '../graphql/index.js';
import type { DifferenceEventRow, DifferenceRow } from './differences.store.js';

/** A difference as GraphQL shows it; its sides and its history are resolved when they are asked for. */
export function differenceType(row: DifferenceRow): DifferenceObjectType {
  const { currency, acquirerCurrency, terminalMinor, acquirerMinor, fileId, rowNo } = row;
  return {
    ...row,
    statementRowId: fileId === null ? null : `${fileId}/${rowNo}`,
    terminalAmount: terminalMinor === null ? null : { amountMinor: terminalMinor, currency },
    acquirerAmount: acquirerMinor === null ? null : { amountMinor: acquirerMinor, currency: acquirerCurrency },
  };
}

/** A line of a difference's history as GraphQL shows it. */
export function differenceEventType({ byPerson, ...event }: DifferenceEventRow): DifferenceEventType {
  return { ...event, actorName: byPerson ? event.actor : null };
}
