import { type Amount, sumByCurrency } from '../format/money.js';
import type { RemedyDecision, RemedyState, StatementFileFieldsFragment, StatementKind } from '../graphql/generated/money/graphql.js';

/** Types of lines that move no money between sale and payout: they are no part of what there was to pay out (libs/statements, StatementTotals). */
const NOT_PAID_OUT: ReadonlySet<string> = new Set(['payout', 'balance']);

/** What a file's totals are made of. */
type Total = StatementFileFieldsFragment['totals'][number];

/** What there was to pay out by an acquirer's file, or what a bank's file booked: net, one amount per currency. */
export function netOf(totals: readonly Pick<Total, 'type' | 'currency' | 'netMinor'>[]): Amount[] {
  const paidOut = totals.filter(({ type }) => !NOT_PAID_OUT.has(type));
  return sumByCurrency(paidOut.map(({ currency, netMinor }) => ({ currency, amountMinor: netMinor })));
}

/** How many comparisons with the file's own figures passed and failed. */
export function checkCounts(checks: readonly { passed: boolean }[]): { readonly passed: number; readonly failed: number } {
  const passed = checks.filter((check) => check.passed).length;
  return { passed, failed: checks.length - passed };
}

/** What a check compared, in numbers that can be written in any language. Amounts are minor units; without a currency they are counts. */
export interface CheckFigures {
  readonly expected: number;
  readonly actual: number;
  readonly currency: string | null;
  readonly line: number;
}

const FIGURES = /^(-?\d{1,16}) expected, (-?\d{1,16}) found(?: ([A-Z]{3}))?, line (\d{1,9})$/;

/** The figures in a check's detail; undefined where it says something else, which is then shown as it is. */
export function checkFigures(detail: string): CheckFigures | undefined {
  const [, expected, actual, currency, line] = FIGURES.exec(detail) ?? [];
  if (expected === undefined || actual === undefined || line === undefined) return undefined;
  return { expected: Number(expected), actual: Number(actual), currency: currency ?? null, line: Number(line) };
}

/** Names that more than one check has: only the line in the file tells those apart. */
export const namesakes = (checks: readonly { readonly name: string }[]): ReadonlySet<string> =>
  new Set([...Map.groupBy(checks, ({ name }) => name)].filter(([, of]) => of.length > 1).map(([name]) => name));

const BANK_NAME = /camt|mt94[02]|bai2?\b|\.sta$|\.940$|\.942$/i;

/** Most likely kind of a file by its name; the person may choose the other. */
export const likelyKind = (name: string): StatementKind => (BANK_NAME.test(name) ? 'bank' : 'acquirer');

/** Share of a file that was read, in whole percent; 0 of an empty one. */
export const readPercent = ({ bytes, bytesRead }: { bytes: number; bytesRead: number }): number =>
  bytes <= 0 ? 0 : Math.min(100, Math.floor((bytesRead * 100) / bytes));

/** Refusals that have nothing to do with how the file is written: another file, another day, or the program is the reason. */
const NOT_THE_CONTENT: ReadonlySet<string> = new Set([
  'alreadyImported',
  'duplicateFile',
  'failed',
  'futureDay',
  'sumTooLarge',
  'supersedesOther',
]);

/** Whether a refused file itself is wrong, so that its sender can do something about it. */
export const isWrongContent = ({ refusalCode }: { readonly refusalCode: string | null }): boolean =>
  refusalCode !== null && !NOT_THE_CONTENT.has(refusalCode);

/** Whether a refused file may be right and only of another acquirer: the one it was given to sends one format only, and this isn't it. What was read up to sums that don't agree is in that format. */
export const isPerhapsAnothers = (
  file: { readonly kind: StatementKind; readonly acquirerId: string | null; readonly refusalCode: string | null },
  acquirers: readonly { readonly id: string; readonly format: string | null }[],
): boolean =>
  file.kind === 'acquirer' &&
  isWrongContent(file) &&
  file.refusalCode !== 'trailer-mismatch' &&
  acquirers.some(({ id, format }) => id === file.acquirerId && format !== null);

/** A size as people read it: whole bytes, then one decimal of kB, MB, GB (powers of 1,000). */
export function sizeOf(bytes: number): { readonly value: number; readonly unit: 'byte' | 'kilobyte' | 'megabyte' | 'gigabyte' } {
  if (bytes < 1_000) return { value: bytes, unit: 'byte' };
  if (bytes < 1_000_000) return { value: Math.round(bytes / 100) / 10, unit: 'kilobyte' };
  if (bytes < 1_000_000_000) return { value: Math.round(bytes / 100_000) / 10, unit: 'megabyte' };
  return { value: Math.round(bytes / 100_000_000) / 10, unit: 'gigabyte' };
}

/** A pair of numbers of an acquirer that no mapping knows, with how many of the rows read so far have it. */
export interface UnknownNumber {
  readonly merchantNo: string;
  readonly terminalNo: string;
  readonly rows: number;
}

/** The unknown numbers in rows, most rows first. Rows without any number can't be mapped and are left out. */
export function unknownNumbers(rows: readonly { merchantNo: string; terminalNo: string }[]): UnknownNumber[] {
  const counts = new Map<string, UnknownNumber>();
  for (const { merchantNo, terminalNo } of rows) {
    if (merchantNo === '' && terminalNo === '') continue;
    const key = JSON.stringify([merchantNo, terminalNo]);
    counts.set(key, { merchantNo, terminalNo, rows: (counts.get(key)?.rows ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.rows - a.rows || a.terminalNo.localeCompare(b.terminalNo));
}

/** A choice of the mapping form: a store's terminal, or the whole store, as it stands in the list. */
export const placeKey = (storeId: string, terminalId: string | null): string => `${storeId}/${terminalId ?? ''}`;

/** Store and terminal of {@link placeKey}. */
export function placeOf(key: string): { readonly storeId: string; readonly terminalId: string | null } {
  const [storeId = '', terminalId = ''] = key.split('/');
  return { storeId, terminalId: terminalId === '' ? null : terminalId };
}

/** What the viewer may decide about a wish to withdraw a file: whoever asked can only take it back (W2). */
export function decisionsAbout(withdrawal: {
  readonly state: RemedyState;
  readonly mine: boolean;
  readonly mayDecide: boolean;
}): readonly RemedyDecision[] {
  if (withdrawal.state !== 'requested') return [];
  if (withdrawal.mayDecide) return ['approve', 'refuse'];
  return withdrawal.mine ? ['withdraw'] : [];
}
