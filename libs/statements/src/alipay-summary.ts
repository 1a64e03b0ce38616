import { decodeText, type TextEncoding } from './ascii.js';
import { HeaderColumns } from './csv-table.js';
import { DecimalReader } from './decimal.js';
import { StatementRefused } from './refusal.js';
import type { Tally } from './tally.js';

/** Alipay's summary by shop (业务明细(汇总)) that comes beside a trade bill: its last row, 合计, is compared with the rows of the bill. */
export class AlipaySummary {
  private header: HeaderColumns | undefined;
  private total: { readonly cells: readonly string[]; readonly line: number } | undefined;

  constructor(private readonly encoding: TextEncoding) {}

  /** One line; comments and the shops' own rows say nothing about the whole. */
  line(bytes: Uint8Array, start: number, end: number, line: number): void {
    const cells = decodeText(bytes, start, end, this.encoding)
      .split(',')
      .map((cell) => cell.trim());
    if (cells[0] === '门店编号') this.header = new HeaderColumns(cells, line);
    else if (cells[0] === '合计') this.total = { cells, line };
  }

  /** Compares; differences are told, since the summary counts by order and the bill by payment. */
  check(tally: Tally): void {
    const header = this.header;
    const total = this.total;
    if (header === undefined || total === undefined)
      throw new StatementRefused('summary', total?.line ?? 1, 'the summary (汇总) has no header or no row 合计');
    const gross = tally.allSums().reduce((sum, one) => sum + one.gross, 0);
    const compared = [
      { name: '交易订单总笔数', exponent: 0, actual: tally.countOf('sale') },
      { name: '退款订单总笔数', exponent: 0, actual: tally.countOf('refund') },
      { name: '商家实收（元）', exponent: 2, actual: gross },
    ] as const;
    for (const { name, exponent, actual } of compared) {
      const column = header.find(name);
      if (column < 0) continue;
      const bytes = Uint8Array.from(total.cells[column] ?? '', (character) => Math.min(character.charCodeAt(0), 0x7e));
      const expected = new DecimalReader().readWhole(bytes, 0, bytes.length, exponent, total.line);
      tally.check({
        name: `汇总 ${name}`,
        expected,
        actual,
        line: total.line,
        binding: false,
        ...(exponent === 0 ? {} : { currency: 'CNY' }),
      });
    }
  }
}
