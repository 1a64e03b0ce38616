import type { DisplayOrder, PaymentOrder, RefundOrder, ReversalOrder } from '@tillward/driver';
import { decimalAmount } from './amount.js';
import type { MessageCategory } from './header.js';

/** A request to be sent: its category and its body, without the header. */
export interface NexoRequest {
  readonly category: MessageCategory;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What names an earlier message of ours to the terminal. */
export interface MessageReference {
  readonly category: MessageCategory;
  readonly serviceId: string;
  readonly saleId: string;
  readonly poiId: string;
}

/** Who we say we are at Login. */
const SOFTWARE = { ManufacturerID: 'Tillward', ApplicationName: 'Tillward', SoftwareVersion: '1', CertificationCode: 'none' } as const;

/** Opens our session with the terminal. `at` is an instant, RFC 3339. */
export function loginRequest(at: string): NexoRequest {
  return request('Login', {
    DateTime: at,
    SaleSoftware: SOFTWARE,
    SaleTerminalData: { TerminalEnvironment: 'Attended', SaleCapabilities: ['CashierStatus', 'CashierError', 'PrinterReceipt'] },
    OperatorLanguage: 'en',
  });
}

/** Ends our session; the terminal may do its own maintenance afterwards. */
export function logoutRequest(): NexoRequest {
  return request('Logout', { MaintenanceAllowed: true });
}

/** Asks how the terminal is, with `host` also whether it reaches its host. */
export function diagnosisRequest(host: boolean): NexoRequest {
  return request('Diagnosis', { HostDiagnosisFlag: host });
}

/** A sale. */
export function paymentRequest(order: PaymentOrder, at: string): NexoRequest {
  return request('Payment', { SaleData: saleData(order.reference, at), PaymentTransaction: transaction(order) });
}

/** Money given back without a sale it belongs to: a Payment of type Refund. */
export function refundRequest(order: RefundOrder, at: string): NexoRequest {
  return request('Payment', {
    SaleData: saleData(order.reference, at),
    PaymentTransaction: transaction(order),
    PaymentData: { PaymentType: 'Refund' },
  });
}

/** Takes a booked sale back. The currency of a part goes where this terminal looks for it: SaleToAcquirerData. */
export function reversalRequest(order: ReversalOrder, original: { id: string; at: string }, at: string): NexoRequest {
  return request('Reversal', {
    OriginalPOITransaction: { POITransactionID: { TransactionID: original.id, TimeStamp: original.at } },
    ReversalReason: 'MerchantCancel',
    ReversedAmount: decimalAmount(order.amountMinor, order.currency),
    SaleData: { ...saleData(order.reference, at), SaleToAcquirerData: `currency=${order.currency}` },
  });
}

/** Closes the period between us and the terminal. */
export function reconciliationRequest(): NexoRequest {
  return request('Reconciliation', { ReconciliationType: 'SaleReconciliation' });
}

/** Asks for the totals of the open period. */
export function totalsRequest(): NexoRequest {
  return request('GetTotals', { TotalDetails: ['SaleID'] });
}

/** Asks what became of a message; without one, of the last. */
export function statusRequest(of: MessageReference | null): NexoRequest {
  return request('TransactionStatus', { ReceiptReprintFlag: false, ...(of ? { MessageReference: reference(of) } : {}) });
}

/** Prints lines on the terminal's printer and answers when they are printed. */
export function printRequest(lines: readonly string[]): NexoRequest {
  return request('Print', {
    PrintOutput: { DocumentQualifier: 'CashierReceipt', ResponseMode: 'PrintEnd', OutputContent: textContent(lines) },
  });
}

/** Shows lines to the customer. */
export function displayRequest(order: DisplayOrder): NexoRequest {
  const output = {
    Device: 'CustomerDisplay',
    InfoQualify: 'Display',
    MinimumDisplayTime: Math.max(0, Math.round(order.seconds)),
    OutputContent: textContent(order.lines),
  };
  return request('Display', { DisplayOutput: [output] });
}

/** Asks to give up a message that is being worked on. */
export function abortRequest(of: MessageReference): NexoRequest {
  return request('Abort', { AbortReason: 'MerchantAbort', MessageReference: reference(of) });
}

function request(category: MessageCategory, body: Record<string, unknown>): NexoRequest {
  return { category, body };
}

function saleData(reference: string, at: string) {
  return { SaleTransactionID: { TransactionID: reference, TimeStamp: at } };
}

function transaction({ amountMinor, currency }: PaymentOrder | RefundOrder) {
  return { AmountsReq: { Currency: currency, RequestedAmount: decimalAmount(amountMinor, currency) } };
}

function textContent(lines: readonly string[]) {
  return { OutputFormat: 'Text', OutputText: lines.map((line) => ({ Text: line, EndOfLineFlag: true })) };
}

function reference({ category, serviceId, saleId, poiId }: MessageReference) {
  return { MessageCategory: category, ServiceID: serviceId, SaleID: saleId, POIID: poiId };
}
