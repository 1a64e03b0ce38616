/** Search parameters as they stand in the address: plain names and texts, readable and short. */
export type RawSearch = Record<string, unknown>;

const MOST_CHARACTERS = 200;

/** The address's query as names and texts. */
export function parseSearch(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query));
}

/** The query for these parameters; absent and empty ones are left out, so that the plain page has a plain address. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '') continue;
    params.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/** A free text of bounded length, or nothing. */
export function textOf(raw: unknown): string | undefined {
  return typeof raw === 'string' && raw.trim() !== '' ? raw.slice(0, MOST_CHARACTERS) : undefined;
}

/** One of the known choices, or nothing: an address somebody mistyped still opens the page. */
export function oneOf<T extends string>(raw: unknown, choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === raw);
}

/** The known choices in a comma-separated text; nothing when none is known. */
export function someOf<T extends string>(raw: unknown, choices: readonly T[]): T[] | undefined {
  const wanted = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : [];
  const found = choices.filter((choice) => wanted.includes(choice));
  return found.length > 0 ? found : undefined;
}

/** A whole number not below `least`, or nothing. */
export function wholeOf(raw: unknown, least = 0): number | undefined {
  const value = typeof raw === 'number' ? raw : typeof raw === 'string' && /^\d{1,9}$/.test(raw) ? Number(raw) : Number.NaN;
  return Number.isInteger(value) && value >= least ? value : undefined;
}

/** A calendar day YYYY-MM-DD, or nothing. */
export function dayOf(raw: unknown): string | undefined {
  if (typeof raw !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(raw)) return undefined;
  const instant = Date.parse(`${raw}T00:00:00Z`);
  return Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 10) !== raw ? undefined : raw;
}

/** Leaves out what is undefined, so that exact optional properties hold. */
export function present<T extends Record<string, unknown>>(search: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
