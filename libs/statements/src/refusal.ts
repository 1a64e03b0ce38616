import { withoutCardNumbers } from './card-number.js';

/**
 * Why a file is refused, by stable code. A refusal means: nothing of the file is imported. docs/guide/statements.md lists the same table; a test compares them.
 */
export const REFUSALS = {
  empty: 'the file has no content',
  'unknown-format': 'the content is none of the formats known here, or not the one that was asked for',
  'unsupported-version': 'a version of the format that is not read here',
  encoding: 'bytes that are no text in the encoding of the file, or an encoding that is not read here',
  truncated: 'the file ends before it is complete',
  'too-large': 'a line, an element or the whole file is larger than a file of this kind can be',
  'bad-character': 'a control character where text is expected',
  quote: 'a quoted field that is not closed, or a quotation mark inside a field without quotation marks',
  columns: 'a line with another number of columns than the header',
  header: 'a column that is needed is missing from the header, or stands in it twice',
  profile: 'the CSV profile itself is wrong',
  amount: 'an amount that is no decimal number in the form of the file',
  'amount-precision': 'an amount with more decimals than can be kept exactly',
  'amount-too-large':
    'an amount of more than 15 digits, or amounts that come to more than is exact in integer minor units (2^53), signs left aside',
  currency: 'a currency that is no ISO 4217 code with a minor unit (XAU and XXX have none), or none at all',
  date: 'a date or time that does not exist or is written in another form',
  'row-type': 'a row without a type, or a type the profile does not list',
  arithmetic: 'the amounts of one row do not add up: gross and fee are not net',
  'trailer-missing': 'the summary or trailer this format always has is missing',
  'trailer-mismatch': 'the rows do not add up to what the trailer or summary says',
  balance: 'opening balance and entries do not add up to the closing balance',
  summary: 'a summary or trailer that cannot be read',
  zip: 'a zip archive that is damaged, encrypted or written in a way not read here',
  'zip-member': 'a zip archive without the files this statement consists of, or with others',
  'fixed-width': 'a fixed-width line that is not laid out as this format lays it out',
  xml: 'XML that is not well-formed',
  'xml-doctype': 'XML with a document type declaration, which is never read (XML 1.0 §2.8)',
  'xml-entity': 'XML with a reference to an entity other than the five predefined ones (XML 1.0 §4.6)',
  camt: 'a camt message that lacks a mandatory element or carries a value that is not allowed',
  'mt-field': 'a SWIFT field that is malformed, missing or out of order',
  'bai2-record': 'a BAI2 record that is malformed, missing or out of order',
} as const;

/** The stable code of a refusal. */
export type RefusalCode = keyof typeof REFUSALS;

/**
 * A file is refused: thrown by readers the moment they find the reason, and the same for every chunking of the same bytes. `line` is the line of the file (from 1) where the reason
 * stands, inside a zip archive the line of the member named in the message. The message never carries a card number, nor any field of free text.
 */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused';

  constructor(
    readonly code: RefusalCode,
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/** What a file wrote, made safe for a message: control characters and long runs of digits hidden, cut to 40 characters. */
export function quoted(text: string): string {
  // Looked at beyond what is shown: of a number that is cut off there, more than its end would be left.
  const without = withoutCardNumbers(text.slice(0, 80));
  const shown = without.length > 40 ? `${without.slice(0, 40)}…` : without;
  // Seven digits in a row could be part of a card number; amounts, dates and codes that help a reader are shorter or have signs between.
  return `"${shown.replaceAll(/\p{Cc}|\p{Cf}/gu, '·').replaceAll(/\p{Nd}{7,}/gu, masked)}"`;
}

/** All but the last four digits, whatever script they are of. */
function masked(digits: string): string {
  const each = [...digits];
  return `${'*'.repeat(each.length - 4)}${each.slice(-4).join('')}`;
}
