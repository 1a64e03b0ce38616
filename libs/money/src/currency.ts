/**
 * ISO 4217 list one of 2026-01-01, as far as a code has a minor unit: currencies in circulation, and units of account that are money by their exponent. Metals, bond units, special drawing rights,
 * testing (XTS) and "no currency" (XXX) have none, so nothing can be counted in them.
 */
const BY_EXPONENT: readonly (readonly [exponent: number, codes: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
     GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN
     QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

/** Of list three, what books of the last decades are in: what the euro, another name or a redenomination replaced. They have as many decimals as their files were written with. */
const REPLACED: readonly (readonly [exponent: number, codes: string])[] = [
  [0, 'BYR ESP ITL LUF TRL'],
  [2, 'ANG ATS BEF BGN CUC CYP DEM EEK FIM FRF GRD HRK IEP LTL LVL MRO MTL NLG PTE SIT SKK SLL STD VEF ZMK ZWL'],
];

const EXPONENTS: ReadonlyMap<string, number> = new Map(
  [...BY_EXPONENT, ...REPLACED].flatMap(([exponent, codes]) => codes.split(/\s+/).map((code) => [code, exponent] as const)),
);

/** True for an ISO 4217 code that has a minor unit, or had one until it was replaced: only such a code can be the currency of an amount. */
export function isCurrency(code: string): boolean {
  return EXPONENTS.has(code);
}

/**
 * How many decimal digits the minor unit of a currency has: 2 for EUR, 0 for JPY, 3 for KWD, 4 for CLF. Codes that {@link isCurrency} doesn't know have 2, so that what is stored stays readable; whoever takes
 * amounts in asks it. Throws a RangeError for what is not three capital letters.
 */
export function minorUnitExponent(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError(`an ISO 4217 code has three capital letters, not "${currency}"`);
  return EXPONENTS.get(currency) ?? 2;
}
