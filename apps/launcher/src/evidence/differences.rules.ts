/** One booked sale, as a terminal's own ledger or core has it. */
export interface BookedSale {
  store: string;
  terminal: string;
  traceNo: number;
  amountMinor: number;
  currency: string;
}

/** What the terminals booked against what core knows. All zero but the first two: nothing lost, nothing twice, every amount right. */
export interface Differences {
  terminalLedger: number;
  core: number;
  /** Booked at a terminal, not in core. */
  missing: number;
  /** In core more often than at the terminal, or not booked there at all. */
  doubled: number;
  /** In both, with another amount or currency. */
  amountMismatch: number;
}

/** Compares sale by sale; a sale is known by store, terminal and trace number. */
export function compareSales(ledger: readonly BookedSale[], core: readonly BookedSale[]): Differences {
  const atTerminal = byTrace(ledger);
  const atCore = byTrace(core);
  const result: Differences = { terminalLedger: ledger.length, core: core.length, missing: 0, doubled: 0, amountMismatch: 0 };
  for (const key of new Set([...atTerminal.keys(), ...atCore.keys()])) {
    const booked = atTerminal.get(key) ?? [];
    const known = atCore.get(key) ?? [];
    result.missing += Math.max(0, booked.length - known.length);
    result.doubled += Math.max(0, known.length - booked.length);
    result.amountMismatch += unequalPairs(booked, known);
  }
  return result;
}

/** True when nothing is missing, doubled or wrong. */
export function isClean(d: Differences): boolean {
  return d.missing === 0 && d.doubled === 0 && d.amountMismatch === 0;
}

function byTrace(sales: readonly BookedSale[]): Map<string, BookedSale[]> {
  return Map.groupBy(sales, (sale) => `${sale.store}/${sale.terminal}/${sale.traceNo}`);
}

/** Of the sales present on both sides, how many find no partner with the same money. */
function unequalPairs(booked: readonly BookedSale[], known: readonly BookedSale[]): number {
  const rest = known.map((sale) => `${sale.amountMinor} ${sale.currency}`);
  let equal = 0;
  for (const sale of booked) {
    const at = rest.indexOf(`${sale.amountMinor} ${sale.currency}`);
    if (at < 0) continue;
    rest.splice(at, 1);
    equal += 1;
  }
  return Math.min(booked.length, known.length) - equal;
}
