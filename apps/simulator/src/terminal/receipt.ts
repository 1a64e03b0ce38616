import type { StoredSale } from './terminal-store.js';

/** What a receipt says besides the sale. */
export interface ReceiptHead {
  readonly storeName: string;
  readonly terminalId: string;
  readonly currency: string;
}

const WIDTH = 24;

/** A sale's receipt as lines of 24 characters. The card shows its last four digits only. */
export function saleReceipt(head: ReceiptHead, sale: StoredSale, copy: 'merchant' | 'cardholder'): string[] {
  return [
    head.storeName.slice(0, WIDTH),
    copy === 'merchant' ? '** MERCHANT COPY **' : '** CUSTOMER COPY **',
    pair('Terminal', head.terminalId),
    pair('Date', `${sale.date.slice(2)}.${sale.date.slice(0, 2)}.`),
    pair('Time', `${sale.time.slice(0, 2)}:${sale.time.slice(2, 4)}:${sale.time.slice(4)}`),
    pair('Receipt', String(sale.receiptNo).padStart(4, '0')),
    pair('Trace', String(sale.traceNo).padStart(6, '0')),
    sale.cardName,
    pair('Card', `**** ${sale.cardLast4}`),
    pair('Auth.', sale.authorisationCode),
    '-'.repeat(WIDTH),
    pair(head.currency, decimal(sale.amountMinor, head.currency)),
    'APPROVED',
  ];
}

/** A settlement's receipt. */
export function settlementReceipt(
  head: ReceiptHead,
  batch: { readonly no: number; readonly count: number; readonly amountMinor: number },
): string[] {
  return [
    head.storeName.slice(0, WIDTH),
    '** END OF DAY **',
    pair('Terminal', head.terminalId),
    pair('Batch', String(batch.no)),
    pair('Sales', String(batch.count)),
    pair(head.currency, decimal(batch.amountMinor, head.currency)),
    'SUCCESSFUL',
  ];
}

function pair(label: string, value: string): string {
  return label + value.padStart(WIDTH - label.length);
}

/** Decimal digits of a currency, as the runtime's ISO 4217 data says. */
function decimal(amountMinor: number, currency: string): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  if (digits === 0) return String(amountMinor);
  const text = String(amountMinor).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
