import { maskLines } from '@tillward/driver';
import type { Reader } from './reader.js';

const MAX_LINES = 200;
const MAX_LINE = 200;

/** The merchant's copy among the receipts of an answer, as masked lines; empty when there is none to keep. The customer's copy is never kept. */
export function merchantReceipt(receipts: readonly Reader[]): string[] {
  const own = receipts.find((receipt) => receipt.maybeText('DocumentQualifier') === 'CashierReceipt');
  const chosen = own ?? receipts.find((receipt) => receipt.maybeText('DocumentQualifier') !== 'CustomerReceipt');
  const content = chosen?.maybeObject('OutputContent');
  if (content?.maybeText('OutputFormat') !== 'Text') return [];
  const lines = content.objects('OutputText').slice(0, MAX_LINES);
  return maskLines(lines.map((line) => receiptLine(line.maybeText('Text') ?? ''))).map((line) => line.slice(0, MAX_LINE));
}

/** A line comes as text, or as the vendor's `key=…&name=…&value=…`. Control characters become spaces. */
function receiptLine(text: string): string {
  const fields = text.includes('=') ? new URLSearchParams(text) : null;
  const plain = fields?.has('key') ? [fields.get('name'), fields.get('value')].filter(Boolean).join(' ') : text;
  return plain.slice(0, 2 * MAX_LINE).replace(/\p{Cc}/gu, ' ');
}
