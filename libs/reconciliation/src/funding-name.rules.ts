import type { BankCredit, ExpectedPayout } from './funding-match.rules.js';

/** A shorter name stands in texts for other reasons, too: a part of a date, the number of something else. */
const LONG_NAME = 6;
const PART = /[\p{L}\p{N}]/u;

/** Whether a name has six letters or digits at least: where a text has it, just this is meant, whatever the amount and the day. */
export function isLongName(name: string): boolean {
  return (name.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= LONG_NAME;
}

/** Whether a name stands in a text and goes on at neither end. */
export function hasName(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1))
    if (!PART.test(text[at - 1] ?? ' ') && !PART.test(text[at + name.length] ?? ' ')) return true;
  return false;
}

/** Whether an amount may be a payout of which something is missing, or that has something beside it (from half to twice of it): a small credit of something else is no payment. A debit never pays what is owed. */
export function isPlausible(amountMinor: number, expectedMinor: number): boolean {
  const [paid, owed] = [Math.abs(amountMinor), Math.abs(expectedMinor)];
  return Math.sign(amountMinor) === Math.sign(expectedMinor) && paid >= owed / 2 && paid / 2 <= owed;
}

/** The payouts whose reference stands in a text. */
export function namesIn(payouts: readonly ExpectedPayout[], text: string): readonly ExpectedPayout[] {
  return payouts.filter(({ reference }) => reference !== undefined && reference !== '' && hasName(text, reference));
}

/**
 * Of the payouts an entry's text names those it is for, as far as money of its sign may pay them: those of long names, where there are some, no matter what numbers stand beside them. Where not all of them together are the amount, the one that is it; of those
 * several merchants have of one name, the merchant's that the text names, or the only one of a plausible amount.
 */
export function namedBy(
  all: readonly ExpectedPayout[],
  { text = '', amountMinor }: BankCredit,
  toleranceOf: (paid: readonly ExpectedPayout[]) => number,
): readonly ExpectedPayout[] {
  const sure = all.filter(({ reference }) => isLongName(reference!));
  const found = sure.length > 0 ? sure : all;
  const isExact = (paid: readonly ExpectedPayout[]) => paid.length > 0 && Math.abs(amountMinor - sumOf(paid)) <= toleranceOf(paid);
  if (isExact(found)) return found;
  const one = found.find((payout) => isExact([payout]));
  const meant = one === undefined ? ofOneMerchant(found, text, amountMinor) : [one];
  return meant.length > 0 && Math.sign(sumOf(meant)) === Math.sign(amountMinor) ? meant : [];
}

function ofOneMerchant(found: readonly ExpectedPayout[], text: string, amountMinor: number): readonly ExpectedPayout[] {
  return [...Map.groupBy(found, ({ payer = '', reference }) => JSON.stringify([payer, reference])).values()].flatMap((alike) => {
    if (alike.length === 1) return alike;
    const theirs = alike.filter(({ merchant }) => merchant !== undefined && merchant !== '' && hasName(text, merchant));
    if (theirs.length > 0) return theirs;
    const plausible = alike.filter(({ netMinor }) => isPlausible(amountMinor, netMinor));
    return plausible.length === 1 ? plausible : new Set(alike.map(({ merchant = '' }) => merchant)).size === 1 ? alike : [];
  });
}

/**
 * Of entries that name the same payouts those that pay them: the one that is all of it, or all of them where they add up to it; otherwise (not where only what is exact counts) all of them, by short names only those of a plausible
 * amount. None where they add up to more than is exact.
 */
export function partsOf(
  paid: readonly ExpectedPayout[],
  entries: readonly BankCredit[],
  toleranceMinor: number,
  onlyExact: boolean,
): readonly BankCredit[] {
  const expected = sumOf(paid);
  const isExact = (minor: number) => Math.abs(minor - expected) <= toleranceMinor;
  const one = entries.find(({ amountMinor }) => isExact(amountMinor));
  if (one !== undefined) return [one];
  if (isExact(receivedOf(entries))) return entries;
  if (onlyExact) return [];
  const parts = paid.every(({ reference = '' }) => isLongName(reference))
    ? entries
    : entries.filter(({ amountMinor }) => isPlausible(amountMinor, expected));
  return Number.isSafeInteger(receivedOf(parts)) ? parts : [];
}

/** What payouts owe together, in minor units; no safe integer when it isn't exact. Throws a RangeError for an amount that is none. */
export function sumOf(payouts: readonly ExpectedPayout[]): number {
  return Number(payouts.reduce((sum, { netMinor }) => sum + BigInt(safe(netMinor)), 0n));
}

/** What entries are together, in minor units; no safe integer when it isn't exact. Throws a RangeError for an amount that is none. */
export function receivedOf(entries: readonly BankCredit[]): number {
  return Number(entries.reduce((sum, { amountMinor }) => sum + BigInt(safe(amountMinor)), 0n));
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`an amount is a safe integer of minor units, not ${value}`);
  return value;
}
