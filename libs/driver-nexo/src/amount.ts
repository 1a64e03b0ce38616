import { decimalText, minorUnitExponent } from '@tillward/money';
import { MessageError } from './message-error.js';

/** Amounts beyond this never leave: far above any sale, far below where decimals in JSON lose digits. */
const MAX_MINOR = 1_000_000_000_000;

/** Codes of the currencies in circulation (ISO 4217): what this driver can name to a terminal. */
const CODES =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK ' +
  'DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR ' +
  'KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB ' +
  'PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD ' +
  'TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG';

/** Every currency the driver can name to a terminal, ISO 4217 alphabetic. */
export const NEXO_CURRENCIES: ReadonlySet<string> = new Set(CODES.split(' '));

/** The decimal number nexo writes for an amount: 12.5 for 1250 EUR cents. Throws RangeError for what no sale is. */
export function decimalAmount(amountMinor: number, currency: string): number {
  if (Math.abs(amountMinor) > MAX_MINOR) throw new RangeError('an amount beyond a million million minor units');
  return Number(decimalText(amountMinor, currency));
}

/**
 * Minor units of a decimal number of a message, exactly. Throws MessageError `badValue` for a negative one, more decimals than the currency has, or
 * one too large: rounding would invent money.
 */
export function minorAmount(value: number, currency: string, path: string): number {
  const match = /^([0-9]+)(?:\.([0-9]+))?$/.exec(String(value));
  const exponent = minorUnitExponent(currency);
  const fraction = match?.[2] ?? '';
  if (!match || fraction.length > exponent) throw new MessageError('badValue', path);
  const minor = Number(`${match[1]}${fraction.padEnd(exponent, '0')}`);
  if (minor > MAX_MINOR) throw new MessageError('badValue', path);
  return minor;
}
