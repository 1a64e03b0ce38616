import { type DialogueField, type DialogueFrame, maskCardNumbers } from '@tillward/driver';
import { peopleText } from './result.js';

/** Fields whose values may be shown. Whatever else a message holds appears by name only: a new field must not bring card data along unseen. */
const SHOWN: ReadonlySet<string> = new Set(
  (
    'ProtocolVersion MessageClass MessageCategory MessageType ServiceID DeviceID SaleID POIID Result ErrorCondition ' +
    'DateTime TimeStamp TransactionID Currency PaymentCurrency RequestedAmount AuthorizedAmount ReversedAmount PaidAmount ' +
    'PaymentType PaymentBrand PaymentInstrumentType ApprovalCode AcquirerID AcquirerPOIID ReversalReason ReconciliationType ' +
    'POIReconciliationID TransactionType TransactionCount TransactionAmount CardBrand HostDiagnosisFlag IsReachableFlag GlobalStatus ' +
    'PrinterStatus PEDOKFlag CardReaderOKFlag CommunicationOKFlag SecurityOKFlag LoggedSaleID DocumentQualifier ResponseMode OutputFormat ' +
    'Text EndOfLineFlag Device InfoQualify MinimumDisplayTime AbortReason ManufacturerID ApplicationName SoftwareVersion OnlineFlag ' +
    'EntryMode ReceiptReprintFlag MaintenanceAllowed TotalDetails EventToNotify'
  ).split(' '),
);
const HIDDEN = '(not shown)';
const MAX_DEPTH = 12;
const MAX_FIELDS = 120;
const MAX_TAG = 120;
const MAX_VALUE = 200;

/** A message as people may see it: masked, shortened, unknown values left out. `message` is what is inside SaleToPOIRequest or SaleToPOIResponse. */
export function dialogueFrame(
  direction: DialogueFrame['direction'],
  message: Readonly<Record<string, unknown>>,
  bytes: number,
): DialogueFrame {
  const name = Object.keys(message).find((key) => /^[A-Z][A-Za-z]{2,31}(?:Request|Response)$/.test(key)) ?? 'message';
  const fields: DialogueField[] = [];
  collect(fields, message, '', 0);
  return { direction, name, fields, bytes };
}

/** An answer that could not be read: nothing of it is shown. */
export function unreadableFrame(code: string, bytes: number): DialogueFrame {
  return { direction: 'received', name: 'unreadable answer', fields: [{ tag: 'error', name: 'error', value: code }], bytes };
}

/** An answer without a body, as an Abort gets it. */
export function emptyFrame(bytes: number): DialogueFrame {
  return { direction: 'received', name: 'empty answer', fields: [], bytes };
}

/** Puts an object's leaves into `fields`, each with its path, until there are enough of them. */
function collect(fields: DialogueField[], object: Readonly<Record<string, unknown>>, path: string, depth: number): void {
  for (const [key, value] of Object.entries(object)) {
    const name = safeName(key);
    const tag = path === '' ? name : `${path}.${name}`;
    const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
      ? value.slice(0, MAX_FIELDS).map((entry, index) => [`${tag}[${index}]`, entry])
      : [[tag, value]];
    for (const [at, entry] of entries) {
      if (fields.length >= MAX_FIELDS) return;
      if (isObject(entry) && depth < MAX_DEPTH) collect(fields, entry, at, depth + 1);
      else fields.push({ tag: at.slice(-MAX_TAG), name: words(name), value: shown(name, entry) });
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(key: string, value: unknown): string {
  if (key === 'MaskedPan') return `**** ${/([0-9]{4})$/.exec(String(value).trim())?.[1] ?? ''}`.trim();
  if (key === 'AdditionalResponse') return peopleText(typeof value === 'string' ? value : '') || HIDDEN;
  if (!SHOWN.has(key) || typeof value === 'object') return HIDDEN;
  return maskCardNumbers(String(value).replace(/\p{Cc}/gu, ' ')).slice(0, MAX_VALUE);
}

/** A field's name comes from the terminal too. */
function safeName(key: string): string {
  return /^[A-Za-z][A-Za-z0-9]{0,47}$/.test(key) && !/[0-9]{5}/.test(key) ? key : '(name not shown)';
}

/** `POITransactionID` → `POI transaction id`. */
function words(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ')
    .map((word) => (/^[A-Z]{2,}$/.test(word) && word !== 'ID' ? word : word.toLowerCase()))
    .join(' ');
}
