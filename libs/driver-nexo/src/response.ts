import { minorAmount } from './amount.js';
import type { MessageCategory, MessageHeader } from './header.js';
import { readHeader } from './header.js';
import { MessageError } from './message-error.js';
import type { Reader } from './reader.js';
import { merchantReceipt } from './receipt.js';
import { type NexoResult, readResult } from './result.js';

/** The terminal's own name for a transaction. */
export interface PoiTransaction {
  readonly id: string;
  readonly at: string;
}

/** What a Payment or a Reversal ended in. Amounts in minor units, null where the terminal did not say. */
export interface TransactionAnswer {
  readonly result: NexoResult;
  readonly amountMinor: number | null;
  readonly currency: string | null;
  readonly transaction: PoiTransaction | null;
  readonly cardLast4: string | null;
  readonly cardName: string | null;
  readonly approvalCode: string | null;
  readonly acquirerTerminal: string | null;
  readonly receipt: readonly string[];
}

/** How a terminal says it is (DiagnosisResponse). Null where it said nothing. */
export interface DiagnosisAnswer {
  readonly result: NexoResult;
  readonly globalStatus: string | null;
  readonly printer: string | null;
  readonly pinPadOk: boolean | null;
  readonly cardReaderOk: boolean | null;
  readonly securityOk: boolean | null;
  readonly communicationOk: boolean | null;
  readonly loggedSaleIds: readonly string[] | null;
  readonly hosts: readonly { readonly acquirer: string; readonly reachable: boolean | null }[];
}

/** Totals of one kind of transaction with one kind of card, in minor units, of the currency it names or else of ours. */
export interface TotalsEntry {
  readonly card: string;
  readonly currency: string;
  readonly transactionType: string;
  readonly count: number;
  readonly amountMinor: number;
}

/** What a terminal told about itself at Login. */
export interface LoginAnswer {
  readonly result: NexoResult;
  readonly software: string | null;
}

/** An answer, read as what was asked for. */
export type NexoAnswer =
  | ({ readonly category: 'Login' } & LoginAnswer)
  | { readonly category: 'Logout' | 'Print' | 'Display'; readonly result: NexoResult }
  | ({ readonly category: 'Diagnosis' } & DiagnosisAnswer)
  | ({ readonly category: 'Payment' | 'Reversal' } & TransactionAnswer)
  | { readonly category: 'Reconciliation' | 'GetTotals'; readonly result: NexoResult; readonly totals: readonly TotalsEntry[] }
  | { readonly category: 'TransactionStatus'; readonly result: NexoResult; readonly repeated: RepeatedAnswer | null };

/** The answer of an earlier message that a TransactionStatus brings again. */
export interface RepeatedAnswer {
  readonly header: MessageHeader;
  readonly kind: 'Payment' | 'Reversal';
  readonly refund: boolean;
  readonly answer: TransactionAnswer;
}

/** Reads the message inside a SaleToPOIResponse as an answer to `category`. `currency` is the one of amounts that name none. Throws MessageError. */
export function readAnswer(category: Exclude<MessageCategory, 'Abort'>, message: Reader, currency: string): NexoAnswer {
  const body = message.object(`${category}Response`);
  switch (category) {
    case 'Login':
      return { category, result: readResult(body.object('Response')), software: softwareOf(body) };
    case 'Logout':
    case 'Print':
      return { category, result: readResult(body.object('Response')) };
    case 'Display':
      return { category, result: displayResult(body) };
    case 'Diagnosis':
      return { category, ...diagnosis(body) };
    case 'Payment':
      return { category, ...payment(body, currency) };
    case 'Reversal':
      return { category, ...reversal(body, currency) };
    case 'Reconciliation':
    case 'GetTotals':
      return { category, result: readResult(body.object('Response')), totals: totals(body, currency) };
    case 'TransactionStatus':
      return { category, result: readResult(body.object('Response')), repeated: repeated(body, currency) };
  }
}

function softwareOf(body: Reader): string | null {
  const software = body.maybeObject('POISystemData')?.maybeObject('POISoftware');
  const parts = [software?.maybeText('ApplicationName'), software?.maybeText('SoftwareVersion')].filter((part) => part !== undefined);
  return parts.length === 0 ? null : parts.join(' ');
}

/** One output was asked for; the first one's answer is the answer. */
function displayResult(body: Reader): NexoResult {
  const [first] = body.objects('OutputResult');
  if (!first) throw new MessageError('missing', body.at('OutputResult'));
  return readResult(first.object('Response'));
}

function diagnosis(body: Reader): DiagnosisAnswer {
  const status = body.maybeObject('POIStatus');
  return {
    result: readResult(body.object('Response')),
    globalStatus: status?.maybeText('GlobalStatus') ?? null,
    printer: status?.maybeText('PrinterStatus') ?? null,
    pinPadOk: status?.maybeFlag('PEDOKFlag') ?? null,
    cardReaderOk: status?.maybeFlag('CardReaderOKFlag') ?? null,
    securityOk: status?.maybeFlag('SecurityOKFlag') ?? null,
    communicationOk: status?.maybeFlag('CommunicationOKFlag') ?? null,
    loggedSaleIds: body.maybeTexts('LoggedSaleID') ?? null,
    hosts: body.objects('HostStatus').map((host) => ({
      acquirer: host.maybeText('AcquirerID') ?? '',
      reachable: host.maybeFlag('IsReachableFlag') ?? null,
    })),
  };
}

function payment(body: Reader, ours: string): TransactionAnswer {
  const result = body.maybeObject('PaymentResult');
  const amounts = result?.maybeObject('AmountsResp');
  const currency = amounts ? requireCurrency(amounts.maybeText('Currency') ?? ours, amounts.at('Currency')) : null;
  const authorised = amounts?.maybeNumber('AuthorizedAmount');
  const card = result?.maybeObject('PaymentInstrumentData')?.maybeObject('CardData');
  const acquirer = result?.maybeObject('PaymentAcquirerData');
  return {
    result: readResult(body.object('Response')),
    currency,
    amountMinor: authorised === undefined || currency === null ? null : minorAmount(authorised, currency, amounts!.at('AuthorizedAmount')),
    transaction: poiTransaction(body),
    cardLast4: lastFour(card?.maybeText('MaskedPan')),
    cardName: card?.maybeText('PaymentBrand') ?? null,
    approvalCode: acquirer?.maybeText('ApprovalCode') ?? null,
    acquirerTerminal: acquirer?.maybeText('AcquirerPOIID') ?? null,
    receipt: merchantReceipt(body.objects('PaymentReceipt')),
  };
}

function reversal(body: Reader, currency: string): TransactionAnswer {
  const amount = body.maybeNumber('ReversedAmount');
  return {
    result: readResult(body.object('Response')),
    currency: null,
    amountMinor: amount === undefined ? null : minorAmount(amount, currency, body.at('ReversedAmount')),
    transaction: poiTransaction(body),
    cardLast4: null,
    cardName: null,
    approvalCode: null,
    acquirerTerminal: null,
    receipt: merchantReceipt(body.objects('PaymentReceipt')),
  };
}

function poiTransaction(body: Reader): PoiTransaction | null {
  const id = body.maybeObject('POIData')?.maybeObject('POITransactionID');
  return id ? { id: id.text('TransactionID'), at: id.text('TimeStamp') } : null;
}

/** The last four digits of a masked card number (`411111 **** 1111`, `************1111`), and nothing else of it. */
function lastFour(masked: string | undefined): string | null {
  return /([0-9]{4})$/.exec(masked?.trim() ?? '')?.[1] ?? null;
}

function totals(body: Reader, ours: string): TotalsEntry[] {
  return body.objects('TransactionTotals').flatMap((group) => {
    const currency = requireCurrency(group.maybeText('PaymentCurrency') ?? ours, group.at('PaymentCurrency'));
    const card = group.maybeText('CardBrand') ?? group.maybeText('PaymentInstrumentType') ?? 'Card';
    return group.objects('PaymentTotals').map((entry) => {
      const count = entry.number('TransactionCount');
      if (!Number.isSafeInteger(count) || count < 0) throw new MessageError('badValue', entry.at('TransactionCount'));
      return {
        card,
        currency,
        transactionType: entry.text('TransactionType'),
        count,
        amountMinor: minorAmount(entry.number('TransactionAmount'), currency, entry.at('TransactionAmount')),
      };
    });
  });
}

function repeated(body: Reader, currency: string): RepeatedAnswer | null {
  const message = body.maybeObject('RepeatedMessageResponse');
  if (!message) return null;
  const header = readHeader(message.object('MessageHeader'));
  const inner = message.object('RepeatedResponseMessageBody');
  const paid = inner.maybeObject('PaymentResponse');
  if (paid) {
    const refund = paid.maybeObject('PaymentResult')?.maybeText('PaymentType') === 'Refund';
    return { header, kind: 'Payment', refund, answer: payment(paid, currency) };
  }
  const reversed = inner.maybeObject('ReversalResponse');
  if (reversed) return { header, kind: 'Reversal', refund: false, answer: reversal(reversed, currency) };
  throw new MessageError('missing', inner.path);
}

function requireCurrency(code: string, path: string): string {
  if (!/^[A-Z]{3}$/.test(code)) throw new MessageError('badValue', path);
  return code;
}
