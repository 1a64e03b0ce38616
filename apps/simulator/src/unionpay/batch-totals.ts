/** What of a batch counts for its settlement. */
export interface BatchEntry {
  readonly kind: 'sale' | 'void' | 'refund';
  readonly traceNo: number;
  readonly amountMinor: number;
  /** Of a void: the sale it takes back. */
  readonly originalTraceNo?: number | undefined;
}

/** Sales on one side; voids and refunds on the other. */
export interface Totals {
  readonly debitMinor: number;
  readonly debits: number;
  readonly creditMinor: number;
  readonly credits: number;
}

/** Adds a batch up as terminal and host both do. */
export function totalsOf(entries: readonly BatchEntry[]): Totals {
  const debit = entries.filter(({ kind }) => kind === 'sale');
  const credit = entries.filter(({ kind }) => kind !== 'sale');
  const sum = (some: readonly BatchEntry[]) => some.reduce((total, { amountMinor }) => total + amountMinor, 0);
  return { debitMinor: sum(debit), debits: debit.length, creditMinor: sum(credit), credits: credit.length };
}

/** Field 48 of a settlement, 62 digits: cards of the home scheme, then all others (none here), each with its flag: 0 none, 1 balanced, 2 not. */
export function totalsField({ debitMinor, debits, creditMinor, credits }: Totals, flag: 0 | 1 | 2): string {
  const pad = (value: number, digits: number) => String(value).padStart(digits, '0');
  const foreignFlag = flag === 0 ? 0 : 1;
  return `${pad(debitMinor, 12)}${pad(debits, 3)}${pad(creditMinor, 12)}${pad(credits, 3)}${flag}${'0'.repeat(30)}${foreignFlag}`;
}

/** The totals of the home scheme's cards of a field 48; null when it is no such field. */
export function readTotalsField(text: string): (Totals & { readonly flag: string }) | null {
  if (!/^\d{62}$/.test(text)) return null;
  return {
    debitMinor: Number(text.slice(0, 12)),
    debits: Number(text.slice(12, 15)),
    creditMinor: Number(text.slice(15, 27)),
    credits: Number(text.slice(27, 30)),
    flag: text.slice(30, 31),
  };
}
