import { ByteLexicon } from './byte-lexicon.js';
import { daysInMonth } from './dates.js';
import { DecimalReader } from './decimal.js';
import { quoted, StatementRefused } from './refusal.js';
import { ROW_TEXTS, type RowText } from './row-batch.js';
import { typeBySign } from './row-types.js';
import { type CurrencySums, ROW_TYPE_INDEX, type Tally } from './tally.js';

/**
 * Widths of the fields of a ZM line, one blank between them (UnionPay 全渠道平台接入接口规范, 商户对账文件 ZM): 40 fields and a reserve, 607 bytes.
 */
const WIDTHS = [
  3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13, 8, 32, 13, 13, 12, 2,
  1, 131,
];
/** Fields used here, by their number in the specification less one. */
const FIELD = {
  transactionCode: 0,
  trace: 3,
  time: 4,
  account: 5,
  amount: 6,
  query: 9,
  order: 11,
  cardKind: 12,
  fee: 15,
  settled: 16,
  kind: 19,
  merchant: 27,
  terminal: 33,
} as const;
const STARTS = WIDTHS.map((_, index) => WIDTHS.slice(0, index).reduce((sum, width) => sum + width + 1, 0));
const ENDS = STARTS.map((start, index) => start + WIDTHS[index]!);

/** Bytes of a ZM line without its end. */
export const ZM_LINE_BYTES = ENDS[ENDS.length - 1]!;
/** Where the last field that carries money or identity ends: reserves may be cut short by editors. */
const LEAST_BYTES = ENDS[FIELD.terminal]!;

/** 交易类型: 消费, 预授权完成, 代收, 账单支付 take money; 退货 and 代付 give it back or away; 消费撤销 and 预授权完成撤销 undo. */
const KINDS: Readonly<Record<string, number>> = {
  '01': ROW_TYPE_INDEX.sale,
  '03': ROW_TYPE_INDEX.sale,
  '11': ROW_TYPE_INDEX.sale,
  '13': ROW_TYPE_INDEX.sale,
  '04': ROW_TYPE_INDEX.refund,
  '12': ROW_TYPE_INDEX.deduction,
  '31': ROW_TYPE_INDEX.reversal,
  '33': ROW_TYPE_INDEX.reversal,
};

/** Sums per 支付卡类型, as the summary splits them. */
export interface CardKindSums {
  count: number;
  gross: number;
  fee: number;
  net: number;
}

/** What the summary is compared with. */
export class UnionpaySums {
  readonly all: CardKindSums = { count: 0, gross: 0, fee: 0, net: 0 };
  readonly byCard = new Map<string, CardKindSums>();

  /** Adds a row of a 支付卡类型. */
  add(card: string, gross: number, fee: number): void {
    this.addSums(card, { count: 1, gross, fee, net: gross + fee });
  }

  /** These sums and those of other rows together. */
  with(other: UnionpaySums): UnionpaySums {
    const both = new UnionpaySums();
    for (const sums of [this, other]) for (const [card, own] of sums.byCard) both.addSums(card, own);
    return both;
  }

  private addSums(card: string, more: CardKindSums): void {
    let sums = this.byCard.get(card);
    if (sums === undefined) {
      sums = { count: 0, gross: 0, fee: 0, net: 0 };
      this.byCard.set(card, sums);
    }
    for (const sum of [this.all, sums]) {
      sum.count += more.count;
      sum.gross += more.gross;
      sum.fee += more.fee;
      sum.net += more.net;
    }
  }
}

/** Whether a line is laid out like a ZM line: blanks between the fields, digits where amounts are. */
export function isZmLine(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < LEAST_BYTES) return false;
  for (let field = 0; field < FIELD.terminal; field++) if (bytes[start + ENDS[field]!] !== 0x20) return false;
  return (
    isDigits(bytes, start + STARTS[FIELD.amount]!, start + ENDS[FIELD.amount]!) &&
    isDigits(bytes, start + STARTS[FIELD.trace]!, start + ENDS[FIELD.trace]!)
  );
}

/** Reads ZM lines into rows. */
export class ZmReader {
  readonly sums = new UnionpaySums();
  private readonly money = new DecimalReader();
  private readonly currency: CurrencySums;
  private readonly cards = new ByteLexicon((bytes, start, end) => String.fromCharCode(...bytes.subarray(start, end)), 64);
  private readonly kinds = new ByteLexicon((bytes, start, end) => String.fromCharCode(...bytes.subarray(start, end)), 64);
  private readonly unknown = new Set<string>();

  constructor(
    private readonly tally: Tally,
    private readonly businessDay: string | undefined,
  ) {
    this.currency = tally.currencyNamed('CNY', 1);
  }

  /** One line; blank ones are skipped. */
  line(bytes: Uint8Array, start: number, end: number, line: number): void {
    if (isBlank(bytes, start, end)) return;
    if (end - start > ZM_LINE_BYTES + 1 || !isZmLine(bytes, start, end))
      throw new StatementRefused('fixed-width', line, `no ZM line: ${end - start} bytes, or fields that do not stand where they should`);
    const { tally } = this;
    if (tally.batch.count === 0) tally.batch.attach(bytes, 'gb18030', this.forms, this.constants, false);
    checkUnionpayTime(bytes, start + STARTS[FIELD.time]!, line);
    const amount = this.money.readWhole(bytes, start + STARTS[FIELD.amount]!, start + ENDS[FIELD.amount]!, 0, line);
    const fee = unionpaySigned(this.money, bytes, start + STARTS[FIELD.fee]!, line);
    const net = unionpaySigned(this.money, bytes, start + STARTS[FIELD.settled]!, line);
    // The amount itself has no sign: gross is what the settled amount was before the fee.
    const gross = net - fee;
    if (Math.abs(gross) !== amount) throw new StatementRefused('arithmetic', line, 'the amount less its fee is not the settled amount');
    const kind = this.kinds.get(bytes, start + STARTS[FIELD.kind]!, start + ENDS[FIELD.kind]!);
    const type = this.typeOf(kind, gross, line);
    const slot = tally.add(line, type, this.currency, gross, fee, 0);
    this.sums.add(this.cards.get(bytes, start + STARTS[FIELD.cardKind]!, start + ENDS[FIELD.cardKind]!), gross, fee);
    for (const [text, field] of TEXTS) tally.batch.setText(slot, text, start + STARTS[field]!, start + ENDS[field]!);
  }

  private readonly forms = {
    at: (text: string) => unionpayMoment(text, this.businessDay),
    cardFunding: (kind: string) => CARD_FUNDING[kind],
  };

  private get constants(): Partial<Record<RowText, string>> {
    return { timeZone: 'Asia/Shanghai', ...(this.businessDay === undefined ? {} : { businessDay: this.businessDay }) };
  }

  private typeOf(kind: string, gross: number, line: number): number {
    const type = KINDS[kind];
    if (type !== undefined) return type;
    if (!this.unknown.has(kind)) {
      this.unknown.add(kind);
      this.tally.note(line, `transaction type ${quoted(kind)} is not known: its rows are taken as credits or deductions, by their sign`);
    }
    return typeBySign(gross);
  }
}

/**
 * The moment of a 交易传输时间, which has no year; 查询流水号, where it begins with the same time, has. Else it is the year that brings it closest to the clearing date. Undefined where no year can be
 * told.
 */
export function unionpayMoment(text: string, cleared: string | undefined): string | undefined {
  const digits = /^(\d{4})?(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})/.exec(text);
  if (digits === null) return undefined;
  const [, year, month, day, hour, minute, second] = digits;
  let full = year;
  if (full === undefined && cleared !== undefined) {
    const away = Number(month) - Number(cleared.slice(5, 7));
    full = String(Number(cleared.slice(0, 4)) + (away > 6 ? -1 : away < -6 ? 1 : 0));
  }
  return full === undefined ? undefined : `${full}-${month}-${day}T${hour}:${minute}:${second}`;
}

/** Refuses ten bytes that are no month, day, hour, minute and second. */
export function checkUnionpayTime(bytes: Uint8Array, start: number, line: number): void {
  const at = (offset: number) => (bytes[start + offset]! - 0x30) * 10 + bytes[start + offset + 1]! - 0x30;
  // 29 February is allowed whatever the year: the line does not say which it is.
  const valid =
    isDigits(bytes, start, start + 10) &&
    at(0) >= 1 &&
    at(0) <= 12 &&
    at(2) >= 1 &&
    at(2) <= daysInMonth(2000, at(0)) &&
    at(4) <= 23 &&
    at(6) <= 59 &&
    at(8) <= 60;
  if (!valid) throw new StatementRefused('date', line, 'the transmission time is no month, day, hour, minute and second');
}

/** An amount of thirteen bytes with its sign: D is what the merchant pays (negative), C what he gets. */
export function unionpaySigned(money: DecimalReader, bytes: Uint8Array, at: number, line: number): number {
  const sign = bytes[at];
  if ((sign !== 0x43 && sign !== 0x44) || !isDigits(bytes, at + 1, at + 13))
    throw new StatementRefused('amount', line, 'a fee or settled amount is not D or C and twelve digits');
  const amount = money.readWhole(bytes, at + 1, at + 13, 0, line);
  return sign === 0x43 ? amount : 0 - amount;
}

/** 支付卡类型: 01 借记卡, 02 贷记卡, 03 准贷记卡, 05 预付费卡. */
export const CARD_FUNDING: Readonly<Record<string, string>> = { '01': 'debit', '02': 'credit', '03': 'credit', '05': 'prepaid' };

const TEXTS: readonly (readonly [number, number])[] = (
  [
    ['sourceType', FIELD.transactionCode],
    ['at', FIELD.time],
    ['merchant', FIELD.merchant],
    ['terminal', FIELD.terminal],
    ['trace', FIELD.trace],
    ['reference', FIELD.query],
    ['merchantReference', FIELD.order],
    ['cardFunding', FIELD.cardKind],
    ['cardLast4', FIELD.account],
  ] as const
).map(([text, field]) => [ROW_TEXTS.indexOf(text), field] as const);

/** Whether a range is digits alone. */
export function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < 0x30 || bytes[at]! > 0x39) return false;
  return true;
}

/** Whether a range is blanks alone. */
export function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0x20) return false;
  return true;
}
