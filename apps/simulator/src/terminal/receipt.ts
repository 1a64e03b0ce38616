import type { StoredTransaction, Turnover } from './turnover.rules.js';

/** What a receipt says besides the transaction. */
export interface ReceiptHead {
  readonly storeName: string;
  readonly terminalId: string;
  readonly currency: string;
}

const WIDTH = 24;

/** What kinds of transactions are called on paper; a sale needs no name. */
const TITLES: Readonly<Record<StoredTransaction['kind'], readonly string[]>> = {
  sale: [],
  reversal: ['** REVERSAL **'],
  refund: ['** REFUND **'],
};

/** A transaction's receipt as lines of 24 characters. The card shows its last four digits only. */
export function transactionReceipt(
  head: ReceiptHead,
  transaction: StoredTransaction,
  copy: 'merchant' | 'cardholder',
  reprinted = false,
): string[] {
  const { date, time, reversedReceiptNo } = transaction;
  return [
    head.storeName.slice(0, WIDTH),
    copy === 'merchant' ? '** MERCHANT COPY **' : '** CUSTOMER COPY **',
    ...(reprinted ? ['** COPY **'] : []),
    ...TITLES[transaction.kind],
    pair('Terminal', head.terminalId),
    pair('Date', `${date.slice(2)}.${date.slice(0, 2)}.`),
    pair('Time', `${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`),
    pair('Receipt', receiptNumber(transaction.receiptNo)),
    ...(reversedReceiptNo === undefined ? [] : [pair('Of receipt', receiptNumber(reversedReceiptNo))]),
    pair('Trace', String(transaction.traceNo).padStart(6, '0')),
    transaction.cardName,
    pair('Card', `**** ${transaction.cardLast4}`),
    pair('Auth.', transaction.authorisationCode),
    '-'.repeat(WIDTH),
    pair(head.currency, decimal(transaction.amountMinor, head.currency)),
    'APPROVED',
  ];
}

/** A settlement's receipt. */
export function settlementReceipt(head: ReceiptHead, batchNo: number, turnover: Turnover): string[] {
  return administrative(head, '** END OF DAY **', [
    pair('Batch', String(batchNo)),
    pair('Sales', String(turnover.count)),
    pair(head.currency, decimal(turnover.amountMinor, head.currency)),
    'SUCCESSFUL',
  ]);
}

/** A receipt about the terminal itself, such as a diagnosis. */
export function administrative(head: ReceiptHead, title: string, lines: readonly string[]): string[] {
  return [head.storeName.slice(0, WIDTH), title, pair('Terminal', head.terminalId), ...lines];
}

function receiptNumber(receiptNo: number): string {
  return String(receiptNo).padStart(4, '0');
}

function pair(label: string, value: string): string {
  return label + value.padStart(WIDTH - label.length);
}

/** Decimal digits of a currency, as the runtime's ISO 4217 data says. */
function decimal(amountMinor: number, currency: string): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const sign = amountMinor < 0 ? '-' : '';
  if (digits === 0) return `${sign}${Math.abs(amountMinor)}`;
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
