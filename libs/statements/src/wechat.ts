import { decodeText, type TextEncoding } from './ascii.js';
import type { CheckName } from './check-names.js';
import type { CsvCells } from './csv-scanner.js';
import { cellTexts, HeaderColumns, type TableFormat, type TableRows } from './csv-table.js';
import { checkDateTime } from './dates.js';
import { DecimalReader, REMAINDERS_PER_MINOR } from './decimal.js';
import { StatementRefused } from './refusal.js';
import { TypeColumn, type TypeWords } from './row-types.js';
import { carried, ROW_TYPE_INDEX, type Tally } from './tally.js';

const TYPES: TypeWords = { success: 'sale', refund: 'refund', revoked: 'reversal' };

/** First cell of the second header. */
const TRAILER_HEADER = ['总交易单数', '总交易笔数'];

/**
 * WeChat Pay's trade bill (pay.weixin.qq.com, 申请交易账单): a back-tick before every value, a second header and one row of sums at the end. Fees have five decimals and are negative on
 * refunds, whose amounts stand in columns of their own.
 */
export const wechatFormat: TableFormat = {
  format: 'wechat',
  dialect: (encoding: TextEncoding) => ({ separator: ',', quotes: 'backtick', comments: false, encoding }),
  start: (header, tally) => new WechatRows(header, tally),
};

/** Whether a first line is the header of this bill. */
export function isWechatHeader(names: readonly string[]): boolean {
  return names.includes('交易时间') && names.includes('微信订单号');
}

/** A sum of the bill that its trailer states. */
interface Summed {
  readonly name: CheckName;
  readonly column: number;
  /** Names of the trailer's column. */
  readonly trailer: readonly string[];
  minor: number;
  remainder: number;
}

class WechatRows implements TableRows {
  readonly texts;
  readonly forms = { cardFunding: bankFunding };
  readonly constants = { timeZone: 'Asia/Shanghai' };
  private readonly amounts = new DecimalReader();
  private readonly types: TypeColumn;
  private readonly time: number;
  private readonly currency: number;
  private readonly settled: Summed;
  private readonly refunded: Summed;
  private readonly fees: Summed;
  private readonly sums: readonly Summed[];
  private trailer: HeaderColumns | undefined;
  private done = false;
  private bytesSeen = false;

  constructor(
    header: HeaderColumns,
    private readonly tally: Tally,
  ) {
    this.types = new TypeColumn(TYPES, header.need('交易状态'), tally);
    this.time = header.need('交易时间');
    this.currency = header.find('货币种类', '货币类型');
    this.settled = summed('应结订单总金额', header.need('应结订单金额', '总金额'), ['应结订单总金额', '总交易额']);
    // A bill of successful payments only has no columns for refunds.
    this.refunded = summed('退款总金额', header.find('退款金额'), ['退款总金额', '总退款金额']);
    this.fees = summed('手续费总金额', header.need('手续费'), ['手续费总金额']);
    this.sums = [
      this.settled,
      this.refunded,
      this.fees,
      summed('充值券退款总金额', header.find('充值券退款金额', '企业红包退款金额', '代金券或立减优惠退款金额'), [
        '充值券退款总金额',
        '总企业红包退款金额',
        '总代金券或立减优惠退款金额',
      ]),
      summed('订单总金额', header.find('订单金额'), ['订单总金额']),
      summed('申请退款总金额', header.find('申请退款金额'), ['申请退款总金额']),
    ].filter(({ column }) => column >= 0);
    this.texts = {
      sourceType: header.need('交易状态'),
      at: this.time,
      merchant: header.need('商户号', '微信支付商户号'),
      terminal: header.find('设备号'),
      reference: header.need('微信订单号'),
      merchantReference: header.find('商户订单号'),
      scheme: header.find('付款银行'),
      cardFunding: header.find('付款银行'),
    };
  }

  special(cells: CsvCells): boolean {
    if (this.done) throw new StatementRefused('summary', cells.line, 'a line follows the row of sums');
    if (this.trailer !== undefined) {
      this.compare(cells, this.trailer);
      this.done = true;
      return true;
    }
    // Only the second header begins with 总: looking at one byte spares decoding a cell of every row.
    if (cells.bytes[cells.starts[0]!] !== 0xe6) return false;
    const first = decodeText(cells.bytes, cells.starts[0]!, cells.ends[0]!, 'utf-8').trim();
    if (!TRAILER_HEADER.includes(first)) return false;
    this.trailer = new HeaderColumns(cellTexts(cells, 'utf-8'), cells.line);
    return true;
  }

  row(cells: CsvCells): number {
    const { bytes, starts, ends, line } = cells;
    const word = this.types.read(cells);
    const sums =
      this.currency < 0
        ? this.tally.currencyNamed('CNY', line)
        : this.tally.currency(bytes, starts[this.currency]!, ends[this.currency]!, line);
    if (!this.bytesSeen && sums.exponent !== 2) this.tally.note(line, 'the bill is in a currency without hundredths');
    this.bytesSeen = true;
    checkDateTime(bytes, starts[this.time]!, ends[this.time]!, line);
    let gross = 0;
    let fee = 0;
    let remainder = 0;
    for (const sum of this.sums) {
      this.amounts.read(bytes, starts[sum.column]!, ends[sum.column]!, sums.exponent, line);
      sum.minor += this.amounts.minor;
      sum.remainder += this.amounts.remainder;
      if (sum === this.fees) {
        fee = 0 - this.amounts.minor;
        remainder = 0 - this.amounts.remainder;
      } else if (this.amounts.remainder !== 0)
        throw new StatementRefused('amount-precision', line, `an amount has more than ${sums.exponent} decimals`);
      else if (sum === this.settled) gross += this.amounts.minor;
      else if (sum === this.refunded) gross -= this.amounts.minor;
    }
    const type = word.type < 0 ? (gross < 0 ? ROW_TYPE_INDEX.deduction : ROW_TYPE_INDEX.credit) : word.type;
    return this.tally.add(line, type, sums, gross, fee, remainder);
  }

  end(line: number): boolean {
    if (!this.done) throw new StatementRefused('trailer-missing', line, 'the bill ends without its row of sums');
    return true;
  }

  private compare(cells: CsvCells, trailer: HeaderColumns): void {
    const { line } = cells;
    if (cells.count !== trailer.names.length)
      throw new StatementRefused('summary', line, `the row of sums has ${cells.count} columns, its header ${trailer.names.length}`);
    const exponent = this.tally.allSums()[0]?.exponent ?? 2;
    if (this.tally.allSums().length > 1) {
      this.tally.note(line, 'rows in several currencies: the sums of money are not compared');
    } else {
      const currency = this.tally.allSums()[0]?.currency ?? 'CNY';
      for (const sum of this.sums) {
        const column = trailer.find(...sum.trailer);
        if (column < 0) continue;
        this.amounts.read(cells.bytes, cells.starts[column]!, cells.ends[column]!, exponent, line);
        const rows = carried(sum.minor, sum.remainder);
        const differs = this.amounts.minor === rows.fee && this.amounts.remainder !== rows.remainder;
        if (differs)
          throw new StatementRefused(
            'trailer-mismatch',
            line,
            `${sum.name}: the file says ${this.amounts.remainder}, its rows come to ${rows.remainder} of ${REMAINDERS_PER_MINOR} parts of a minor unit`,
          );
        this.tally.check({ name: sum.name, expected: this.amounts.minor, actual: rows.fee, currency, line });
      }
    }
    this.amounts.read(cells.bytes, cells.starts[0]!, cells.ends[0]!, 0, line);
    this.tally.check({ name: '总交易单数', expected: this.amounts.minor, actual: this.tally.rowCount(), line });
  }
}

function summed(name: CheckName, column: number, trailer: readonly string[]): Summed {
  return { name, column, trailer, minor: 0, remainder: 0 };
}

/** 付款银行 ends with how the card is funded: ICBC_DEBIT, CMB_CREDIT. */
function bankFunding(bank: string): string | undefined {
  return bank.endsWith('_DEBIT') ? 'debit' : bank.endsWith('_CREDIT') ? 'credit' : undefined;
}
