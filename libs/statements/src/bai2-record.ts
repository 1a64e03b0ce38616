import type { Bai2Count, Bai2Part } from './check-names.js';
import { fullYear, isoDate } from './dates.js';
import { quoted, StatementRefused } from './refusal.js';
import type { Tally } from './tally.js';

/** Compares a trailer's control total and counts. */
export function control(
  tally: Tally,
  what: Bai2Part,
  fields: readonly string[],
  line: number,
  actual: readonly number[],
  counts: readonly Bai2Count[],
): void {
  for (const [index, value] of actual.entries()) {
    const text = (fields[index] ?? '').trim();
    if (!/^[+-]?\d{1,24}$/.test(text) || !Number.isSafeInteger(Number(text)))
      throw new StatementRefused(
        'summary',
        line,
        `the trailer of the ${what} has no ${index === 0 ? 'control total' : `number of ${counts[index - 1]}`}`,
      );
    tally.check({ name: `${what}: ${counts[index - 1] ?? 'control total'}`, expected: Number(text), actual: value, line });
  }
}

/** `YYMMDD`, or `YYYYMMDD` as some banks write it. */
export function bai2Date(text: string, line: number): string {
  const found = /^(\d{2}|\d{4})(\d{2})(\d{2})$/.exec(text);
  const date =
    found === null
      ? undefined
      : isoDate(found[1]!.length === 4 ? Number(found[1]) : fullYear(Number(found[1])), Number(found[2]), Number(found[3]));
  if (date === undefined) throw new StatementRefused('date', line, `${quoted(text)} is no date of the form YYMMDD`);
  return date;
}
