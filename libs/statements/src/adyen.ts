import { decodeText, type TextEncoding } from './ascii.js';
import { ByteLexicon } from './byte-lexicon.js';
import type { CsvCells } from './csv-scanner.js';
import type { HeaderColumns, TableFormat, TableRows } from './csv-table.js';
import { checkDateTime } from './dates.js';
import { DecimalReader } from './decimal.js';
import { type PayoutGroup, PayoutGroups } from './payout-groups.js';
import { TypeColumn, type TypeWords, typeBySign } from './row-types.js';
import { ROW_TYPE_INDEX, type Tally } from './tally.js';

/** Journal types of the settlement details report (docs.adyen.com, Settlement details report, Journal types). */
const TYPES: TypeWords = {
  settled: 'sale',
  settledexternally: 'sale',
  settledbulk: 'sale',
  settledinstallment: 'sale',
  settledreversed: 'reversal',
  settledexternallywithinfo: 'sale',
  refunded: 'refund',
  refundedbulk: 'refund',
  refundedexternally: 'refund',
  refundedreversed: 'reversal',
  paidout: 'refund',
  paidoutreversed: 'reversal',
  cashback: 'refund',
  chargeback: 'chargeback',
  chargebackexternally: 'chargeback',
  secondchargeback: 'chargeback',
  chargebackreversed: 'chargebackReversed',
  chargebackreversedexternally: 'chargebackReversed',
  fee: 'fee',
  misccosts: 'fee',
  authorisationschemefee: 'fee',
  acquirerfee: 'fee',
  paymentcost: 'fee',
  merchantpayout: 'payout',
  internalcompanypayout: 'payout',
  bankinstructionreturned: 'credit',
  depositcorrection: 'bySign',
  reserveadjustment: 'bySign',
  invoicededuction: 'bySign',
  manualcorrected: 'bySign',
  matchedstatement: 'bySign',
  merchantpayin: 'credit',
  advancement: 'bySign',
  advancementcommission: 'fee',
  balancetransfer: 'balance',
  balancenotpaidout: 'balance',
};

/** Columns of amounts, by name: gross currency debit and credit, net currency debit and credit, then what is kept of a payment. */
const COST_COLUMNS = ['Commission (NC)', 'Markup (NC)', 'Scheme Fees (NC)', 'Interchange (NC)', 'DCC Markup (NC)'];

/** Adyen's settlement details report. */
export const adyenFormat: TableFormat = {
  format: 'adyen',
  dialect: (encoding: TextEncoding) => ({ separator: ',', quotes: 'strict', comments: false, encoding }),
  start: (header, tally) => new AdyenRows(header, tally),
};

/** Whether a first line is the header of this report. */
export function isAdyenHeader(names: readonly string[]): boolean {
  return names.includes('psp reference') && names.includes('type') && names.includes('net currency');
}

class AdyenRows implements TableRows {
  readonly texts;
  private readonly amounts = new DecimalReader();
  private readonly types: TypeColumn;
  private readonly payouts: PayoutGroups;
  private readonly names = new ByteLexicon((bytes, start, end) => decodeText(bytes, start, end, 'utf-8').trim());
  private readonly grossCurrency: number;
  private readonly grossDebit: number;
  private readonly grossCredit: number;
  private readonly netCurrency: number;
  private readonly netDebit: number;
  private readonly netCredit: number;
  private readonly costs: readonly number[];
  private readonly batch: number;
  private readonly merchant: number;
  private readonly created: number;
  private readonly booked: number;
  private lastGroup: PayoutGroup | undefined;
  private lastBatch = '';
  private lastMerchant = '';
  private costRows = 0;
  private costRowsOff = 0;
  private firstOff = 0;

  constructor(
    header: HeaderColumns,
    private readonly tally: Tally,
  ) {
    this.types = new TypeColumn(TYPES, header.need('Type'), tally);
    this.payouts = new PayoutGroups(tally);
    this.grossCurrency = header.need('Gross Currency');
    this.grossDebit = header.need('Gross Debit (GC)');
    this.grossCredit = header.need('Gross Credit (GC)');
    this.netCurrency = header.need('Net Currency');
    this.netDebit = header.need('Net Debit (NC)');
    this.netCredit = header.need('Net Credit (NC)');
    this.costs = COST_COLUMNS.map((name) => header.find(name)).filter((column) => column >= 0);
    this.batch = header.find('Batch Number');
    this.merchant = header.find('Merchant Account');
    this.created = header.find('Creation Date');
    this.booked = header.find('Booking Date');
    this.texts = {
      sourceType: header.need('Type'),
      businessDay: this.booked,
      at: this.created,
      timeZone: header.find('TimeZone', 'Time Zone'),
      merchant: this.merchant,
      terminal: header.find('Unique Terminal ID', 'Terminal ID', 'Terminal Id'),
      reference: header.need('Psp Reference'),
      merchantReference: header.find('Merchant Reference'),
      authorisation: header.find('Authorisation Code', 'Auth Code'),
      scheme: header.find('Payment Method'),
      payout: this.batch,
    };
  }

  row(cells: CsvCells): number {
    const { bytes, starts, ends, line } = cells;
    const word = this.types.read(cells);
    const netCurrency = this.netCurrency;
    // Some corrections name their currency in the gross column only.
    const from = starts[netCurrency]! === ends[netCurrency]! ? this.grossCurrency : netCurrency;
    const sums = this.tally.currency(bytes, starts[from]!, ends[from]!, line);
    const net = this.amount(cells, this.netCredit, sums.exponent) - this.amount(cells, this.netDebit, sums.exponent);
    let type = word.type;
    if (type < 0) type = typeBySign(net);
    let fee = 0;
    if (type === ROW_TYPE_INDEX.fee) fee = net;
    else if (type <= ROW_TYPE_INDEX.chargebackReversed) fee = this.feeOf(cells, net, sums.exponent);
    if (this.created >= 0) checkDateTime(bytes, starts[this.created]!, ends[this.created]!, line);
    if (this.booked >= 0) checkDateTime(bytes, starts[this.booked]!, ends[this.booked]!, line);
    const slot = this.tally.add(line, type, sums, net - fee, fee, 0);
    const group = this.groupOf(cells, sums);
    if (group !== undefined) {
      if (type === ROW_TYPE_INDEX.payout) {
        group.payout += net;
        group.payoutLine = line;
      } else {
        group.net += net;
        group.rows++;
      }
    }
    return slot;
  }

  end(line: number): boolean {
    this.payouts.check(line);
    if (this.batch < 0) this.tally.note(line, 'the report has no column Batch Number: no payout is compared with its rows');
    if (this.costRows > 0)
      this.tally.check({
        name: 'payments whose commission, markup, scheme fee and interchange are gross less net',
        expected: this.costRows,
        actual: this.costRows - this.costRowsOff,
        line: this.firstOff || 1,
        binding: false,
      });
    return false;
  }

  /** The fee is what gross and net differ by; where both are in one currency, the columns of costs must say the same. */
  private feeOf(cells: CsvCells, net: number, exponent: number): number {
    const { bytes, starts, ends, line } = cells;
    let costs = 0;
    let remainder = 0;
    for (const column of this.costs) {
      const start = starts[column]!;
      const end = ends[column]!;
      if (start === end) continue;
      this.amounts.read(bytes, start, end, exponent, line);
      costs += this.amounts.minor;
      remainder += this.amounts.remainder;
    }
    const grossColumn = this.grossCurrency;
    const sameCurrency =
      starts[grossColumn]! === ends[grossColumn]! ||
      sameBytes(cells, grossColumn, this.netCurrency) ||
      starts[this.netCurrency] === ends[this.netCurrency];
    // What the customer paid in another currency is not this row's currency: then the costs are all that is known.
    if (!sameCurrency) this.tally.checkCurrency(bytes, starts[grossColumn]!, ends[grossColumn]!, line);
    if (!sameCurrency) return 0 - costs - Math.round(remainder / 100_000);
    const gross = this.amount(cells, this.grossCredit, exponent) - this.amount(cells, this.grossDebit, exponent);
    const fee = net - gross;
    this.costRows++;
    if (Math.abs((fee + costs) * 100_000 + remainder) >= 100_000) {
      this.costRowsOff++;
      if (this.firstOff === 0) this.firstOff = line;
    }
    return fee;
  }

  private amount(cells: CsvCells, column: number, exponent: number): number {
    const start = cells.starts[column]!;
    const end = cells.ends[column]!;
    return start === end ? 0 : this.amounts.readWhole(cells.bytes, start, end, exponent, cells.line);
  }

  private groupOf(cells: CsvCells, sums: PayoutGroup['sums']): PayoutGroup | undefined {
    if (this.batch < 0) return undefined;
    const { bytes, starts, ends } = cells;
    const batch = this.names.get(bytes, starts[this.batch]!, ends[this.batch]!);
    const merchant = this.merchant < 0 ? '' : this.names.get(bytes, starts[this.merchant]!, ends[this.merchant]!);
    const last = this.lastGroup;
    if (last !== undefined && last.sums === sums && batch === this.lastBatch && merchant === this.lastMerchant) return last;
    this.lastGroup = this.payouts.group(`of batch ${batch}, ${merchant}`, sums);
    this.lastBatch = batch;
    this.lastMerchant = merchant;
    return this.lastGroup;
  }
}

function sameBytes({ bytes, starts, ends }: CsvCells, one: number, other: number): boolean {
  const length = ends[one]! - starts[one]!;
  if (length !== ends[other]! - starts[other]!) return false;
  for (let i = 0; i < length; i++) if (bytes[starts[one]! + i] !== bytes[starts[other]! + i]) return false;
  return true;
}
