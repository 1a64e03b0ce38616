/**
 * Minor-unit exponents of ISO 4217 that are not 2 (list one, 2026-01-01), for currencies in circulation. Codes for funds, metals and testing
 * have no minor unit and are no currency a terminal takes.
 */
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
    (code) => [code, 0] as const,
  ),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
]);

/** How many decimal digits the minor unit of a currency has: 2 for EUR, 0 for JPY, 3 for KWD. Throws a RangeError for what is not three capital letters. */
export function minorUnitExponent(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError(`an ISO 4217 code has three capital letters, not "${currency}"`);
  return EXPONENTS.get(currency) ?? 2;
}
