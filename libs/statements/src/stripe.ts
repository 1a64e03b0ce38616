import { decodeText, type TextEncoding } from './ascii.js';
import { ByteLexicon } from './byte-lexicon.js';
import type { CsvCells } from './csv-scanner.js';
import type { HeaderColumns, TableFormat, TableRows } from './csv-table.js';
import { checkDateTime } from './dates.js';
import { DecimalReader } from './decimal.js';
import { PayoutGroups } from './payout-groups.js';
import { StatementRefused } from './refusal.js';
import { TypeColumn, type TypeWords, typeBySign } from './row-types.js';
import { ROW_TYPE_INDEX, type Tally } from './tally.js';

/** Reporting categories (docs.stripe.com/reports/reporting-categories). */
const TYPES: TypeWords = {
  charge: 'sale',
  partial_capture_reversal: 'reversal',
  charge_failure: 'reversal',
  refund: 'refund',
  refund_failure: 'reversal',
  dispute: 'chargeback',
  dispute_reversal: 'chargebackReversed',
  fee: 'fee',
  network_cost: 'fee',
  tax: 'fee',
  payout: 'payout',
  payout_reversal: 'payout',
  payout_minimum_balance_hold: 'bySign',
  payout_minimum_balance_release: 'bySign',
  transfer: 'bySign',
  transfer_reversal: 'bySign',
  platform_earning: 'credit',
  platform_earning_refund: 'deduction',
  connect_collection_transfer: 'bySign',
  connect_reserved_funds: 'bySign',
  risk_reserved_funds: 'bySign',
  issuing_authorization_hold: 'bySign',
  issuing_authorization_release: 'bySign',
  issuing_dispute: 'bySign',
  issuing_transaction: 'bySign',
  topup: 'credit',
  topup_reversal: 'deduction',
  advance: 'bySign',
  advance_funding: 'bySign',
  anticipation_repayment: 'bySign',
  financing_payout: 'bySign',
  financing_payout_reversal: 'bySign',
  financing_paydown: 'bySign',
  financing_paydown_reversal: 'bySign',
  contribution: 'deduction',
  fee_credit: 'credit',
  other_adjustment: 'bySign',
  unreconciled_customer_funds: 'bySign',
  network_cost_credit: 'fee',
  climate_order_purchase: 'deduction',
  climate_order_refund: 'credit',
};

/** Stripe's balance and payout reconciliation reports, itemised. */
export const stripeFormat: TableFormat = {
  format: 'stripe',
  dialect: (encoding: TextEncoding) => ({ separator: ',', quotes: 'strict', comments: false, encoding }),
  start: (header, tally) => new StripeRows(header, tally),
};

/** Whether a first line is the header of such a report. */
export function isStripeHeader(names: readonly string[]): boolean {
  return names.includes('balance_transaction_id') && names.includes('reporting_category') && names.includes('net');
}

class StripeRows implements TableRows {
  readonly texts;
  private readonly amounts = new DecimalReader();
  private readonly types: TypeColumn;
  private readonly payouts: PayoutGroups;
  private readonly names = new ByteLexicon((bytes, start, end) => decodeText(bytes, start, end, 'utf-8').trim());
  private readonly currency: number;
  private readonly gross: number;
  private readonly fee: number;
  private readonly net: number;
  private readonly payout: number;
  private readonly dates: readonly number[];

  constructor(
    header: HeaderColumns,
    private readonly tally: Tally,
  ) {
    this.types = new TypeColumn(TYPES, header.need('reporting_category'), tally);
    this.payouts = new PayoutGroups(tally);
    this.currency = header.need('currency');
    this.gross = header.need('gross');
    this.fee = header.need('fee');
    this.net = header.need('net');
    this.payout = header.find('automatic_payout_id', 'payout_id');
    const created = header.find('created', 'created_utc');
    const available = header.find('available_on', 'available_on_utc');
    this.dates = [created, available].filter((column) => column >= 0);
    this.texts = {
      sourceType: header.need('reporting_category'),
      businessDay: available,
      at: created,
      merchant: header.find('gateway_account', 'account_id', 'connected_account'),
      terminal: header.find('payment_metadata[terminal]', 'reader_id'),
      reference: header.need('balance_transaction_id'),
      merchantReference: header.find('payment_metadata[external_identifier]', 'payment_metadata[order_id]', 'customer_facing_reference'),
      scheme: header.find('card_brand', 'payment_method_type'),
      cardFunding: header.find('card_funding'),
      cardLast4: header.find('card_last4'),
      payout: this.payout,
    };
  }

  row(cells: CsvCells): number {
    const { bytes, starts, ends, line } = cells;
    const word = this.types.read(cells);
    const sums = this.tally.currency(bytes, starts[this.currency]!, ends[this.currency]!, line);
    const gross = this.amount(cells, this.gross, sums.exponent);
    const cost = this.amount(cells, this.fee, sums.exponent);
    let net = this.amount(cells, this.net, sums.exponent);
    const type = word.type < 0 ? typeBySign(net) : word.type;
    for (const column of this.dates) checkDateTime(bytes, starts[column]!, ends[column]!, line);
    const group =
      this.payout < 0 || starts[this.payout] === ends[this.payout]
        ? undefined
        : this.payouts.group(this.names.get(bytes, starts[this.payout]!, ends[this.payout]!), sums);
    if (type === ROW_TYPE_INDEX.payout) {
      // Some exports write a payout as what arrives, some as what leaves: on the merchant's account it leaves, unless it comes back.
      if (word.word.toLowerCase() === 'payout') net = 0 - Math.abs(net);
      if (group !== undefined) {
        group.payout += net;
        group.payoutLine = line;
      }
      return this.tally.add(line, type, sums, net, 0, 0);
    }
    if (gross - cost !== net) throw new StatementRefused('arithmetic', line, 'gross less fee is not net');
    if (group !== undefined) {
      group.net += net;
      group.rows++;
    }
    const fee = type === ROW_TYPE_INDEX.fee ? net : 0 - cost;
    return this.tally.add(line, type, sums, net - fee, fee, 0);
  }

  end(line: number): boolean {
    this.payouts.check(line);
    return false;
  }

  private amount(cells: CsvCells, column: number, exponent: number): number {
    return this.amounts.readWhole(cells.bytes, cells.starts[column]!, cells.ends[column]!, exponent, cells.line);
  }
}
