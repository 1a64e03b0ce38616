import { decimalText } from '@tillward/money';
import { decodeText } from './ascii.js';
import { UNIONPAY_LINES } from './check-names.js';
import { compactDate } from './dates.js';
import { StatementRefused } from './refusal.js';
import type { Tally } from './tally.js';
import type { CardKindSums, UnionpaySums } from './unionpay-detail.js';

/** A line of sums of the RD summary: how many, then amount, fee and net, each as debit and credit. */
interface SummaryLine extends CardKindSums {
  readonly name: string;
  readonly line: number;
}

/** What the summary splits its total by: transaction type, and kind of card. */
const HEADINGS = ['交易类型', '卡性质'] as const;

/** Lines of sums under a heading, until their 总计 comes. */
interface Section {
  readonly heading: (typeof HEADINGS)[number];
  readonly lines: SummaryLine[];
}

/** 卡性质 of the summary by 支付卡类型 of the detail; what is none of these stands under 其他卡. */
const CARD_LINES: Readonly<Record<string, string>> = { '01': '借记卡', '02': '贷记卡', '03': '准贷记卡' };
const OTHER_CARDS = '其他卡';

/** UnionPay's summary of a merchant's clearing day (RD 文件, 商户交易汇总表): text in GBK for people, laid out in columns. */
export class UnionpaySummary {
  merchant: string | undefined;
  businessDay: string | undefined;
  private readonly totals: SummaryLine[] = [];
  private readonly cards: SummaryLine[] = [];
  private section: Section | undefined;

  /** One line; what is no heading and no sums is layout. */
  line(bytes: Uint8Array, start: number, end: number, line: number): void {
    const text = decodeText(bytes, start, end, 'gb18030');
    this.head(text, line);
    const heading = HEADINGS.find((each) => text.startsWith(each));
    // A new page repeats the heading of the section it goes on with.
    if (heading !== undefined && (heading !== this.section?.heading || this.section.lines.length === 0)) {
      this.endSection();
      this.section = { heading, lines: [] };
    }
    const { section } = this;
    if (section === undefined) return;
    const words = text.trim().split(/\s+/);
    const values = words.findIndex((word, index) => index > 0 && /^\d/.test(word));
    if (values < 0) return;
    const name = words.slice(0, values).join(' ');
    const sums = summaryLine(name, words.slice(values), line);
    if (name === '总计') {
      checkLines(section, sums);
      this.totals.push(sums);
      section.lines.length = 0;
      // A line of sums that is itself of other lines would count them twice.
    } else if (!name.endsWith('计')) {
      section.lines.push(sums);
      if (section.heading === '卡性质') this.cards.push(sums);
    }
  }

  private endSection(): void {
    const [first] = this.section?.lines ?? [];
    if (first !== undefined)
      throw new StatementRefused(
        'trailer-missing',
        first.line,
        `the lines per ${this.section!.heading} of the summary (RD) have no line 总计`,
      );
  }

  /**
   * Compares the rows with every total and with each card kind. Whether the total takes disputes in, the specification doesn't say: where it isn't that of the transactions alone, they have to be in it. Refuses a summary without a total.
   */
  check(transactions: UnionpaySums, disputes: UnionpaySums, tally: Tally, lastLine: number): void {
    this.endSection();
    const [said] = this.totals;
    if (said === undefined) throw new StatementRefused('trailer-missing', lastLine, 'the summary (RD) has no line 总计');
    const { all } = transactions;
    const alone = said.count === all.count && said.net === all.net;
    const rows = disputes.all.count === 0 || alone ? transactions : transactions.with(disputes);
    if (disputes.all.count > 0)
      tally.note(said.line, `the summary's total is of the transactions ${alone ? 'without' : 'with'} the disputes`);
    for (const total of this.totals) compare('总计', total, rows.all, tally);
    if (this.cards.length === 0) return;
    const sumsOf = (name: string) => {
      const sums: CardKindSums = { count: 0, gross: 0, fee: 0, net: 0 };
      for (const [kind, rowSums] of rows.byCard) {
        if ((CARD_LINES[kind] ?? OTHER_CARDS) !== name) continue;
        sums.count += rowSums.count;
        sums.gross += rowSums.gross;
        sums.fee += rowSums.fee;
        sums.net += rowSums.net;
      }
      return sums;
    };
    for (const card of this.cards) {
      const name = UNIONPAY_LINES.find((each) => each === card.name);
      // What the summary calls otherwise no row belongs to.
      if (name !== undefined) compare(name, card, sumsOf(name), tally);
    }
  }

  private head(text: string, line: number): void {
    this.merchant ??= /商户代码[:：]\s*(\d{8,15})/.exec(text)?.[1];
    const day = /清算日期[:：]\s*(\d{8})/.exec(text)?.[1];
    if (day !== undefined) {
      this.businessDay = compactDate(day);
      if (this.businessDay === undefined) throw new StatementRefused('date', line, 'the clearing date of the summary (RD) does not exist');
    }
    const currency = /清算币种[:：]\s*(\S+)/.exec(text)?.[1];
    if (currency !== undefined && !['人民币', '156', 'CNY', 'RMB'].includes(currency))
      throw new StatementRefused('currency', line, 'the summary (RD) is in another currency than renminbi');
  }
}

/** Whether text, decoded, is such a summary. */
export function isUnionpaySummary(head: string): boolean {
  return head.includes('交易汇总表') || (head.includes('清算日期') && head.includes('商户代码'));
}

function summaryLine(name: string, values: readonly string[], line: number): SummaryLine {
  const [count, ...amounts] = values;
  if (amounts.length !== 6 || !/^\d{1,12}$/.test(count!) || amounts.some((amount) => !/^-?\d{1,12}\.\d\d$/.test(amount)))
    throw new StatementRefused('summary', line, 'a line of sums of the summary (RD) is no count and six amounts');
  const [debit, credit, feeDebit, feeCredit, netDebit, netCredit] = amounts.map((amount) => Number(amount.replace('.', '')));
  return { name, line, count: Number(count), gross: credit! - debit!, fee: feeCredit! - feeDebit!, net: netCredit! - netDebit! };
}

/** Refuses a total that its own lines do not come to: who reads the summary goes by them. A total without lines has nothing to be compared with here. */
function checkLines({ heading, lines }: Section, total: SummaryLine): void {
  if (lines.length === 0) return;
  for (const [key, column] of [
    ['count', '交易笔数'],
    ['gross', '交易金额'],
    ['fee', '费用'],
    ['net', '资金清算差额'],
  ] as const) {
    const sum = lines.reduce((all, line) => all + line[key], 0);
    if (sum === total[key]) continue;
    const shown = (value: number) => (key === 'count' ? String(value) : `${decimalText(value, 'CNY')} CNY`);
    throw new StatementRefused(
      'trailer-mismatch',
      total.line,
      `总计 ${column}: the summary (RD) says ${shown(total[key])}, its lines per ${heading} come to ${shown(sum)}`,
    );
  }
}

function compare(name: (typeof UNIONPAY_LINES)[number], said: SummaryLine, rows: CardKindSums, tally: Tally): void {
  const { line } = said;
  tally.check({ name: `${name} 交易笔数`, expected: said.count, actual: rows.count, line });
  tally.check({ name: `${name} 交易金额`, expected: said.gross, actual: rows.gross, currency: 'CNY', line });
  tally.check({ name: `${name} 费用`, expected: said.fee, actual: rows.fee, currency: 'CNY', line });
  tally.check({ name: `${name} 资金清算差额`, expected: said.net, actual: rows.net, currency: 'CNY', line });
}
