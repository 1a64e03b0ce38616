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

/**
 * F9: true when a file may correct the other: it tells of the other's merchants (of a bank: accounts) and of its first and last day, as far as both say which. One that leaves some out would take them out
 * of use, which only two people may.
 */
export function mayCorrect(correction: FileScope, corrected: FileScope): boolean {
  const [names, others] = [namesOf(correction), namesOf(corrected)];
  if (names !== undefined && others !== undefined && !others.every((name) => names.includes(name))) return false;
  if (corrected.periodFrom === null || corrected.periodTo === null) return true;
  if (correction.periodFrom === null || correction.periodTo === null) return false;
  return correction.periodFrom <= corrected.periodFrom && correction.periodTo >= corrected.periodTo;
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
