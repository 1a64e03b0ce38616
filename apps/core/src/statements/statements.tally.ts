import { createHash } from 'node:crypto';
import type { BankEntry, BankStatement, StatementFormat, StatementRow } from '@tillward/statements';
import { dayOf } from './rows.copy.js';
import { FileRefused } from './statements.errors.js';
import type { StatementCover, StatementTotal } from './statements.store.js';

/** More merchants, accounts or payouts than this are no part of a file's name for itself. */
const MAX_NAMES = 50;
/** More periods of accounts than this are joined to the one before. */
const MAX_COVERS = 2_500;
/** More statements than this in a file are not told apart by their balances. */
const MAX_BALANCES = 200;

/** What an import learns of a file while its rows pass: sums, period, whose it is. Holds a bounded amount whatever the file's size. */
export class FileTally {
  rows = 0;
  /** First and last business day, `YYYY-MM-DD`; null while no row has one. */
  from: string | null = null;
  to: string | null = null;
  readonly #merchants = new Set<string>();
  readonly #payouts = new Set<string>();
  readonly #totals = new Map<string, { -readonly [K in keyof StatementTotal]: StatementTotal[K] }>();
  readonly #covers = new Map<string, { -readonly [K in keyof StatementCover]: StatementCover[K] }[]>();
  #coversKept = 0;
  readonly #balances = new Set<string>();
  readonly #identity = createHash('sha256');
  #statements = 0;
  #interim = 0;
  #withEntries = 0;

  /** Rows of days after `lastDay` (`YYYY-MM-DD`) are refused: nobody books what has not been. */
  constructor(private readonly lastDay: string) {}

  /** Throws {@link FileRefused} for a row of a day to come. Sums are exact: a reader refuses a file whose amounts are not, all of them together. */
  addRows(rows: readonly StatementRow[]): void {
    for (const row of rows) {
      this.rows += 1;
      this.#day(dayOf(row), row.line);
      remember(this.#merchants, row.merchant);
      remember(this.#payouts, row.payout);
      this.#add(row.type, row.currency, row.grossMinor, row.feeTold === false ? null : row.feeMinor, row.netMinor);
    }
  }

  /** As {@link addRows}. What is only announced may be of a day to come. */
  addEntries(
    entries: readonly Pick<BankEntry, 'line' | 'account' | 'bookingDate' | 'valueDate' | 'amountMinor' | 'currency' | 'status'>[],
  ): void {
    for (const entry of entries) {
      const day = entry.bookingDate ?? entry.valueDate;
      this.rows += 1;
      this.#day(day, entry.status === 'booked' && entry.bookingDate !== undefined ? entry.line : undefined);
      remember(this.#merchants, entry.account);
      this.#add('entry', entry.currency, entry.amountMinor, 0, entry.amountMinor);
    }
  }

  /** A bank's statement, with or without entries, and the first and last day of these. */
  addStatement(s: BankStatement, days: readonly [from: string, to: string] | undefined): void {
    this.#statements += 1;
    if (s.interim) this.#interim += 1;
    remember(this.#merchants, s.account);
    const currency = s.currency ?? '';
    const day = s.closing?.date;
    if (s.entries === 0) this.#day(day, undefined);
    if (!s.interim) this.#cover(s.account, currency, days, day);
    // Banks that don't number their statements give all of them one number: what they open with tells these apart.
    this.#identity.update(`${JSON.stringify([s.account, currency, s.id, s.number ?? '', s.opening?.amountMinor ?? null, s.interim])}\n`);
    if (s.interim || s.entries === 0) return;
    this.#withEntries += 1;
    if (s.opening === undefined || s.closing === undefined || this.#balances.size >= MAX_BALANCES) return;
    this.#balances.add(JSON.stringify([s.account, currency, ...(days ?? []), s.opening.amountMinor, s.closing.amountMinor, s.creditMinor]));
  }

  /** Merchant numbers (of a bank file: accounts) in one text; empty when the file names none. */
  merchant(): string {
    const all = [...this.#merchants].sort();
    return all.length > MAX_NAMES ? `${all.slice(0, MAX_NAMES).join(',')},…` : all.join(',');
  }

  /**
   * What the file is of, apart from its merchant: its period, and its payout when all rows have the same. A bank's file is what its statements say they are: format, account, currency and the bank's
   * own identification of each.
   */
  subject(format: StatementFormat): string {
    const period = `${this.from ?? ''}..${this.to ?? ''}`;
    if (this.#statements > 0) return `${period} ${format} ${this.#identity.copy().digest('hex')}`;
    return this.#payouts.size === 1 ? `${period} ${[...this.#payouts][0]}` : period;
  }

  totals(): StatementTotal[] {
    return [...this.#totals.values()];
  }

  /** Accounts of a bank's file and the days its statements have a say about, without gaps between them; none of interim reports. */
  covers(): StatementCover[] {
    return [...this.#covers.values()].flat();
  }

  /** One text for each statement with entries, the same in whatever format a bank writes it; none where that is not known of all of them. */
  balances(): string[] {
    return this.#balances.size === this.#withEntries ? [...this.#balances] : [];
  }

  /** True when all of a bank's file are interim reports. */
  interim(): boolean {
    return this.#interim > 0 && this.#interim === this.#statements;
  }

  #day(day: string | undefined, line: number | undefined): void {
    if (day === undefined) return;
    if (line !== undefined && day > this.lastDay)
      throw new FileRefused({ code: 'futureDay', line, message: `The day ${day} is yet to come.` });
    if (this.from === null || day < this.from) this.from = day;
    if (this.to === null || day > this.to) this.to = day;
  }

  /** A statement has a say about its own days only: what lies between two statements of a file may be told by nobody yet. */
  #cover(account: string, currency: string, days: readonly [from: string, to: string] | undefined, closing: string | undefined): void {
    const all = [...(days ?? []), closing].filter((day) => day !== undefined).sort();
    const [from, to] = [all[0], all.at(-1)];
    if (from === undefined || to === undefined) return;
    const key = JSON.stringify([account, currency]);
    const known = this.#covers.get(key) ?? [];
    const last = known.at(-1);
    if (last !== undefined && ((from <= dayAfter(last.to) && to >= last.from) || this.#coversKept >= MAX_COVERS)) {
      if (from < last.from) last.from = from;
      if (to > last.to) last.to = to;
    } else if (this.#coversKept < MAX_COVERS) {
      known.push({ account, currency, from, to });
      this.#covers.set(key, known);
      this.#coversKept += 1;
    }
  }

  #add(type: StatementTotal['type'], currency: string, grossMinor: number, feeMinor: number | null, netMinor: number): void {
    const key = `${type} ${currency}`;
    let total = this.#totals.get(key);
    if (total === undefined) {
      total = { type, currency, count: 0, grossMinor: 0, feeMinor: null, netMinor: 0 };
      this.#totals.set(key, total);
    }
    total.count += 1;
    total.grossMinor += grossMinor;
    if (feeMinor !== null) total.feeMinor = (total.feeMinor ?? 0) + feeMinor;
    total.netMinor += netMinor;
  }
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

function remember(names: Set<string>, name: string | undefined): void {
  if (name !== undefined && name !== '' && names.size <= MAX_NAMES) names.add(name);
}
