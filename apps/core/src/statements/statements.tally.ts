import type { BankEntry, StatementRow } from '@tillward/statements';
import type { StatementTotal } from './statements.store.js';

/** More merchants, accounts or payouts than this are no part of a file's name for itself. */
const MAX_NAMES = 50;

/** What an import learns of a file while its rows pass: sums, period, whose it is. Holds a bounded amount whatever the file's size. */
export class FileTally {
  rows = 0;
  /** First and last business day, `YYYY-MM-DD`; null while no row has one. */
  from: string | null = null;
  to: string | null = null;
  readonly #merchants = new Set<string>();
  readonly #payouts = new Set<string>();
  readonly #totals = new Map<string, { -readonly [K in keyof StatementTotal]: StatementTotal[K] }>();

  addRows(rows: readonly StatementRow[]): void {
    for (const row of rows) {
      this.rows += 1;
      this.#day(row.businessDay ?? row.at?.slice(0, 10));
      remember(this.#merchants, row.merchant);
      remember(this.#payouts, row.payout);
      this.#add(row.type, row.currency, row.grossMinor, row.feeMinor, row.netMinor);
    }
  }

  addEntries(entries: readonly Pick<BankEntry, 'account' | 'bookingDate' | 'valueDate' | 'amountMinor' | 'currency'>[]): void {
    for (const entry of entries) {
      this.rows += 1;
      this.#day(entry.bookingDate ?? entry.valueDate);
      remember(this.#merchants, entry.account);
      this.#add('entry', entry.currency, entry.amountMinor, 0, entry.amountMinor);
    }
  }

  /** Merchant numbers (of a bank file: accounts) in one text; empty when the file names none. */
  merchant(): string {
    const all = [...this.#merchants].sort();
    return all.length > MAX_NAMES ? `${all.slice(0, MAX_NAMES).join(',')},…` : all.join(',');
  }

  /** What the file is of, apart from its merchant: its period, and its payout when all rows have the same. */
  subject(): string {
    const period = `${this.from ?? ''}..${this.to ?? ''}`;
    return this.#payouts.size === 1 ? `${period} ${[...this.#payouts][0]}` : period;
  }

  totals(): StatementTotal[] {
    return [...this.#totals.values()];
  }

  #day(day: string | undefined): void {
    if (day === undefined) return;
    if (this.from === null || day < this.from) this.from = day;
    if (this.to === null || day > this.to) this.to = day;
  }

  #add(type: StatementTotal['type'], currency: string, grossMinor: number, feeMinor: number, netMinor: number): void {
    const key = `${type} ${currency}`;
    let total = this.#totals.get(key);
    if (total === undefined) {
      total = { type, currency, count: 0, grossMinor: 0, feeMinor: 0, netMinor: 0 };
      this.#totals.set(key, total);
    }
    total.count += 1;
    total.grossMinor += grossMinor;
    total.feeMinor += feeMinor;
    total.netMinor += netMinor;
  }
}

function remember(names: Set<string>, name: string | undefined): void {
  if (name !== undefined && name !== '' && names.size <= MAX_NAMES) names.add(name);
}
