import { decodeText, type TextEncoding } from './ascii.js';
import { type CardNumberStandIn, SHORTEST, withoutCardNumbers } from './card-number.js';
import { dayOf, isoMoment } from './dates.js';
import { type CardFunding, STATEMENT_ROW_TYPES, type StatementRow, type StatementRowType } from './statement-row.js';

/** Rows a batch holds at most. */
export const BATCH_ROWS = 1024;

/** The texts of a row; each is a range of bytes of the file until somebody asks for it. */
export const ROW_TEXTS = [
  'sourceType',
  'businessDay',
  'at',
  'timeZone',
  'merchant',
  'terminal',
  'batch',
  'trace',
  'reference',
  'merchantReference',
  'authorisation',
  'scheme',
  'cardFunding',
  'cardLast4',
  'payout',
] as const;

/** One of {@link ROW_TEXTS}. */
export type RowText = (typeof ROW_TEXTS)[number];

const WIDTH = ROW_TEXTS.length;

/** Texts of a form of their own, in which no card number can stand. */
const FORMED: ReadonlySet<RowText> = new Set(['businessDay', 'at', 'cardFunding', 'cardLast4']);

/** How a format turns a text of the file into that of a row, where it is not taken as written. `undefined` leaves the text out. */
export type TextForms = Partial<Record<RowText, (text: string) => string | undefined>>;

/**
 * Up to {@link BATCH_ROWS} rows in columns, so that who only counts or compares makes no object. Amount columns are plain arrays of minor units; texts are made when asked for. Valid only
 * during the call it is handed on in: the reader then reuses it and the bytes below it.
 */
export class RowBatch {
  count = 0;
  /** Line of the file per row. */
  readonly lines = new Float64Array(BATCH_ROWS);
  /** Index into STATEMENT_ROW_TYPES per row. */
  readonly types = new Uint8Array(BATCH_ROWS);
  /** ISO 4217 code per row. */
  readonly currencies: string[] = [];
  readonly grossMinor = new Float64Array(BATCH_ROWS);
  readonly feeMinor = new Float64Array(BATCH_ROWS);
  readonly netMinor = new Float64Array(BATCH_ROWS);
  readonly feeRemainders = new Float64Array(BATCH_ROWS);
  /** 1 where the file tells the row's fee, 0 where it says nothing of it (see StatementRow.feeTold). */
  readonly feesTold = new Uint8Array(BATCH_ROWS);
  private readonly starts = new Int32Array(BATCH_ROWS * WIDTH);
  private readonly ends = new Int32Array(BATCH_ROWS * WIDTH);
  private bytes: Uint8Array = new Uint8Array(0);
  private encoding: TextEncoding = 'utf-8';
  private forms: TextForms = {};
  private quotes = false;
  /** Texts every row of the file has, from its head or its format: the merchant of a bill, the time zone of a country. */
  private constants: Partial<Record<RowText, string>> = {};

  constructor(private readonly standIn?: CardNumberStandIn) {}

  /** For readers: where the ranges of {@link setText} point, how texts are made, and whether doubled quotation marks in them stand for one. */
  attach(bytes: Uint8Array, encoding: TextEncoding, forms: TextForms, constants: Partial<Record<RowText, string>>, quotes: boolean): void {
    this.bytes = bytes;
    this.encoding = encoding;
    this.forms = forms;
    this.constants = constants;
    this.quotes = quotes;
  }

  /** For readers: an unused row. Its texts are those of the row that had the place before: a reader sets the same texts on every row of a file. */
  take(): number {
    return this.count++;
  }

  /** For readers: the range of a text, `text` as index into ROW_TEXTS. */
  setText(slot: number, text: number, start: number, end: number): void {
    this.starts[slot * WIDTH + text] = start;
    this.ends[slot * WIDTH + text] = end;
  }

  type(slot: number): StatementRowType {
    return STATEMENT_ROW_TYPES[this.types[slot]!]!;
  }

  /** A text of a row in its normal form (see StatementRow), without what could be a card number in it (see ReadOptions); undefined where the file has none. */
  text(slot: number, text: RowText): string | undefined {
    const written = this.written(slot, text);
    return written === undefined || written.length < SHORTEST || FORMED.has(text) ? written : withoutCardNumbers(written, this.standIn);
  }

  private written(slot: number, text: RowText): string | undefined {
    const index = ROW_TEXTS.indexOf(text);
    const start = this.starts[slot * WIDTH + index]!;
    const end = this.ends[slot * WIDTH + index]!;
    if (start === end) return this.constants[text];
    let written = decodeText(this.bytes, start, end, this.encoding).trim();
    if (this.quotes && written.includes('""')) written = written.replaceAll('""', '"');
    const form = this.forms[text] ?? NORMAL_FORMS[text];
    const formed = form === undefined ? written : form(written);
    return formed === '' || formed === undefined ? this.constants[text] : formed;
  }

  /** A row as an object. */
  row(slot: number): StatementRow {
    const row: Record<string, unknown> = {
      line: this.lines[slot],
      type: this.type(slot),
      currency: this.currencies[slot],
      grossMinor: this.grossMinor[slot],
      feeMinor: this.feeMinor[slot],
      netMinor: this.netMinor[slot],
      feeRemainder: this.feeRemainders[slot],
      sourceType: '',
    };
    if (this.feesTold[slot] === 0) row['feeTold'] = false;
    for (const text of ROW_TEXTS) {
      const value = this.text(slot, text);
      if (value !== undefined) row[text] = value;
    }
    return row as unknown as StatementRow;
  }

  /** All rows as objects, one after another. */
  *rows(): Generator<StatementRow> {
    for (let slot = 0; slot < this.count; slot++) yield this.row(slot);
  }
}

const NORMAL_FORMS: TextForms = {
  businessDay: dayOf,
  at: isoMoment,
  batch: withoutLeadingZeros,
  trace: withoutLeadingZeros,
  cardFunding: fundingOf,
  cardLast4: lastFour,
};

function withoutLeadingZeros(text: string): string {
  return text.replace(/^0+(?=.)/, '');
}

function fundingOf(text: string): CardFunding | undefined {
  const word = text.toLowerCase();
  return word === 'debit' || word === 'credit' || word === 'prepaid' ? word : undefined;
}

/** The last four digits of a card number in whatever form; nothing where fewer stand at its end. */
export function lastFour(text: string): string | undefined {
  return /(\d{4})\D*$/.exec(text)?.[1];
}
