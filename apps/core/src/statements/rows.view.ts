import type { BankEntryType, StatementLineType } from '../graphql/index.js';
import type { BankEntryView, StatementRowView } from './rows.store.js';

/** A row of a statement as GraphQL shows it. */
export function lineType(row: StatementRowView): StatementLineType {
  const { currency } = row;
  return {
    ...row,
    id: `${row.fileId}/${row.rowNo}`,
    storeId: row.storeId === '' ? null : row.storeId,
    gross: { amountMinor: row.grossMinor, currency },
    fee: row.feeMinor === null ? null : { amountMinor: row.feeMinor, currency },
    net: { amountMinor: row.netMinor, currency },
  };
}

/** A line of a bank statement as GraphQL shows it. */
export function entryType(row: BankEntryView): BankEntryType {
  return { ...row, id: `${row.fileId}/${row.rowNo}`, amount: { amountMinor: row.amountMinor, currency: row.currency } };
}
