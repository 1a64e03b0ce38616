import { minorUnitExponent } from '@tillward/money';

const WRITTEN = /^([-−+]?)(\d{1,12})(?:[.,](\d{1,4}))?$/;

/** Minor units of an amount as somebody typed it, with point or comma and an optional sign; undefined where it is none, or has more decimals than its currency. */
export function minorOf(typed: string, currency: string): number | undefined {
  const [, sign, whole, fraction = ''] = WRITTEN.exec(typed.trim().replaceAll(/[\s\u00a0\u202f']/g, '')) ?? [];
  if (whole === undefined) return undefined;
  const decimals = minorUnitExponent(currency);
  if (fraction.length > decimals) return undefined;
  const minor = Number(`${whole}${fraction.padEnd(decimals, '0')}`);
  return sign === '-' || sign === '−' ? -minor : minor;
}
