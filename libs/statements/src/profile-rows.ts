import { decodeText } from './ascii.js';
import { ByteLexicon } from './byte-lexicon.js';
import type { CsvCells } from './csv-scanner.js';
import type { HeaderColumns, TableRows } from './csv-table.js';
import { isoDate } from './dates.js';
import { DecimalReader, REMAINDERS_PER_MINOR } from './decimal.js';
import type { CsvProfile } from './profile.js';
import { quoted, StatementRefused } from './refusal.js';
import type { TextForms } from './row-batch.js';
import { type CurrencySums, carried, ROW_TYPE_INDEX, type Tally } from './tally.js';

/** Types whose amounts take from the merchant, for files that write them without a sign. */
const NEGATIVE = new Set(['refund', 'reversal', 'chargeback', 'fee', 'deduction', 'payout'] as const);
const NEGATIVE_INDEXES = new Set([...NEGATIVE].map((type) => ROW_TYPE_INDEX[type]));

/** Rows of a file described by a profile. */
export class ProfileRows implements TableRows {
  readonly texts;
  readonly forms: TextForms;
  readonly constants: { timeZone?: string };
  private readonly amounts: DecimalReader;
  private readonly dates: DateForm;
  private readonly words: ByteLexicon<number>;
  private readonly type: number;
  private readonly gross: number;
  private readonly debit: number;
  private readonly credit: number;
  private readonly fee: number;
  private readonly net: number;
  private readonly currency: number;
  private readonly dateColumns: readonly number[];
  private readonly stated = { gross: 0, fee: 0, net: 0, remainder: 0, rows: 0 };
  private trailerLine = 0;

  constructor(
    private readonly profile: CsvProfile,
    header: HeaderColumns,
    private readonly tally: Tally,
  ) {
    const { columns } = profile;
    const at = (name: string | undefined) => (name === undefined ? -1 : header.need(name));
    this.amounts = new DecimalReader({
      mark: profile.decimalMark,
      ...(profile.groupMark === undefined ? {} : { group: profile.groupMark }),
    });
    this.dates = new DateForm(profile.dateForm);
    const types = new Map(Object.entries(profile.types).map(([word, type]) => [word.toLowerCase(), ROW_TYPE_INDEX[type]]));
    const other = profile.otherType === undefined ? -1 : ROW_TYPE_INDEX[profile.otherType];
    this.words = new ByteLexicon(
      (bytes, start, end) => types.get(decodeText(bytes, start, end, profile.encoding).trim().toLowerCase()) ?? other,
    );
    this.type = at(columns.type);
    this.gross = at(columns.gross);
    this.debit = at(columns.grossDebit);
    this.credit = at(columns.grossCredit);
    this.fee = at(columns.fee);
    this.net = at(columns.net);
    this.currency = at(columns.currency);
    this.texts = {
      sourceType: this.type,
      businessDay: at(columns.businessDay),
      at: at(columns.at),
      merchant: at(columns.merchant),
      terminal: at(columns.terminal),
      batch: at(columns.batch),
      trace: at(columns.trace),
      reference: at(columns.reference),
      merchantReference: at(columns.merchantReference),
      authorisation: at(columns.authorisation),
      scheme: at(columns.scheme),
      cardFunding: at(columns.cardFunding),
      cardLast4: at(columns.card),
      payout: at(columns.payout),
    };
    this.dateColumns = [this.texts.businessDay, this.texts.at].filter((column) => column >= 0);
    this.forms = { businessDay: (text) => this.dates.read(text)?.slice(0, 10), at: (text) => this.dates.read(text) };
    this.constants = profile.timeZone === undefined ? {} : { timeZone: profile.timeZone };
  }

  special(cells: CsvCells): boolean {
    const { trailer } = this.profile;
    if (trailer === undefined) return false;
    const length = cells.ends[0]! - cells.starts[0]!;
    if (length > trailer.firstCell.length * 4 + 8) return false;
    // Comparing the first byte spares making a text of every row.
    const first = trailer.firstCell.charCodeAt(0);
    const byte = cells.bytes[cells.starts[0]!];
    if (first < 0x80 && byte !== first && byte !== 0x20) return false;
    if (decodeText(cells.bytes, cells.starts[0]!, cells.ends[0]!, this.profile.encoding).trim() !== trailer.firstCell) return false;
    if (this.trailerLine > 0) throw new StatementRefused('summary', cells.line, 'a second trailer');
    this.trailerLine = cells.line;
    this.compare(cells);
    return true;
  }

  row(cells: CsvCells): number {
    const { bytes, starts, ends, line } = cells;
    if (this.trailerLine > 0) throw new StatementRefused('summary', line, 'a row follows the trailer');
    const type = this.typeOf(cells);
    const sums =
      this.currency < 0
        ? this.tally.currencyNamed(this.profile.currency!, line)
        : this.tally.currency(bytes, starts[this.currency]!, ends[this.currency]!, line);
    const exponent = this.profile.amounts === 'minor' ? 0 : sums.exponent;
    for (const column of this.dateColumns) this.checkDate(cells, column);
    const sign = this.profile.sign === 'byType' && NEGATIVE_INDEXES.has(type) ? -1 : 1;
    let fee = 0;
    let remainder = 0;
    let feeTold = this.fee >= 0;
    if (this.fee >= 0) {
      const costs = this.profile.feeSign === 'cost';
      this.read(cells, this.fee, exponent);
      fee = costs ? 0 - this.amounts.minor : this.amounts.minor;
      remainder = costs ? 0 - this.amounts.remainder : this.amounts.remainder;
    }
    const gross = this.grossOf(cells, exponent, sign) ?? this.grossFromNet(cells, exponent, sign, fee, remainder);
    // Where no fee is written, what gross and net differ by is the fee; where no net is, there is nothing to compare with.
    if (this.net >= 0 && !isEmpty(cells, this.net)) {
      feeTold = true;
      if (this.fee < 0 || isEmpty(cells, this.fee)) fee = this.netOf(cells, exponent, sign) - gross;
      else this.checkNet(cells, exponent, sign, gross + fee, remainder);
    }
    const asFee = type === ROW_TYPE_INDEX.fee;
    return this.add(line, type, sums, asFee ? 0 : gross, asFee ? gross + fee : fee, remainder, feeTold || asFee);
  }

  end(line: number): boolean {
    const { trailer } = this.profile;
    if (this.trailerLine > 0) return true;
    if (trailer === undefined) return false;
    const message = `the file ends without its trailer ${quoted(trailer.firstCell)}`;
    if (trailer.required) throw new StatementRefused('trailer-missing', line, message);
    this.tally.note(line, `${message}: nothing says that it is whole`);
    return false;
  }

  private add(line: number, type: number, sums: CurrencySums, gross: number, fee: number, remainder: number, feeTold: boolean): number {
    const stated = this.stated;
    stated.rows++;
    // As in StatementTotals: what was paid out or carried over is a row, but no part of what there was to pay out.
    if (type !== ROW_TYPE_INDEX.payout && type !== ROW_TYPE_INDEX.balance) {
      stated.gross += gross;
      stated.fee += fee;
      stated.net += gross + fee;
      stated.remainder += remainder;
    }
    return this.tally.add(line, type, sums, gross, fee, remainder, feeTold);
  }

  private grossOf(cells: CsvCells, exponent: number, sign: number): number | undefined {
    if (this.gross >= 0) return sign * this.whole(cells, this.gross, exponent) + 0;
    if (this.debit < 0) return undefined;
    return this.whole(cells, this.credit, exponent) - this.whole(cells, this.debit, exponent);
  }

  private netOf(cells: CsvCells, exponent: number, sign: number): number {
    return sign * this.whole(cells, this.net, exponent) + 0;
  }

  /** What was paid is whole, so a net beyond whole minor units has the fee's part of one and no other. */
  private grossFromNet(cells: CsvCells, exponent: number, sign: number, fee: number, remainder: number): number {
    this.read(cells, this.net, exponent);
    const rest = sign * this.amounts.remainder;
    const over = rest === 0 ? 0 : (rest - remainder) / REMAINDERS_PER_MINOR;
    if (!Number.isInteger(over)) throw new StatementRefused('amount-precision', cells.line, `an amount has more than ${exponent} decimals`);
    return sign * this.amounts.minor + over - fee;
  }

  private checkNet(cells: CsvCells, exponent: number, sign: number, net: number, remainder: number): void {
    this.read(cells, this.net, exponent);
    if (!agrees(sign * this.amounts.minor, sign * this.amounts.remainder, net, remainder))
      throw new StatementRefused('arithmetic', cells.line, 'gross and fee are not net');
  }

  private whole(cells: CsvCells, column: number, exponent: number): number {
    return this.amounts.readWhole(cells.bytes, cells.starts[column]!, cells.ends[column]!, exponent, cells.line);
  }

  private read(cells: CsvCells, column: number, exponent: number): void {
    this.amounts.read(cells.bytes, cells.starts[column]!, cells.ends[column]!, exponent, cells.line);
  }

  private typeOf(cells: CsvCells): number {
    if (this.type < 0) return ROW_TYPE_INDEX[this.profile.otherType!];
    const type = this.words.get(cells.bytes, cells.starts[this.type]!, cells.ends[this.type]!);
    if (type >= 0) return type;
    const word = decodeText(cells.bytes, cells.starts[this.type]!, cells.ends[this.type]!, this.profile.encoding);
    throw new StatementRefused('row-type', cells.line, `the profile lists no type ${quoted(word)}`);
  }

  private checkDate(cells: CsvCells, column: number): void {
    const start = cells.starts[column]!;
    const end = cells.ends[column]!;
    if (start === end) return;
    const text = decodeText(cells.bytes, start, end, this.profile.encoding).trim();
    if (text !== '' && this.dates.read(text) === undefined)
      throw new StatementRefused('date', cells.line, `${quoted(text)} is no date of the form ${this.profile.dateForm}`);
  }

  private compare(cells: CsvCells): void {
    const { trailer } = this.profile;
    const stated = this.stated;
    const { tally } = this;
    const { line } = cells;
    const sums = tally.allSums();
    const cell = (place: number) => {
      if (place > cells.count)
        throw new StatementRefused('summary', line, `the trailer has ${cells.count} columns, column ${place} is wanted`);
      return place - 1;
    };
    if (trailer?.count !== undefined)
      tally.check({ name: 'count', expected: this.whole(cells, cell(trailer.count), 0), actual: stated.rows, line });
    if (sums.length > 1) return tally.note(line, 'rows in several currencies: the sums of money are not compared');
    const currency = sums[0]?.currency ?? this.profile.currency;
    const exponent = this.profile.amounts === 'minor' ? 0 : (sums[0]?.exponent ?? 2);
    const costs = this.profile.feeSign === 'cost' ? -1 : 1;
    for (const [name, factor] of [['gross', 1] as const, ['fee', costs] as const, ['net', 1] as const]) {
      const place = trailer?.[name];
      if (place === undefined) continue;
      this.read(cells, cell(place), exponent);
      const expected = factor * this.amounts.minor + 0;
      const exact = carried(stated[name], name === 'gross' ? 0 : stated.remainder);
      const same = agrees(expected, factor * this.amounts.remainder, exact.fee, exact.remainder);
      tally.check({
        name,
        expected,
        actual: same ? expected : exact.fee === expected ? exact.fee + (Math.sign(exact.remainder) || 1) : exact.fee,
        line,
        ...(currency === undefined ? {} : { currency }),
      });
    }
  }
}

function isEmpty({ bytes, starts, ends }: CsvCells, column: number): boolean {
  for (let at = starts[column]!; at < ends[column]!; at++) if (bytes[at]! > 0x20) return false;
  return true;
}

/**
 * Whether a written amount is an exact one: the same to the last decimal, or, written in whole minor units, rounded to the nearest or cut off. Parts are 100,000ths of a minor unit.
 */
function agrees(minor: number, part: number, exactMinor: number, exactPart: number): boolean {
  const off = (minor - exactMinor) * REMAINDERS_PER_MINOR + (part - exactPart);
  if (off === 0) return true;
  if (part !== 0) return false;
  const cut = carried(exactMinor, exactPart);
  return Math.abs(off) <= REMAINDERS_PER_MINOR / 2 || minor === cut.fee;
}

/** Reads dates written in a form like `DD.MM.YYYY hh:mm`. */
class DateForm {
  private readonly pattern: RegExp;
  private readonly parts: readonly string[];

  constructor(form: string) {
    const parts: string[] = [];
    const source = form.replaceAll(/YYYY|MM|DD|hh|mm|ss|[^\w]/g, (token) => {
      if (!/^\w/.test(token)) return `\\${token}`;
      parts.push(token);
      return token === 'YYYY' ? '(\\d{4})' : '(\\d{2})';
    });
    this.parts = parts;
    this.pattern = new RegExp(`^${source}$`);
  }

  /** The moment or day in ISO 8601; undefined where the text is none. */
  read(text: string): string | undefined {
    const found = this.pattern.exec(text);
    if (found === null) return undefined;
    const value = (token: string) => {
      const index = this.parts.indexOf(token);
      return index < 0 ? undefined : found[index + 1]!;
    };
    const day = isoDate(Number(value('YYYY')), Number(value('MM')), Number(value('DD')));
    const hour = value('hh');
    if (day === undefined || hour === undefined) return day;
    const minute = value('mm') ?? '00';
    const second = value('ss') ?? '00';
    return Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 60 ? `${day}T${hour}:${minute}:${second}` : undefined;
  }
}
