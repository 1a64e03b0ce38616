import { ByteLexicon } from './byte-lexicon.js';
import { DecimalReader } from './decimal.js';
import { StatementRefused } from './refusal.js';
import { ROW_TEXTS, type RowText } from './row-batch.js';
import { type CurrencySums, ROW_TYPE_INDEX, type Tally } from './tally.js';
import { CARD_FUNDING, checkUnionpayTime, isBlank, isDigits, UnionpaySums, unionpayMoment, unionpaySigned } from './unionpay-detail.js';

/** Widths of the fields of a ZME line, one blank between them (UnionPay 全渠道平台接入接口规范 第3部分 文件接口, 6.2 ZME 文件, 商户差错交易明细): 21 fields and a reserve. */
const WIDTHS = [3, 11, 11, 6, 10, 19, 12, 4, 2, 2, 6, 10, 4, 12, 13, 13, 15, 15, 1, 12, 2, 135];
/** Fields used here, by their number in the specification less one: 交易代码, 交易传输时间, 帐号, 交易金额, 支付卡类型, 上一笔交易的系统跟踪号, 商户手续费, 结算金额, 商户代码. */
const FIELD = {
  code: 0,
  trace: 3,
  time: 4,
  account: 5,
  amount: 6,
  cardKind: 9,
  disputedTrace: 10,
  fee: 14,
  settled: 15,
  merchant: 17,
} as const;
const STARTS = WIDTHS.map((_, index) => WIDTHS.slice(0, index).reduce((sum, width) => sum + width + 1, 0));
const ENDS = STARTS.map((start, index) => start + WIDTHS[index]!);
const LINE_BYTES = ENDS[ENDS.length - 1]!;
/** Where the last field that carries money or identity ends: reserves may be cut short by editors. */
const LEAST_BYTES = ENDS[FIELD.merchant]!;

/** Whether a line is laid out like a ZME line: blanks between the fields, digits and signs where amounts are. A ZM line has a longer field where two of these end. */
export function isZmeLine(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < LEAST_BYTES || end - start > LINE_BYTES + 1) return false;
  for (let field = 0; field < FIELD.merchant; field++) if (bytes[start + ENDS[field]!] !== 0x20) return false;
  const letter = (field: number) => bytes[start + STARTS[field]!];
  return (
    isDigits(bytes, start + STARTS[FIELD.amount]!, start + ENDS[FIELD.amount]!) &&
    isDigits(bytes, start + STARTS[FIELD.trace]!, start + ENDS[FIELD.trace]!) &&
    [FIELD.fee, FIELD.settled].every((field) => letter(field) === 0x43 || letter(field) === 0x44)
  );
}

/**
 * Reads ZME lines, a merchant's disputes of a clearing day, into rows. What takes money from the merchant is a chargeback, what gives it back a chargeback that was reversed; which kind of dispute it is
 * UnionPay's code says, which the row keeps. The row's trace number is the disputed transaction's.
 */
export class ZmeReader {
  readonly sums = new UnionpaySums();
  private readonly money = new DecimalReader();
  private readonly currency: CurrencySums;
  private readonly cards = new ByteLexicon((bytes, start, end) => String.fromCharCode(...bytes.subarray(start, end)), 64);
  private saidAmount = false;
  private readonly forms = {
    at: (text: string) => unionpayMoment(text, this.businessDay),
    cardFunding: (kind: string) => CARD_FUNDING[kind],
  };

  constructor(
    private readonly tally: Tally,
    private readonly businessDay: string | undefined,
  ) {
    this.currency = tally.currencyNamed('CNY', 1);
  }

  /** One line; blank ones are skipped. */
  line(bytes: Uint8Array, start: number, end: number, line: number): void {
    if (isBlank(bytes, start, end)) return;
    if (!isZmeLine(bytes, start, end))
      throw new StatementRefused('fixed-width', line, `no ZME line: ${end - start} bytes, or fields that do not stand where they should`);
    const tally = this.tally;
    if (tally.batch.count === 0) tally.batch.attach(bytes, 'gb18030', this.forms, this.constants, false);
    checkUnionpayTime(bytes, start + STARTS[FIELD.time]!, line);
    const amount = this.money.readWhole(bytes, start + STARTS[FIELD.amount]!, start + ENDS[FIELD.amount]!, 0, line);
    const fee = unionpaySigned(this.money, bytes, start + STARTS[FIELD.fee]!, line);
    const net = unionpaySigned(this.money, bytes, start + STARTS[FIELD.settled]!, line);
    const gross = net - fee;
    if (Math.abs(gross) !== amount && !this.saidAmount) {
      this.saidAmount = true;
      tally.note(line, 'the amount of a dispute is not what was settled less its fee: what was settled counts');
    }
    const type = gross < 0 || (gross === 0 && net < 0) ? ROW_TYPE_INDEX.chargeback : ROW_TYPE_INDEX.chargebackReversed;
    const slot = tally.add(line, type, this.currency, gross, fee, 0);
    this.sums.add(this.cards.get(bytes, start + STARTS[FIELD.cardKind]!, start + ENDS[FIELD.cardKind]!), gross, fee);
    for (const [text, field] of TEXTS) tally.batch.setText(slot, text, start + STARTS[field]!, start + ENDS[field]!);
    // A place of the batch still has what a row of the detail left there.
    for (const text of UNSAID) tally.batch.setText(slot, text, 0, 0);
  }

  private get constants(): Partial<Record<RowText, string>> {
    return { timeZone: 'Asia/Shanghai', ...(this.businessDay === undefined ? {} : { businessDay: this.businessDay }) };
  }
}

const TEXTS: readonly (readonly [number, number])[] = (
  [
    ['sourceType', FIELD.code],
    ['at', FIELD.time],
    ['merchant', FIELD.merchant],
    ['trace', FIELD.disputedTrace],
    ['cardFunding', FIELD.cardKind],
    ['cardLast4', FIELD.account],
  ] as const
).map(([text, field]) => [ROW_TEXTS.indexOf(text), field] as const);

const UNSAID: readonly number[] = (['terminal', 'reference', 'merchantReference'] as const).map((text) => ROW_TEXTS.indexOf(text));
