import { quoted } from './refusal.js';
import type { CurrencySums, Tally } from './tally.js';

/** Payouts of one file are few; beyond this the comparison is given up rather than memory. */
const MOST_GROUPS = 50_000;

/** What is paid out together. */
export interface PayoutGroup {
  readonly name: string;
  readonly sums: CurrencySums;
  /** Net of all rows but the payout and carried balances. */
  net: number;
  /** Sum of the payouts, negative; meaningful once `payoutLine` is above 0. */
  payout: number;
  payoutLine: number;
  rows: number;
}

/** Adds rows up by the payout they belong to, and compares with the payout rows at the end. */
export class PayoutGroups {
  private readonly groups = new Map<string, PayoutGroup>();
  private gaveUp = false;

  constructor(private readonly tally: Tally) {}

  /** The group of that name; undefined when there are too many to keep. */
  group(name: string, sums: CurrencySums): PayoutGroup | undefined {
    const key = `${sums.currency} ${name}`;
    let group = this.groups.get(key);
    if (group !== undefined) return group;
    if (this.groups.size >= MOST_GROUPS) {
      this.gaveUp = true;
      return undefined;
    }
    group = { name, sums, net: 0, payout: 0, payoutLine: 0, rows: 0 };
    this.groups.set(key, group);
    return group;
  }

  /**
   * Compares every payout with what its rows come to. Not binding: reports by period are cut through payouts. Rows without their payout, which a report that was cut ends with, are told in a note, unless they
   * leave nothing to pay out. `lastLine` is that of the file.
   */
  check(lastLine: number): void {
    if (this.gaveUp) {
      this.tally.note(0, `more than ${MOST_GROUPS} payouts: they are not compared with their rows`);
      return;
    }
    const without = [...this.groups.values()].filter(({ payoutLine, net }) => payoutLine === 0 && net !== 0);
    const [first] = without;
    if (first !== undefined) {
      const more = without.length > 1 ? ` and ${without.length - 1} more` : '';
      this.tally.note(
        lastLine,
        `payout ${quoted(first.name)}${more}: rows without their payout, which nothing compares. The report is by period, or it is cut`,
      );
    }
    for (const { name, sums, net, payout, payoutLine, rows } of this.groups.values()) {
      if (payoutLine === 0 || rows === 0) continue;
      this.tally.check({
        name: `payout ${name}`,
        expected: 0 - payout,
        actual: net,
        currency: sums.currency,
        line: payoutLine,
        binding: false,
      });
    }
  }
}
