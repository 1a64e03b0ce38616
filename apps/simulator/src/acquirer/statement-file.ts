import { decimalText } from '@tillward/money';
import type { ClearedRow } from './clearing.js';

/** A file the acquirer or the bank sends. */
export interface SentFile {
  readonly name: string;
  readonly content: string;
}

/** One statement: what is paid out together, which is a merchant's day in one currency. */
export interface Statement extends SentFile {
  readonly merchantNo: string;
  readonly businessDay: string;
  readonly currency: string;
  /** What the bank's entry will name it by. */
  readonly payout: string;
  readonly netMinor: number;
  readonly rows: number;
}

const COLUMNS = [
  'Kind',
  'Merchant',
  'Terminal',
  'Batch',
  'Trace',
  'Clearing day',
  'Card',
  'Currency',
  'Gross',
  'Fee',
  'Net',
  'Payout',
] as const;
const TRAILER = 'TOTAL';
const at = (column: (typeof COLUMNS)[number]) => COLUMNS.indexOf(column);

/** How the statements are written: a CSV profile (docs/guide/statements.md), to be saved with the acquirer in core. */
export const STATEMENT_PROFILE = {
  name: 'simulated acquirer',
  separator: ';',
  columns: {
    type: 'Kind',
    merchant: 'Merchant',
    terminal: 'Terminal',
    batch: 'Batch',
    trace: 'Trace',
    businessDay: 'Clearing day',
    card: 'Card',
    currency: 'Currency',
    gross: 'Gross',
    fee: 'Fee',
    net: 'Net',
    payout: 'Payout',
  },
  feeSign: 'asWritten',
  types: { sale: 'sale', refund: 'refund', reversal: 'reversal' },
  // The trailer has its own places: the count under Batch, the sums under their columns.
  trailer: { firstCell: TRAILER, count: at('Batch') + 1, gross: at('Gross') + 1, fee: at('Fee') + 1, net: at('Net') + 1 },
} as const;

/** Writes the statements of a merchant's rows: a file for each day and currency, each ending with sums that its rows come to. `settledAt` (ISO 8601) makes the files of one clearing different from those of the next one. Oldest day first. */
export function writeStatements(rows: readonly ClearedRow[], settledAt: string): Statement[] {
  const files = Map.groupBy(rows, ({ merchantNo, businessDay, currency }) => `${businessDay}/${merchantNo}/${currency}`);
  return [...files.keys()].sort().map((key) => writeStatement(files.get(key)!, settledAt));
}

function writeStatement(rows: readonly ClearedRow[], settledAt: string): Statement {
  const { merchantNo, businessDay, currency } = rows[0]!;
  // Several files of a day are told apart by when they were closed.
  const payout = `${merchantNo}-${businessDay}-${currency}-${settledAt.slice(11, 19).replaceAll(':', '')}`;
  const money = (minor: number) => decimalText(minor, currency);
  const sums = { gross: 0, fee: 0 };
  const lines = rows.map((row) => {
    sums.gross += row.grossMinor;
    sums.fee += row.feeMinor;
    const { type, terminal, batch, trace, cardLast4, grossMinor, feeMinor } = row;
    const amounts = [grossMinor, feeMinor, grossMinor + feeMinor].map(money);
    return [type, merchantNo, terminal, batch, trace, businessDay, cardLast4, currency, ...amounts, payout].join(';');
  });
  const netMinor = sums.gross + sums.fee;
  const trailer = [TRAILER, '', '', rows.length, '', '', '', '', money(sums.gross), money(sums.fee), money(netMinor), ''].join(';');
  const content = `${[COLUMNS.join(';'), ...lines, trailer].join('\r\n')}\r\n`;
  return { name: `${payout}.csv`, content, merchantNo, businessDay, currency, payout, netMinor, rows: rows.length };
}
