import type { TextEncoding } from './ascii.js';
import type { CsvCells } from './csv-scanner.js';
import type { HeaderColumns, TableFormat, TableRows } from './csv-table.js';
import { checkDateTime } from './dates.js';
import { DecimalReader } from './decimal.js';
import { StatementRefused } from './refusal.js';
import { TypeColumn, type TypeWords, typeBySign } from './row-types.js';
import { type CurrencySums, ROW_TYPE_INDEX, type Tally } from './tally.js';

const TRADE_TYPES: TypeWords = { 交易: 'sale', 退款: 'refund' };

/** 业务类型 of the account bill (账务明细). */
const ACCOUNT_TYPES: TypeWords = {
  在线支付: 'sale',
  交易付款: 'sale',
  收款: 'sale',
  交易退款: 'refund',
  退款: 'refund',
  收费: 'fee',
  服务费: 'fee',
  退费: 'fee',
  提现: 'payout',
  自动提现: 'payout',
  交易分账: 'deduction',
  分账: 'deduction',
  充值: 'credit',
  转账: 'bySign',
  其它: 'bySign',
  其他: 'bySign',
};

/**
 * Alipay's bills (opendocs.alipay.com, 对账单): the trade bill 业务明细 and the account bill 账务明细, GBK or UTF-8, comment lines around the table, tabs after values, the sums in comment
 * lines at the end.
 */
export const alipayFormat: TableFormat = {
  format: 'alipay',
  dialect: (encoding: TextEncoding) => ({ separator: ',', quotes: 'lenient', comments: true, encoding }),
  start: (header, tally, comments, encoding) =>
    header.find('账务流水号') >= 0 ? new AccountRows(header, tally, comments, encoding) : new TradeRows(header, tally, comments, encoding),
};

/** Whether the head of a file, decoded, is that of an Alipay bill. */
export function isAlipayHead(head: string): boolean {
  return /^#支付宝(?:业务|账务)明细/.test(head) || /^#[^\n]*\r?\n#账号：\[/.test(head) || /^(?:支付宝交易号|账务流水号),/.test(head);
}

/** What a comment line after the table states. */
interface StatedSum {
  readonly name: '交易合计' | '退款合计' | '收入合计' | '支出合计';
  readonly pattern: RegExp;
  count: number;
  minor: number;
}

/** What both bills share: comments before and after the table, and the sums stated there. */
abstract class AlipayRows {
  readonly constants: { timeZone: string; merchant?: string };
  protected readonly amounts = new DecimalReader();
  protected readonly sums: CurrencySums;
  private readonly opened: boolean;
  private closed = false;
  private readonly seen = new Set<string>();

  constructor(
    header: HeaderColumns,
    protected readonly tally: Tally,
    comments: readonly string[],
    private readonly stated: readonly StatedSum[],
  ) {
    this.sums = tally.currencyNamed('CNY', header.line);
    this.opened = comments.some((comment) => comment.includes('明细列表'));
    const merchant = comments.map((comment) => /账号：\[(\d{10,24})\]/.exec(comment)?.[1]).find((account) => account !== undefined);
    this.constants = { timeZone: 'Asia/Shanghai', ...(merchant === undefined ? {} : { merchant }) };
  }

  comment(text: string, line: number): void {
    if (text.includes('明细列表结束')) this.closed = true;
    for (const sum of this.stated) {
      if (!text.includes(`${sum.name}：`) && !text.includes(`${sum.name}:`)) continue;
      const said = sum.pattern.exec(text);
      if (said === null || this.seen.has(sum.name))
        throw new StatementRefused('summary', line, `${sum.name} cannot be read, or stands there twice`);
      this.seen.add(sum.name);
      const bytes = Uint8Array.from(said[2]!, (character) => character.charCodeAt(0));
      const money = Math.abs(this.amounts.readWhole(bytes, 0, bytes.length, 2, line));
      this.tally.check({ name: `${sum.name}笔数`, expected: Number(said[1]), actual: sum.count, line });
      this.tally.check({ name: sum.name, expected: money, actual: Math.abs(sum.minor), currency: 'CNY', line });
    }
  }

  end(line: number): boolean {
    if (this.opened && !this.closed)
      throw new StatementRefused('trailer-missing', line, 'the bill ends without the line that ends its list');
    for (const { name, count } of this.stated)
      if (this.opened && count > 0 && !this.seen.has(name))
        throw new StatementRefused('trailer-missing', line, `the bill ends without ${name}`);
    // People take the comment lines off to open the table elsewhere.
    if (!this.opened && !this.closed) this.tally.note(line, 'the bill came without its comment lines: nothing says that it is whole');
    return this.opened || this.closed;
  }

  protected refuseAfterEnd(line: number): void {
    if (this.closed) throw new StatementRefused('summary', line, 'a row follows the line that ends the list');
  }

  protected amount({ bytes, starts, ends, line }: CsvCells, column: number): number {
    return column < 0 ? 0 : this.amounts.readWhole(bytes, starts[column]!, ends[column]!, 2, line);
  }
}

class TradeRows extends AlipayRows implements TableRows {
  readonly texts;
  private readonly types: TypeColumn;
  private readonly received: number;
  private readonly fee: number;
  private readonly shared: number;
  private readonly finished: number;
  private readonly trades: StatedSum;
  private readonly refunds: StatedSum;

  constructor(header: HeaderColumns, tally: Tally, comments: readonly string[], encoding: TextEncoding) {
    const trades: StatedSum = {
      name: '交易合计',
      pattern: /交易合计[：:]\s*(\d{1,12})笔[，,](?:商家实收共|总金额|共)(-?\d[\d.]*)元/,
      count: 0,
      minor: 0,
    };
    const refunds: StatedSum = {
      name: '退款合计',
      pattern: /退款合计[：:]\s*(\d{1,12})笔[，,](?:商家实收)?(?:退款)?共(-?\d[\d.]*)元/,
      count: 0,
      minor: 0,
    };
    super(header, tally, comments, [trades, refunds]);
    this.trades = trades;
    this.refunds = refunds;
    const type = header.need('业务类型');
    this.types = new TypeColumn(TRADE_TYPES, type, tally, encoding);
    this.received = header.need('商家实收(元)', '订单金额(元)');
    this.fee = header.find('服务费(元)');
    this.shared = header.find('分润(元)');
    this.finished = header.need('完成时间', '创建时间');
    this.texts = {
      sourceType: type,
      at: this.finished,
      terminal: header.find('终端号'),
      reference: header.need('支付宝交易号'),
      merchantReference: header.find('商户订单号'),
    };
  }

  row(cells: CsvCells): number {
    const { line } = cells;
    this.refuseAfterEnd(line);
    const word = this.types.read(cells);
    checkTime(cells, this.finished);
    const received = this.amount(cells, this.received);
    // The signs differ between years of this bill; what they mean does not: a refund takes money and gives its fee back.
    const refund = word.type === ROW_TYPE_INDEX.refund;
    const sale = word.type === ROW_TYPE_INDEX.sale;
    const gross = refund ? 0 - Math.abs(received) : sale ? Math.abs(received) : received;
    const kept = Math.abs(this.amount(cells, this.fee)) + Math.abs(this.amount(cells, this.shared));
    const sum = refund ? this.refunds : sale ? this.trades : undefined;
    if (sum !== undefined) {
      sum.count++;
      sum.minor += gross;
    }
    return this.tally.add(
      line,
      word.type < 0 ? typeBySign(gross) : word.type,
      this.sums,
      gross,
      refund ? kept : 0 - kept,
      0,
      this.fee >= 0,
    );
  }
}

class AccountRows extends AlipayRows implements TableRows {
  readonly texts;
  private readonly types: TypeColumn;
  private readonly income: number;
  private readonly expense: number;
  private readonly happened: number;
  private readonly incomes: StatedSum;
  private readonly expenses: StatedSum;

  constructor(header: HeaderColumns, tally: Tally, comments: readonly string[], encoding: TextEncoding) {
    const incomes: StatedSum = { name: '收入合计', pattern: /合计[：:]\s*(\d{1,12})笔[，,]共(-?\d[\d.]*)元/, count: 0, minor: 0 };
    const expenses: StatedSum = { name: '支出合计', pattern: /合计[：:]\s*(\d{1,12})笔[，,]共(-?\d[\d.]*)元/, count: 0, minor: 0 };
    super(header, tally, comments, [incomes, expenses]);
    this.incomes = incomes;
    this.expenses = expenses;
    const type = header.need('业务类型');
    this.types = new TypeColumn(ACCOUNT_TYPES, type, tally, encoding);
    this.income = header.need('收入金额(+元)', '收入(+元)');
    this.expense = header.need('支出金额(-元)', '支出(-元)');
    this.happened = header.need('发生时间', '入账时间');
    this.texts = {
      sourceType: type,
      at: this.happened,
      reference: header.find('业务流水号', '账务流水号'),
      merchantReference: header.find('商户订单号'),
    };
  }

  row(cells: CsvCells): number {
    const { line } = cells;
    this.refuseAfterEnd(line);
    const word = this.types.read(cells);
    checkTime(cells, this.happened);
    const income = Math.abs(this.amount(cells, this.income));
    const expense = Math.abs(this.amount(cells, this.expense));
    if (income > 0) {
      this.incomes.count++;
      this.incomes.minor += income;
    }
    if (expense > 0) {
      this.expenses.count++;
      this.expenses.minor -= expense;
    }
    const net = income - expense;
    const type = word.type < 0 ? typeBySign(net) : word.type;
    const fee = type === ROW_TYPE_INDEX.fee ? net : 0;
    // A payment's fee is a line of its own here, which names no payment.
    return this.tally.add(line, type, this.sums, net - fee, fee, 0, type === ROW_TYPE_INDEX.fee);
  }
}

function checkTime({ bytes, starts, ends, line }: CsvCells, column: number): void {
  let end = ends[column]!;
  let start = starts[column]!;
  while (end > start && bytes[end - 1]! <= 0x20) end--;
  while (start < end && bytes[start]! <= 0x20) start++;
  checkDateTime(bytes, start, end, line);
}
