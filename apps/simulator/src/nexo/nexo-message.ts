import { decimalAmount, type ErrorCondition, type MessageHeader } from '@tillward/driver-nexo';
import type { LedgerLine } from '../ledger/index.js';
import type { NexoStore, NexoTransaction } from './nexo-store.js';

/** A nexo object as it goes on the wire. */
export type Json = Readonly<Record<string, unknown>>;

/** Who the terminal is, as far as its answers say it. */
export interface TerminalName {
  readonly poiId: string;
  readonly storeName: string;
  readonly merchantId: string;
  readonly currency: string;
}

const WIDTH = 24;

/** `Response` of something that was done. */
export const SUCCESS: Json = { Result: 'Success' };

/** `Response` of something that was not, with why, in the vendor's form-encoded text. */
export function failure(condition: ErrorCondition, message: string): Json {
  return { Result: 'Failure', ErrorCondition: condition, AdditionalResponse: `message=${encodeURIComponent(message)}` };
}

/** The header of the answer to a request. */
export function answerHeader(request: MessageHeader): MessageHeader {
  return { ...request, MessageType: 'Response' };
}

/** PaymentResponse or ReversalResponse of a finished transaction, always the same one. */
export function transactionResponse(entry: NexoTransaction, store: NexoStore, name: TerminalName): Json {
  const response = entry.refused ? failure(entry.refused.condition as ErrorCondition, entry.refused.message) : SUCCESS;
  const poi = { POIData: { POITransactionID: { TransactionID: store.nameOf(entry.traceNo), TimeStamp: entry.at } } };
  const receipts = entry.refused ? {} : { PaymentReceipt: receiptsOf(entry, name) };
  if (entry.kind === 'reversal') {
    const reversed = entry.refused ? {} : { ReversedAmount: decimalAmount(entry.amountMinor, entry.currency) };
    const original =
      entry.reverses === undefined
        ? {}
        : { OriginalPOITransaction: { POITransactionID: { TransactionID: store.nameOf(entry.reverses), TimeStamp: entry.at } } };
    return { Response: response, ...poi, ...original, ...reversed, ...receipts };
  }
  const sale = { SaleData: { SaleTransactionID: { TransactionID: entry.serviceId, TimeStamp: entry.at } } };
  return { Response: response, ...poi, ...sale, ...(entry.refused ? {} : { PaymentResult: paymentResult(entry, name) }), ...receipts };
}

/** Name of the response in its message, by what the transaction was. */
export function responseName(kind: NexoTransaction['kind']): 'PaymentResponse' | 'ReversalResponse' {
  return kind === 'reversal' ? 'ReversalResponse' : 'PaymentResponse';
}

function paymentResult(entry: NexoTransaction, name: TerminalName): Json {
  return {
    PaymentType: entry.kind === 'refund' ? 'Refund' : 'Normal',
    AmountsResp: { Currency: entry.currency, AuthorizedAmount: decimalAmount(entry.amountMinor, entry.currency) },
    OnlineFlag: true,
    PaymentAcquirerData: {
      AcquirerPOIID: name.poiId,
      MerchantID: name.merchantId,
      AcquirerTransactionID: { TransactionID: entry.approvalCode || '000000', TimeStamp: entry.at },
      ApprovalCode: entry.approvalCode,
    },
    PaymentInstrumentData: {
      PaymentInstrumentType: 'Card',
      CardData: { PaymentBrand: entry.brand, MaskedPan: `**** ${entry.cardLast4}`, EntryMode: ['Contactless'] },
    },
  };
}

/** Cashier's and customer's copy, line by line as the vendor writes them. */
function receiptsOf(entry: NexoTransaction, name: TerminalName): Json[] {
  return (['CashierReceipt', 'CustomerReceipt'] as const).map((qualifier) => ({
    DocumentQualifier: qualifier,
    RequiredSignatureFlag: false,
    OutputContent: {
      OutputFormat: 'Text',
      OutputText: receiptLines(entry, name, qualifier).map((line) => ({ Text: line, EndOfLineFlag: true })),
    },
  }));
}

function receiptLines(entry: NexoTransaction, name: TerminalName, qualifier: 'CashierReceipt' | 'CustomerReceipt'): string[] {
  const line = (key: string, label: string, value?: string) =>
    new URLSearchParams({ key, name: label, ...(value === undefined ? {} : { value }) }).toString();
  return [
    line('header1', name.storeName.slice(0, WIDTH)),
    line('header2', qualifier === 'CashierReceipt' ? 'MERCHANT COPY' : 'CUSTOMER COPY'),
    line('tid', 'TID', name.poiId),
    line('txtype', 'Type', entry.kind.toUpperCase()),
    line('paymentMethod', 'Card', entry.brand),
    line('pan', 'No.', `**** ${entry.cardLast4}`),
    line('authCode', 'Auth.', entry.approvalCode),
    line('txRef', 'Ref.', entry.serviceId),
    line('totalAmount', 'TOTAL', `${entry.currency} ${decimalAmount(entry.amountMinor, entry.currency)}`),
    line('approved', 'APPROVED'),
  ];
}

/** TransactionTotals of a period, one entry for each brand of card. */
export function transactionTotals(lines: readonly LedgerLine[], store: NexoStore, { poiId, currency }: TerminalName): Json[] {
  const brands = [...new Set(lines.map((line) => store.brandOf(line.traceNo)))];
  return brands.map((brand) => {
    const own = lines.filter((line) => store.brandOf(line.traceNo) === brand);
    const PaymentTotals = TYPES.flatMap(([kind, type]) => {
      const some = own.filter((line) => line.kind === kind);
      const amountMinor = some.reduce((sum, line) => sum + line.amountMinor, 0);
      if (some.length === 0) return [];
      return [{ TransactionType: type, TransactionCount: some.length, TransactionAmount: decimalAmount(amountMinor, currency) }];
    });
    return { PaymentInstrumentType: 'Card', CardBrand: brand, POIID: poiId, PaymentCurrency: currency, PaymentTotals };
  });
}

const TYPES = [
  ['sale', 'Debit'],
  ['refund', 'Credit'],
  ['reversal', 'ReverseDebit'],
] as const;

/** Sales less reversals and refunds, in minor units. */
export function netOf(lines: readonly LedgerLine[]): number {
  return lines.reduce((sum, line) => sum + (line.kind === 'sale' ? line.amountMinor : -line.amountMinor), 0);
}
