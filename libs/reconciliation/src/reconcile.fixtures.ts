import type { ReconciliationRow } from './reconciliation-row.js';

/** A sale of 12.50 EUR as both sides have it. */
export function saleRow(changes: Partial<ReconciliationRow> = {}): ReconciliationRow {
  return {
    acquirer: 'UP',
    merchant: '898000000000001',
    terminal: '60000001',
    batch: '12',
    trace: '77',
    reference: '260000000077',
    businessDay: '2026-03-02',
    type: 'sale',
    amountMinor: 1_250,
    currency: 'EUR',
    feeMinor: -8,
    ...changes,
  };
}

/** Numbers from a seed (mulberry32): the same seed, the same numbers from 0 to below 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The rows in another order. */
export function shuffled<T>(rows: readonly T[], random: () => number): T[] {
  const result = [...rows];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
