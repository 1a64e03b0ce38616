import type { BankEntry, StatementRow } from '@tillward/statements';
import { BinaryCopy } from '../database/index.js';
import { FileRefused } from './statements.errors.js';

const STATEMENT_COLUMNS = 25;
const BANK_COLUMNS = 15;

/** Encodes rows of a statement for COPY in the order of `ROW_COLUMNS`. */
export function encodeRows(fileId: string, acquirerId: string, firstRowNo: number, rows: readonly StatementRow[]): Buffer[] {
  const copy = new BinaryCopy(STATEMENT_COLUMNS);
  for (const [i, row] of rows.entries()) writeRow(copy, fileId, acquirerId, firstRowNo + i, row);
  return copy.finish();
}

function writeRow(copy: BinaryCopy, fileId: string, acquirerId: string, rowNo: number, row: StatementRow): void {
  const texts = [
    row.merchant ?? '',
    row.terminal ?? '',
    row.batch ?? '',
    row.trace ?? '',
    row.reference ?? '',
    row.merchantReference ?? '',
    row.authorisation ?? '',
  ] as const;
  copy.row(
    texts.reduce((sum, text) => sum + text.length, 0) +
      acquirerId.length +
      row.sourceType.length +
      (row.at?.length ?? 0) +
      (row.scheme?.length ?? 0) +
      (row.payout?.length ?? 0) +
      64,
  );
  copy.uuid(fileId);
  copy.bigint(rowNo);
  copy.text(acquirerId);
  copy.bigint(row.line);
  copy.text(row.type);
  copy.text(clean(row.sourceType));
  const day = dayOf(row);
  if (day === undefined) copy.integer(null);
  else copy.date(day);
  copy.text(row.at ?? null);
  for (const text of texts) copy.text(clean(text));
  copy.text(row.scheme === undefined ? null : clean(row.scheme));
  copy.text(row.cardFunding ?? null);
  copy.text(row.cardLast4 ?? null);
  copy.text(row.currency);
  copy.bigint(row.grossMinor);
  // What is not told is not known: it is neither checked nor shown as nothing.
  copy.bigint(row.feeTold === false ? null : row.feeMinor);
  copy.bigint(row.netMinor);
  copy.integer(row.feeRemainder);
  copy.text(clean(row.payout ?? ''));
  copy.boolean(row.businessDay !== undefined);
}

/**
 * The day a row is of, `YYYY-MM-DD`: its clearing date, else the day of the time it happened, as the file writes that. The latter is in the file's zone and knows of no cut-off: `day_told` is false for it,
 * and matching takes it for no business day.
 */
export function dayOf(row: Pick<StatementRow, 'businessDay' | 'at'>): string | undefined {
  return row.businessDay ?? row.at?.slice(0, 10);
}

/** PostgreSQL's text takes every character but NUL. */
function clean(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\u{FFFD}') : text;
}

/** Columns of bank_entry in the order of {@link encodeEntries}. */
export const BANK_COLUMN_LIST =
  'file_id, row_no, line, account, booking_day, value_day, amount_minor, currency, status, reversal, reference, bank_reference, remittance, type_code, details';

/**
 * Encodes entries of a bank statement for COPY. What is only announced may have no day yet and is given the one it was read on, `YYYY-MM-DD`; throws {@link FileRefused} for a booking without any.
 */
export function encodeEntries(fileId: string, firstRowNo: number, entries: readonly BankEntry[], readOn: string): Buffer[] {
  const copy = new BinaryCopy(BANK_COLUMNS);
  for (const [i, entry] of entries.entries()) {
    const texts = [entry.reference ?? '', entry.bankReference ?? '', entry.remittance, entry.typeCode, JSON.stringify(entry.details)];
    const day = entry.bookingDate ?? entry.valueDate ?? (entry.status === 'booked' ? undefined : readOn);
    if (day === undefined)
      throw new FileRefused({
        code: 'unreadable',
        reason: 'date',
        line: entry.line,
        message: 'A booked entry has neither booking nor value date.',
      });
    copy.row(texts.reduce((sum, text) => sum + text.length, 0) + entry.account.length + 32);
    copy.uuid(fileId);
    copy.bigint(firstRowNo + i);
    copy.bigint(entry.line);
    copy.text(clean(entry.account));
    copy.date(day);
    if (entry.valueDate === undefined) copy.integer(null);
    else copy.date(entry.valueDate);
    copy.bigint(entry.amountMinor);
    copy.text(entry.currency);
    copy.text(entry.status);
    copy.boolean(entry.reversal);
    for (const text of texts) copy.text(clean(text));
  }
  return copy.finish();
}
