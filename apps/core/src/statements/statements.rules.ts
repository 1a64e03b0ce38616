/** True when a name is of a pattern in which `*` stands for any text and everything else for itself. Takes time in proportion to the name's length for each star. */
export function nameMatches(pattern: string, name: string): boolean {
  const [first, ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first!)) return false;
  let at = first!.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** What a file is about, as far as corrections go: names joined by commas (`…` at the end: and more), empty where it names none; days `YYYY-MM-DD`. */
export interface FileScope {
  readonly merchant: string | null;
  readonly periodFrom: string | null;
  readonly periodTo: string | null;
}

/** F9: true when one file may correct the other: they have a day and a merchant (of a bank: account) in common, as far as both say which. */
export function mayCorrect(one: FileScope, other: FileScope): boolean {
  const [names, others] = [namesOf(one), namesOf(other)];
  if (names !== undefined && others !== undefined && !names.some((name) => others.includes(name))) return false;
  if (one.periodFrom === null || one.periodTo === null || other.periodFrom === null || other.periodTo === null) return true;
  return one.periodFrom <= other.periodTo && other.periodFrom <= one.periodTo;
}

function namesOf({ merchant }: FileScope): string[] | undefined {
  return merchant === null || merchant === '' || merchant.endsWith('…') ? undefined : merchant.split(',');
}

const HOUR_MS = 3_600_000;
/** The first time zone to have a day (Pacific/Kiritimati, UTC+14): nobody says in which one an acquirer counts its days. */
const FIRST_ZONE_HOURS = 14;

/** Days ahead a row may be of. Banks date what they book on holidays to the next bank day; no row of holidays is longer than that. */
const DAYS_AHEAD = { acquirer: 1, bank: 10 } as const;

/** F10: the last day a row may be of, `YYYY-MM-DD`: of an acquirer the day after today, where it is latest. */
export function lastPlausibleDay(now: Date, kind: keyof typeof DAYS_AHEAD): string {
  return new Date(now.getTime() + (FIRST_ZONE_HOURS + 24 * DAYS_AHEAD[kind]) * HOUR_MS).toISOString().slice(0, 10);
}
